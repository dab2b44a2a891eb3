"""The page in a browser's conditions, with the extension and with FFI: tabs, attacks by other sites, shared devices."""

from __future__ import annotations

import html
import re
import time
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from harness.browser import Browser as AtClever
from harness.browser_page import check_set_cookies
from harness.cookie_browser import Browser
from harness.header_limits import LONG_PAGES, MOST_HEADER_BYTES, MOST_LINK_BYTES, header_bytes
from harness.length import whole_or_short
from harness.tabs import TabbedBrowser, check_tabs
from php_sites import DISTRICT, NOWHERE, WAYS, Answer, Site, asked, cookie_of, kept, log_in, serving
from servers import own_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from harness.cookie_browser import Page
    from installed import Installed

ADA, JOSE = "510001", "510003"
INTERLEAVINGS = whole_or_short(200, 4)
STARTS = ["/me", "/login", "portal"]
WHEN_CLEVER_IS_DOWN = "Clever cannot be reached right now. Please wait a minute, then try again."


@pytest.fixture(scope="module", params=WAYS)
def site(installed: Installed, request: pytest.FixtureRequest) -> Iterator[Site]:
    with serving(installed, request.param, auto_login=None) as running:
        yield running


@pytest.fixture
def browser(site: Site) -> Browser:
    return Browser(site.clever)


def back_from_clever(site: Site, url: str) -> str:
    """The callback URL after a person logs in at Clever."""
    return AtClever(site.clever, ADA).callback(url)


def state_of_the_last_login(browser: Browser) -> str:
    found = [parse_qs(urlsplit(url).query).get("state") for url in browser.visited]
    return [states[0] for states in found if states][-1]


def is_signed_in(browser: Browser, site: Site) -> bool:
    return asked(f"{site.url}/me", Cookie=f"session={cookie_of(browser, 'session')}").status == 200


def signed_in_at(session: str, when: int) -> str:
    """Write a session file as if a person had signed in at that time."""
    changed, count = re.subn(r'("signed_in_at";i:)\d+', rf"\g<1>{when}", session)
    assert count == 1
    return changed


def links_of(page: Page | Answer) -> list[str]:
    """The targets of the login links on a page: to try again, and to log in as another person."""
    return [html.unescape(link) for link in re.findall(r'href="(/login[^"]*)"', page.text)]


@pytest.mark.parametrize("tabs", [2, 3, 5, 10])
@pytest.mark.parametrize("start", [*STARTS, "mixed"])
def test_tabs_of_one_browser_all_arrive(site: Site, tabs: int, start: str) -> None:
    kinds = [STARTS[number % 3] if start == "mixed" else start for number in range(tabs)]

    def address(number: int) -> str:
        pages = {"/me": f"{site.url}/me?tab={number}", "/login": f"{site.url}/login?return_to=/me%3Ftab={number}"}
        return pages.get(kinds[number], site.from_portal)

    def arrives(number: int, page: Page) -> bool:
        own = f"{site.url}/me" if kinds[number] == "portal" else f"{site.url}/me?tab={number}"
        return page.url == own and "Hello, Ada Ashworth" in page.text

    addresses = [address(number) for number in range(tabs)]
    check_tabs(lambda: TabbedBrowser(site.clever, ADA), addresses, arrives, range(INTERLEAVINGS))


def test_only_page_requests_and_the_apps_own_forms_can_log_in_or_out(browser: Browser, site: Site) -> None:
    log_in(browser, site)
    session = f"session={cookie_of(browser, 'session')}"
    refused: list[tuple[str, str, dict[str, str], int]] = [
        ("/login", "HEAD", {}, 200),
        ("/login", "POST", {}, 405),
        ("/login", "GET", {"Sec_Purpose": "prefetch"}, 503),
        ("/login", "GET", {"Sec_Fetch_Mode": "no-cors"}, 403),
        ("/callback?code=x", "HEAD", {}, 200),
        ("/callback?code=x", "POST", {}, 405),
        ("/callback?code=x", "GET", {"Purpose": "prefetch"}, 503),
        ("/logout", "GET", {}, 405),
        ("/logout", "HEAD", {}, 405),
        ("/logout", "GET", {"Sec_Purpose": "prefetch"}, 405),
        ("/logout", "POST", {"Sec_Fetch_Site": "cross-site"}, 403),
        ("/logout", "POST", {"Sec_Fetch_Site": "same-site"}, 403),
        ("/logout", "POST", {"Origin": "https://evil.example"}, 403),
    ]
    for path, method, headers, status in refused:
        answer = asked(site.url + path, method, Cookie=session, **headers)
        found = (answer.status, answer.headers["Set-Cookie"], answer.text)
        assert found == (status, None, ""), (path, method, headers)
        assert (answer.headers["Allow"] is not None) == (status == 405)
    assert is_signed_in(browser, site)


