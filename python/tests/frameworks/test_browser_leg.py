"""Logins as in a real browser: tabs that share cookies, attacks by other sites, shared devices, redirect loops.

These tests check the promises of docs/browser.md for each framework.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from threading import Barrier
from urllib.parse import quote, urlsplit

import pytest
from harness.browser import Browser as AtClever
from harness.browser_page import check_set_cookies
from harness.cookie_browser import Browser, Page
from harness.length import whole_or_short
from harness.patience import SECONDS
from harness.tabs import TabbedBrowser, check_logins_in_flight_stay, check_tabs
from running import SITES_IN_RUST, Site, refusal, serving, state_of
from test_contract import ADA, IVO, JOSE, SAM, cookies, in_flight, log_in, log_out, refused, who

# Here each request has its own connection and thread of a real server. test_interleavings.py tests many more orders.
INTERLEAVINGS = whole_or_short(2, 1)
AT_ONCE, ROUNDS = 8, 3
WHEN_CLEVER_IS_DOWN = "Clever cannot be reached right now. Please wait a minute, then try again."
LANGUAGES = {"flask": "Flask", "django": "Django", "asgi": "Starlette", "axum": "Rust", "actix": "Rust"}
ON_THE_SERVER = {"django", "axum"}
SESSION_COOKIES = {"flask": "session", "django": "sessionid", "asgi": "session", "axum": "session", "actix": "session"}


@pytest.fixture(scope="module", params=["false", "true"], ids=["at_once", "waiting_page"])
def either(framework: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site without a waiting page, and one with it."""
    with serving(framework, tmp_path_factory.mktemp("either"), CLEVER_WAITING_PAGE=request.param) as site:
        yield site


def asked(url: str, method: str = "GET", **headers: str) -> HTTPResponse:
    """Make one request without following redirects. Header names are written with `_`."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.netloc, timeout=SECONDS)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, f"{parts.path}?{parts.query}" if parts.query else parts.path, headers=named)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer


def begun_at_clever(browser: Browser, login: str) -> str:
    """The URL at Clever that the browser opened when it began a login."""
    seen = len(browser.visited)
    browser.open(login)
    return next(url for url in browser.visited[seen:] if "/oauth/authorize?" in url)


def links_of(page: Page) -> dict[str, str]:
    """The target of each link on a page, by the link's text."""
    return {text: unescape(link) for link, text in re.findall(r'href="([^"]*)">([^<]*)', page.text)}


def kept_data(browser: Browser) -> dict[str, str]:
    """The cookies of a browser, without the parts that change every time: Django's token, Starlette's timestamp."""
    kept = {name: value or "" for name, value in cookies(browser).items() if name != "csrftoken"}
    return {name: value.partition(".")[0] if value.startswith("eyJ") else value for name, value in kept.items()}


def arrived(url: str, tabbed: TabbedBrowser) -> Page:
    """The last page of a tab."""
    tab = tabbed.open_tab(url)
    while not tab.is_done:
        tabbed.step(tab)
    assert tab.page
    return tab.page


@pytest.mark.parametrize("space", ["\xa0", "\x85", "\u2000", "\u3000", "\ufeff\u2028"], ids=ascii)
def test_a_cookie_whose_name_only_looks_like_the_session_cookie_opens_no_session(site: Site, space: str) -> None:
    browser = Browser(site.emulator)
    log_in(browser, site, ADA)
    name = SESSION_COOKIES[site.framework]
    session = next(cookie.value for cookie in browser.cookies if cookie.name == name)
    for encoding in ["utf-8", "latin-1"] if ord(space[0]) < 0x100 else ["utf-8"]:
        planted = f"{space}{name}={session}".encode(encoding).decode("latin-1")
        for header, person in [
            (f"a=b; {name}={session}", "signed in: Ada Ashworth"),
            (f"a=b; {planted}", "nobody"),
        ]:
            connection = HTTPConnection(urlsplit(site.url).netloc, timeout=SECONDS)
            connection.request("GET", urlsplit(site.url).path + "/", headers={"Cookie": header})
            page = Page(site.url, 200, connection.getresponse().read().decode())
            connection.close()
            assert who(page) == person, (encoding, header[:20])


