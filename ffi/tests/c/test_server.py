"""The web server of examples/c, as people use it: the button, the portal, a shared device, a reload, errors.

It is compiled with the sanitizers, so memory errors and leaks during these visits fail the tests.
"""

from __future__ import annotations

import html
import http.client
import re
import signal
import subprocess
import threading
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from http.cookiejar import Cookie, CookieJar
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, urlsplit
from urllib.request import HTTPCookieProcessor, ProxyHandler, build_opener

import pytest
from harness import emulator, ports
from harness.browser import Browser as AtClever
from harness.browser_page import check_set_cookies
from harness.cookie_browser import Browser, Page
from harness.header_limits import LONG_PAGES, MOST_HEADER_BYTES, MOST_LINK_BYTES, header_bytes
from harness.length import whole_or_short
from harness.paths import ROOT
from harness.patience import SECONDS
from harness.programs import compiled, environment
from harness.tabs import Staying, TabbedBrowser, check_logins_in_flight_stay, check_tabs

if TYPE_CHECKING:
    from collections.abc import Iterator

CLIENT_ID, SECRET = "0d1c" * 5, "5ec4e7" * 6
ADA, JOSE = "510001", "510003"
MOST_COOKIE_BYTES = 2048
OWN_CLOCK = [str(ROOT / "ffi/tests/c/own_clock.c"), "-Wl,--wrap=time"]
SANITIZED = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
INTERLEAVINGS = whole_or_short(200, 4)
TABS, ORDERS_WITH_A_WAITING_PAGE = whole_or_short(([2, 3, 5, 10], 200), ([3, 10], 1))
STARTS = ["/me", "/login", "portal", "mixed"]
WHEN_CLEVER_IS_DOWN = "Clever cannot be reached right now. Please wait a minute, then try again."


@dataclass(frozen=True)
class Answer:
    """The response to one request."""

    status: int
    headers: http.client.HTTPMessage
    text: str


@dataclass(frozen=True)
class Site:
    """The server, and the emulator that replaces Clever."""

    url: str
    emulator: str

    @property
    def from_portal(self) -> str:
        """The URL of the app's icon in the portal: it begins a login without a state."""
        return f"{self.emulator}/oauth/authorize?response_type=code&client_id={CLIENT_ID}"

    def asked(self, path: str, method: str = "GET", **headers: str) -> Answer:
        """Send one request, without following redirects."""
        with closing(http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=SECONDS)) as connection:
            connection.request(method, path, headers=headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read().decode())


def server_program(*more: str) -> Path:
    if not Path("/usr/include/microhttpd.h").exists():
        pytest.skip("libmicrohttpd-dev is not installed")
    folder = ROOT / "examples/c"
    parts = [str(folder / name) for name in ("http.c", "sessions.c", "pages.c")]
    return compiled(folder / "server.c", *parts, *more, "-lmicrohttpd", "-pthread", *SANITIZED, name="server-asan")


@contextmanager
def serving(url: str, base_url: str, redirect_uri: str | None = None, **more: str) -> Iterator[list[str]]:
    """Run the server until the end of the block. It must exit without an error. Then the list has its log lines."""
    program = server_program(*(OWN_CLOCK if "TEST_CLOCK" in more else []))
    settings = {
        "CLEVER_CLIENT_ID": CLIENT_ID,
        "CLEVER_CLIENT_SECRET": SECRET,
        "CLEVER_REDIRECT_URI": redirect_uri or f"{url}/callback",
        "CLEVER_BASE_URL": base_url,
        "PORT": str(urlsplit(url).port),
        "ASAN_OPTIONS": "detect_leaks=1",
        **more,
    }
    pipe, log = subprocess.PIPE, []
    with subprocess.Popen(program, stdout=pipe, stderr=pipe, text=True, env=environment(**settings)) as process:
        try:
            assert process.stdout
            assert process.stdout.readline().strip() == url
            yield log
        finally:
            process.send_signal(signal.SIGTERM)
            _, said = process.communicate(timeout=SECONDS)
            log += said.splitlines()
    assert process.returncode == 0, said
    assert SECRET not in said
    assert "code=" not in said


@contextmanager
def serving_alone(prefix: str = "", **more: str) -> Iterator[tuple[Site, list[str]]]:
    """A separate server with its own emulator, and its log."""
    with ports.reserved() as port:
        url = f"http://127.0.0.1:{port}"
        redirect_uri = f"{url}{prefix}/callback"
        app = emulator.App(CLIENT_ID, SECRET, redirect_uri, oidc=True)
        with emulator.running([app]) as clever, serving(url, clever, redirect_uri, **more) as log:
            yield Site(url, clever), log


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with ports.reserved() as port:
        url = f"http://127.0.0.1:{port}"
        app = emulator.App(CLIENT_ID, SECRET, f"{url}/callback", oidc=True)
        with emulator.running([app]) as clever, serving(url, clever):
            yield Site(url, clever)


@pytest.fixture
def browser(site: Site) -> Browser:
    return Browser(site.emulator)


def log_in(browser: Browser, site: Site, number: str = ADA, return_to: str = "") -> Page:
    query = f"?return_to={return_to}" if return_to else ""
    return browser.sign_in(number, browser.open(f"{site.url}/login{query}"))


