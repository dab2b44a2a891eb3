"""Runs a real browser: headless Chromium, driven by Playwright.

Most tests use Debian's chromium-headless-shell. It has the same engine, network code and cookies, but no windows, menus
or settings, and uses a quarter of the CPU time. `whole` starts the full browser, which can restore tabs.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from .patience import MILLISECONDS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# The browser must not connect to any other machine.
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def whole() -> str:
    """Return the path of the full browser, which can restore tabs. Skip the test if it isn't installed."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("chromium is not installed")
    return program


def light() -> str:
    """Return the path of the headless shell, or of the full browser if there is no shell."""
    return shutil.which("chromium-headless-shell") or whole()


@contextmanager
def launched() -> Iterator[Browser]:
    """Run the browser."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    program = light()
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=program, args=QUIET, timeout=MILLISECONDS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def keeping_pages(browser: Browser) -> Iterator[Browser]:
    """Run the full browser beside `browser`: its back button shows pages from the cache."""
    switch = "--disable-back-forward-cache"
    second = browser.browser_type.launch(
        executable_path=whole(), args=QUIET, ignore_default_args=[switch], timeout=MILLISECONDS
    )
    try:
        yield second
    finally:
        second.close()


@contextmanager
def new_page(browser: Browser) -> Iterator[Page]:
    """Open a page in a new browser without cookies."""
    context = browser.new_context(viewport={"width": 900, "height": 700})
    context.set_default_timeout(MILLISECONDS)
    try:
        yield context.new_page()
    finally:
        context.close()


def sign_in(page: Page, person: str) -> None:
    """Sign in from the list for developers, which every page of the emulator has when no one is signed in."""
    page.get_by_role("heading", name="For developers: sign in as anyone").click()
    page.get_by_role("button", name=f"Sign in as {person}").first.click()


def sign_out(page: Page, emulator: str) -> None:
    """Log out of the emulator, but not of the app, as if another person takes the device."""
    page.request.post(f"{emulator}/logout")
