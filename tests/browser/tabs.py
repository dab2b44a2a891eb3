"""Opens tabs of one browser at once, or restores them from disk, at addresses that begin logins."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from harness import chromium, patience
from harness.browser import portal_link

from .scene import ADA, DISTRICT, Place, headed, opened, signed_in, watched, with_password

if TYPE_CHECKING:
    from harness.emulator import App
    from playwright.sync_api import Browser, BrowserContext, Page

# Chromium opens six connections to one host.
MOST_HELD = 5
OPEN_ALL = "urls => urls.forEach(url => window.open(url))"
SIGNED_IN = "Hello, Ada Ashworth"
LOGIN_COOKIE = "clever_login"


@dataclass(frozen=True)
class Links:
    """The addresses of an application that begin logins; `wish` is the parameter for the page to return to."""

    place: Place
    app: App
    wish: str = "next"

    def page_of(self, number: int) -> str:
        """Return the protected page of a tab."""
        return f"{self.place.garden}/me?tab={number}"

    def login_link(self, number: int) -> str:
        """Return a login link that leads to the page of a tab."""
        return f"{self.place.garden}/login?{self.wish}={quote(f'/me?tab={number}', safe='')}"

    def portal_link(self, number: int) -> str:
        """Return the link of the portal's icon. It is the same for every tab."""
        link = portal_link(self.place.clever, self.app.client_id, self.app.redirect_uri, DISTRICT)
        return f"{link}&tab={number}"


def tabs_of(context: BrowserContext, many: int) -> list[Page]:
    """Wait until there are this many tabs; return all except the first."""
    while len(context.pages) <= many:
        context.wait_for_event("page")
    return context.pages[1:]


def check_tabs_opened_at_once(browser: Browser, links: Links, start: str, many: int) -> None:
    """Open tabs at the same time, signed in at Clever. Each must end on its own page."""
    numbers = range(many)
    with opened(browser) as page:
        signed_in(page, links.place, ADA)
        page.goto(links.place.garden)
        page.evaluate(OPEN_ALL, [getattr(links, start)(number) for number in numbers])
        tabs = tabs_of(page.context, many)
        for tab in tabs:
            headed(tab, SIGNED_IN)
        own = [f"{links.place.garden}/me" if start == "portal_link" else links.page_of(number) for number in numbers]
        assert sorted(tab.url for tab in tabs) == sorted(own)
        assert not [cookie for cookie in page.context.cookies() if LOGIN_COOKIE in cookie.get("name", "")]


@contextmanager
def kept_on_disk(browser: Browser, folder: Path, *arguments: str) -> Iterator[BrowserContext]:
    """Start a browser that saves its tabs and cookies in `folder` when it is closed."""
    context = browser.browser_type.launch_persistent_context(
        folder,
        executable_path=chromium.whole(),
        args=[*chromium.QUIET, *arguments],
        timeout=patience.MILLISECONDS,
    )
    try:
        with watched(context):
            yield context
    finally:
        context.close()


def restored(context: BrowserContext, urls: str, many: int) -> list[Page]:
    """Wait for the restored tabs whose addresses have this prefix, and return them."""

    def tabs() -> list[Page] | None:
        # Playwright updates the addresses only when it talks to the browser.
        context.cookies()
        found = [page for page in context.pages if page.url.startswith(urls)]
        return found if len(found) == many else None

    return patience.wait_for(tabs, f"{many} tabs to be restored") or []


def leave_pages_open(browser: Browser, folder: Path, links: Links, many: int) -> None:
    """Sign in, open a protected page in each tab, then close the browser."""
    with kept_on_disk(browser, folder) as context:
        signed_in(context.pages[0], links.place, ADA)
        for number in range(many):
            tab = context.new_page()
            tab.goto(links.page_of(number))
            headed(tab, SIGNED_IN)


def check_pages_restored(browser: Browser, folder: Path, links: Links, many: int) -> None:
    """Open the browser again, with its tabs. Each must end signed in on its own page."""
    with kept_on_disk(browser, folder, "--restore-last-session") as context:
        tabs = restored(context, links.place.garden, many)
        for tab in tabs:
            headed(tab, SIGNED_IN)
        assert sorted(tab.url for tab in tabs) == [links.page_of(number) for number in range(many)]


def check_logins_restored(browser: Browser, folder: Path, links: Links, many: int) -> None:
    """Close the browser in the middle of logins, open it again, and finish them."""
    with kept_on_disk(browser, folder) as context:
        for number in range(many):
            tab = context.new_page()
            tab.goto(f"{links.login_link(number)}&district_id={DISTRICT}")
            headed(tab, "Log in to Emulated School District")
    with kept_on_disk(browser, folder, "--restore-last-session") as context:
        tabs = restored(context, links.place.clever, many)
        for tab in tabs:
            tab.bring_to_front()
            with_password(tab, ADA)
            headed(tab, SIGNED_IN)
        assert sorted(tab.url for tab in tabs) == [links.page_of(number) for number in range(many)]