# ---------------------------------------------------------------- tabs


def test_two_logins_of_one_person_can_finish_at_the_same_moment(site: Site) -> None:
    log_in(Browser(site.emulator), site, ADA)
    together = Barrier(AT_ONCE)

    def sign_in(_: int) -> tuple[int, str]:
        browser = Browser(site.emulator)
        page = browser.open(f"{site.url}/clever/login")
        together.wait(SECONDS)
        return browser.sign_in(ADA, page).status, who(browser.open(f"{site.url}/"))

    with ThreadPoolExecutor(AT_ONCE) as threads:
        for _ in range(ROUNDS):
            assert set(threads.map(sign_in, range(AT_ONCE))) == {(200, "signed in: Ada Ashworth")}


@pytest.mark.parametrize("tabs", whole_or_short([2, 3, 5, 10], [3, 10]))
@pytest.mark.parametrize("start", ["guarded", "same", "login", "portal", "mixed"])
def test_all_tabs_of_one_browser_arrive_at_the_page_they_wanted(either: Site, tabs: int, start: str) -> None:
    site = either
    kinds = [start] * tabs if start != "mixed" else [("guarded", "login", "portal")[n % 3] for n in range(tabs)]

    def address(number: int, kind: str) -> str:
        return {
            "guarded": f"{site.url}/private?tab={number}",
            "same": f"{site.url}/private",
            "login": f"{site.url}/clever/login?next=/private%3Ftab={number}",
            "portal": site.portal,
        }[kind]

    def is_there(number: int, page: Page) -> bool:
        if kinds[number] == "portal":
            return (page.url, who(page)) == (site.url + "/", "signed in: Ada Ashworth")
        if kinds[number] == "same":
            return (page.url, page.text) == (f"{site.url}/private", "Hello, Ada Ashworth (student)")
        return (page.url, page.text) == (f"{site.url}/private?tab={number}", "Hello, Ada Ashworth (student)")

    addresses = [address(number, kind) for number, kind in enumerate(kinds)]
    check_tabs(lambda: TabbedBrowser(site.emulator, ADA), addresses, is_there, range(INTERLEAVINGS))


def test_the_ninth_login_drops_the_oldest(browser: Browser, site: Site) -> None:
    begun: list[str] = []
    for number in range(12):
        longest = f"/private?tab={number}&" + "ш" * 503
        browser.open(f"{site.url}/clever/login?next={quote(longest.ljust(1024 - 503, 'x'), safe='')}")
        begun += [name for name in in_flight(browser) if name not in begun]
        assert len(begun) == number + 1
    assert sorted(in_flight(browser)) == sorted(begun[-8:])
    log_in(browser, site)
    assert who(browser.open(site.url + "/")) == "signed in: Ada Ashworth"
    assert len(in_flight(browser)) == 7
    assert sum(len(f"{cookie.name}={cookie.value}; ") for cookie in browser.cookies) < 4096


# ---------------------------------------------------------------- attacks by other sites


@pytest.mark.parametrize(
    "said",
    [
        *("error=access_denied", "error=server_error&state=y", "error=temporarily_unavailable", "error=invalid_scope"),
        *("code=a&code=b", "code=", "code=a&error=b", "error=a&error=b&state=c", "", "iss=https://evil.example&code=a"),
    ],
)
def test_a_callback_that_this_browser_did_not_start_changes_nothing(browser: Browser, site: Site, said: str) -> None:
    log_in(browser, site)
    browser.sign_out()
    browser.open(site.url + "/clever/login")
    before = kept_data(browser)
    assert len(in_flight(browser)) == 1
    assert browser.open(f"{site.url}/clever/callback?{said}").status >= 400
    assert kept_data(browser) == before
    assert who(browser.open(site.url + "/")) == "signed in: Ada Ashworth"


