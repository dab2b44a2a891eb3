"""Simulates tabs of one browser: they share cookies, and send requests in an order that the test chooses."""

from __future__ import annotations

import random
from dataclasses import dataclass
from http.cookiejar import CookieJar
from typing import IO, TYPE_CHECKING
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit
from urllib.request import (
    BaseHandler,
    HTTPCookieProcessor,
    HTTPRedirectHandler,
    ProxyHandler,
    Request,
    build_opener,
)

from .cookie_browser import Page
from .patience import SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable
    from http.client import HTTPMessage

MOST_REDIRECTS = 20
"""The most redirects in a row that a browser follows."""
MOST_STEPS = 60
"""Browsers give up after about twenty redirects. A login with its restarts needs fewer."""


class Staying(HTTPRedirectHandler):
    """Follows no redirect: the next step does."""

    def redirect_request(  # noqa: PLR0913, PLR0917  (its base class has as many)
        self,
        req: Request,  # noqa: ARG002
        fp: IO[bytes],  # noqa: ARG002
        code: int,  # noqa: ARG002
        msg: str,  # noqa: ARG002
        headers: HTTPMessage,  # noqa: ARG002
        newurl: str,  # noqa: ARG002
    ) -> None:
        """Leave the redirect to the next step."""
        return


@dataclass
class Tab:
    """A tab: its next address, or the page that it shows."""

    url: str
    form: dict[str, str] | None = None
    page: Page | None = None
    steps: int = 0
    redirects: int = 0
    most_redirects: int = 0

    def redirected(self, *, is_redirect: bool) -> None:
        """Count redirects in a row. A page that continues by itself resets the count, as in a browser."""
        self.redirects = self.redirects + 1 if is_redirect else 0
        self.most_redirects = max(self.redirects, self.most_redirects)

    @property
    def is_done(self) -> bool:
        """Whether the tab shows a page of the application."""
        return self.page is not None


class TabbedBrowser:
    """One browser whose tabs share its cookies.

    Args:
        emulator: The address of the emulator, where the person signs in with `number`.
        number: The user name and password of the person.
        handlers: Handlers of urllib that send the requests, instead of one connection for each.
    """

    def __init__(self, emulator: str, number: str, *handlers: BaseHandler) -> None:
        self.emulator, self.number = emulator, number
        self.cookies = CookieJar()
        self.opener = build_opener(ProxyHandler({}), HTTPCookieProcessor(self.cookies), Staying(), *handlers)
        self.tabs: list[Tab] = []

    def open_tab(self, url: str) -> Tab:
        """Open a new tab whose next address is `url`."""
        self.tabs.append(Tab(url))
        return self.tabs[-1]

    def step(self, tab: Tab) -> None:
        """Send one request from one tab."""
        if tab.is_done:
            return
        tab.steps += 1
        assert tab.steps < MOST_STEPS, f"{tab.url} would redirect forever"
        form, tab.form = tab.form, None
        request = Request(tab.url, None if form is None else urlencode(form).encode())
        try:
            with self.opener.open(request, timeout=SECONDS) as response:
                tab.redirected(is_redirect=False)
                self._arrive(tab, Page(response.url, response.status, response.read().decode()))
        except HTTPError as error:
            with error:
                location = error.headers["Location"]
                if location is not None and 300 <= error.code < 400:
                    assert location.isascii(), location
                    tab.redirected(is_redirect=True)
                    assert tab.redirects < MOST_REDIRECTS, f"a browser would give up at {tab.url}"
                    tab.url = urljoin(tab.url, location)
                else:
                    tab.page = Page(error.url, error.code, error.read().decode())

    def _arrive(self, tab: Tab, page: Page) -> None:
        parts = urlsplit(page.url)
        if not page.url.startswith(self.emulator):
            onwards = page.text.partition('http-equiv="refresh" content="0; url=')[2].partition('"')[0]
            if onwards:
                tab.url = urljoin(tab.url, onwards.replace("&amp;", "&"))
            else:
                tab.page = page
            return
        if parts.path.endswith("/oauth/district-picker"):
            target = f"{parts.path.removesuffix('district-picker')}authorize?{parts.query}"
        else:
            target = parse_qs(parts.query)["target"][0]
        tab.url = f"{self.emulator}/login"
        tab.form = {"username": self.number, "password": self.number, "target": target}

    def in_lock_step(self) -> None:
        """Step all tabs in lock step, until all of them show a page."""
        while not all(tab.is_done for tab in self.tabs):
            for tab in self.tabs:
                self.step(tab)

    def one_after_the_other(self) -> None:
        """Take the first step of every tab, then finish one tab after the other."""
        for tab in self.tabs:
            self.step(tab)
        for tab in self.tabs:
            while not tab.is_done:
                self.step(tab)

    def in_random_order(self, seed: int) -> None:
        """Step the tabs in random order, until all of them show a page."""
        order = random.Random(seed)
        while waiting := [tab for tab in self.tabs if not tab.is_done]:
            self.step(order.choice(waiting))

    def logins_in_flight(self) -> int:
        """Return how many logins in progress the browser has cookies for."""
        return sum("clever_login_" in cookie.name for cookie in self.cookies)


def check_tabs(
    make: Callable[[], TabbedBrowser], addresses: list[str], is_signed_in: Callable[[int, Page], bool], seeds: range
) -> None:
    """Open `addresses` in tabs of one browser, in three kinds of order. Each tab must end on the right page.

    The orders are: in lock step, one after the other, and random.
    """
    for seed in ["lock step", "one after the other", *seeds]:
        browser = make()
        for address in addresses:
            browser.open_tab(address)
        if isinstance(seed, int):
            browser.in_random_order(seed)
        elif seed == "lock step":
            browser.in_lock_step()
        else:
            browser.one_after_the_other()
        for number, tab in enumerate(browser.tabs):
            assert tab.page is not None
            assert is_signed_in(number, tab.page), f"seed {seed}, tab {number}: {tab.page.status} {tab.page.url}"
        assert browser.logins_in_flight() == 0, f"seed {seed}"


def check_logins_in_flight_stay(browser: TabbedBrowser, login: str, callback: str) -> None:
    """Begin eight logins. A callback without proof doesn't touch their cookies, and a tenth tab can still log in.

    Args:
        browser: A new browser.
        login: The address that begins a login, up to the value of its parameter for the page.
        callback: The redirect URI.
    """
    for number in range(8):
        tab = browser.open_tab(f"{login}{number}")
        while not tab.url.startswith(callback):
            browser.step(tab)
    waiting = list(browser.tabs)

    def kept() -> dict[str, str | None]:
        return {cookie.name: cookie.value for cookie in browser.cookies if "clever_login_" in cookie.name}

    before = kept()
    assert len(before) == 8
    pages = ["error=access_denied", "error=server_error", "code=a&code=b", "error=x&state=y", "code=", ""]
    portal = ["code=junk", "code=junk&state=junk"]
    for said in [*pages, *portal, *pages, *portal]:
        tab = browser.open_tab(f"{callback}?{said}")
        while not tab.is_done:
            browser.step(tab)
            assert kept() == before, said
        assert tab.page is not None
        assert (tab.page.status == 200) == (said in portal), (said, tab.page.status)
    for tab in waiting:
        while not tab.is_done:
            browser.step(tab)
            assert "/oauth/authorize?" not in tab.url, "its callback proves the login still, and nothing restarts"
        assert tab.page is not None
        assert tab.page.status == 200, tab.page.url
    assert browser.logins_in_flight() == 0