def test_head_prefetch_and_post_requests_of_the_callback_use_no_code(browser: Browser, site: Site) -> None:
    login = asked(f"{site.url}/login")
    cookie = (login.headers["Set-Cookie"] or "").partition(";")[0]
    browser.sign_in(ADA)
    at_clever = "; ".join(f"{name}={value}" for name, value in kept(browser).items())
    back = asked(login.goes_to, Cookie=at_clever).goes_to
    for method, headers in [("HEAD", {}), ("GET", {"Sec_Purpose": "prefetch"}), ("POST", {})]:
        assert asked(back, method, Cookie=cookie, **headers).headers["Set-Cookie"] is None
    finished = asked(back, Cookie=cookie)
    assert (finished.status, finished.goes_to) == (303, "/me")


def test_a_callback_that_proves_nothing_changes_nothing(browser: Browser, site: Site) -> None:
    log_in(browser, site)
    browser.sign_out()
    browser.open(f"{site.url}/login?return_to=/me%3Fhere")
    before = kept(browser)
    for said in (
        "error=access_denied",
        "error=server_error",
        "code=a&code=b",
        "error=x&state=y",
        "code=",
        "",
        "%ff=%00",
    ):
        browser.open(f"{site.url}/callback?{said}")
        assert kept(browser) == before, said
    assert is_signed_in(browser, site)


def signed_in_twice(browser: Browser, site: Site) -> tuple[str, str]:
    """Sign the same person in again, as in a second tab. Returns the old session and the one that replaced it."""
    log_in(browser, site)
    first = cookie_of(browser, "session")
    assert browser.open(f"{site.url}/login").url == f"{site.url}/me"
    second = cookie_of(browser, "session")
    assert (second != first, sum(cookie.name == "session" for cookie in browser.cookies)) == (True, True)
    return first, second


def is_alive(site: Site, session: str) -> bool:
    return asked(f"{site.url}/me", Cookie=f"session={session}").status == 200


def test_a_session_replaced_by_the_same_person_stays_valid_for_a_minute(browser: Browser, site: Site) -> None:
    first, second = signed_in_twice(browser, site)
    # A page without a guard, requested by another tab before it got the new session.
    late = asked(f"{site.url}/", Cookie=f"session={first}")
    assert ("Hello, Ada Ashworth" in late.text, late.headers["Set-Cookie"]) == (True, None)
    file = site.folder / f"sess_{first}"
    kept_there = file.read_text()
    # Replaced just now, it is valid for a minute, and only a hang takes that long. Replaced a minute ago, it is gone.
    for seconds, stays in [(0, True), (60, False)]:
        changed, count = re.subn(r'("replaced_at";i:)\d+', rf"\g<1>{int(time.time()) - seconds}", kept_there)
        assert count == 1
        file.write_text(changed)
        assert is_alive(site, first) is stays
    assert not file.exists()
    assert is_alive(site, second)