def test_a_portal_login_succeeds_and_keeps_eight_logins_in_progress(either: Site) -> None:
    browser = TabbedBrowser(either.emulator, ADA)
    check_logins_in_flight_stay(browser, f"{either.url}/clever/login?next=/private%3F", f"{either.url}/clever/callback")


def test_a_callback_from_another_browser_signs_no_one_in(browser: Browser, site: Site) -> None:
    attacker = Browser(site.emulator)
    attacker.sign_in(JOSE)
    attacker.open(site.url + "/clever/login")
    sent = next(url for url in attacker.visited if url.startswith(site.url + "/clever/callback"))
    assert who(log_in(browser, site, wanted="/clever/login")) == "signed in: Ada Ashworth"
    assert who(browser.open(sent)) == "signed in: Ada Ashworth"


@pytest.mark.parametrize("address", ["/clever/login", "/clever/callback"])
def test_prefetches_images_scripts_and_other_methods_use_no_code(site: Site, address: str) -> None:
    tabbed = TabbedBrowser(site.emulator, ADA)
    tab = tabbed.open_tab(site.url + "/private")
    while not tab.url.startswith(site.url + "/clever/callback"):
        tabbed.step(tab)
    url = tab.url if address == "/clever/callback" else site.url + address
    cookie = "; ".join(f"{each.name}={each.value}" for each in tabbed.cookies)
    for method, headers, status in [
        ("HEAD", {}, 200),
        ("POST", {}, 405),
        ("PUT", {}, 405),
        ("GET", {"Sec_Purpose": "prefetch;prerender"}, 503),
        ("GET", {"Purpose": "prefetch"}, 503),
        ("GET", {"Sec_Fetch_Mode": "no-cors", "Sec_Fetch_Dest": "image"}, 403),
        ("GET", {"Sec_Fetch_Mode": "cors"}, 403),
    ]:
        answer = asked(url, method, Cookie=cookie, **headers)
        assert answer.status == status, (method, headers)
        assert not [each for each in answer.headers.get_all("Set-Cookie", []) if "clever_" in each]
        assert answer.headers["Location"] is None
        if status == 405:
            assert {"GET", "HEAD"} <= set(answer.headers["Allow"].replace(" ", "").split(","))
    while not tab.is_done:
        tabbed.step(tab)
    assert tab.page
    assert tab.page.text == "Hello, Ada Ashworth (student)", "the refused requests used the code"


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec_Fetch_Site": "cross-site", "Origin": "null"},
    ],
)
def test_a_form_on_another_origin_logs_no_one_out(browser: Browser, site: Site, headers: dict[str, str]) -> None:
    log_in(browser, site)
    # Send the token too, although the form of another site cannot know it.
    token = {"X_CSRFToken": str(cookies(browser).get("csrftoken", ""))}
    cookie = "; ".join(f"{each.name}={each.value}" for each in browser.cookies)
    # A cross-site form sends no Lax cookies; a same-site one does.
    for brought in ({"Cookie": cookie}, {}):
        answer = asked(site.url + "/clever/logout", "POST", **headers, **token, **brought)
        assert answer.status == 403
        assert answer.headers["Set-Cookie"] is None
    assert who(browser.open(site.url + "/")) == "signed in: Ada Ashworth"


@pytest.mark.parametrize(("method", "purpose"), [("HEAD", ""), ("GET", "prefetch;prerender"), ("PUT", "")])
def test_a_logout_by_get_head_or_prefetch_gets_405_and_logs_no_one_out(
    browser: Browser, site: Site, method: str, purpose: str
) -> None:
    log_in(browser, site)
    cookie = "; ".join(f"{name}={value}" for name, value in cookies(browser).items())
    token = {"X_CSRFToken": str(cookies(browser).get("csrftoken", ""))}
    answer = asked(site.url + "/clever/logout", method, Cookie=cookie, Sec_Purpose=purpose, **token)
    assert (answer.status, answer.headers["Allow"], answer.headers["Set-Cookie"]) == (405, "POST", None)
    assert who(browser.open(site.url + "/")) == "signed in: Ada Ashworth"


