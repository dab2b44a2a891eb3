"""Log in with Clever in Symfony and Laravel: people and attacks by other pages, with Debian's versions."""

from __future__ import annotations

import json
import re
from http.cookiejar import Cookie, DefaultCookiePolicy
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

import pytest
from framework_sites import FRAMEWORKS, Framework, commanded, framework
from harness.browser import Browser as AtClever
from harness.cookie_browser import Browser
from harness.length import whole_or_short
from harness.tabs import TabbedBrowser, check_tabs
from php_sites import ADA, Site, asked, cookie_of, kept

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from urllib.request import Request

    from harness.cookie_browser import Page
    from harness.tabs import Tab
    from installed import Installed

NOOR, JOSE, LAYLA, GRACE, TEACHER = "510002", "510003", "510007", "610001", "610001"
INTERLEAVINGS = whole_or_short(30, 1)
WAYS = whole_or_short(["extension", "ffi"], ["extension"])


@pytest.fixture(scope="module", params=FRAMEWORKS, ids=lambda used: used.name)
def used(request: pytest.FixtureRequest) -> Framework:
    used: Framework = request.param
    used.skip_if_missing()
    return used


@pytest.fixture(scope="module", params=WAYS)
def site(installed: Installed, used: Framework, request: pytest.FixtureRequest) -> Iterator[Site]:
    with framework(installed, used.name, request.param) as running:
        yield running


@pytest.fixture(scope="module")
def own(installed: Installed, used: Framework) -> Iterator[Site]:
    """The application has its own users, and decides about each person."""
    with framework(installed, used.name, APP_ENV="own") as running:
        yield running


@pytest.fixture(scope="module")
def failing(installed: Installed, used: Framework) -> Iterator[Site]:
    """The session store of the application can fail."""
    with framework(installed, used.name, FAILING="1") as running:
        yield running


@pytest.fixture
def browser(site: Site) -> Browser:
    return Browser(site.clever)


def signed_in(browser: Browser, site: Site, number: str = ADA, page: str = "/members") -> Page:
    return browser.sign_in(number, browser.open(site.url + page))


def header_of(browser: Browser) -> str:
    return "; ".join(f"{name}={value}" for name, value in kept(browser).items())


def is_signed_in(site: Site, cookies: str) -> bool:
    return asked(f"{site.url}/members", Cookie=cookies).status == 200


def begun(site: Site, number: str = ADA, cookies: str = "", query: str = "") -> tuple[str, str]:
    """Begin a login and come back from Clever. Returns the callback URL and the cookie of the login."""
    login = asked(f"{site.url}/clever/login{query}", Cookie=cookies)
    back = AtClever(site.clever, number).callback(login.goes_to)
    lines = login.headers.get_all("Set-Cookie") or []
    return back, next(line.partition(";")[0] for line in lines if "clever_login_" in line)


@pytest.mark.parametrize(
    ("domain", "is_refused"),
    [("other.example", True), (".a.app.example", True), (".example", False), ("APP.example", False)],
)
def test_a_session_cookie_that_browsers_refuse_is_the_doctors_first_problem(
    installed: Installed, used: Framework, tmp_path: Path, domain: str, is_refused: bool
) -> None:
    ended, said = commanded(
        installed, used.name, tmp_path, "clever:doctor", clever="http://127.0.0.1:9", COOKIE_DOMAIN=domain
    )
    assert ended == 2, said
    first = next(line for line in said.splitlines() if line.startswith("problem  "))
    assert first.startswith("problem  session: " if is_refused else "problem  connect: "), said
    assert not is_refused or f"is {domain}, but logins come back to app.example: browsers refuse" in first


def to_the_end(browser: TabbedBrowser, url: str) -> Page:
    tab: Tab = browser.open_tab(url)
    while tab.page is None:
        browser.step(tab)
    return tab.page