def test_signing_in_again_and_again_does_not_extend_a_session(browser: Browser, site: Site) -> None:
    first, second = signed_in_twice(browser, site)
    replaced_at = re.findall(r'"replaced_at";i:(\d+)', (site.folder / f"sess_{first}").read_text())
    # A third tab comes back with the session that was already replaced.
    begun = asked(f"{site.url}/login", Cookie=f"session={first}")
    back = back_from_clever(site, begun.goes_to)
    pair = (begun.headers["Set-Cookie"] or "").partition(";")[0]
    third = asked(back, Cookie=f"{pair}; session={first}").headers.get_all("Set-Cookie") or []
    assert any(line.startswith("session=") and "Max-Age=0" not in line for line in third)
    assert re.findall(r'"replaced_at";i:(\d+)', (site.folder / f"sess_{first}").read_text()) == replaced_at
    assert is_alive(site, second)


def test_a_logout_ends_the_sessions_that_were_replaced_too(browser: Browser, site: Site) -> None:
    first, second = signed_in_twice(browser, site)
    browser.open(f"{site.url}/login")
    third = cookie_of(browser, "session")
    assert len({first, second, third}) == 3
    assert asked(f"{site.url}/logout", "POST", Cookie=f"session={third}").status == 303
    assert not [session for session in (first, second, third) if (site.folder / f"sess_{session}").exists()]


def finished_with(site: Site, session: str, number: str = ADA) -> Callable[[], str]:
    """Begin a login in another tab with this session. Returns a function that finishes it and returns its session."""
    begun = asked(f"{site.url}/login", Cookie=f"session={session}")
    back = AtClever(site.clever, number).callback(begun.goes_to)
    pair = (begun.headers["Set-Cookie"] or "").partition(";")[0]

    def finish() -> str:
        lines = asked(back, Cookie=f"{pair}; session={session}").headers.get_all("Set-Cookie") or []
        found = [line.partition(";")[0].partition("=")[2] for line in lines if line.startswith("session=")]
        assert len(found) == 1
        return found[0]

    return finish


def log_out(site: Site, session: str) -> None:
    assert asked(f"{site.url}/logout", "POST", Cookie=f"session={session}").status == 303


def sign_in_jose(site: Site, session: str) -> None:
    assert is_alive(site, finished_with(site, session, JOSE)())


def refuse(site: Site, session: str) -> None:
    begun = asked(f"{site.url}/login", Cookie=f"session={session}")
    state = parse_qs(urlsplit(begun.goes_to).query)["state"][0]
    pair = (begun.headers["Set-Cookie"] or "").partition(";")[0]
    asked(f"{site.url}/callback?error=access_denied&state={state}", Cookie=f"{pair}; session={session}")


@pytest.mark.parametrize("minute_is_over", [False, True])
@pytest.mark.parametrize("last", [0, 1, 2, 3, 4])
@pytest.mark.parametrize("ends", [log_out, sign_in_jose, refuse])
def test_ending_one_of_several_linked_sessions_ends_all_of_them(
    browser: Browser, site: Site, ends: Callable[[Site, str], None], last: int, minute_is_over: bool
) -> None:
    log_in(browser, site)
    first = cookie_of(browser, "session")
    logins = [finished_with(site, first) for _ in range(3)]
    sessions = [first, logins[0]()]
    later = finished_with(site, sessions[1])
    if minute_is_over:
        file = site.folder / f"sess_{first}"
        file.write_text(re.sub(r'("replaced_at";i:)\d+', rf"\g<1>{int(time.time()) - 60}", file.read_text()))
    sessions += [logins[1](), later()]
    # Once its minute is over, the first request with the old session ends it.
    sessions.append(sessions[-1] if minute_is_over else logins[2]())
    assert is_alive(site, sessions[-1])
    assert is_alive(site, first) is not minute_is_over
    ends(site, sessions[last or (4 if minute_is_over else 0)])
    assert [is_alive(site, session) for session in sessions] == [False] * 5
    assert not [session for session in sessions if (site.folder / f"sess_{session}").exists()]


def test_two_callbacks_with_the_same_session_end_in_one_session(browser: Browser, site: Site) -> None:
    log_in(browser, site)
    first = cookie_of(browser, "session")
    one, other = finished_with(site, first), finished_with(site, first)
    second = one()
    assert second == other() != first
    assert is_alive(site, second)


def test_a_sign_in_replaces_the_old_session(browser: Browser, site: Site) -> None:
    first, second = signed_in_twice(browser, site)
    browser.sign_out()
    assert "José Núñez" in log_in(browser, site, JOSE).text
    assert not is_alive(site, first)
    assert not is_alive(site, second)