def cookie_of(browser: Browser, name: str) -> str:
    values = [cookie.value or "" for cookie in browser.cookies if cookie.name == name]
    return values[0] if values else ""


def cookies_in(response: Answer) -> dict[str, str]:
    lines = response.headers.get_all("Set-Cookie") or []
    return {line.partition("=")[0]: line for line in lines}


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


@pytest.mark.parametrize("cookie", ["", "session=", f"session={'f' * 32}", "session=../../etc/passwd"])
@pytest.mark.parametrize("where_from", ["", "cross-site", "same-site"])
def test_a_request_without_a_session_opens_none(site: Site, cookie: str, where_from: str) -> None:
    asked = [("/", "GET"), ("/me", "GET"), ("/callback?error=x", "GET"), ("/callback?code=x", "GET")]
    for path, method in [
        *asked,
        ("/login", "GET"),
        ("/login", "POST"),
        ("/callback?code=x", "POST"),
        ("/logout", "POST"),
    ]:
        headers = {"Sec-Fetch-Site": where_from} if where_from else {}
        answer = site.asked(path, method, Cookie=cookie, **headers)
        made = [name for name, line in cookies_in(answer).items() if "Max-Age=0" not in line]
        assert [name for name in made if not name.startswith("clever_")] == [], path
        assert (made != []) == (method == "GET" and path in {"/login", "/callback?code=x"}), path
        assert answer.status < 500


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


def ours(browser: TabbedBrowser) -> dict[str, str]:
    """The cookies that the library has set."""
    return {cookie.name: cookie.value or "" for cookie in browser.cookies if cookie.name.startswith("clever_")}


def begun(browser: TabbedBrowser, site: Site, query: str = "") -> str:
    """Begin a login and return from Clever. Returns the URL of the callback, which is not opened yet."""
    tab = browser.open_tab(f"{site.url}/login{query}")
    while not tab.url.startswith(f"{site.url}/callback"):
        browser.step(tab)
    return tab.url


def arrived(browser: TabbedBrowser, url: str) -> Page:
    """The page where a tab that opens this URL ends."""
    tab = browser.open_tab(url)
    while tab.page is None:
        browser.step(tab)
    return tab.page


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


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "//evil.example"},
        {"Host": "evil.example:80/x?"},
        {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"},
        {"Forwarded": "host=evil.example"},
        {"X-Original-URL": "//evil.example/"},
    ],
)
def test_no_redirect_is_built_from_the_host_header(site: Site, headers: dict[str, str]) -> None:
    browser = TabbedBrowser(site.emulator, ADA)
    callback = begun(browser, site, "?return_to=/me%3Fa")
    cookies = "; ".join(f"{name}={value}" for name, value in ours(browser).items())
    asked = [
        ("/me", "GET", "/login?return_to=/me"),
        ("/login", "GET", f"{site.emulator}/oauth/authorize?"),
        ("/logout", "POST", "/"),
        (callback[len(site.url) :], "GET", "/me?a"),
    ]
    for path, method, expected in asked:
        answer = site.asked(path, method, Cookie=cookies, **headers)
        assert (answer.status, "evil" in f"{answer.headers}{answer.text}") == (303, False), path
        assert answer.headers["Location"].startswith(expected), path


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


def proven(browser: Browser, site: Site, said: str) -> Page:
    """The page of a callback with these parameters, for a login that the browser just began."""
    seen = len(browser.visited)
    browser.open(f"{site.url}/login?switch_user=1")
    states = [found[1] for url in browser.visited[seen:] if (found := re.search(r"[?&]state=([^&]+)", url))]
    return browser.open(f"{site.url}/callback?{said}&state={states[0]}")


@pytest.mark.parametrize(
    ("said", "status", "code"),
    [
        ("error=access_denied", 403, "access_denied"),
        ("error=unauthorized-user", 403, "access_denied"),
        ("code=a&iss=https%3A%2F%2Fevil.example", 400, "callback_issuer"),
    ],
)
def test_a_refused_login_of_this_browser_ends_the_session(
    browser: Browser, site: Site, said: str, status: int, code: str
) -> None:
    log_in(browser, site)
    session = cookie_of(browser, "session")
    page = proven(browser, site, said)
    assert (page.status, f"<small>{code}</small>" in page.text) == (status, True)
    assert cookie_of(browser, "session") == ""
    assert site.asked("/me", Cookie=f"session={session}").status == 303, "the old session is still good for something"


def test_a_failed_login_of_this_browser_ends_the_session() -> None:
    with serving_alone() as (alone, _):
        browser = Browser(alone.emulator)
        log_in(browser, alone)
        session = cookie_of(browser, "session")
        # From now on, its ID tokens are from tomorrow.
        clock = f"{alone.emulator}/_emulator/clock"
        build_opener(ProxyHandler({})).open(clock, b'{"advance": 86400}', timeout=SECONDS).close()
        page = browser.open(f"{alone.url}/login")
        page = browser.sign_in(ADA, page) if page.url.startswith(alone.emulator) else page
        assert (page.status, "<small>id_token_" in page.text) == (400, True), page.text
        assert cookie_of(browser, "session") == ""
        assert alone.asked("/me", Cookie=f"session={session}").status == 303


