"""Attacks by hostile pages, links and other sites on the same host change nothing, with the extension and with FFI."""

from __future__ import annotations

import random
import socket
from http.cookiejar import Cookie, DefaultCookiePolicy
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

import odd_requests
import pytest
from harness.patience import SECONDS
from harness.tabs import TabbedBrowser, check_logins_in_flight_stay
from php_sites import WAYS, Site, asked, cookie_of, kept, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from urllib.request import Request

    from harness.cookie_browser import Page
    from installed import Installed
    from odd_requests import OddRequest

ADA, JOSE = "510001", "510003"
IN_FLIGHT = 8


@pytest.fixture(scope="module", params=WAYS)
def site(installed: Installed, request: pytest.FixtureRequest) -> Iterator[Site]:
    with serving(installed, request.param, auto_login=None) as running:
        yield running


@pytest.fixture
def browser(site: Site) -> TabbedBrowser:
    return TabbedBrowser(site.clever, ADA)


def header_of(browser: TabbedBrowser) -> str:
    return "; ".join(f"{name}={value}" for name, value in kept(browser).items())


def signed_in(browser: TabbedBrowser, site: Site) -> TabbedBrowser:
    browser.open_tab(f"{site.url}/me")
    browser.in_lock_step()
    return browser


def begun(browser: TabbedBrowser, site: Site, query: str = "") -> str:
    """Begin a login and come back from Clever. Returns the callback URL, which is not opened yet."""
    tab = browser.open_tab(f"{site.url}/login{query}")
    while not tab.url.startswith(f"{site.url}/callback"):
        browser.step(tab)
    return tab.url


def arrived(browser: TabbedBrowser, url: str) -> Page:
    tab = browser.open_tab(url)
    while tab.page is None:
        browser.step(tab)
    return tab.page


def test_a_forged_callback_changes_no_pending_login_and_no_session(browser: TabbedBrowser, site: Site) -> None:
    signed_in(browser, site)
    session = cookie_of(browser, "session")
    stranger = TabbedBrowser(site.clever, JOSE)
    theirs, mine = begun(stranger, site), begun(browser, site, "?return_to=/me%3Fmine")
    before = kept(browser)
    state = urlsplit(mine).query
    hostile = [
        "error=access_denied",
        "error=server_error",
        "error=temporarily_unavailable",
        "error=invalid_request",
        "error=unauthorized-user",
        "error=%00",
        "error=%ff&error_description=%ff",
        "code=junk",
        "code=junk&state=junk",
        "code=junk&state=",
        "code[]=a&state[]=b",
        "access_token=x&token_type=bearer",
        "code=a&code=b",
        urlsplit(theirs).query,
        f"{state}&state=x",
        f"{state}&code=x",
        f"{state}&error=access_denied",
        f"{urlsplit(theirs).query}&iss=https%3A%2F%2Fevil.example",
        f"{'x' * 3000}=1",
        "",
    ]
    for query in hostile:
        answer = asked(f"{site.url}/callback?{query}", Cookie=header_of(browser))
        lines = answer.headers.get_all("Set-Cookie") or []
        assert answer.status in {303, 400, 403, 500, 503}, query
        assert not [line for line in lines if line.partition("=")[0] in before], query
        assert not answer.goes_to or answer.goes_to.startswith(site.clever), query
    assert asked(f"{site.url}/me", Cookie=f"session={session}").status == 200
    finished = asked(mine, Cookie="; ".join(f"{name}={value}" for name, value in before.items()))
    assert (finished.status, finished.goes_to) == (303, "/me?mine")