def test_a_logout_without_a_session_creates_none(browser: Browser, site: Site) -> None:
    assert who(log_out(browser, site)) == "nobody"
    assert SESSION_COOKIES[site.framework] not in cookies(browser)


OF_PROXIES = (
    "X_Forwarded_Host",
    "X_Forwarded_Prefix",
    "X_Forwarded_Server",
    "X_Original_URL",
    "X_Rewrite_URL",
    "X_Script_Name",
)


@pytest.mark.parametrize("ending", ["", "/", "//"])
def test_no_redirect_is_built_from_the_host_header(site: Site, ending: str) -> None:
    paths = [
        f"/clever/login{ending}",
        f"/clever/login{ending}?next=/private",
        f"/clever/callback{ending}?code=a",
        f"/clever/callback{ending}",
        f"/clever/logout{ending}",
        *("/private", "/clever//login", "//clever/login", "/clever", "/clever/"),
    ]
    for host in ("evil.example", "//evil.example", "evil.example/x", "evil.example@app.example"):
        for path in paths:
            for method in ("GET", "POST", "HEAD"):
                for headers in ({"Host": host}, dict.fromkeys(OF_PROXIES, host) | {"Forwarded": f"host={host}"}):
                    location = asked(site.url + path, method, **headers).headers["Location"] or ""
                    is_own = location in {"", "/"} or location.startswith((site.emulator, "/clever/login?"))
                    assert is_own, (headers, path, location)


def test_a_trailing_slash_makes_no_difference(browser: Browser, site: Site) -> None:
    for path in ("/clever/login", "/clever/login/"):
        assert asked(site.url + path).headers["Location"].startswith(f"{site.emulator}/oauth/authorize?")
    for path in ("/clever/callback", "/clever/callback/"):
        assert asked(f"{site.url}{path}?code=a").headers["Location"].startswith(f"{site.emulator}/oauth/authorize?")
    log_in(browser, site)
    assert asked(site.url + "/clever/logout/").status == 405


# ---------------------------------------------------------------- shared devices


def test_the_session_cookie_ends_when_the_browser_closes(browser: Browser, site: Site) -> None:
    log_in(browser, site)
    kept = next(cookie for cookie in browser.cookies if cookie.name == SESSION_COOKIES[site.framework])
    assert kept.expires is None


def test_the_cookies_of_a_login_match_the_documentation(site: Site) -> None:
    login = asked(site.url + "/clever/login")
    begun = login.headers.get_all("Set-Cookie", [])
    back = AtClever(site.emulator, ADA).callback(login.headers["Location"])
    finished = asked(back, Cookie=begun[0].partition(";")[0]).headers.get_all("Set-Cookie", [])
    check_set_cookies(begun, finished, LANGUAGES[site.framework])


def test_a_sign_in_replaces_the_old_session(browser: Browser, site: Site) -> None:
    log_in(browser, site)
    name = SESSION_COOKIES[site.framework]
    before = cookies(browser)[name]
    browser.sign_out()
    assert who(log_in(browser, site, JOSE, "/clever/login")) == "signed in: José Núñez"
    assert cookies(browser)[name] != before
    if site.framework in ON_THE_SERVER:
        page = Browser(site.emulator)
        page.opener.addheaders = [("Cookie", f"{name}={before}")]
        assert who(page.open(site.url + "/")) == "nobody", "the old session is still valid"


def test_a_person_refused_by_the_app_gets_the_same_page_each_time(browser: Browser, site: Site) -> None:
    log_in(browser, site, IVO)
    for _ in range(5):
        page = browser.open(site.url + "/clever/login")
        assert (page.status, "not_admitted" in page.text) == (403, True)


def test_not_you_makes_clever_ask_who_the_person_is(browser: Browser, site: Site) -> None:
    log_in(browser, site)
    log_out(browser, site)
    browser.open(site.url + "/clever/login?switch_user=1")
    assert "confirmed=false" in next(url for url in browser.visited[::-1] if "/oauth/authorize?" in url)
    browser.open(site.url + "/clever/login?switch_user=0")
    assert "confirmed=false" not in next(url for url in browser.visited[::-1] if "/oauth/authorize?" in url)