def test_a_session_planted_by_an_attacker_ends_at_once(site: Site) -> None:
    stranger, victim = Browser(site.clever), Browser(site.clever)
    log_in(stranger, site, JOSE)
    planted = next(cookie for cookie in stranger.cookies if cookie.name == "session")
    victim.cookies.set_cookie(planted)
    assert "Hello, Ada Ashworth" in log_in(victim, site).text
    assert not is_alive(site, planted.value or "")


@pytest.mark.parametrize("word", ["access_denied", "unauthorized-user"])
def test_a_refused_login_of_this_browser_ends_the_session(browser: Browser, site: Site, word: str) -> None:
    log_in(browser, site)
    session = cookie_of(browser, "session")
    browser.sign_out()
    browser.open(f"{site.url}/login?switch_user=1&return_to=/me%3Flesson=8")
    page = browser.open(f"{site.url}/callback?error={word}&state={state_of_the_last_login(browser)}")
    assert (page.status, "ask someone at your school" in page.text) == (403, True)
    assert "<code>access_denied</code>" in page.text
    assert 'href="/login?switch_user=1&amp;return_to=%2Fme%3Flesson%3D8"' in page.text
    assert cookie_of(browser, "session") == ""
    assert asked(f"{site.url}/me", Cookie=f"session={session}").status == 303


@pytest.mark.parametrize("way", WAYS)
def test_a_failed_login_of_this_browser_ends_the_session(installed: Installed, way: str) -> None:
    sessions = own_folder(installed.folder / f"sessions-{way}")
    with (
        serving(installed, way, sessions=str(sessions)) as well,
        serving(installed, way, scenario="/s/id-token-expired", sessions=str(sessions)) as failing,
    ):
        browser = Browser(well.clever)
        assert browser.open(f"{well.url}/login").path == "/me"
        assert "id_token_expired" in browser.open(f"{failing.url}/login").text
        assert not is_signed_in(browser, well)
        assert cookie_of(browser, "session") == ""


@pytest.mark.parametrize("word", ["server_error", "temporarily_unavailable"])
def test_an_outage_of_clever_keeps_the_session(browser: Browser, site: Site, word: str) -> None:
    log_in(browser, site)
    browser.sign_out()
    browser.open(f"{site.url}/login?switch_user=1&return_to=/me%3Flesson=7%26%3Cb%3E")
    page = browser.open(f"{site.url}/callback?error={word}&state={state_of_the_last_login(browser)}")
    assert (page.status, "callback_unavailable" in page.text) == (503, True)
    assert WHEN_CLEVER_IS_DOWN in page.text
    # "Try again" is for another person too.
    goal = "return_to=%2Fme%3Flesson%3D7%26%253Cb%253E"
    assert links_of(page) == [f"/login?switch_user=1&{goal}"] * 2
    assert is_signed_in(browser, site)


def test_a_wrong_setup_shows_a_page_with_status_500(browser: Browser, site: Site) -> None:
    page = browser.open(f"{site.url}/callback?error=invalid_request")
    assert (page.status, "callback_rejected" in page.text) == (500, True)


def test_a_browser_without_cookies_gets_an_error_page_after_three_redirects(site: Site) -> None:
    browser = Browser(site.clever)
    browser.sign_in(ADA)
    at_clever = "; ".join(f"{name}={value}" for name, value in kept(browser).items())
    to_clever, url = 0, f"{site.url}/login"
    while (answer := asked(url, **({} if url.startswith(site.url) else {"Cookie": at_clever}))).status != 400:
        url = answer.goes_to
        to_clever += url.startswith(site.clever)
    assert to_clever == 3
    assert "cookies_blocked" in answer.text


def test_a_reloaded_callback_signs_in(browser: Browser, site: Site) -> None:
    browser.sign_in(ADA)
    assert browser.open(site.from_portal).path == "/me"
    for spent in [url for url in browser.visited if url.startswith(f"{site.url}/callback")]:
        page = browser.open(spent)
        assert (page.path, "Ada Ashworth" in page.text) == ("/me", True)