def test_a_login_returns_to_the_wanted_page(browser: Browser, site: Site) -> None:
    assert browser.open(f"{site.url}/front").text == "front nobody"
    page = signed_in(browser, site, page="/members?lesson=7&lesson=8")
    assert (page.url, page.text) == (f"{site.url}/members?lesson=7&lesson=8", "member Ada")
    assert browser.open(f"{site.url}/clever/login").url == f"{site.url}/front"
    assert browser.open(f"{site.url}/clever/login?return_to=/members%3F%D1%88").url == f"{site.url}/members?%D1%88"
    assert browser.open(f"{site.url}/clever/login?return_to=//evil.example").url == f"{site.url}/front"
    assert browser.open(f"{site.url}/clever/login?return_to=/clever/login").url == f"{site.url}/front"
    assert browser.open(site.from_portal).url == f"{site.url}/front"
    assert not [name for name in kept(browser) if "clever_login_" in name]


@pytest.mark.parametrize("start", ["/members", "/login", "portal"])
@pytest.mark.parametrize("tabs", whole_or_short([2, 3, 5, 10], [2, 5]))
def test_tabs_of_one_browser_all_arrive(site: Site, tabs: int, start: str) -> None:
    def address(number: int) -> str:
        page = f"/members?tab={number}"
        pages = {"/members": site.url + page, "/login": f"{site.url}/clever/login?return_to={quote(page)}"}
        return pages.get(start, site.from_portal)

    def arrives(number: int, page: Page) -> bool:
        if start == "portal":
            return (page.url, page.text) == (f"{site.url}/front", "front Ada")
        return (page.url, page.text) == (f"{site.url}/members?tab={number}", "member Ada")

    addresses = [address(number) for number in range(tabs)]
    check_tabs(lambda: TabbedBrowser(site.clever, ADA), addresses, arrives, range(INTERLEAVINGS))


def test_roles_are_those_at_clever(browser: Browser, site: Site) -> None:
    signed_in(browser, site)
    assert browser.open(f"{site.url}/staffroom").status == 403
    assert browser.open(f"{site.url}/builtin").text == "student Ada"
    browser.open(f"{site.url}/clever/logout", {})
    browser.sign_out()
    assert signed_in(browser, site, TEACHER, "/staffroom").text == "coffee Grace"
    assert browser.open(f"{site.url}/builtin").status == 403


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("POST", {}),
        ("GET", {"Sec_Fetch_Mode": "cors"}),
        ("GET", {"Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "iframe"}),
        ("GET", {"X_Requested_With": "XMLHttpRequest"}),
        ("GET", {"Accept": "application/json, text/html"}),
    ],
)
def test_scripts_frames_and_forms_get_an_error_instead_of_a_redirect_to_log_in(
    site: Site, used: Framework, method: str, headers: dict[str, str]
) -> None:
    answer = asked(f"{site.url}/members", method, **headers)
    # The framework itself first refuses a form without its own token.
    expected = used.status_without_token if method == "POST" else 401
    assert (answer.status, answer.goes_to) == (expected, "")
    if headers:
        said = json.loads(answer.text)
        assert (said["code"], said["login_url"]) == ("not_signed_in", "/clever/login")


@pytest.mark.parametrize(
    ("path", "method", "headers", "status"),
    [
        ("/clever/login", "HEAD", {}, 200),
        ("/clever/login", "POST", {}, 405),
        ("/clever/login", "GET", {"Sec_Purpose": "prefetch"}, 503),
        ("/clever/callback?code=x&state=y", "HEAD", {}, 200),
        ("/clever/callback?code=x&state=y", "POST", {}, 405),
        ("/clever/callback?code=x&state=y", "GET", {"Sec_Fetch_Mode": "no-cors"}, 403),
        ("/clever/logout", "GET", {}, 405),
        ("/clever/logout", "POST", {"Sec_Fetch_Site": "cross-site"}, 403),
        ("/clever/logout", "POST", {"Sec_Fetch_Site": "same-site"}, 403),
        ("/clever/logout", "POST", {"Origin": "https://evil.example"}, 403),
    ],
)
def test_requests_that_must_not_act_do_nothing(
    site: Site, path: str, method: str, headers: dict[str, str], status: int
) -> None:
    browser = Browser(site.clever)
    signed_in(browser, site)
    answer = asked(site.url + path, method, Cookie=header_of(browser), **headers)
    assert (answer.status, answer.text) == (status, "")
    assert not [line for line in answer.headers.get_all("Set-Cookie") or [] if "clever_" in line]
    assert is_signed_in(site, header_of(browser))