@pytest.mark.parametrize("issuer", ["https://evil.example", "x"])
def test_a_wrong_issuer_ends_the_login_that_it_came_with_and_the_session(
    browser: TabbedBrowser, site: Site, issuer: str
) -> None:
    signed_in(browser, site)
    session = cookie_of(browser, "session")
    mine, other = begun(browser, site, "?return_to=/me%3Fmine"), begun(browser, site, "?return_to=/me%3Fother")
    answer = asked(f"{mine}&iss={quote(issuer, safe='')}", Cookie=header_of(browser))
    assert (answer.status, "callback_issuer" in answer.text) == (400, True)
    assert 'return_to=%2Fme%3Fmine"' in answer.text
    ended = [line.partition("=")[0] for line in answer.headers.get_all("Set-Cookie") or [] if "Max-Age=0" in line]
    assert "session" in ended
    assert len([name for name in ended if name.startswith("clever_login_")]) == 1
    assert asked(f"{site.url}/me", Cookie=f"session={session}").status == 303
    assert asked(other, Cookie=header_of(browser)).goes_to == "/me?other"


def test_a_callback_of_another_browser_does_not_sign_this_one_in(browser: TabbedBrowser, site: Site) -> None:
    stranger = TabbedBrowser(site.clever, JOSE)
    theirs = begun(stranger, site)
    signed_in(browser, site)
    answer = asked(theirs, Cookie=header_of(browser))
    assert answer.goes_to.startswith(site.clever)
    assert "Hello, Ada Ashworth" in arrived(browser, theirs).text


@pytest.mark.parametrize("path", ["/login", "/callback?code=x&state=y", "/callback?error=x"])
@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("HEAD", {}, 200),
        ("POST", {}, 405),
        ("PUT", {}, 405),
        ("OPTIONS", {}, 405),
        ("GET", {"Sec_Purpose": "prefetch"}, 503),
        ("GET", {"Sec_Purpose": "prefetch;prerender"}, 503),
        ("GET", {"Sec_Purpose": "", "Purpose": "prefetch"}, 503),
        ("GET", {"Purpose": "preview"}, 503),
        ("GET", {"X_Purpose": "preview"}, 503),
        ("GET", {"X_Moz": "prefetch"}, 503),
        ("GET", {"Sec_Fetch_Mode": "no-cors"}, 403),
        ("GET", {"Sec_Fetch_Mode": "cors"}, 403),
        ("GET", {"Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "iframe"}, 403),
        ("GET", {"Sec_Fetch_Dest": "image"}, 403),
    ],
)
def test_login_and_callback_act_only_on_page_navigations(  # noqa: PLR0913, PLR0917  (a table)
    browser: TabbedBrowser, site: Site, path: str, method: str, headers: dict[str, str], status: int
) -> None:
    signed_in(browser, site)
    answer = asked(site.url + path, method, Cookie=header_of(browser), **headers)
    assert (answer.status, answer.headers["Set-Cookie"], answer.text) == (status, None, "")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Allow"] == ("GET, HEAD" if status == 405 else None)
    page = asked(f"{site.url}/me", Cookie=header_of(browser))
    assert (page.status, page.headers["Cache-Control"]) == (200, "no-store")


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "//evil.example"},
        {"Host": "evil.example:80/x?"},
        {"X_Forwarded_Host": "evil.example", "X_Forwarded_Proto": "https"},
        {"Forwarded": "host=evil.example"},
        {"X_Original_URL": "//evil.example/"},
    ],
)
def test_no_redirect_is_built_from_the_host(browser: TabbedBrowser, site: Site, headers: dict[str, str]) -> None:
    callback = begun(browser, site, "?return_to=/me%3Fa")
    for path, method in [("/me", "GET"), ("/login", "GET"), ("/logout", "POST"), (callback[len(site.url) :], "GET")]:
        answer = asked(site.url + path, method, Cookie=header_of(browser), **headers)
        # PHP's own server responds with the requested Host.
        said = [answer.goes_to, answer.text, *(answer.headers.get_all("Set-Cookie") or [])]
        assert (answer.status, "evil" in str(said)) == (303, False), path
        assert answer.goes_to.startswith(("/me", "/login", site.clever)) or answer.goes_to == "/"


