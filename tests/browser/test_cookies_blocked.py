"""A browser that blocks cookies gets a page that says so, and is never redirected forever.

Chromium reads this setting only from a profile, so these tests start their own browser.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from harness import chromium, patience

from .scene import ADA, Place, headed, watched, with_password

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

BLOCK = 2
MOST_REQUESTS = 20
MOST_LOGINS = 3


@contextmanager
def blocking(browser: Browser, folder: Path, sites: list[str]) -> Iterator[Page]:
    """Open a page in a browser that blocks the cookies of these sites."""
    exceptions = {f"{site},*": {"setting": BLOCK} for site in sites}
    preferences = {"profile": {"content_settings": {"exceptions": {"cookies": exceptions}}}}
    (folder / "Default").mkdir()
    (folder / "Default" / "Preferences").write_text(json.dumps(preferences))
    context = browser.browser_type.launch_persistent_context(
        folder, executable_path=chromium.whole(), args=chromium.QUIET, timeout=patience.MILLISECONDS
    )
    try:
        with watched(context):
            yield context.pages[0]
    finally:
        context.close()


def logins_in(asked: list[str]) -> set[str]:
    """Record the states in the browser's requests to Clever."""
    states = {parse_qs(urlsplit(url).query).get("state", [""])[0] for url in asked if "/oauth/authorize?" in url}
    return states - {""}


def requests_of(page: Page) -> list[str]:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    return asked


def test_a_browser_that_blocks_the_apps_cookies_gets_a_page_that_says_so(
    browser: Browser, place: Place, tmp_path: Path
) -> None:
    with blocking(browser, tmp_path, [place.garden]) as page:
        asked = requests_of(page)
        page.goto(place.garden)
        page.get_by_role("link", name="Log in with Clever").click()
        page.get_by_role("button", name="Emulated High School").click()
        with_password(page, ADA)
        headed(page, "Signing in did not work")
        assert "cookies" in page.get_by_role("alert").inner_text()
        assert page.locator("code").inner_text() == "cookies_blocked"
        assert len(asked) < MOST_REQUESTS
        assert 1 < len(logins_in(asked)) <= MOST_LOGINS
        # Trying again ends on the same page, not in endless redirects.
        asked.clear()
        page.get_by_role("link", name="Log in with Clever").click()
        page.wait_for_url(f"{place.garden}/callback?**")
        headed(page, "Signing in did not work")
        assert 1 < len(logins_in(asked)) <= MOST_LOGINS
        assert page.context.cookies(place.garden) == []


@pytest.mark.parametrize("start", ["/in/emulated", "/login"])
def test_a_browser_that_blocks_the_emulators_cookies_is_not_redirected_forever(
    browser: Browser, place: Place, tmp_path: Path, start: str
) -> None:
    with blocking(browser, tmp_path, [place.clever]) as page:
        asked = requests_of(page)
        page.goto(f"{place.clever}{start}")
        if start == "/login":
            page.get_by_role("button", name="Emulated High School").click()
        with_password(page, ADA)
        page.wait_for_load_state()
        assert page.get_by_text("Signed in as").count() == 0
        assert len(asked) < MOST_REQUESTS