def test_a_logout_ends_the_session_and_starts_none(browser: Browser, site: Site, used: Framework) -> None:
    signed_in(browser, site)
    copied = header_of(browser)
    answer = asked(f"{site.url}/clever/logout", "POST", Cookie=copied, Sec_Fetch_Site="same-origin")
    assert (answer.status, answer.goes_to) == (303, "/front")
    assert not is_signed_in(site, copied)
    lines = asked(f"{site.url}/clever/logout", "POST", Sec_Fetch_Site="same-origin").headers.get_all("Set-Cookie") or []
    if used.opens_sessions_by_itself:
        return
    assert not [line for line in lines if line.startswith(used.session)]


@pytest.mark.parametrize(
    "query",
    [
        "error=access_denied",
        "error=server_error&state=junk",
        "code=a&code=b",
        "code=junk&state=junk",
        "code[]=a&state[]=b",
        "code=junk",
        "%ff=%00",
        "",
    ],
)
def test_a_callback_that_proves_nothing_changes_nothing(site: Site, query: str) -> None:
    browser = Browser(site.clever)
    signed_in(browser, site)
    back, cookie = begun(site, cookies=header_of(browser), query="?return_to=/members%3Fmine")
    answer = asked(f"{site.url}/clever/callback?{query}", Cookie=f"{header_of(browser)}; {cookie}")
    assert answer.status in {303, 400, 403, 503}
    assert not answer.goes_to or answer.goes_to.startswith(site.clever)
    assert cookie.partition("=")[0] not in str(answer.headers.get_all("Set-Cookie"))
    assert is_signed_in(site, header_of(browser))
    assert asked(back, Cookie=f"{header_of(browser)}; {cookie}").goes_to == "/members?mine"


def test_a_sign_in_does_not_use_a_session_planted_by_an_attacker(browser: Browser, site: Site, used: Framework) -> None:
    assert browser.open(f"{site.url}/cart").text == "cart 1 nobody"
    planted = cookie_of(browser, used.session)
    assert planted
    signed_in(browser, site)
    assert cookie_of(browser, used.session) != planted
    assert browser.open(f"{site.url}/cart").text == "cart 1 Ada"
    assert not is_signed_in(site, f"{used.session}={planted}")


def test_a_sign_in_of_another_person_ends_the_previous_session(browser: Browser, site: Site, used: Framework) -> None:
    signed_in(browser, site)
    first = cookie_of(browser, used.session)
    assert browser.open(f"{site.url}/cart").text == "cart 1 Ada"
    browser.sign_out()
    assert browser.sign_in(JOSE, browser.open(f"{site.url}/clever/login?return_to=/members")).text == "member José"
    assert browser.open(f"{site.url}/cart").text == "cart 1 José"
    assert cookie_of(browser, used.session) != first
    assert not is_signed_in(site, f"{used.session}={first}")


def test_signing_in_again_clears_the_session_and_after_a_minute_changes_its_id(
    browser: Browser, site: Site, used: Framework
) -> None:
    signed_in(browser, site)
    first = cookie_of(browser, used.session)
    assert browser.open(f"{site.url}/cart").text == "cart 1 Ada"
    assert browser.open(f"{site.url}/clever/login?return_to=/cart").text == "cart 1 Ada"
    used.change_times(site, "began_at", 61)
    assert browser.open(f"{site.url}/clever/login?return_to=/members").text == "member Ada"
    assert cookie_of(browser, used.session) != first
    assert not is_signed_in(site, f"{used.session}={first}")


def test_a_session_expires(browser: Browser, site: Site, used: Framework) -> None:
    signed_in(browser, site)
    cookies = header_of(browser)
    used.change_times(site, "signed_in_at", 43_100)
    assert is_signed_in(site, cookies)
    used.change_times(site, "signed_in_at", 43_200)
    assert not is_signed_in(site, cookies)


