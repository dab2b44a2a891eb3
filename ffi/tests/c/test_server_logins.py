"""Logins at the web server of examples/c: the button, the portal, tabs, cookies, a reload."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

import pytest
from c_server import (
    ADA,
    CLIENT_ID,
    SECRET,
    Site,
    arrived,
    begun,
    cookie_of,
    cookies_in,
    log_in,
    ours,
    serving,
    serving_alone,
    serving_https,
)
from harness import emulator, ports
from harness.browser import Browser as AtClever
from harness.browser_page import check_set_cookies
from harness.cookie_browser import Browser, Page
from harness.length import whole_or_short
from harness.tabs import TabbedBrowser, check_logins_in_flight_stay, check_tabs

if TYPE_CHECKING:
    from collections.abc import Iterator


MOST_COOKIE_BYTES = 2048
INTERLEAVINGS = whole_or_short(200, 4)
TABS, ORDERS_WITH_A_WAITING_PAGE = whole_or_short(([2, 3, 5, 10], 200), ([3, 10], 1))
STARTS = ["/me", "/login", "portal", "mixed"]


def test_the_button_logs_in_and_the_page_names_the_person(browser: Browser, site: Site) -> None:
    assert ">Log in with Clever</a>" in browser.open(site.url).text
    page = log_in(browser, site)
    assert (page.path, page.status) == ("/me", 200)
    for shown in ("Ada Ashworth", "student", "53ee4b8a44abc88c1c00119b"):
        assert shown in page.text


def test_only_page_requests_and_the_apps_own_forms_can_log_in_or_out(browser: Browser, site: Site) -> None:
    log_in(browser, site)
    session = f"session={cookie_of(browser, 'session')}"
    refused: list[tuple[str, str, dict[str, str], int]] = [
        ("/login", "HEAD", {}, 200),
        ("/login", "POST", {}, 405),
        ("/login", "GET", {"Sec-Purpose": "prefetch"}, 503),
        ("/login", "GET", {"Sec-Purpose": "", "Purpose": "prefetch"}, 503),
        ("/login", "GET", {"Purpose": "preview"}, 503),
        ("/login", "GET", {"X-Purpose": "preview"}, 503),
        ("/login", "GET", {"X-Moz": "prefetch"}, 503),
        ("/login", "GET", {"Sec-Fetch-Mode": "no-cors"}, 403),
        ("/login", "GET", {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}, 403),
        ("/login", "GET", {"Sec-Fetch-Dest": "image"}, 403),
        ("/callback?code=x", "GET", {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "frame"}, 403),
        ("/callback?code=x", "GET", {"Sec-Fetch-Dest": "script"}, 403),
        ("/callback?code=x", "GET", {"X-Moz": "prefetch"}, 503),
        ("/callback?code=x", "GET", {"Sec-Fetch-Mode": "\xff"}, 403),
        ("/callback?code=x", "HEAD", {}, 200),
        ("/callback?code=x", "POST", {}, 405),
        ("/callback?code=x", "GET", {"Purpose": "prefetch"}, 503),
        ("/logout", "GET", {}, 405),
        ("/logout", "HEAD", {}, 405),
        ("/logout", "GET", {"Sec-Purpose": "prefetch"}, 405),
        ("/logout", "POST", {"Sec-Fetch-Site": "cross-site"}, 403),
        ("/logout", "POST", {"Sec-Fetch-Site": "same-site"}, 403),
        ("/logout", "POST", {"Origin": "https://evil.example"}, 403),
    ]
    for path, method, headers, status in refused:
        answer = site.asked(path, method, Cookie=session, **headers)
        assert (answer.status, answer.headers["Set-Cookie"]) == (status, None), (path, method, headers)
    assert site.asked("/me", Cookie=session).status == 200


def test_head_prefetch_and_post_requests_of_the_callback_use_no_code(site: Site) -> None:
    login = site.asked("/login")
    cookie = login.headers["Set-Cookie"].partition(";")[0]
    back = urlsplit(AtClever(site.emulator, ADA).callback(login.headers["Location"]))
    callback = f"{back.path}?{back.query}"
    looks: list[tuple[str, dict[str, str]]] = [("HEAD", {}), ("GET", {"Sec-Purpose": "prefetch"}), ("POST", {})]
    for method, headers in looks:
        assert site.asked(callback, method, Cookie=cookie, **headers).headers["Set-Cookie"] is None
    finished = site.asked(callback, Cookie=cookie)
    assert (finished.status, finished.headers["Location"]) == (303, "/me")


def check_tabs_of(site: Site, tabs: int, start: str, orders: int) -> None:
    """Check that `tabs` tabs from this start all arrive at their own pages; `mixed` alternates between all starts."""
    kinds = [STARTS[number % 3] if start == "mixed" else start for number in range(tabs)]

    def address(number: int, kind: str) -> str:
        return {
            "/me": f"{site.url}/me?tab={number}",
            "/login": f"{site.url}/login?return_to=/me%3Ftab={number}",
            "portal": site.from_portal,
        }[kind]

    def is_signed_in(number: int, page: Page) -> bool:
        own = f"{site.url}/me" if kinds[number] == "portal" else f"{site.url}/me?tab={number}"
        return page.url == own and "Ada Ashworth" in page.text

    addresses = [address(number, kind) for number, kind in enumerate(kinds)]
    check_tabs(lambda: TabbedBrowser(site.emulator, ADA), addresses, is_signed_in, range(orders))


@pytest.mark.parametrize("tabs", [2, 3, 5, 10])
@pytest.mark.parametrize("start", STARTS)
def test_tabs_of_one_browser_all_arrive(site: Site, tabs: int, start: str) -> None:
    check_tabs_of(site, tabs, start, INTERLEAVINGS)


@pytest.fixture(scope="module")
def waiting_site() -> Iterator[Site]:
    with serving_alone(CLEVER_WAITING_PAGE="true") as (site, _):
        yield site


@pytest.mark.parametrize("tabs", TABS)
@pytest.mark.parametrize("start", STARTS)
def test_tabs_arrive_with_a_waiting_page_too(waiting_site: Site, tabs: int, start: str) -> None:
    check_tabs_of(waiting_site, tabs, start, ORDERS_WITH_A_WAITING_PAGE)


def test_the_waiting_page_continues_and_uses_no_code_itself(waiting_site: Site) -> None:
    page = waiting_site.asked('/callback?state=x&code="y"')
    assert (page.status, page.headers["Set-Cookie"]) == (200, None)
    assert 'content="0; url=?state=x&amp;code=&quot;y&quot;&amp;clever_waited=1"' in page.text
    # A login that only restarts or has already failed needs no waiting page.
    assert [waiting_site.asked(f"/callback?{query}").status for query in ("code=x", "error=x&state=x")] == [303, 403]


def test_a_portal_login_succeeds_and_keeps_eight_logins_in_progress(site: Site) -> None:
    browser = TabbedBrowser(site.emulator, ADA)
    check_logins_in_flight_stay(browser, f"{site.url}/login?return_to=/me%3F", f"{site.url}/callback")


def test_the_ninth_login_drops_the_oldest(site: Site) -> None:
    browser = TabbedBrowser(site.emulator, ADA)
    longest = "/me?" + quote("ш" * 508)
    callbacks: list[str] = []
    names: list[str] = []
    for query in [quote(longest), *(f"/me%3Ftab={number}" for number in range(1, 12))]:
        callbacks.append(begun(browser, site, f"?return_to={query}"))
        names += [name for name in ours(browser) if name.startswith("clever_login_") and name not in names]
    # The oldest are gone, and the newest are kept.
    in_flight = sorted(name for name in ours(browser) if name.startswith("clever_login_"))
    assert (len(names), in_flight) == (len(callbacks), sorted(names[-8:]))
    assert sum(len(f"{name}={value}; ") for name, value in ours(browser).items()) < MOST_COOKIE_BYTES
    for number, callback in enumerate(callbacks):
        page = arrived(browser, callback)
        goal = f"/me?tab={number}" if number else longest
        assert (page.url, "Ada Ashworth" in page.text) == (site.url + goal, True)
        assert sum(len(f"{name}={value}; ") for name, value in ours(browser).items()) < MOST_COOKIE_BYTES
    assert browser.logins_in_flight() == 0


def test_each_callback_of_a_portal_login_can_be_reloaded(site: Site) -> None:
    browser = TabbedBrowser(site.emulator, ADA)
    tab = browser.open_tab(site.from_portal)
    visited = [tab.url]
    while tab.page is None:
        browser.step(tab)
        visited.append(tab.url)
    callbacks = [url for url in visited if url.startswith(f"{site.url}/callback")]
    assert ["state=" in url for url in callbacks] == [False, True]
    for callback in callbacks * 3:
        page = arrived(browser, callback)
        assert (page.url, page.status, "Ada Ashworth" in page.text) == (f"{site.url}/me", 200, True)
    assert browser.logins_in_flight() == 0


def test_a_callback_that_proves_nothing_changes_nothing(browser: Browser, site: Site) -> None:
    log_in(browser, site)
    browser.open(f"{site.emulator}/logout", {})
    browser.open(f"{site.url}/login?return_to=/me%3Fhere")
    before = {cookie.name: cookie.value for cookie in browser.cookies}
    for said in ("error=access_denied", "error=server_error", "code=a&code=b", "error=x&state=y", "code="):
        browser.open(f"{site.url}/callback?{said}")
        assert {cookie.name: cookie.value for cookie in browser.cookies} == before, said
    assert browser.open(f"{site.url}/me").path == "/me"


def test_blocked_cookies_end_with_a_page_after_three_redirects(site: Site) -> None:
    to_clever, url = 0, f"{site.url}/login"
    browser = Browser(site.emulator)
    browser.sign_in(ADA)
    at_clever = "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.cookies)
    while True:
        parts = urlsplit(url)
        at_app = url.startswith(site.url)
        answer = Site(f"{parts.scheme}://{parts.netloc}", "").asked(
            f"{parts.path}?{parts.query}", Connection="close", **({} if at_app else {"Cookie": at_clever})
        )
        text = answer.text
        if answer.status == 400:
            break
        url = answer.headers["Location"]
        to_clever += url.startswith(site.emulator)
    assert to_clever == 3
    assert "cookies_blocked" in text


def test_a_login_from_the_portal_is_restarted_without_a_page(browser: Browser, site: Site) -> None:
    browser.sign_in(ADA)
    page = browser.open(site.from_portal)
    assert page.path == "/me"
    assert "Ada Ashworth" in page.text
    assert [url.startswith(f"{site.url}/callback") for url in browser.visited].count(True) == 2


def test_a_refreshed_callback_signs_in_again(browser: Browser, site: Site) -> None:
    log_in(browser, site)
    spent = next(url for url in browser.visited if url.startswith(f"{site.url}/callback"))
    page = browser.open(spent)
    assert page.path == "/me"
    assert "Ada Ashworth" in page.text


def test_login_cookies_are_http_only_and_lax(site: Site) -> None:
    begun = site.asked("/login")
    assert begun.status == 303
    assert begun.headers["Location"].startswith(f"{site.emulator}/oauth/authorize?")
    (cookie,) = cookies_in(begun).values()
    assert cookie.startswith("clever_login_")
    for part in ("; Path=/", "; Max-Age=600", "; HttpOnly", "; SameSite=Lax"):
        assert part in cookie
    assert "Secure" not in cookie, "the browser would not send it to a plain http address"


def check_one_login(site: Site) -> None:
    """Check that the cookies of one login match docs/browser.md."""
    login = site.asked("/login")
    begun = login.headers.get_all("Set-Cookie") or []
    back = urlsplit(AtClever(site.emulator, ADA).callback(login.headers["Location"]))
    finished = site.asked(f"{back.path}?{back.query}", Cookie=begun[0].partition(";")[0])
    check_set_cookies(begun, finished.headers.get_all("Set-Cookie") or [], "C")


def test_the_cookies_of_a_login_match_the_documentation(site: Site) -> None:
    check_one_login(site)
    with serving_https() as other:
        check_one_login(other)


def test_a_finished_login_deletes_its_cookie(browser: Browser, site: Site) -> None:
    browser.open(f"{site.url}/login")
    assert any(cookie.name.startswith("clever_login_") for cookie in browser.cookies)
    log_in(browser, site)
    assert sum(cookie.name.startswith("clever_login_") for cookie in browser.cookies) == 1, "that of the first one"


@pytest.mark.parametrize(("value", "asks"), [("1", True), ("true", True), ("0", False), ("", False), ("False", False)])
def test_switch_user_can_be_off(site: Site, value: str, asks: bool) -> None:
    location = site.asked(f"/login?switch_user={value}").headers["Location"]
    assert ("confirmed=false" in location) == asks


def test_a_login_cookie_in_quotes_is_accepted(site: Site) -> None:
    begun = site.asked("/login?return_to=/me%3Fquoted")
    name, _, value = begun.headers["Set-Cookie"].partition(";")[0].partition("=")
    staying = TabbedBrowser(site.emulator, ADA)
    tab = staying.open_tab(begun.headers["Location"])
    while not tab.url.startswith(f"{site.url}/callback"):
        staying.step(tab)
    parts = urlsplit(tab.url)
    back = site.asked(f"{parts.path}?{parts.query}", Cookie=f'theme=dark; =; ;{name}="{value}"; theme=light')
    assert (back.status, back.headers["Location"]) == (303, "/me?quoted")


def test_the_callback_of_a_finished_login_can_be_reloaded_any_number_of_times(browser: Browser, site: Site) -> None:
    log_in(browser, site, return_to="/me%3Flesson=7")
    for _ in range(6):
        callback = next(url for url in reversed(browser.visited) if f"{site.url}/callback" in url)
        page = browser.open(callback)
        assert (page.status, page.url) == (200, f"{site.url}/me?lesson=7")


def test_a_login_in_progress_when_the_server_restarts_arrives() -> None:
    with ports.reserved() as port:
        url = f"http://127.0.0.1:{port}"
        app = emulator.App(CLIENT_ID, SECRET, f"{url}/callback", oidc=True)
        with emulator.running([app]) as clever:
            browser = Browser(clever)
            with serving(url, clever):
                at_clever = browser.open(f"{url}/me?here")
            with serving(url, clever):
                page = browser.sign_in(ADA, at_clever)
                assert (page.url, page.status) == (f"{url}/me?here", 200)