@pytest.mark.parametrize(
    ("word", "status", "code"),
    [
        ("server_error", 503, "callback_unavailable"),
        ("temporarily_unavailable", 503, "callback_unavailable"),
        ("invalid_scope", 500, "callback_rejected"),
    ],
)
def test_an_outage_of_clever_or_a_rejected_request_keeps_the_session(
    browser: Browser, site: Site, word: str, status: int, code: str
) -> None:
    log_in(browser, site)
    session = cookie_of(browser, "session")
    for page in (proven(browser, site, f"error={word}"), browser.open(f"{site.url}/callback?error={word}")):
        assert (page.status, f"<small>{code}</small>" in page.text) == (status, True)
        assert (WHEN_CLEVER_IS_DOWN in page.text) == (status == 503)
    assert not [cookie.name for cookie in browser.cookies if cookie.name.startswith("clever_login_")]
    assert cookie_of(browser, "session") == session
    assert browser.open(f"{site.url}/me").url == f"{site.url}/me"


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


def test_the_next_student_on_the_device_replaces_the_first(browser: Browser, site: Site) -> None:
    log_in(browser, site)
    first = cookie_of(browser, "session")
    browser.sign_out()
    browser.sign_in(JOSE)
    page = browser.open(site.from_portal)
    assert "José Núñez" in page.text
    assert re.fullmatch(r"[0-9a-f]{32}", first)
    assert cookie_of(browser, "session") not in {first, ""}
    assert site.asked("/me", Cookie=f"session={first}").status == 303, "the old session is still good for something"


def test_not_you_lets_another_person_log_in(browser: Browser, site: Site) -> None:
    link = re.search(r'<a href="([^"]*)">Not you\?</a>', log_in(browser, site).text)
    assert link
    seen = len(browser.visited)
    asked = browser.open(site.url + html.unescape(link[1]))
    assert asked.url.startswith(site.emulator), "the same person would be back without a question"
    assert "confirmed=false" in browser.visited[seen]
    browser.sign_out()
    assert "José Núñez" in browser.sign_in(JOSE, browser.open(browser.visited[seen])).text


def test_a_session_id_that_the_server_did_not_create_is_not_used(browser: Browser, site: Site) -> None:
    browser.open(site.url)
    brought = "f" * 32
    response = site.asked("/me", Cookie=f"session={brought}")
    assert (response.status, response.headers["Location"]) == (303, "/login?return_to=/me")
    log_in(browser, site)
    assert cookie_of(browser, "session") != brought


def test_a_refreshed_callback_signs_in_again(browser: Browser, site: Site) -> None:
    log_in(browser, site)
    spent = next(url for url in browser.visited if url.startswith(f"{site.url}/callback"))
    page = browser.open(spent)
    assert page.path == "/me"
    assert "Ada Ashworth" in page.text


def test_logging_out_ends_the_session_for_every_copy_of_its_cookie(browser: Browser, site: Site) -> None:
    log_in(browser, site)
    name = cookie_of(browser, "session")
    assert browser.open(f"{site.url}/logout", {}).path == "/"
    assert cookie_of(browser, "session") == ""
    assert site.asked("/me", Cookie=f"session={name}").status == 303


def signed_in(site: Site, session: str, number: str = ADA) -> str:
    """Sign in in a tab that has this session. Returns the new session."""
    begun = site.asked("/login", Cookie=f"session={session}")
    back = urlsplit(AtClever(site.emulator, number).callback(begun.headers["Location"]))
    pair = begun.headers["Set-Cookie"].partition(";")[0]
    done = site.asked(f"{back.path}?{back.query}", Cookie=f"{pair}; session={session}")
    assert done.headers["Location"] == "/me"
    return cookies_in(done)["session"].partition(";")[0].partition("=")[2]


@pytest.mark.parametrize("last", range(5))
@pytest.mark.parametrize("ends", ["log out", "another person"])
def test_a_logout_or_another_person_ends_every_session_that_was_replaced(
    browser: Browser, site: Site, ends: str, last: int
) -> None:
    log_in(browser, site)
    sessions = [cookie_of(browser, "session")]
    for before in (0, 0, 2, 0):
        sessions.append(signed_in(site, sessions[before]))
    # Replaced sessions stay valid for a minute, for requests of other tabs that still use them.
    assert [site.asked("/me", Cookie=f"session={session}").status for session in sessions] == [200] * 5
    if ends == "log out":
        assert site.asked("/logout", "POST", Cookie=f"session={sessions[last]}").status == 303
    else:
        signed_in(site, sessions[last], JOSE)
    assert [site.asked("/me", Cookie=f"session={session}").status for session in sessions] == [303] * 5


def test_a_logout_of_a_planted_session_does_not_end_the_session_of_another_person(browser: Browser, site: Site) -> None:
    log_in(browser, site, JOSE)
    planted = cookie_of(browser, "session")
    session = signed_in(site, planted)
    assert site.asked("/logout", "POST", Cookie=f"session={planted}").status == 303
    assert site.asked("/me", Cookie=f"session={session}").status == 200


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