def test_a_refusal_by_clever_ends_the_previous_persons_session(browser: Browser, site: Site) -> None:
    signed_in(browser, site)
    cookies = header_of(browser)
    back, cookie = begun(site, cookies=cookies)
    state = re.search(r"state=([^&]+)", back)
    assert state
    page = asked(f"{site.url}/clever/callback?error=access_denied&state={state[1]}", Cookie=f"{cookies}; {cookie}")
    assert (page.status, page.headers["Content-Type"]) == (403, "text/html; charset=utf-8")
    assert "<code>access_denied</code>" in page.text
    assert "no-store" in (page.headers["Cache-Control"] or "")
    assert not is_signed_in(site, cookies)


@pytest.mark.parametrize(("scenario", "wait"), [("tokens-429-retry-after", "1"), ("tokens-503", None)])
def test_when_clever_is_busy_people_get_a_try_again_link(
    installed: Installed, used: Framework, scenario: str, wait: str | None
) -> None:
    with framework(installed, used.name, scenario=f"/s/{scenario}") as site:
        back, cookie = begun(site, query="?return_to=/members")
        page = asked(back, Cookie=cookie)
        assert (page.status, page.headers["Retry-After"]) == (503, wait)
        assert 'href="/clever/login?return_to=%2Fmembers"' in page.text