@pytest.mark.parametrize(
    ("word", "status", "code", "stays"),
    [
        ("temporarily_unavailable", 503, "callback_unavailable", True),
        ("server_error", 503, "callback_unavailable", True),
        ("invalid_scope", 500, "callback_rejected", True),
        ("access_denied", 403, "access_denied", False),
        ("unauthorized-user", 403, "access_denied", False),
    ],
)
def test_each_error_from_clever_has_its_own_page(  # noqa: PLR0913, PLR0917  (they are a row)
    browser: Browser, site: Site, word: str, status: int, code: str, stays: bool
) -> None:
    log_in(browser, site)
    page = browser.open(f"{site.url}/clever/callback{refused(browser, site).replace('access_denied', word)}")
    assert (page.status, code in page.text) == (status, True)
    assert (WHEN_CLEVER_IS_DOWN in page.text) == (status == 503)
    assert who(browser.open(site.url + "/")) == ("signed in: Ada Ashworth" if stays else "nobody")


@pytest.mark.parametrize("word", ["temporarily_unavailable", "access_denied", "invalid_scope"])
@pytest.mark.parametrize("label", ["Log in with Clever", "Log in as someone else"])
@pytest.mark.parametrize("switches", ["1", "0"])
def test_try_again_returns_to_the_same_page(browser: Browser, site: Site, word: str, label: str, switches: str) -> None:
    log_in(browser, site)
    browser.open(site.url + "/bye")
    for goal in ("/private?lesson=7&of=é", "/shelf/школа"):
        begun = begun_at_clever(browser, f"{site.url}/clever/login?switch_user={switches}&next={quote(goal)}")
        # Clever still remembers the person, so it shows no page of its own.
        page = browser.open(f"{site.url}/clever/callback{refusal(begun).replace('access_denied', word)}")
        again = links_of(page)[label]
        assert ("switch_user=1" in again) is (switches == "1" or label == "Log in as someone else")
        again = again.replace("switch_user=1", "switch_user=0")
        assert browser.open(site.url + again).url == site.url + quote(goal, safe="/?=&")
        browser.open(site.url + "/bye")


@pytest.mark.parametrize("person", [IVO, SAM], ids=["refused", "broken"])
def test_try_again_after_the_app_refused_keeps_switch_user(browser: Browser, site: Site, person: str) -> None:
    browser.sign_in(person)
    for switches in ("1", "0"):
        page = browser.open(f"{site.url}/clever/login?next=/private&switch_user={switches}")
        if page.url.startswith(site.emulator):
            # Clever asks students to confirm who they are.
            page = browser.open(page.url.replace("confirmed=false", "confirmed=true"))
        if person == SAM and site.framework != "asgi":
            # An exception in the application's own code shows the framework's own page.
            assert page.status == 500
            continue
        link = links_of(page)["Log in with Clever"]
        assert link == "/clever/login?next=%2Fprivate" + ("&switch_user=1" if switches == "1" else "")


def test_a_failed_callback_can_be_reloaded_any_number_of_times(browser: Browser, site: Site) -> None:
    browser.sign_in(IVO)
    for wanted in ("/private", "/clever/login"):
        page = browser.open(site.url + wanted)
        assert (page.status, "not_admitted" in page.text) == (403, True)
        for _ in range(6):
            seen = len(browser.visited)
            again = browser.open(page.url)
            assert (again.status, again.text) == (page.status, page.text), again.text
            # A code that was already used restarts the login silently.
            assert any("/oauth/authorize?" in url for url in browser.visited[seen:])
            page = again


def test_a_wrong_issuer_ends_a_proven_login_and_its_session(browser: Browser, site: Site) -> None:
    log_in(browser, site)
    state = state_of(begun_at_clever(browser, f"{site.url}/clever/login?switch_user=1"))
    kept = len(in_flight(browser))
    page = browser.open(f"{site.url}/clever/callback?code=a&iss=https%3A%2F%2Fevil.example&state={state}")
    assert (page.status, "callback_issuer" in page.text) == (400, True)
    assert len(in_flight(browser)) == kept - 1
    assert who(browser.open(site.url + "/")) == "nobody"


