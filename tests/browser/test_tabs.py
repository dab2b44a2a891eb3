"""Tabs of one browser log in at the same time, and each ends signed in at its own page."""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from harness import chromium, flask_example, patience
from harness.browser import portal_link
from harness.emulator import App, running

from .scene import ADA, DISTRICT, Place, headed, opened, signed_in, watched, with_password

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from playwright.sync_api import Browser, BrowserContext, Page

# Chromium opens six connections to one host.
MOST_HELD = 5
OPEN_ALL = "urls => urls.forEach(url => window.open(url))"
SIGNED_IN = "Hello, Ada Ashworth"


class Turnstile:
    """Holds callbacks back until so many have come: then all their logins are in flight at once."""

    def __init__(self, callbacks: int) -> None:
        self._missing, self._changed = callbacks, threading.Condition()

    def before(self, app: WSGIApplication) -> WSGIApplication:
        """Middleware that holds them."""

        def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            if environ["PATH_INFO"] == "/callback":
                with self._changed:
                    self._missing -= 1
                    self._changed.notify_all()
                    assert self._changed.wait_for(lambda: self._missing <= 0, patience.SECONDS)
            return app(environ, start_response)

        return answer


class Scene:
    """An emulator, and the Flask example at an address that stays the same when it starts again."""

    def __init__(self, listener: socket.socket, clever: str, app: App) -> None:
        self.listener, self.app = listener, app
        self.place = Place(clever, app.redirect_uri.removesuffix("/callback"), "")

    @contextmanager
    def serving(self, callbacks: int = 0, **settings: str) -> Iterator[None]:
        environment = {**flask_example.settings(self.app, self.place.clever), **settings}
        with flask_example.serving(self.listener, environment, Turnstile(callbacks).before):
            yield

    def page_of(self, number: int) -> str:
        """A protected page, one for each tab."""
        return f"{self.place.garden}/me?tab={number}"

    def login_link(self, number: int) -> str:
        return f"{self.place.garden}/login?next={quote(f'/me?tab={number}', safe='')}"

    def portal_link(self, number: int) -> str:
        """What the icon in the portal leads to; no tab has a page of its own."""
        link = portal_link(self.place.clever, self.app.client_id, self.app.redirect_uri, DISTRICT)
        return f"{link}&tab={number}"


@pytest.fixture
def scene() -> Iterator[Scene]:
    pytest.importorskip("flask", reason="flask is not installed")
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        garden = f"http://localhost:{listener.getsockname()[1]}"
        app = App("a1b2" * 5, "a secret of the tests", f"{garden}/callback", oidc=True)
        with running([app]) as clever:
            yield Scene(listener, clever, app)


def tabs_of(context: BrowserContext, many: int) -> list[Page]:
    """All tabs but the first one, once there are so many."""
    while len(context.pages) <= many:
        context.wait_for_event("page")
    return context.pages[1:]


@pytest.mark.parametrize("waiting_page", ["", "true"], ids=["at-once", "waiting-page"])
@pytest.mark.parametrize("start", ["page_of", "login_link", "portal_link"])
@pytest.mark.parametrize("many", [2, 3, 5, 10])
def test_tabs_that_are_opened_at_once_all_end_signed_in_at_their_own_page(
    browser: Browser, scene: Scene, many: int, start: str, waiting_page: str
) -> None:
    numbers = range(many)
    with scene.serving(min(many, MOST_HELD), CLEVER_WAITING_PAGE=waiting_page), opened(browser) as page:
        signed_in(page, scene.place, ADA)
        page.goto(scene.place.garden)
        page.evaluate(OPEN_ALL, [getattr(scene, start)(number) for number in numbers])
        tabs = tabs_of(page.context, many)
        for tab in tabs:
            headed(tab, SIGNED_IN)
        own = [f"{scene.place.garden}/me" if start == "portal_link" else scene.page_of(number) for number in numbers]
        assert sorted(tab.url for tab in tabs) == sorted(own)
        assert not [cookie for cookie in page.context.cookies() if "clever_login" in cookie.get("name", "")]


@contextmanager
def kept_on_disk(browser: Browser, folder: Path, *arguments: str) -> Iterator[BrowserContext]:
    """A browser that leaves its tabs and cookies in `folder` when it is closed."""
    context = browser.browser_type.launch_persistent_context(
        folder,
        executable_path=shutil.which("chromium"),
        args=[*chromium.QUIET, *arguments],
        timeout=patience.MILLISECONDS,
    )
    try:
        with watched(context):
            yield context
    finally:
        context.close()


def restored(context: BrowserContext, urls: str, many: int) -> list[Page]:
    """The tabs that were restored at addresses that begin so."""

    def tabs() -> list[Page] | None:
        # The addresses are the newest after a question to the browser.
        context.cookies()
        found = [page for page in context.pages if page.url.startswith(urls)]
        return found if len(found) == many else None

    return patience.wait_for(tabs, f"{many} tabs to be restored") or []


@pytest.mark.parametrize("many", [2, 5])
def test_tabs_that_are_restored_from_disk_all_end_signed_in_at_their_own_page(
    browser: Browser, scene: Scene, tmp_path: Path, many: int
) -> None:
    with scene.serving(), kept_on_disk(browser, tmp_path) as context:
        signed_in(context.pages[0], scene.place, ADA)
        for number in range(many):
            tab = context.new_page()
            tab.goto(scene.page_of(number))
            headed(tab, SIGNED_IN)
    # The next morning: the sessions of the app are over, and the browser comes back with its tabs.
    over = scene.serving(min(many, MOST_HELD), FLASK_SECRET_KEY="another key")
    with over, kept_on_disk(browser, tmp_path, "--restore-last-session") as context:
        tabs = restored(context, scene.place.garden, many)
        for tab in tabs:
            headed(tab, SIGNED_IN)
        assert sorted(tab.url for tab in tabs) == [scene.page_of(number) for number in range(many)]


@pytest.mark.parametrize("many", [2, 5])
def test_logins_that_are_restored_from_disk_are_finished(
    browser: Browser, scene: Scene, tmp_path: Path, many: int
) -> None:
    with scene.serving():
        with kept_on_disk(browser, tmp_path) as context:
            for number in range(many):
                tab = context.new_page()
                tab.goto(f"{scene.login_link(number)}&district_id={DISTRICT}")
                headed(tab, "Log in to Emulated School District")
        with kept_on_disk(browser, tmp_path, "--restore-last-session") as context:
            tabs = restored(context, scene.place.clever, many)
            for tab in tabs:
                tab.bring_to_front()
                with_password(tab, ADA)
                headed(tab, SIGNED_IN)
            assert sorted(tab.url for tab in tabs) == [scene.page_of(number) for number in range(many)]