def test_a_whole_url_as_request_target_redirects_no_one_to_another_site(site: Site) -> None:
    for target in ("http://evil.example/me", "//evil.example/me", "/\\evil.example/me", "*"):
        with socket.create_connection(("127.0.0.1", urlsplit(site.url).port or 0), SECONDS) as connection:
            request = f"GET {target} HTTP/1.1\r\nHost: {urlsplit(site.url).netloc}\r\nConnection: close\r\n\r\n"
            connection.sendall(request.encode())
            answer = b"".join(iter(lambda: connection.recv(4096), b"")).decode()
        location = next((line for line in answer.splitlines() if line.lower().startswith("location:")), "")
        assert answer.startswith("HTTP/1."), target
        assert not location or location.partition(" ")[2].startswith("/login"), answer


def test_a_portal_login_succeeds_and_keeps_eight_logins_in_progress(browser: TabbedBrowser, site: Site) -> None:
    check_logins_in_flight_stay(browser, f"{site.url}/login?return_to=/me%3F", f"{site.url}/callback")


def test_of_nine_logins_in_progress_the_newest_eight_are_kept(browser: TabbedBrowser, site: Site) -> None:
    longest = quote("/me?" + "ш" * 510)
    callbacks, names = [], []
    for query in [longest, *(f"/me%3Ftab={number}" for number in range(1, 12))]:
        callbacks.append(begun(browser, site, f"?return_to={query}"))
        names += [name for name in kept(browser) if name.startswith("clever_login_") and name not in names]
    ours = {name: value for name, value in kept(browser).items() if name.startswith("clever_")}
    # The oldest logins are gone, and the newest are kept.
    in_flight = sorted(name for name in ours if name.startswith("clever_login_"))
    assert (len(names), in_flight) == (len(callbacks), sorted(names[-IN_FLIGHT:]))
    assert sum(len(f"{name}={value}; ") for name, value in ours.items()) < 2048
    for number, callback in enumerate(callbacks):
        page = arrived(browser, callback)
        goal = "/me?" + quote("ш" * 510) if number == 0 else f"/me?tab={number}"
        assert (page.url, "Hello, Ada Ashworth" in page.text) == (site.url + goal, True)
    assert not [name for name in kept(browser) if name.startswith("clever_login_")]


@pytest.mark.parametrize(
    "name", ["_[Host-session", "__Host[session", "..Host-session", "\x0b__Host-session", "__host-session", "session"]
)
@pytest.mark.parametrize("way", WAYS)
def test_over_https_a_cookie_of_another_host_is_not_used_as_the_session(
    installed: Installed, way: str, name: str
) -> None:
    with serving(installed, way, scheme="https") as site:
        login = asked(f"{site.url}/login")
        back = asked(login.goes_to).goes_to.replace("https", "http", 1)
        pair = (login.headers["Set-Cookie"] or "").partition(";")[0]
        lines = asked(back, Cookie=pair).headers.get_all("Set-Cookie") or []
        attacker = next(line for line in lines if line.startswith("__Host-session=")).partition(";")[0]
        assert asked(f"{site.url}/me", Cookie=attacker).status == 200
        planted = f"{name}={attacker.partition('=')[2]}"
        assert asked(f"{site.url}/me", Cookie=planted).status == 303
        assert asked(f"{site.url}/me", Cookie=f"{planted}; {attacker}").status == 200


class WithoutSessions(DefaultCookiePolicy):
    """A browser (or a filter in front of it) that blocks session cookies."""

    def set_ok(self, cookie: Cookie, request: Request) -> bool:
        """Whether to keep a cookie."""
        return cookie.name != "session" and super().set_ok(cookie, request)


def test_a_cookie_of_the_same_name_that_is_not_a_php_session_is_ignored(browser: TabbedBrowser, site: Site) -> None:
    signed_in(browser, site)
    session = f"session={cookie_of(browser, 'session')}"
    # A cookie of another application for a longer path, which browsers send first.
    for other in ("session=", "session=eyJhIjoxfQ.aSB4YQ.8-_s", "session", "session=../../etc/passwd"):
        assert asked(f"{site.url}/me", Cookie=f"{other}; {session}").status == 200


