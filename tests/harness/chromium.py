"""A real browser: chromium, headless, driven by playwright.

Most tests need what Debian calls chromium-headless-shell: the same engine, network and cookies without the windows,
menus and settings around them. It uses a quarter of the processor time. `whole` has those as well, and restores tabs.
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

# It must only connect to this machine.
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
    """The program with windows, settings and a memory for tabs; without it the test is skipped."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("chromium is not installed")
    return program


def light() -> str:
    """The program without them, if it is installed, otherwise the whole one."""
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
    """Run a whole one beside `browser`: its back button shows pages again from its memory."""
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
    """Open a page of a browser with nothing in it."""
    context = browser.new_context(viewport={"width": 900, "height": 700})
    context.set_default_timeout(MILLISECONDS)
    try:
        yield context.new_page()
    finally:
        context.close()


def sign_in(page: Page, person: str) -> None:
    """Sign in on any page of the emulator where no one is signed in: in the folded list for developers."""
    page.get_by_role("heading", name="For developers: sign in as anyone").click()
    page.get_by_role("button", name=f"Sign in as {person}").first.click()


def sign_out(page: Page, emulator: str) -> None:
    """Leave the emulator, not the app: the next person has the device."""
    page.request.post(f"{emulator}/logout")
