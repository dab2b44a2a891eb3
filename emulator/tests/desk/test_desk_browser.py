"""The emulator's desk in a real browser: chromium, headless, driven by playwright."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from harness.chromium import launched
from harness.emulator import App, running
from harness.patience import MILLISECONDS, wait_for

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

APP = App("desk-app", "desk-secret", "http://127.0.0.1:9/callback", oidc=True)
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
OPEN_ALL = "document.querySelectorAll('details').forEach((part) => { part.open = true; })"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture
def emulator() -> Iterator[str]:
    with running([APP]) as base_url:
        yield base_url


def opened(chromium: Browser, base_url: str, *, script: bool = True, width: int = 1280) -> tuple[Page, list[str]]:
    """The desk in a browser with nothing in it, and what the browser complains about."""
    context = chromium.new_context(viewport={"width": width, "height": 800}, java_script_enabled=script)
    context.set_default_timeout(MILLISECONDS)
    page = context.new_page()
    # The page's time goes on as usual, and a test can let more of it pass.
    page.clock.install()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{base_url}/_emulator/")
    return page, complaints


def send(address: str) -> None:
    """Ask for something the emulator notes, whatever it answers."""
    with suppress(urllib.error.HTTPError):
        urllib.request.urlopen(address).close()


def press_everything(page: Page, base_url: str) -> None:
    """Use each button of the desk; the emulator takes them for what they are."""
    page.get_by_role("button", name="Log in as Ada Ashworth (ada)").click()
    page.wait_for_url(f"{base_url}/_emulator/#people")
    assert "This browser is signed in as Ada Ashworth." in page.locator("#people").inner_text()
    page.get_by_role("button", name="1 hour").click()
    page.wait_for_url(f"{base_url}/_emulator/#controls")
    assert "1 h ahead of this machine" in page.locator("#controls").inner_text()
    for name in ("Rotate the keys", "End all sessions", "Reset"):
        page.get_by_role("button", name=name).click()
        page.wait_for_url(f"{base_url}/_emulator/#controls")
    assert "ahead" not in page.locator("#controls").inner_text()
    page.get_by_role("button", name="Clear the journal").click()
    page.wait_for_url(f"{base_url}/_emulator/#journal")
    assert "Nobody is signed in" in page.locator("#people").inner_text()


def test_the_journal_writes_itself_on_and_can_be_paused(chromium: Browser, emulator: str) -> None:
    send(f"{emulator}/v3.0/me")
    page, complaints = opened(chromium, emulator)
    notes = page.locator("#notes > li")
    assert notes.count() == 1
    send(f"{emulator}/oauth/certs")
    notes.nth(1).wait_for()
    assert "GET /oauth/certs" in notes.nth(0).inner_text()
    assert "no access token: send Authorization: Bearer" in notes.nth(1).inner_text()
    page.get_by_role("button", name="Pause").click()
    send(f"{emulator}/oauth/certs")
    # What was asked for before the pause has been answered, and nothing is asked for in a minute of the page's time.
    page.wait_for_load_state("networkidle")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.clock.run_for(60_000)
    assert asked == []
    assert notes.nth(2).is_hidden()
    page.get_by_role("button", name="Pause").click()
    notes.nth(2).wait_for()
    assert complaints == []
    page.context.close()


def test_scenarios_and_people_can_be_filtered(chromium: Browser, emulator: str) -> None:
    page, complaints = opened(chromium, emulator)
    page.get_by_label("Filter the scenarios").fill("TOKENS 502")
    assert page.locator("#scenarios li:visible strong").all_inner_texts() == ["tokens-502-html"]
    page.get_by_label("Filter the people").fill("no email teacher")
    assert "Wei Zhong" in page.locator("#people li:visible").first.inner_text()
    page.get_by_label("Filter the people").fill("")
    assert page.locator("#people li:visible").count() == page.locator("#people li").count()
    assert complaints == []
    page.context.close()


@pytest.mark.parametrize("script", [True, False], ids=["with-script", "without-script"])
def test_every_button_works(chromium: Browser, emulator: str, *, script: bool) -> None:
    page, complaints = opened(chromium, emulator, script=script)
    press_everything(page, emulator)
    assert complaints == []
    page.context.close()


def test_somebody_can_be_sent_to_an_app(chromium: Browser) -> None:
    # Any server will do for the app.
    with running([]) as app, running([replace(APP, redirect_uri=f"{app}/healthz")]) as emulator:
        page, _ = opened(chromium, emulator)
        page.get_by_label("go on to").select_option("desk-app")
        page.get_by_role("button", name="Log in as Ada Ashworth (ada)").click()
        page.wait_for_url(f"{app}/healthz?code=*")
        assert "state=" not in page.url
        page.context.close()


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_scrolls_sideways(chromium: Browser, emulator: str, width: int) -> None:
    page, complaints = opened(chromium, emulator, width=width)
    page.evaluate(OPEN_ALL)
    assert page.evaluate(OVERFLOW) == 0
    assert complaints == []
    page.context.close()


def test_a_long_journal_scrolls_by_itself_and_leaves_the_rest_in_reach(chromium: Browser, emulator: str) -> None:
    for _ in range(40):
        send(f"{emulator}/oauth/certs")
    page, complaints = opened(chromium, emulator)
    journal = page.get_by_role("region", name="Requests, the latest first")
    assert journal.evaluate("part => part.scrollHeight > part.clientHeight")
    below = page.locator("#apps").bounding_box()
    assert below is not None
    assert below["y"] < 2 * 800
    journal.focus()
    page.keyboard.press("End")
    # The last of them, which is the first request, comes into sight.
    first = page.locator("#notes > li").last
    wait_for(
        lambda: first.evaluate("note => note.getBoundingClientRect().bottom <= innerHeight"),
        "the keys to move the journal",
    )
    assert complaints == []
    page.context.close()


def test_the_title_of_a_fold_stands_beside_its_mark(chromium: Browser, emulator: str) -> None:
    page, _ = opened(chromium, emulator)
    for fold in page.locator("#people summary, #scenarios summary").all():
        line = fold.bounding_box()
        assert line is not None
        assert line["height"] < 48, fold.inner_text()
    page.context.close()