def test_not_you_leads_to_a_page_where_another_person_logs_in(browser: Browser, site: Site) -> None:
    me = log_in(browser, site)
    assert '<a href="/login?switch_user=1">Log in as another person</a>' in me.text
    page = browser.open(f"{site.url}/login?switch_user=1")
    assert page.url.startswith(site.clever)
    assert any("confirmed=false" in url for url in browser.visited)
    for place in ("/", "/callback?error=access_denied"):
        assert "/login?switch_user=1" in Browser(site.clever).open(site.url + place).text


def test_a_request_without_a_session_opens_none(site: Site) -> None:
    for path, method in [("/", "GET"), ("/me", "GET"), ("/logout", "POST"), ("/callback?error=x", "GET")]:
        for cookie in ("", "session=", f"session={'f' * 32}", "session=../../etc/passwd", "session[]=x"):
            answer = asked(site.url + path, method, Cookie=cookie)
            lines = [line for line in answer.headers.get_all("Set-Cookie") or [] if "Max-Age=0" not in line]
            assert (lines, answer.status < 500) == ([], True), (path, cookie)
    assert not (site.folder / f"sess_{'f' * 32}").exists()


def test_the_session_ends_when_the_browser_closes_and_after_the_configured_hours(browser: Browser, site: Site) -> None:
    log_in(browser, site)
    (cookie,) = [cookie for cookie in browser.cookies if cookie.name == "session"]
    assert cookie.discard, "the session cookie must end with the browser"
    file = site.folder / f"sess_{cookie.value}"
    kept_there = file.read_text()
    for hours, stays in [(11.9, True), (12, False)]:
        when = int(time.time() - hours * 3600)
        file.write_text(signed_in_at(kept_there, when))
        assert is_signed_in(browser, site) is stays
    assert not file.exists()


def test_the_cookies_of_a_login_match_the_documentation(site: Site) -> None:
    login = asked(f"{site.url}/login")
    begun = login.headers.get_all("Set-Cookie") or []
    finished = asked(back_from_clever(site, login.goes_to), Cookie=begun[0].partition(";")[0])
    check_set_cookies(begun, finished.headers.get_all("Set-Cookie") or [], "PHP")


def test_how_long_a_session_lasts_is_one_setting(installed: Installed) -> None:
    with serving(installed, WAYS[0], CLEVER_SESSION_SECONDS="60") as site:
        browser = Browser(site.clever)
        assert browser.open(f"{site.url}/login").path == "/me"
        file = site.folder / f"sess_{cookie_of(browser, 'session')}"
        file.write_text(signed_in_at(file.read_text(), int(time.time()) - 60))
        assert not is_signed_in(browser, site)
    with serving(installed, WAYS[0], CLEVER_SESSION_SECONDS="12h") as site:
        assert asked(f"{site.url}/login").status == 500
        assert "CLEVER_SESSION_SECONDS must be a whole number above 0, found '12h'" in site.log


@pytest.mark.parametrize("way", WAYS)
def test_a_session_that_is_not_kept_ends_with_a_page_and_a_log_line(installed: Installed, way: str) -> None:
    # PHP can store these sessions, but never read them.
    folder = own_folder(installed.folder / f"unreadable-{way}")
    with serving(installed, way, sessions=f'"0;000;{folder}"') as site:
        browser = Browser(site.clever)
        page = browser.open(f"{site.url}/me")
        assert (page.status, "session_not_kept" in page.text) == (500, True)
        assert sum(url.startswith(site.clever) for url in browser.visited) == 3
        cookie = "session cookie session: domain (this host), path /, Secure no; sessions are kept by files in "
        assert f"{cookie}0;000;" in site.log
        assert "the session: session_start(): open(" in site.log
        assert "sess_…" in site.log


