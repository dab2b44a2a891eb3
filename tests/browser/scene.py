"""The scene of the browser tests: an emulator with the built-in world, where two of the apps are an example."""

from __future__ import annotations

import socket
from collections.abc import Container, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from harness import examples, patience
from harness.emulator import App, running
from harness.paths import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

ADA, JOSE, LAYLA, LONG, MARKUP = "510001", "510003", "510007", "510014", "510016"
GRACE, LOU, ANOUK = "610001", "620001", "530001"
DISTRICT, ISLAND = "53ee4b8a44abc88c1c00119b", "64c1f0a2d3b94e5f60718100"
WORLD = ROOT / "emulator" / "world.toml"
BUILT_IN = "http://127.0.0.1:5000"
LOOPBACK = {"127.0.0.1", "localhost"}
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 360, "height": 740}


@dataclass(frozen=True)
class Place:
    """The addresses in the scene. As in production, each app has its own host, so its cookies are separate."""

    clever: str
    garden: str
    """Word Garden, for everyone in a district."""
    homework: str
    """Homework Desk, for students."""


def app_of(name: str, url: str) -> App:
    """Return the app of the built-in world with this name, moved to another address."""
    table = next(part for part in WORLD.read_text().split("[[app]]") if f'name = "{name}"' in part)
    members = dict(line.split(" = ") for line in table.splitlines() if line.startswith("client_"))
    client_id, secret = (members[member].strip('"') for member in ("client_id", "client_secret"))
    return App(client_id, secret, f"{url}/callback", oidc=True)


def world(addresses: Mapping[str, str]) -> str:
    """Return the built-in world with these apps moved to other addresses."""
    tables = WORLD.read_text().split("[[app]]")
    for name, url in addresses.items():
        tables = [table.replace(BUILT_IN, url) if f'name = "{name}"' in table else table for table in tables]
    return "[[app]]".join(tables)


@contextmanager
def set_up(example: str, folder: Path) -> Iterator[Place]:
    """Run the scene, with its world file in `folder`."""
    with socket.create_server(("127.0.0.1", 0)) as first, socket.create_server(("127.0.0.1", 0)) as second:
        garden = f"http://localhost:{first.getsockname()[1]}"
        homework = f"http://127.0.0.1:{second.getsockname()[1]}"
        file = folder / "world.toml"
        file.write_text(world({"Word Garden": garden, "Homework Desk": homework}))
        with (
            running(world=file) as clever,
            examples.serving(example, first, examples.settings(app_of("Word Garden", garden), clever)),
            examples.serving(example, second, examples.settings(app_of("Homework Desk", homework), clever)),
        ):
            yield Place(clever, garden, homework)


@contextmanager
def opened(browser: Browser, *, script: bool = True, language: str = "en-US") -> Iterator[Page]:
    """Open a new browser without cookies. A request to another machine, or a console message, fails the test."""
    context = browser.new_context(viewport=DESKTOP, java_script_enabled=script, locale=language)
    try:
        with watched(context):
            yield context.new_page()
    finally:
        context.close()


@contextmanager
def staying(context: BrowserContext, hosts: Container[str | None] = LOOPBACK) -> Iterator[None]:
    """Fail if a request goes to any other host."""
    context.set_default_timeout(patience.MILLISECONDS)
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    yield
    elsewhere = [url for url in asked if url.startswith("http") and urlsplit(url).hostname not in hosts]
    assert not elsewhere, elsewhere


@contextmanager
def watched(context: BrowserContext) -> Iterator[None]:
    """Fail if a request leaves this machine, or if the browser logs an error or warning on any page."""
    said: list[str] = []
    refused: set[str] = set()
    # The browser also logs each page with an error status, which is expected here.
    context.on("response", lambda answer: refused.add(answer.url) if answer.status >= 400 else None)
    context.on(
        "console",
        lambda message: message.location["url"] in refused or said.append(f"{message.location['url']}: {message.text}"),
    )
    context.on("weberror", lambda error: said.append(str(error.error)))
    with staying(context):
        yield
    assert not said, said


def signed_in(page: Page, place: Place, number: str) -> None:
    """Sign in at the emulator without showing a page."""
    form = {"username": number, "password": number, "target": "/login"}
    answer = page.context.request.post(f"{place.clever}/login", form=form, max_redirects=0)
    assert answer.status == 303


def begun(page: Page, app: str, **more: str) -> str:
    """Begin a login at the app; return its URL at Clever, with more parameters."""
    answer = page.context.request.get(f"{app}/login", max_redirects=0)
    return f"{answer.headers['location']}&{urlencode(more)}"


def authorize(place: Place, app: App | str, **more: str) -> str:
    """Return a login URL that no app began."""
    client_id = app if isinstance(app, str) else app.client_id
    return f"{place.clever}/oauth/authorize?{urlencode({'response_type': 'code', 'client_id': client_id, **more})}"


def headed(page: Page, title: str) -> None:
    """Wait for a page with this heading."""
    page.get_by_role("heading", level=1, name=title, exact=True).wait_for()


def greeted(page: Page, app: str, name: str) -> None:
    """Wait for the app's page that greets this person."""
    page.wait_for_url(f"{app}/me")
    headed(page, f"Hello, {name}")


def with_password(page: Page, number: str, password: str = "") -> None:
    """Fill in the login page, by default with the right password."""
    page.get_by_label("User name").fill(number)
    page.get_by_label("Password").fill(password or number)
    page.get_by_role("button", name="Log in", exact=True).click()
