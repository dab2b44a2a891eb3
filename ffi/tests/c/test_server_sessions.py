"""Sessions of the web server of examples/c: a shared device, a logout, failed logins, limits."""

from __future__ import annotations

import html
import re
from http.cookiejar import Cookie, CookieJar
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import HTTPCookieProcessor, ProxyHandler, build_opener

import pytest
from c_server import (
    ADA,
    JOSE,
    WHEN_CLEVER_IS_DOWN,
    Answer,
    Site,
    cookie_of,
    cookies_in,
    log_in,
    serving_alone,
    serving_https,
    signed_in,
)
from harness.browser import Browser as AtClever
from harness.cookie_browser import Browser, Page
from harness.patience import SECONDS
from harness.tabs import Staying, TabbedBrowser


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


def test_logging_out_ends_the_session_for_every_copy_of_its_cookie(browser: Browser, site: Site) -> None:
    log_in(browser, site)
    name = cookie_of(browser, "session")
    assert browser.open(f"{site.url}/logout", {}).path == "/"
    assert cookie_of(browser, "session") == ""
    assert site.asked("/me", Cookie=f"session={name}").status == 303


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