@contextmanager
def serving_https() -> Iterator[Site]:
    """A separate server with an https redirect URI, as behind a TLS proxy."""
    with ports.reserved() as port:
        url, redirect_uri = f"http://127.0.0.1:{port}", f"https://127.0.0.1:{port}/callback"
        app = emulator.App(CLIENT_ID, SECRET, redirect_uri, oidc=True)
        with emulator.running([app]) as clever, serving(url, clever, redirect_uri):
            yield Site(url, clever)


def signed_in_over_https(site: Site, number: str = ADA) -> str:
    """Sign in. Returns the Set-Cookie value of the session cookie."""
    login = site.asked("/login")
    ((name, line),) = cookies_in(login).items()
    assert name.startswith("__Host-clever_login_")
    back = urlsplit(AtClever(site.emulator, number).callback(login.headers["Location"]))
    done = site.asked(f"{back.path}?{back.query}", Cookie=line.partition(";")[0])
    assert {name.partition("clever")[0] for name in cookies_in(done) if "clever" in name} == {"__Host-"}
    return cookies_in(done)["__Host-session"]


def test_over_https_a_cookie_of_another_host_is_not_used_as_the_session() -> None:
    with serving_https() as site:
        line = signed_in_over_https(site)
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(line.split("; "))
        assert "Domain" not in line
        session = line.partition(";")[0]
        assert "Ada Ashworth" in site.asked("/me", Cookie=session).text
        attacker = signed_in_over_https(site, JOSE).partition(";")[0].partition("=")[2]
        for name in ("session", "__host-session", "__Host-Session", "_Host-session"):
            planted = f"{name}={attacker}"
            assert site.asked("/me", Cookie=planted).status == 303, name
            for cookies in (f"{planted}; {session}", f"{session}; {planted}"):
                assert "Ada Ashworth" in site.asked("/me", Cookie=cookies).text, name


def test_over_https_a_login_cookie_of_another_host_signs_no_one_in() -> None:
    with serving_https() as site:
        login = site.asked("/login")
        planted = login.headers["Set-Cookie"].partition(";")[0].removeprefix("__Host-")
        back = urlsplit(AtClever(site.emulator, JOSE).callback(login.headers["Location"]))
        answer = site.asked(f"{back.path}?{back.query}", Cookie=planted)
        assert (answer.status, "__Host-session" in cookies_in(answer)) == (303, False)
        assert answer.headers["Location"].startswith(site.emulator)


def test_return_to_leads_only_to_pages_of_the_application(browser: Browser, site: Site) -> None:
    page = log_in(browser, site, return_to="/me%3Flesson=7")
    assert page.url == f"{site.url}/me?lesson=7"
    for elsewhere in ("https://evil.example/", "//evil.example", "%2F%5Cevil.example", "/%0d%0aSet-Cookie:a=b"):
        answer = site.asked(f"/login?return_to={elsewhere}")
        assert answer.status == 303, elsewhere
        assert answer.headers["Location"].startswith(f"{site.emulator}/oauth/authorize?"), elsewhere
    assert browser.open(f"{site.url}/login?return_to=//evil.example").url == f"{site.url}/me"


@pytest.mark.parametrize(
    ("wanted", "arrives"),
    [
        ("/me?name=ñ&школа", "/me?name=%C3%B1&%D1%88%D0%BA%D0%BE%D0%BB%D0%B0"),
        ("/школа/é", "/%D1%88%D0%BA%D0%BE%D0%BB%D0%B0/%C3%A9"),
        ("{url}/me?own", "/me?own"),
        ("{url}/me?q=é", "/me?q=%C3%A9"),
    ],
)
def test_return_to_can_name_the_own_host_and_contain_any_letters(
    browser: Browser, site: Site, wanted: str, arrives: str
) -> None:
    assert log_in(browser, site, return_to=quote(wanted.format(url=site.url), safe="")).url == site.url + arrives


def test_a_return_to_that_is_refused_is_logged_with_the_reason() -> None:
    refused = {
        "https://evil.example/hush": "origin is not allowed",
        "//evil.example/hush": "another host",
        "/\\evil.example/hush": "backslash",
        "/\r\nX: hush": "white space",
        "/" + "a" * 1024: "longer than 1024 bytes",
    }
    with serving_alone() as (alone, log):
        for wanted in refused:
            assert log_in(Browser(alone.emulator), alone, return_to=quote(wanted, safe="")).url == f"{alone.url}/me"
    lines = [line for line in log if line.startswith("return_to is left out: return_to_unsafe: ")]
    assert [reason for line, reason in zip(lines, refused.values()) if reason not in line] == [], lines
    assert len(lines) == len(refused)
    assert not [line for line in lines if "hush" in line]


def test_a_return_to_with_control_characters_is_ignored_not_truncated(site: Site) -> None:
    with serving_alone() as (alone, log):
        for path in ("/me%00evil", "/me%3Fa=%01", "/%00", "%00/me", "/me%7f"):
            browser = Browser(alone.emulator)
            assert log_in(browser, alone, return_to=path).url == f"{alone.url}/me", path
    refused = [line for line in log if "return_to is left out: return_to_unsafe" in line]
    assert len(refused) == 5, log
    shown = site.asked("/?return_to=/me%00evil").text
    assert "return_to" not in shown