def test_a_session_cookie_that_does_not_come_back_ends_with_a_page(browser: TabbedBrowser, site: Site) -> None:
    browser.cookies.set_policy(WithoutSessions())
    before = len(site.log)
    page = arrived(browser, f"{site.url}/me?lesson=7")
    assert (page.status, "session_not_kept" in page.text) == (500, True)
    assert 'href="/login?return_to=%2Fme%3Flesson%3D7"' in page.text
    assert "session cookie session: domain (this host), path /, Secure no; " in site.log[before:]


def test_signing_in_again_and_again_does_not_count_as_a_lost_session(browser: TabbedBrowser, site: Site) -> None:
    for number in range(6):
        page = arrived(browser, f"{site.url}/me?{number}")
        assert (page.url, page.status) == (f"{site.url}/me?{number}", 200)
        # The application ends the session in its own way.
        browser.cookies.clear(urlsplit(site.url).hostname or "", "/", "session")


@pytest.mark.parametrize("odd", odd_requests.KINDS)
def test_odd_bytes_in_requests_cause_no_error(
    browser: TabbedBrowser, site: Site, odd: Callable[[], Iterable[OddRequest]]
) -> None:
    signed_in(browser, site)
    odd_requests.check(site.url, site.clever, odd())
    # The log is checked when the site ends.
    assert asked(f"{site.url}/me", Cookie=f"session={cookie_of(browser, 'session')}").status == 200


@pytest.mark.parametrize("value", ["\x80", "\xff", "pre\xfffetch", "\xed\xa0\x80"])
@pytest.mark.parametrize("name", ["Purpose", "X_Purpose", "X_Moz", "Sec_Purpose", "Referer", "Accept_Language", "Host"])
def test_headers_with_invalid_bytes_do_not_block_a_login(site: Site, name: str, value: str) -> None:
    for path in ("/login", "/callback?code=a"):
        answer = asked(site.url + path, **{name: value})
        assert (answer.status, answer.goes_to.startswith(site.clever)) == (303, True)


@pytest.mark.parametrize("name", ["Origin", "Sec_Fetch_Site"])
def test_an_origin_with_invalid_bytes_logs_no_one_out(browser: TabbedBrowser, site: Site, name: str) -> None:
    signed_in(browser, site)
    answer = asked(f"{site.url}/logout", "POST", Cookie=header_of(browser), **{name: "\xff"})
    assert (answer.status, answer.headers["Set-Cookie"]) == (403, None)


def test_odd_requests_are_answered_without_a_fault(site: Site) -> None:
    odd = random.Random(11)
    names = ["code", "state", "error", "error_description", "iss", "scope", "return_to", "switch_user", "district_id"]
    values = ["", "a", "%00", "%ff", "%0d%0aX:y", "//evil", "%5c", "[]", "a" * 2000, "%F0%9F%98%80", "0", "blob:x"]
    cookies = ["session=a", "session=", f"session={'f' * 32}", "session=../x", "clever_login_x=%00", "a" * 3000, "=;=;"]
    for _ in range(150):
        query = "&".join(f"{odd.choice(names)}{odd.choice(['=', '[]=', ''])}{odd.choice(values)}" for _ in range(4))
        path = odd.choice(["/", "/me", "/login", "/callback", "/logout", "/other/callback", "/callback/", "/CALLBACK"])
        answer = asked(f"{site.url}{path}?{query}", odd.choice(["GET", "POST"]), Cookie=odd.choice(cookies))
        said = (path, query, answer.status)
        assert answer.status in {200, 303, 400, 401, 403, 404, 405} or "config_invalid" in answer.text, said
        assert "X" not in answer.headers, said
        assert answer.goes_to.startswith(("/", site.clever)) or not answer.goes_to, said
        assert not answer.goes_to.startswith("//"), said