@pytest.mark.parametrize("word", ["access_denied", "temporarily_unavailable", "invalid_scope"])
def test_a_callback_with_an_error_from_clever_can_be_reloaded(browser: Browser, site: Site, word: str) -> None:
    begun = begun_at_clever(browser, f"{site.url}/clever/login?next=/private")
    back = f"{site.url}/clever/callback{refusal(begun).replace('access_denied', word)}"
    pages = [browser.open(back) for _ in range(7)]
    assert {(page.status, page.text, page.url) for page in pages} == {(pages[0].status, pages[0].text, back)}


def test_retry_after_from_clever_is_passed_on(framework: str, tmp_path: Path) -> None:
    with serving(framework, tmp_path, scenario="tokens-429-retry-after") as site:
        tabbed = TabbedBrowser(site.emulator, ADA)
        tab = tabbed.open_tab(site.url + "/private")
        while not (tab.url.startswith(site.url + "/clever/callback") or tab.is_done):
            tabbed.step(tab)
        answer = asked(tab.url, Cookie="; ".join(f"{each.name}={each.value}" for each in tabbed.cookies))
    assert answer.status == 503
    assert answer.headers["Retry-After"].isdigit()


# ---------------------------------------------------------------- loops end with a page


def test_blocked_cookies_end_with_a_page(site: Site) -> None:
    tabbed = TabbedBrowser(site.emulator, ADA)
    tab = tabbed.open_tab(site.url + "/private")
    to_clever = 0
    while not tab.is_done:
        was_at_the_app = tab.url.startswith(site.url)
        tabbed.step(tab)
        # The emulator's own pages, such as the sign-in page, also lead there.
        to_clever += was_at_the_app and "/oauth/authorize?" in tab.url
        for cookie in [each for each in tabbed.cookies if each.name.startswith("clever_login_")]:
            tabbed.cookies.clear(cookie.domain, cookie.path, cookie.name)
    assert tab.page
    assert (tab.page.status, "cookies_blocked" in tab.page.text) == (400, True)
    assert to_clever == 3


def test_a_session_cookie_that_is_not_kept_ends_with_a_page(framework: str, tmp_path: Path) -> None:
    with serving(framework, tmp_path, SESSION_PATH="/elsewhere") as site:
        page = arrived(site.url + "/private", TabbedBrowser(site.emulator, ADA))
        assert (page.status, "session_not_kept" in page.text) == (500, True)
        log = site.log.read_text()
    line = next(line for line in log.splitlines() if "the session cookie does not come back" in line)
    if framework in SITES_IN_RUST:
        assert "Path" in line
        return
    assert "'/elsewhere'" in line
    # With the framework's defaults, no other header is set.
    for word, value in [("domain", "None"), ("path", "'/elsewhere'"), ("secure", "False")]:
        assert re.search(rf"{word}( is)?[ =]{value}", line, re.IGNORECASE), (word, line)


def test_a_page_that_sends_signed_in_people_back_to_log_in_ends_with_a_page(browser: Browser, site: Site) -> None:
    tabbed = TabbedBrowser(site.emulator, ADA)
    for _ in range(2):
        page = arrived(site.url + "/vault", tabbed)
        assert (page.status, "page_not_allowed" in page.text) == (403, True)
        assert "You are signed in, but you may not open this page." in page.text
    links = links_of(page)
    assert "Log in with Clever" not in links
    assert arrived(site.url + links["Go to the start page"], tabbed).text.startswith("signed in: Ada Ashworth")
    assert begun_at_clever(browser, site.url + links["Log in as someone else"]).endswith("confirmed=false")
    assert re.search(r'signed in, but ".*/vault" sends them back to log in', site.log.read_text())
    # A logout resets the count.
    tabbed.tabs.clear()
    arrived(site.url + "/bye", tabbed)
    assert arrived(site.url + "/private", tabbed).text == "Hello, Ada Ashworth (student)"