def test_a_login_returns_to_the_protected_page_with_its_query(browser: Browser, site: Site) -> None:
    login = browser.open(f"{site.url}/me?lesson=7&a=%26%C3%BC")
    assert browser.sign_in(ADA, login).url == f"{site.url}/me?lesson=7&a=%26%C3%BC"
    long = "a" * 2000
    assert Browser(site.emulator).open(f"{site.url}/me?{long}").url.startswith(site.emulator)


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


def test_try_again_returns_to_the_same_page(browser: Browser, site: Site) -> None:
    for said in ("temporarily_unavailable", "access_denied"):
        browser.open(f"{site.url}/login?return_to=/me%3Flesson=7")
        states = [found[1] for url in browser.visited if (found := re.search(r"[?&]state=([^&]+)", url))]
        page = browser.open(f"{site.url}/callback?error={said}&state={states[-1]}")
        assert '<a href="/login?return_to=/me%3Flesson%3D7">Try again</a>' in page.text
        assert '<a href="/login?switch_user=1&amp;return_to=/me%3Flesson%3D7">' in page.text


def test_try_again_keeps_switch_user(browser: Browser, site: Site) -> None:
    for said in ("temporarily_unavailable", "access_denied"):
        browser.open(f"{site.url}/login?switch_user=1&return_to=/me")
        states = [found[1] for url in browser.visited if (found := re.search(r"[?&]state=([^&]+)", url))]
        page = browser.open(f"{site.url}/callback?error={said}&state={states[-1]}")
        assert '<a href="/login?switch_user=1&amp;return_to=/me">Try again</a>' in page.text


def test_the_callback_of_a_finished_login_can_be_reloaded_any_number_of_times(browser: Browser, site: Site) -> None:
    log_in(browser, site, return_to="/me%3Flesson=7")
    for _ in range(6):
        callback = next(url for url in reversed(browser.visited) if f"{site.url}/callback" in url)
        page = browser.open(callback)
        assert (page.status, page.url) == (200, f"{site.url}/me?lesson=7")


AROUND = ["/login", "/login?return_to=/login", "/%256cogin", "/me/..//login/", "/logout"]
BACK = ["/callback", "/callback?code=a", "%2Fc%61llback"]
AWAY = ["%FF", "/%00", "//evil.example", "/" + "a" * 1024]


@pytest.mark.parametrize("return_to", [*AROUND, *BACK, *AWAY], ids=range(12))
def test_a_return_to_that_leads_to_login_logout_callback_or_another_host_is_ignored(site: Site, return_to: str) -> None:
    quoted = return_to if return_to in {"%FF", "/%00"} else quote(return_to, safe="")
    browser = TabbedBrowser(site.emulator, ADA)
    tab = browser.open_tab(f"{site.url}/login?return_to={quoted}")
    browser.in_lock_step()
    assert tab.page
    assert (tab.page.status, tab.page.url) == (200, f"{site.url}/me")


def test_the_length_limit_of_return_to_counts_decoded_bytes(site: Site) -> None:
    browser = TabbedBrowser(site.emulator, ADA)
    there = "/me?x=" + quote("ш" * 508)
    tab = browser.open_tab(f"{site.url}/login?return_to={quote(there, safe='')}")
    browser.in_lock_step()
    assert tab.page
    assert tab.page.url == site.url + there


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_no_response_has_more_header_bytes_than_nginx_accepts(site: Site, scheme: str) -> None:
    with ports.reserved() as port:
        url = f"http://127.0.0.1:{port}"
        redirect_uri = f"{scheme}://127.0.0.1:{port}/callback"
        app = emulator.App(CLIENT_ID, SECRET, redirect_uri, oidc=True)
        with emulator.running([app], "ada") as clever, serving(url, clever, redirect_uri):
            for page, fits in LONG_PAGES.items():
                check_long_page(Site(url, clever), page, fits)
    for page, fits in LONG_PAGES.items():
        links = links_of(site.asked(f"/?return_to={quote(page, safe='')}"))
        assert [("return_to=" in link, len(link) < MOST_LINK_BYTES) for link in links] == [(fits, True)] * 2


def links_of(response: Answer) -> list[str]:
    return [html.unescape(link) for link in re.findall(r'href="(/login[^"]*)"', response.text)]


def check_long_page(site: Site, page: str, fits: bool) -> None:
    def answer(path: str, **headers: str) -> tuple[http.client.HTTPMessage, list[str]]:
        given = site.asked(path, **headers)
        assert header_bytes(given.headers) < MOST_HEADER_BYTES, path
        return given.headers, links_of(given)

    guarded = answer(page)[0]["Location"]
    assert ("return_to=" in guarded) == fits, page
    login = answer(guarded)[0]
    pair = login["Set-Cookie"].partition(";")[0]
    back = urlsplit(AtClever(site.emulator).callback(login["Location"]))
    links = answer(f"/callback?error=access_denied&state={parse_qs(back.query)['state'][0]}", Cookie=pair)[1]
    assert [("return_to=" in link, len(link) < MOST_LINK_BYTES) for link in links] == [(fits, True)] * 2
    for link in links:
        assert answer(link)[0]["Location"].startswith(site.emulator)
    assert answer(f"{back.path}?{back.query}", Cookie=pair)[0]["Location"] == (page if fits else "/me")