@pytest.mark.parametrize("way", WAYS)
def test_a_session_that_cannot_be_stored_ends_with_a_page_and_a_log_line(installed: Installed, way: str) -> None:
    with serving(installed, way, sessions=NOWHERE) as site:
        browser = Browser(site.clever)
        page = browser.open(f"{site.url}/me")
        assert (page.status, "internal" in page.text) == (500, True)
        assert sum(url.startswith(site.clever) for url in browser.visited) == 1
        assert "the session: session_start(): open(/nowhere/sess_…" in site.log


@pytest.mark.parametrize(
    ("wanted", "arrives"),
    [
        ("/me?lesson=7", "/me?lesson=7"),
        ("/" + "a" * 1023, "/" + "a" * 1023),
        ("/школа?q=ñ", "/%D1%88%D0%BA%D0%BE%D0%BB%D0%B0?q=%C3%B1"),
        ("{url}/me?own", "{url}/me?own"),
    ],
)
def test_a_login_returns_to_the_page_the_person_wanted(browser: Browser, site: Site, wanted: str, arrives: str) -> None:
    page = log_in(browser, site, query=f"?return_to={quote(wanted.format(url=site.url))}")
    target = arrives.format(url=site.url)
    assert page.url == (target if target.startswith("http") else site.url + target)


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        ("https://evil.example/", "origin is not allowed"),
        ("//evil.example/", "another host"),
        ("/\\evil.example", "backslash"),
        ("/\r\nX: y", "white space"),
        ("/" + "a" * 1024, "longer than 1024 bytes"),
        ("/\0", "argument_invalid"),
        ("/\udcff", "argument_invalid"),
    ],
)
def test_return_to_another_site_is_ignored_and_logged(browser: Browser, site: Site, wanted: str, reason: str) -> None:
    before = len(site.log)
    page = log_in(browser, site, query=f"?return_to={quote(wanted.encode('utf-8', 'surrogateescape'))}")
    assert page.url == f"{site.url}/me"
    assert re.search(rf"return_to is not used: .*{reason}", site.log[before:])


def test_a_login_link_can_contain_a_district_id(browser: Browser, site: Site) -> None:
    assert f"district_id={DISTRICT}" in asked(f"{site.url}/login?district_id={DISTRICT}").goes_to
    for odd in ("%ff", "%00", "a" * 3000):
        before = len(site.log)
        goal = f"{site.url}/login?district_id={odd}&return_to=/me%3Fa"
        assert browser.sign_in(ADA, browser.open(goal)).url == f"{site.url}/me?a"
        assert "district_id is not used: argument_invalid" in site.log[before:]
        browser.cookies.clear()
    assert "district_id" not in asked(f"{site.url}/login?district_id[]={DISTRICT}").goes_to


@pytest.mark.parametrize("way", WAYS)
def test_the_page_works_below_a_prefix_without_a_setting(installed: Installed, way: str) -> None:
    with serving(installed, way, prefix="/reading") as site:
        browser = Browser(site.clever)
        page = browser.open(f"{site.url}/reading/me?lesson=7")
        assert (page.url, "Ada Ashworth" in page.text) == (f"{site.url}/reading/me?lesson=7", True)
        assert 'action="/reading/logout"' in page.text
        # A proxy that removes the prefix.
        login = asked(f"{site.url}/login")
        assert "reading%2Fcallback" in login.goes_to
        guarded = asked(f"{site.url}/me?a=1&b")
        assert guarded.goes_to.startswith("/reading/login?return_to=%2Fme%3Fa%3D1%26b&")
        login = asked(site.url + guarded.goes_to.removeprefix("/reading"))
        back = back_from_clever(site, login.goes_to).replace("/reading", "")
        pair = (login.headers["Set-Cookie"] or "").partition(";")[0]
        assert asked(back, Cookie=pair).goes_to == "/reading/me?a=1&b"