def test_a_session_that_the_app_ends_before_any_page_ends_with_an_error_page(site: Site) -> None:
    tabbed = TabbedBrowser(site.emulator, ADA)
    for _ in range(2):
        page = arrived(site.url + "/expel", tabbed)
        tabbed.tabs.clear()
        assert (page.status, "session_not_kept" in page.text) == (500, True)
    log = site.log.read_text()
    assert re.search(
        r'\b3 sign-ins in a row on the way to ".*/expel", and the session came back with no one signed in', log
    )
    # The cookie does come back.
    assert "the session cookie does not come back" not in log


def test_a_redirect_loop_without_next_ends_with_a_page_too(tmp_path: Path) -> None:
    with serving("flask", tmp_path, CLEVER_AFTER_LOGIN="/vault?bare") as site:
        page = arrived(site.url + "/vault?bare", TabbedBrowser(site.emulator, ADA))
        assert (page.status, "page_not_allowed" in page.text) == (403, True)
        assert links_of(page)["Go to the start page"] == "/vault?bare"


@pytest.mark.parametrize("landing", ["/private", "/bye"])
def test_the_apps_own_logout_does_not_count_as_a_lost_session(browser: Browser, site: Site, landing: str) -> None:
    log_in(browser, site)
    for _ in range(6):
        browser.open(site.url + "/bye")
        page = browser.open(f"{site.url}/clever/login?next={landing}")
        assert (page.status, page.path) == (200, landing), page.text
    browser.open(site.url + "/bye")
    assert who(browser.open(site.url + "/")) == "nobody"


def marks(browser: Browser) -> int:
    """How many sign-ins of this browser are not yet known to be kept."""
    return sum("clever_signed_in" in cookie.name for cookie in browser.cookies)


@pytest.mark.parametrize("answer", ["leave", "stay"])
def test_a_session_counts_as_kept_when_a_middleware_of_the_app_responds(
    browser: Browser, site: Site, answer: str
) -> None:
    for _ in range(6):
        tabbed_login = f"{site.url}/clever/login?next=/{answer}"
        page = browser.open(tabbed_login)
        if page.path != f"/{answer}":
            page = browser.sign_in(ADA, page)
        assert (page.path, page.text) == (f"/{answer}", "bye" if answer == "leave" else "here")
        assert marks(browser) == 0
    assert who(browser.open(site.url + "/")) == ("nobody" if answer == "leave" else "signed in: Ada Ashworth")


SAFE = {"navigate": ["document", "empty", ""], "": ["document", ""]}
FRAMES = ["iframe", "frame", "fencedframe", "embed", "object"]
OTHERS = ["image", "script", "style", "worker", "anything"]


@pytest.mark.parametrize("path", ["/private", "/staffroom", "/shelf/a?b=c"])
def test_a_guard_redirects_pages_to_log_in_and_sends_401_to_frames_and_scripts(site: Site, path: str) -> None:
    for mode, safe in SAFE.items():
        for dest in [*safe, *FRAMES, *OTHERS]:
            answer = asked(site.url + path, Sec_Fetch_Mode=mode, Sec_Fetch_Dest=dest)
            if dest in safe:
                assert answer.status in {302, 303}, (mode, dest)
                assert answer.headers["Location"].startswith("/clever/login?next=")
            else:
                assert (answer.status, answer.headers["Location"]) == (401, None), (mode, dest)
    for mode in ["nested-navigate", "cors", "no-cors", "same-origin", "websocket", "anything"]:
        for dest in ["document", "empty", *FRAMES]:
            assert asked(site.url + path, Sec_Fetch_Mode=mode, Sec_Fetch_Dest=dest).status == 401, (mode, dest)
    assert asked(site.url + path).status in {302, 303}