def test_an_error_page_shows_no_text_from_the_url(site: Site) -> None:
    page = site.asked("/callback?error=call-0900-555&error_description=now")
    shown = page.text
    assert (page.status, "0900" in shown, "now" in shown, "access_denied" in shown) == (403, False, False, True)


def test_header_bytes_that_are_not_utf8_do_not_block_a_login_but_block_a_logout(site: Site) -> None:
    for path, expected in [("/login", 303), ("/callback?code=a", 303)]:
        assert site.asked(path, Purpose="\xff", Origin="\xfe", Cookie="a=\xff").status == expected
    assert site.asked("/logout", "POST", Origin="\xff").status == 403


@pytest.mark.parametrize("dest", ["iframe", "frame", "embed", "object", "image", "script"])
def test_pages_redirect_to_log_in_and_frames_and_scripts_get_401(site: Site, dest: str) -> None:
    for mode in ("navigate", "nested-navigate", "no-cors"):
        asked = site.asked("/me", **{"Sec-Fetch-Mode": mode, "Sec-Fetch-Dest": dest})
        assert (asked.status, asked.headers["Location"]) == (401, None)
    assert site.asked("/me", "POST").status == 401
    assert site.asked("/me", **{"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}).status == 303
    assert site.asked("/me", "HEAD").status == 303
    assert site.asked("/me", **{"Sec-Purpose": "prefetch"}).status == 303


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_return_to_with_1024_bytes_works_below_the_longest_prefix(scheme: str) -> None:
    prefix = "/" + "p" * 254
    with ports.reserved() as port:
        url = f"http://127.0.0.1:{port}"
        redirect_uri = f"{scheme}://127.0.0.1:{port}{prefix}/callback"
        app = emulator.App(CLIENT_ID, SECRET, redirect_uri, oidc=True)
        named = {"CLEVER_SESSION_NAME": "s" * 55}
        with emulator.running([app], "ada") as clever, serving(url, clever, redirect_uri, **named):
            alone = Site(url, clever)
            for letter in ("=", "x", "%D1%88"):
                size = (1024 - len(f"{prefix}/me?")) // (2 if letter == "%D1%88" else 1)
                page = f"{prefix}/me?{letter * size}"
                guarded = alone.asked(page)
                assert header_bytes(guarded.headers) < MOST_HEADER_BYTES
                assert "return_to=" in guarded.headers["Location"]
                login = alone.asked(guarded.headers["Location"])
                pair = login.headers["Set-Cookie"].partition(";")[0]
                assert header_bytes(login.headers) < MOST_HEADER_BYTES
                back = urlsplit(AtClever(clever).callback(login.headers["Location"]))
                finished = alone.asked(f"{back.path}?{back.query}", Cookie=pair)
                assert header_bytes(finished.headers) < MOST_HEADER_BYTES
                assert finished.headers["Location"] == page


def test_a_logout_during_a_login_keeps_the_person_logged_out(browser: Browser, site: Site) -> None:
    log_in(browser, site)
    session = f"session={cookie_of(browser, 'session')}"
    login = site.asked("/login", Cookie=session)
    pair = login.headers["Set-Cookie"].partition(";")[0]
    back = urlsplit(AtClever(site.emulator, ADA).callback(login.headers["Location"]))
    # The browser sent the callback with the session. The logout arrives first, while the callback waits for Clever.
    site.asked("/logout", "POST", Cookie=session)
    finished = site.asked(f"{back.path}?{back.query}", Cookie=f"{pair}; {session}")
    assert (finished.status, finished.headers["Location"]) == (303, "/")
    assert "Max-Age=0" in cookies_in(finished)["session"]
    assert site.asked("/me", Cookie=session).status == 303


def test_a_page_that_sends_signed_in_people_back_to_log_in_ends_with_a_page(browser: Browser, site: Site) -> None:
    log_in(browser, site)
    session = f"session={cookie_of(browser, 'session')}"
    kept = {cookie.name: cookie.value for cookie in browser.cookies}

    def asked() -> Answer:
        cookies = "; ".join(f"{name}={value}" for name, value in kept.items())
        answer = site.asked("/login?return_to=/me%3Fvault", Cookie=f"{cookies}; {session}")
        for name, line in cookies_in(answer).items():
            kept[name] = line.partition(";")[0].partition("=")[2]
        return answer

    answers = [asked() for _ in range(13)]
    assert [answer.status for answer in answers] == [303, 303, 303, 200, 303, 303, 200, 303, 303, 200, 303, 303, 403]
    own = [answer.headers["Location"] for answer in answers if answer.status == 303][2:]
    assert own == ["/me?vault"] * 7
    assert 'content="0; url=/me?vault"' in answers[3].text
    problem = answers[-1].text
    assert "page_not_allowed" in problem
    assert '<a href="/">Go to the start page</a>' in problem
    assert 'href="/login?switch_user=1&amp;return_to=/me%3Fvault"' in problem
    assert site.asked("/me", Cookie=session).status == 200


class Forgetful(CookieJar):
    """The cookies of a browser that does not keep the session cookie."""

    def set_cookie(self, cookie: Cookie) -> None:
        if cookie.name != "session":
            super().set_cookie(cookie)


def test_a_session_cookie_that_is_not_kept_ends_with_a_page_and_is_named_in_the_log() -> None:
    with serving_alone() as (alone, log):
        browser = TabbedBrowser(alone.emulator, ADA)
        browser.cookies = Forgetful()
        browser.opener = build_opener(ProxyHandler({}), HTTPCookieProcessor(browser.cookies), Staying())
        tab = browser.open_tab(f"{alone.url}/me?lesson=7")
        browser.in_lock_step()
        assert tab.page
        assert (tab.page.status, "session_not_kept" in tab.page.text) == (500, True)
        assert '<a href="/login?return_to=/me%3Flesson%3D7">Try again</a>' in tab.page.text
    assert "session cookie session: domain none (this host only), path /, Secure no" in log


def test_people_who_lose_their_session_can_sign_in_again_without_a_limit(browser: Browser, site: Site) -> None:
    for _ in range(8):
        page = browser.open(f"{site.url}/me")
        page = page if page.path == "/me" else browser.sign_in(ADA, page)
        assert (page.path, page.status) == ("/me", 200)
        for cookie in [cookie for cookie in browser.cookies if cookie.name == "session"]:
            browser.cookies.clear(cookie.domain, cookie.path, cookie.name)


def test_sessions_end_after_the_configured_seconds_and_replaced_ones_after_a_minute(tmp_path: Path) -> None:
    clock = tmp_path / "clock"
    clock.write_text("1000")
    with serving_alone(CLEVER_SESSION_SECONDS="600", TEST_CLOCK=str(clock)) as (alone, _):
        browser = Browser(alone.emulator)
        log_in(browser, alone)
        first = cookie_of(browser, "session")
        second = signed_in(alone, first)

        def answered_at(seconds: int) -> list[int]:
            clock.with_suffix(".new").write_text(str(seconds))
            clock.with_suffix(".new").replace(clock)
            return [alone.asked("/me", Cookie=f"session={each}").status for each in (first, second)]

        assert [answered_at(seconds) for seconds in (1000, 1059, 1060)] == [[200, 200], [200, 200], [303, 200]]
        assert [answered_at(seconds) for seconds in (1599, 1600)] == [[303, 200], [303, 303]]
        third = signed_in(alone, first)
        assert alone.asked("/me", Cookie=f"session={third}").status == 200


def test_the_session_ends_when_the_browser_closes_and_after_twelve_hours(tmp_path: Path) -> None:
    clock = tmp_path / "clock"
    clock.write_text("1000")
    with serving_alone(TEST_CLOCK=str(clock)) as (alone, _):
        browser = Browser(alone.emulator)
        log_in(browser, alone)
        (cookie,) = [cookie for cookie in browser.cookies if cookie.name == "session"]
        assert (cookie.discard, cookie.expires) == (True, None), "it would outlive the browser"

        def answered_after(seconds: int) -> int:
            clock.with_suffix(".new").write_text(str(1000 + seconds))
            clock.with_suffix(".new").replace(clock)
            return alone.asked("/me", Cookie=f"session={cookie.value}").status

        assert [answered_after(seconds) for seconds in (43199, 43200)] == [200, 303]


def test_applications_on_one_host_with_their_own_names_keep_separate_sessions() -> None:
    with serving_alone() as (one, _), serving_alone(CLEVER_SESSION_NAME="second") as (other, _):
        browser = Browser(one.emulator)
        log_in(browser, one)
        browser.emulator = other.emulator
        log_in(browser, other)
        assert (cookie_of(browser, "session") != "", cookie_of(browser, "second") != "") == (True, True)
        assert [browser.open(f"{site.url}/me").url for site in (one, other)] == [f"{one.url}/me", f"{other.url}/me"]


@pytest.mark.parametrize("is_taken_off", [False, True])
def test_the_server_works_below_a_prefix_even_if_the_proxy_strips_it(is_taken_off: bool) -> None:
    with serving_alone("/app/lessons") as (alone, _):
        browser = Browser(alone.emulator)
        if is_taken_off:
            assert alone.asked("/me?a").headers["Location"] == "/app/lessons/login?return_to=/app/lessons/me%3Fa"
            assert alone.asked("/login").headers["Location"].startswith(alone.emulator)
        page = browser.sign_in(ADA, browser.open(f"{alone.url}/app/lessons/me?a"))
        assert page.url == f"{alone.url}/app/lessons/me?a"
        assert 'action="/app/lessons/logout"' in page.text
        page = log_in(Browser(alone.emulator), Site(f"{alone.url}/app/lessons", alone.emulator))
        assert page.url == f"{alone.url}/app/lessons/me"
        assert browser.open(f"{alone.url}/app/lessons/logout", {}).url == f"{alone.url}/app/lessons/"
        assert alone.asked("/app/lessons").status == 200


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


def test_a_path_outside_the_prefix_gets_404_and_page_unknown_in_the_log() -> None:
    with serving_alone("/app") as (alone, log):
        for path in ("/other/callback?code=x", "/apps/login", "/other/app/me"):
            answer = alone.asked(path)
            assert (answer.status, "page_unknown" in answer.text) == (404, True), path
        assert alone.asked("/app/nowhere").status == 404
    lines = [line for line in log if line.startswith("page_unknown: ")]
    assert len(lines) == 3
    assert all("below /app/: CLEVER_REDIRECT_URI" in line for line in lines)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CLEVER_REDIRECT_URI", "https://app.example/finish"),
        ("CLEVER_REDIRECT_URI", "callback"),
        ("CLEVER_REDIRECT_URI", f"https://app.example/{'a' * 255}/callback"),
        ("CLEVER_SESSION_SECONDS", "0"),
        ("CLEVER_SESSION_SECONDS", "-5"),
        ("CLEVER_SESSION_SECONDS", "12h"),
        ("CLEVER_SESSION_NAME", "a b"),
        ("CLEVER_SESSION_NAME", "clever_login_x"),
        ("CLEVER_SESSION_NAME", "s" * 80),
        ("PORT", "99999"),
    ],
)
def test_a_wrong_setting_is_named_at_startup(name: str, value: str) -> None:
    settings = {
        "CLEVER_CLIENT_ID": CLIENT_ID,
        "CLEVER_CLIENT_SECRET": SECRET,
        "CLEVER_REDIRECT_URI": "https://app.example/callback",
        name: value,
    }
    pipe, program = subprocess.PIPE, server_program()
    ended = subprocess.run(program, stderr=pipe, text=True, env=environment(**settings), timeout=SECONDS, check=False)
    assert ended.returncode == 2
    assert ended.stderr.startswith(f"{name} must ")
    assert SECRET not in ended.stderr