@pytest.mark.parametrize("way", WAYS)
def test_pages_can_be_in_another_folder_than_the_callback(installed: Installed, way: str) -> None:
    with serving(installed, way, prefix="/auth/clever") as site:
        browser = Browser(site.clever)
        for page in ("/me?lesson=7", "/school/me", "/auth/clever/me", "/auth/me"):
            assert browser.open(site.url + page).url == site.url + page
            browser.cookies.clear()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("prefix", "arrived"), [("", "/other/callback"), ("/reading", "/other/callback"), ("/a/b", "/b/callback")]
)
def test_only_our_own_callback_below_another_prefix_is_named_in_the_log(
    installed: Installed, way: str, prefix: str, arrived: str
) -> None:
    with serving(installed, way, prefix=prefix) as site:
        # Anyone can send people there.
        stranger = asked(f"{site.url}{prefix}/login")
        for query in ("code=x", "error=access_denied", "code=x&state=y", urlsplit(stranger.goes_to).query):
            answer = asked(f"{site.url}{arrived}?{query}", Cookie="clever_login_y=z")
            assert (answer.status, "login failed" in site.log) == (404, False), query
        login = asked(f"{site.url}{prefix}/login")
        back = back_from_clever(site, login.goes_to)
        pair = (login.headers["Set-Cookie"] or "").partition(";")[0]
        page = asked(back.replace(f"{prefix}/callback", arrived), Cookie=pair)
        assert (page.status, "config_invalid" in page.text, page.headers["Set-Cookie"]) == (500, True, None)
        named = f"CLEVER_REDIRECT_URI leads to {prefix}/callback, but a callback arrived below another prefix"
        assert named in site.log


def test_a_trailing_slash_makes_no_difference(browser: Browser, site: Site) -> None:
    login = asked(f"{site.url}/login/?return_to=/me%3Fa")
    pair = (login.headers["Set-Cookie"] or "").partition(";")[0]
    browser.sign_in(ADA)
    finished = asked(back_from_clever(site, login.goes_to).replace("/callback?", "/callback/?"), Cookie=pair)
    assert (finished.status, finished.goes_to) == (303, "/me?a")
    assert asked(f"{site.url}/callback/?error=access_denied").status == 403
    assert asked(f"{site.url}/callback/").status == 400
    assert asked(f"{site.url}/logout/").status == 405
    assert asked(f"{site.url}/logout/", "POST").goes_to == "/"
    for path in ("/login//x", "/loginx/", "/x/login/", "/x/logout/", "/x/callback/?code=1", "/callback/x?code=1"):
        assert asked(site.url + path).status in {200, 404}, path


@pytest.mark.parametrize(
    "wanted",
    [
        "/login",
        "/login?return_to=/login",
        "/login/#x",
        "/callback?code=a&state=b",
        "/callback",
        "/logout",
        "/./login",
        "/x/../login",
        "/%6cogin",
        "/x/%2e%2e/logout",
        "{url}/login?switch_user=1",
        "{url}/callback/?error=x",
    ],
)
def test_return_to_the_login_itself_is_ignored(browser: Browser, site: Site, wanted: str) -> None:
    before = len(site.log)
    page = log_in(browser, site, query=f"?return_to={quote(wanted.format(url=site.url))}")
    assert (page.url, page.status) == (f"{site.url}/me", 200)
    assert "return_to is not used: it leads to the login, the callback or the logout" in site.log[before:]


def test_return_to_a_page_with_a_similar_name_is_accepted(browser: Browser, site: Site) -> None:
    for wanted in ("/logins/me", "/me?next=/login", "/x/login/me", "/me#/login"):
        page = log_in(browser, site, query=f"?return_to={quote(wanted)}")
        assert page.url.startswith(f"{site.url}{wanted.partition('#')[0]}")
        browser.cookies.clear()