def test_a_frame_of_a_signed_in_person_is_shown(browser: Browser, site: Site) -> None:
    log_in(browser, site)
    cookie = "; ".join(f"{name}={value}" for name, value in cookies(browser).items())
    for dest in FRAMES:
        headers = {"Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": dest, "Cookie": cookie}
        assert asked(site.url + "/private", **headers).status == 200


def test_a_guard_that_blocks_the_login_is_named_in_the_log(framework: str, tmp_path: Path) -> None:
    with serving(framework, tmp_path, GUARD="yes") as site:
        page = log_in(Browser(site.emulator), site)
        if framework in SITES_IN_RUST:
            # There the login comes before any guard of the application.
            assert page.text == "Hello, Ada Ashworth (student)"
            return
        assert (page.status, "config_invalid" in page.text) == (500, True)
        assert "responded instead of the login" in site.log.read_text()


# ---------------------------------------------------------------- reload and back, and where to go next


def test_the_callback_of_a_portal_login_can_be_reloaded(browser: Browser, site: Site) -> None:
    browser.sign_in(ADA)
    browser.open(site.portal)
    for url in [each for each in browser.visited if each.startswith(site.url + "/clever/callback")] * 2:
        assert who(browser.open(url)) == "signed in: Ada Ashworth"


@pytest.mark.parametrize("length", [286, 1000])
def test_a_long_next_is_kept(browser: Browser, site: Site, length: int) -> None:
    wanted = "/private?" + "x" * length
    assert log_in(browser, site, wanted=f"/clever/login?next={quote(wanted)}").url == site.url + wanted


@pytest.mark.parametrize("letter", ["x", "ш", "語", "🦊"])
@pytest.mark.parametrize("place", ["/shelf/", "/private?name="])
def test_people_return_to_a_guarded_page_whose_path_has_up_to_1024_bytes(
    browser: Browser, site: Site, letter: str, place: str
) -> None:
    room = 1024 - len(place)
    longest = place + letter * (room // len(letter.encode())) + "x" * (room % len(letter.encode()))
    assert len(longest.encode()) == 1024
    log_in(browser, site)
    for wanted, is_kept in [(longest, True), (longest + "x", False)]:
        browser.open(site.url + "/bye")
        page = browser.open(site.url + quote(wanted, safe="/?="))
        assert page.url == site.url + (quote(wanted, safe="/?=") if is_kept else "/")
    assert "the limit is 1024" in site.log.read_text()


def test_percent_encoded_characters_of_next_come_back_unchanged(browser: Browser, site: Site) -> None:
    log_in(browser, site)
    # A space, a slash, a percent sign, non-ASCII spaces and control characters, and bytes that are not valid text.
    for wanted in ("/shelf/%20%252F%25", "/shelf/%C2%A0%E3%80%80%C2%85", "/private?a=%FF%C3%D1%88&b=%2B+%26"):
        browser.open(site.url + "/bye")
        assert browser.open(site.url + wanted).url == site.url + wanted


def test_next_can_name_the_own_host_and_contain_any_letters(browser: Browser, site: Site) -> None:
    log_in(browser, site)
    own = browser.open(f"{site.url}/clever/login?next={quote(site.url + '/private?lesson=7')}")
    assert own.url == site.url + "/private?lesson=7"
    letters = browser.open(f"{site.url}/clever/login?next={quote('/shelf/школа')}")
    assert letters.text.startswith("shelf школа")


def test_a_next_that_is_refused_is_logged_with_the_reason(browser: Browser, site: Site) -> None:
    browser.open(f"{site.url}/clever/login?next={quote('//evil.example/hush')}")
    log = site.log.read_text()
    line = next(line for line in log.splitlines() if "continues without its `next`" in line and "another host" in line)
    assert "evil.example" not in line


def test_a_refusal_with_a_stale_state_is_shown_and_signs_no_one_out(browser: Browser, site: Site) -> None:
    log_in(browser, site)
    stranger = asked(site.url + "/clever/login").headers["Location"]
    assert browser.open(f"{site.url}/clever/callback{refusal(stranger)}").status == 403
    assert who(browser.open(site.url + "/")) == "signed in: Ada Ashworth"