def test_text_from_the_url_is_html_escaped(site: Site) -> None:
    said = "%3Cscript%3Ealert(1)%3C/script%3E"
    shown = site.asked(f"/?return_to={said}").text
    assert "<script>" not in shown
    assert said.lower().replace("(", "%28").replace(")", "%29") in shown.lower()


def test_a_refusal_and_a_broken_callback_get_a_page_with_advice(browser: Browser, site: Site) -> None:
    browser.open(f"{site.url}/login")
    state = re.search(r"[?&]state=([^&]+)", browser.visited[0] if browser.visited else "")
    assert state
    refused = browser.open(f"{site.url}/callback?error=access_denied%3Cb%3E&state={state[1]}")
    assert refused.status == 403
    assert "ask your teacher" in refused.text
    assert "<b>" not in refused.text
    for broken in ("", "?", "?code=a&code=b", "?code=%ff", "?state=x", "?code=" + "a" * 3000):
        page = browser.open(f"{site.url}/callback{broken}")
        assert page.status in {400, 200}, broken
        assert "Try again" in page.text or page.url.startswith(site.emulator), broken


def test_when_clever_is_down_the_page_says_so() -> None:
    with ports.reserved() as port:
        url = f"http://127.0.0.1:{port}"
        app = emulator.App(CLIENT_ID, SECRET, f"{url}/callback", oidc=True)
        with emulator.running([app]) as clever, serving(url, f"{clever}/s/tokens-503"):
            page = log_in(Browser(clever), Site(url, clever))
    assert page.status == 503
    assert "clever_unavailable" in page.text
    assert WHEN_CLEVER_IS_DOWN in page.text
    assert "Try again" in page.text