class WithoutSessions(DefaultCookiePolicy):
    """A browser (or a filter in front of it) that blocks session cookies."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def set_ok(self, cookie: Cookie, request: Request) -> bool:
        """Whether to keep a cookie."""
        return cookie.name != self.name and super().set_ok(cookie, request)


def test_a_session_cookie_that_does_not_come_back_ends_with_a_page(site: Site, used: Framework) -> None:
    browser = TabbedBrowser(site.clever, ADA)
    browser.cookies.set_policy(WithoutSessions(used.session))
    page = to_the_end(browser, f"{site.url}/members?lesson=7")
    assert (page.status, "session_not_kept" in page.text) == (500, True)
    assert f"session cookie {used.session}: " in site.log


def test_a_page_that_sends_signed_in_people_back_ends_with_a_page(site: Site) -> None:
    browser = TabbedBrowser(site.clever, ADA)
    page = to_the_end(browser, f"{site.url}/vault")
    assert (page.status, "page_not_allowed" in page.text) == (403, True)
    assert 'href="/front"' in page.text
    assert to_the_end(browser, f"{site.url}/front").text == "front Ada"


def test_a_warning_is_an_exception_in_these_applications(browser: Browser, site: Site) -> None:
    assert browser.open(f"{site.url}/warning").status == 500


@pytest.mark.parametrize(
    ("number", "status", "text"),
    [
        (JOSE, 403, "<code>not_admitted</code>"),
        (NOOR, 403, "Ask &lt;b&gt;Ms. Frizzle&lt;/b&gt; for a license."),
        (LAYLA, 402, "sign up first"),
        (GRACE, 500, ""),
    ],
)
def test_the_application_decides_about_each_person(
    own: Site, used: Framework, number: str, status: int, text: str
) -> None:
    browser = Browser(own.clever)
    assert signed_in(browser, own).text == "member Ada"
    before = header_of(browser)
    browser.sign_out()
    page = browser.sign_in(number, browser.open(f"{own.url}/clever/login?return_to=/members"))
    assert (page.status, text in page.text) == (status, True)
    assert not is_signed_in(own, header_of(browser))
    assert not is_signed_in(own, before)
    if number == GRACE and used.name == "laravel":
        # Symfony's own logger writes only errors.
        assert "login failed: the application threw RuntimeException (Clever id " in own.log
    assert not [name for name in kept(browser) if "signed_in" in name or "clever_login_" in name]
    # A refusal does not count as a lost session, however often it happens.
    for _ in range(4):
        assert browser.open(f"{own.url}/clever/login").status == status


@pytest.mark.parametrize("way", ["throws", "warns"])
@pytest.mark.parametrize("step", ["write", "destroy"])
def test_a_session_store_that_fails_in_a_login_signs_no_one_in(failing: Site, step: str, way: str) -> None:
    browser = Browser(failing.clever)
    assert signed_in(browser, failing).text == "member Ada"
    browser.sign_out()
    (failing.folder / "fails").write_text(f"clever/callback {step} {way}")
    try:
        page = browser.sign_in(TEACHER, browser.open(f"{failing.url}/clever/login"))
    finally:
        (failing.folder / "fails").unlink()
    assert page.status == 500
    assert browser.open(f"{failing.url}/front").text == "front nobody"
    assert browser.open(f"{failing.url}/members").text == "member Grace"


def test_if_every_page_is_guarded_people_can_still_log_in(installed: Installed, used: Framework) -> None:
    guard = {"symfony": {"GUARDED": "clever:teacher"}, "laravel": {"SETTINGS": '{"middleware": ["guarded"]}'}}
    with framework(installed, used.name, **guard[used.name]) as site:
        browser = Browser(site.clever)
        assert signed_in(browser, site, ADA, "/staffroom").status == 403
        # Another person on the same device: the login itself is not only for teachers.
        assert asked(f"{site.url}/clever/login?switch_user=1", Cookie=header_of(browser)).goes_to.startswith(
            site.clever
        )
        # Log out at Clever first: the logout leads to a guarded page, and that page to a login.
        browser.sign_out()
        browser.open(f"{site.url}/clever/logout", {})
        assert signed_in(browser, site, TEACHER, "/staffroom").text == "coffee Grace"


def test_a_closed_account_of_the_application_is_refused(own: Site, used: Framework) -> None:
    if not used.checks_accounts:
        pytest.skip("the framework has no such check")
    browser = Browser(own.clever)
    (own.folder / "closed").touch()
    try:
        page = signed_in(browser, own)
        assert (page.status, "not_admitted" in page.text) == (403, True)
    finally:
        (own.folder / "closed").unlink()
    assert browser.open(f"{own.url}/members").text == "member Ada"


def test_roles_also_work_for_the_applications_own_users(own: Site) -> None:
    browser = Browser(own.clever)
    signed_in(browser, own)
    assert browser.open(f"{own.url}/staffroom").status == 403


def test_if_a_proxy_removes_a_prefix_all_urls_keep_it(installed: Installed, used: Framework) -> None:
    with framework(installed, used.name, prefix="/reading/clever") as site:
        assert (
            asked(f"{site.url}/members?a=1").goes_to == "/reading/clever/login?return_to=%2Freading%2Fmembers%3Fa%3D1"
        )
        back, cookie = begun(site, query="?return_to=/reading/members")
        assert "/reading/clever/callback?" in back
        answer = asked(back.replace("/reading/", "/"), Cookie=cookie)
        assert (answer.status, answer.goes_to) == (303, "/reading/members")
        assert asked(f"{site.url}/clever/logout", "POST").goes_to == "/reading/front"


def test_a_redirect_uri_without_a_matching_route_is_named(installed: Installed, used: Framework) -> None:
    with framework(installed, used.name, prefix="/elsewhere") as site:
        page = asked(f"{site.url}/clever/login")
        assert (page.status, "config_invalid" in page.text) == (500, True)
        assert "leads to /elsewhere/callback, but" in site.log


def test_over_https_the_cookies_of_a_login_are_for_this_host_only(installed: Installed, used: Framework) -> None:
    with framework(installed, used.name, scheme="https") as site:
        login = asked(f"{site.url}/clever/login")
        (line,) = [line for line in login.headers.get_all("Set-Cookie") or [] if "clever_login_" in line]
        assert line.startswith("__Host-clever_login_")
        attributes = {part.strip().lower() for part in line.split(";")[1:]}
        assert {"secure", "httponly", "samesite=lax", "path=/", "max-age=600"} <= attributes
        assert urlsplit(login.goes_to).path == "/oauth/authorize"


def test_odd_requests_cause_no_error(site: Site) -> None:
    for path in ("login", "callback", "logout"):
        for query in (
            "return_to[]=x&code[]=y&state[]=z",
            "return_to=%ff&state=%00&code=%ff",
            "district_id=%00",
            "%5b=&&=;",
        ):
            for method in ("GET", "POST"):
                answer = asked(f"{site.url}/clever/{path}?{query}", method, Cookie="=;\x80=%; clever_login_x=1")
                assert answer.status in {303, 400, 403, 405}, (path, query, method, answer.status)