@pytest.mark.parametrize("character", ["ш", "é", "!ш", "ш.", "😀", "学、", "ш-ш_ш", "a😀b,", "ñ'"])
@pytest.mark.parametrize("start", ["/me?{}", "/login?return_to=%2Fme%3F{}"])
def test_1024_bytes_are_counted_as_a_browser_shows_them(
    browser: Browser, site: Site, start: str, character: str
) -> None:
    for many, fits in [((1024 - len("/me?")) // len(character.encode()), True), (1024, False)]:
        text = quote(character * many, safe="!'-_.,")
        browser.cookies.clear()
        once = text if start.startswith("/me") else quote(text, safe="")
        page = browser.sign_in(ADA, browser.open(f"{site.url}{start.format(once)}"))
        assert page.url == f"{site.url}/me?{text}" if fits else f"{site.url}/me", (many, fits)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_headers_of_every_response_fit_nginx(installed: Installed, way: str, scheme: str) -> None:
    with serving(installed, way, scheme=scheme, CLEVER_SESSION_NAME="s" * 64) as site:

        def answer(address: str, **headers: str) -> Answer:
            given = asked(address, **headers)
            assert header_bytes(given.headers) < MOST_HEADER_BYTES, address
            return given

        for page, fits in LONG_PAGES.items():
            guarded = answer(site.url + page)
            assert ("return_to=" in guarded.goes_to) == fits, page
            login = answer(site.url + guarded.goes_to)
            assert login.goes_to.startswith(site.clever)
            pair = (login.headers["Set-Cookie"] or "").partition(";")[0]
            back = answer(login.goes_to).goes_to.replace("https", "http", 1)
            denied = back.partition("?")[0] + f"?error=access_denied&state={parse_qs(urlsplit(back).query)['state'][0]}"
            for link in links_of(answer(denied, Cookie=pair)):
                assert len(link) < MOST_LINK_BYTES
                assert ("return_to=" in link) == fits
                again = answer(site.url + link)
                assert again.goes_to.startswith(site.clever)
            signed_in = answer(back, Cookie=pair)
            assert (signed_in.status, signed_in.goes_to) == (303, page if fits else "/me")


def test_links_on_the_front_page_are_short_enough_for_servers(site: Site) -> None:
    for page, fits in LONG_PAGES.items():
        links = links_of(asked(f"{site.url}/?return_to={quote(page, safe='')}"))
        assert [("return_to=" in link, len(link) < MOST_LINK_BYTES) for link in links] == [(fits, True)] * 2


def test_a_refused_person_gets_the_same_page_on_every_reload(installed: Installed) -> None:
    with serving(installed, WAYS[0], scenario="/s/callback-denied") as site:
        browser = Browser(site.clever)
        first = browser.open(f"{site.url}/login?return_to=/me%3Flesson=8")
        assert (first.status, "access_denied" in first.text) == (403, True)
        for _ in range(6):
            page = browser.open(first.url)
            assert (page.status, "access_denied" in page.text) == (403, True)
            assert "return_to=%2Fme%3Flesson%3D8" in page.text


@pytest.mark.parametrize("word", ["access_denied", "%3Cb%3Eread+me%3C/b%3E", "call+555-0100", "unauthorized-user"])
def test_the_page_shows_no_text_from_the_url(browser: Browser, site: Site, word: str) -> None:
    page = browser.open(
        f"{site.url}/callback?error={word}&error_description=call+555-0100&error_uri=https://evil.example"
    )
    assert page.status == 403
    assert "<code>access_denied</code>" in page.text
    for said in ("read me", "555-0100", "evil.example", "unauthorized-user"):
        assert said not in page.text


@pytest.mark.parametrize("way", WAYS)
def test_over_https_cookies_have_the_host_prefix(installed: Installed, way: str) -> None:
    with serving(installed, way, scheme="https") as site:
        login = asked(f"{site.url}/login")
        begun = login.headers["Set-Cookie"] or ""
        back = asked(login.goes_to).goes_to
        assert back.startswith("https://")
        back = back.replace("https", "http", 1)
        pair = begun.partition(";")[0]
        planted = asked(back, Cookie=pair.removeprefix("__Host-"))
        signed_in = asked(back, Cookie=pair)
        session = next(line for line in signed_in.headers.get_all("Set-Cookie") or [] if "-session=" in line)
    assert begun.startswith("__Host-clever_login_")
    assert planted.goes_to.startswith(site.clever)
    assert (signed_in.status, signed_in.goes_to) == (303, "/me")
    assert session.startswith("__Host-session=")
    for line in (begun, session):
        attributes = {part.lower() for part in line.split("; ")[1:]}
        assert {"path=/", "secure", "httponly", "samesite=lax"} <= attributes
        assert not any(part.startswith("domain") for part in attributes)