@pytest.mark.parametrize(("scenario", "wait"), [("tokens-429-retry-after", "1"), ("tokens-503", None)])
def test_retry_after_from_clever_is_passed_on(scenario: str, wait: str | None) -> None:
    with ports.reserved() as port:
        url = f"http://127.0.0.1:{port}"
        app = emulator.App(CLIENT_ID, SECRET, f"{url}/callback", oidc=True)
        with emulator.running([app]) as clever, serving(url, f"{clever}/s/{scenario}"):
            site = Site(url, clever)
            login = site.asked("/login")
            back = urlsplit(AtClever(clever, ADA).callback(login.headers["Location"]))
            answer = site.asked(f"{back.path}?{back.query}", Cookie=login.headers["Set-Cookie"].partition(";")[0])
    assert (answer.status, answer.headers["Retry-After"]) == (503, wait)


def test_every_response_has_no_store_and_security_headers(site: Site) -> None:
    for path in ("/", "/me", "/callback", "/nowhere"):
        headers = site.asked(path).headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", ["/login", "/me", "/callback"])
def test_a_query_and_cookies_of_8_kb_each_get_a_response(site: Site, path: str) -> None:
    assert site.asked(f"{path}?{'a&' * 4000}", Cookie="a;" * 4000).status == {"/callback": 400}.get(path, 303)


def test_a_request_that_is_too_long_gets_414_and_leaks_no_memory() -> None:
    # The server reports leaks when it exits.
    with serving_alone() as (site, _):
        for path in ("/login?" + "a&" * 100_000, "/" + "a" * 3_000_000):
            with suppress(http.client.HTTPException, OSError):
                assert site.asked(path).status == 414
        assert site.asked("/").status == 200


def test_sixteen_browsers_at_once_each_sign_in_the_right_person(site: Site) -> None:
    names = {ADA: "Ada Ashworth", JOSE: "José Núñez"}
    wrong: list[str] = []

    def visit(number: str) -> None:
        page = log_in(Browser(site.emulator), site, number)
        if names[number] not in page.text:
            wrong.append(page.text)

    threads = [threading.Thread(target=visit, args=[number]) for number in [ADA, JOSE] * 8]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS)
        assert not thread.is_alive()
    assert wrong == []
