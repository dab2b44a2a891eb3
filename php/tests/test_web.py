"""The class Web, with the extension and with FFI: an application that decides who may log in."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

import pytest
from harness import emulator, ports
from harness.browser import Browser as AtClever
from harness.cookie_browser import Browser
from harness.tabs import TabbedBrowser, check_tabs
from installed import PATIENCE_SECONDS, SCRIPTS, Installed, run, settings, told
from php_sites import ADA, NOWHERE, WAYS, Site, asked, cookie_of, kept, serving
from servers import own_folder
from test_extension import TESTED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.cookie_browser import Page

PAGE = str(SCRIPTS / "hooks.php")
ALL = os.environ.get("CLEVER_SSO_TEST_ALL") == "1"
INTERLEAVINGS, TABS = (200, [2, 3, 5, 10]) if ALL else (1, [2, 10])
NOOR, JOSE, MILA, LAYLA, GRACE = "510002", "510003", "510004", "510007", "610001"
LIN, ROBIN, OLGA = "510009", "510011", "710001"


@pytest.fixture(scope="module", params=WAYS)
def site(installed: Installed, request: pytest.FixtureRequest) -> Iterator[Site]:
    with serving(installed, request.param, auto_login=None, page=PAGE) as running:
        yield running


@pytest.fixture
def browser(site: Site) -> Browser:
    return Browser(site.clever)


def test_accepted_people_are_signed_in_with_the_applications_own_data(browser: Browser, site: Site) -> None:
    assert browser.open(site.url).text == "front nobody"
    assert browser.sign_in(ADA, browser.open(f"{site.url}/members")).text == "member Ada"
    assert browser.open(site.url).text == "front Ada"


def test_a_refused_person_ends_the_old_session(browser: Browser, site: Site) -> None:
    browser.sign_in(ADA, browser.open(f"{site.url}/login"))
    session = cookie_of(browser, "session")
    browser.sign_out()
    page = browser.sign_in(JOSE, browser.open(f"{site.url}/login"))
    assert (page.status, "not_admitted" in page.text) == (403, True)
    assert "session" not in kept(browser)
    assert not [name for name in kept(browser) if "signed_in" in name]
    assert asked(f"{site.url}/members", Cookie=f"session={session}").status == 303


def test_the_application_can_give_a_reason_for_a_refusal(browser: Browser, site: Site) -> None:
    page = browser.sign_in(MILA, browser.open(f"{site.url}/login"))
    assert (page.status, "Ask &lt;b&gt;Ms. Frizzle&lt;/b&gt; for a license." in page.text) == (403, True)
    assert "session" not in kept(browser)


def test_a_refusal_stays_a_refusal_on_every_reload(browser: Browser, site: Site) -> None:
    first = browser.sign_in(JOSE, browser.open(f"{site.url}/login?return_to=/members%3Fa"))
    assert (first.status, "not_admitted" in first.text) == (403, True)
    for _ in range(6):
        page = browser.open(first.url)
        assert (page.status, "not_admitted" in page.text) == (403, True)
        assert 'href="/login?return_to=%2Fmembers%3Fa"' in page.text


def test_try_again_keeps_switch_user(site: Site) -> None:
    login = asked(f"{site.url}/login?switch_user=1&return_to=/members")
    assert "confirmed=false" in login.goes_to
    # On Clever's page he confirms who he is.
    back = AtClever(site.clever, JOSE).callback(login.goes_to.replace("&confirmed=false", ""))
    page = asked(back, Cookie=(login.headers["Set-Cookie"] or "").partition(";")[0])
    assert (page.status, "not_admitted" in page.text) == (403, True)
    assert page.text.count('href="/login?switch_user=1&amp;return_to=%2Fmembers"') == 2


@pytest.mark.parametrize("page", ["/quiet", "/nowhere"])
def test_pages_that_need_no_person_do_not_count_as_lost_sessions(browser: Browser, site: Site, page: str) -> None:
    browser.sign_in(ADA)
    for number in range(6):
        arrived = browser.open(f"{site.url}/login?return_to={page}%3F{number}")
        assert (arrived.url, arrived.status) == (f"{site.url}{page}?{number}", 200)
        # The application ends the session in its own way.
        browser.cookies.clear(urlsplit(site.url).hostname or "", "/", "session")


def test_the_application_can_use_the_session_during_a_sign_in(browser: Browser, site: Site) -> None:
    for _ in range(2):
        page = browser.sign_in(LAYLA, browser.open(f"{site.url}/login?return_to=/members"))
        assert page.text == "member ليلى"
        browser.sign_out()
    assert sum(cookie.name == "session" for cookie in browser.cookies) == 1


def test_the_applications_session_data_is_deleted_by_a_sign_in(browser: Browser, site: Site) -> None:
    browser.sign_in(ADA, browser.open(f"{site.url}/login"))
    assert browser.open(f"{site.url}/cart").text == "cart 1 Ada"
    assert browser.open(f"{site.url}/cart").text == "cart 2 Ada"
    first = cookie_of(browser, "session")
    browser.open(f"{site.url}/login")
    assert browser.open(f"{site.url}/cart").text == "cart 1 Ada"
    assert asked(f"{site.url}/cart", Cookie=f"session={first}").text == "cart 1 Ada"


def test_a_person_who_is_refused_later_loses_their_old_session(browser: Browser, site: Site) -> None:
    browser.sign_in(NOOR, browser.open(f"{site.url}/members"))
    first = cookie_of(browser, "session")
    page = browser.open(f"{site.url}/login?return_to=/members%3Fagain")
    assert page.text == "member Noor"
    (site.folder / "closed").touch()
    try:
        second = cookie_of(browser, "session")
        assert browser.open(f"{site.url}/login").status == 403
    finally:
        (site.folder / "closed").unlink()
    assert cookie_of(browser, "session") == ""
    for session in (first, second):
        assert asked(f"{site.url}/members", Cookie=f"session={session}").status == 303


def test_many_refusals_do_not_count_as_lost_sessions(browser: Browser, site: Site) -> None:
    page = browser.sign_in(JOSE, browser.open(f"{site.url}/members"))
    for _ in range(5):
        assert (page.status, "not_admitted" in page.text) == (403, True)
        page = browser.open(f"{site.url}/members")


def test_an_application_that_throws_signs_no_one_in(browser: Browser, site: Site) -> None:
    browser.sign_in(ADA, browser.open(f"{site.url}/login"))
    browser.sign_out()
    page = browser.sign_in(GRACE, browser.open(f"{site.url}/login"))
    assert page.status == 500
    assert "session" not in kept(browser)
    assert not [name for name in kept(browser) if "signed_in" in name]
    assert browser.open(site.url).text == "front nobody"
    assert "fell over" in site.log
    assert "login failed: the application threw RuntimeException (Clever id " in site.log


def test_an_application_can_give_a_session_a_new_id(browser: Browser, site: Site) -> None:
    browser.sign_in(ADA, browser.open(f"{site.url}/members"))
    ids = [cookie_of(browser, "session")]
    for number in (1, 2, 3):
        page = browser.open(f"{site.url}/renew")
        assert (page.text, page.url) == (f"renewed {number} Ada", f"{site.url}/renew")
        ids.append(cookie_of(browser, "session"))
    assert len(set(ids)) == len(ids)
    assert browser.open(f"{site.url}/members").text == "member Ada"
    # The old ids are not valid.
    assert asked(f"{site.url}/members", Cookie=f"session={ids[0]}").status == 303
    asked(f"{site.url}/logout", "POST", Cookie=f"session={ids[-1]}", Sec_Fetch_Site="same-origin")
    assert asked(f"{site.url}/members", Cookie=f"session={ids[-1]}").status == 303


def test_a_late_request_that_gives_a_session_a_new_id_does_not_replace_the_next_one(
    browser: Browser, site: Site
) -> None:
    browser.sign_in(ADA, browser.open(f"{site.url}/members"))
    old = cookie_of(browser, "session")
    browser.open(f"{site.url}/login?return_to=/members")
    late = asked(f"{site.url}/renew", Cookie=f"session={old}")
    assert (late.text, "session=" in str(late.headers)) == ("renewed 1 Ada", False)


def test_what_the_application_prints_in_a_sign_in_does_not_stop_it(browser: Browser, site: Site) -> None:
    assert browser.sign_in(ROBIN, browser.open(f"{site.url}/members")).text == "member Robin"


def test_a_response_that_begins_in_a_sign_in_signs_no_one_in(browser: Browser, site: Site) -> None:
    browser.sign_in(LIN, browser.open(f"{site.url}/members"))
    assert "a person must be signed in before the response begins" in site.log
    assert browser.open(site.url).text == "front nobody"
    assert "Cannot modify header information" not in site.log


def test_an_application_that_returns_no_array_is_named_in_the_error(browser: Browser, site: Site) -> None:
    page = browser.sign_in(OLGA, browser.open(f"{site.url}/login"))
    assert page.status == 500
    assert "Argument #1 ($admit) must return an array or null, string returned" in site.log
    assert browser.open(site.url).text == "front nobody"


def test_the_error_page_has_two_links_to_continue(site: Site) -> None:
    page = asked(f"{site.url}/callback?error=access_denied&state=%3Cscript%3E")
    assert (page.status, page.headers["Cache-Control"]) == (403, "no-store")
    for shown in ('href="/login"', 'href="/login?switch_user=1"', "<code>access_denied</code>"):
        assert shown in page.text
    assert "<script>" not in page.text


@pytest.mark.parametrize(
    ("wanted", "language", "words"),
    [
        ("es-MX,es;q=0.9,en;q=0.8", "es", ("Clever no te dejó entrar", "Entrar con otra cuenta")),
        ("en-US,en;q=0.9,es;q=0.8", "en", ("Clever did not let you", "Log in as someone else")),
    ],
)
def test_the_error_page_is_in_the_language_of_the_browser(
    site: Site, wanted: str, language: str, words: tuple[str, ...]
) -> None:
    page = asked(f"{site.url}/callback?error=access_denied", Accept_Language=wanted).text
    assert f'<html lang="{language}">' in page
    for word in words:
        assert word in page


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("POST", {}),
        *(("GET", {"Sec_Fetch_Mode": mode}) for mode in ("cors", "no-cors", "nested-navigate", "same-origin")),
        *(("GET", {"Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": dest}) for dest in ("iframe", "frame", "object")),
        ("GET", {"Sec_Fetch_Dest": "image"}),
        ("HEAD", {"Sec_Fetch_Dest": "iframe"}),
    ],
)
def test_requests_that_cannot_be_repeated_are_not_redirected_to_log_in(
    site: Site, method: str, headers: dict[str, str]
) -> None:
    answer = asked(f"{site.url}/members", method, **headers)
    assert (answer.status, answer.goes_to, answer.text) == (401, "", "")


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("GET", {}),
        ("HEAD", {}),
        ("GET", {"Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"}),
        ("GET", {"Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "empty"}),
        ("GET", {"Sec_Purpose": "prefetch"}),
    ],
)
def test_requests_that_can_be_repeated_are_redirected_to_log_in(
    site: Site, method: str, headers: dict[str, str]
) -> None:
    answer = asked(f"{site.url}/members", method, **headers)
    assert (answer.status, answer.goes_to) == (303, "/login?return_to=%2Fmembers")


def test_a_session_that_the_app_ends_before_any_page_ends_with_an_error_page(site: Site) -> None:
    tabbed = TabbedBrowser(site.clever, ADA)
    tab = tabbed.open_tab(f"{site.url}/expel")
    while not tab.is_done:
        tabbed.step(tab)
    assert tab.page
    assert (tab.page.status, "session_not_kept" in tab.page.text) == (500, True)
    assert '3 sign-ins in a row on the way to "/expel", and the session came back with no one signed in' in site.log


def test_a_page_that_sends_signed_in_people_back_to_log_in_ends_with_a_page(site: Site) -> None:
    tabbed = TabbedBrowser(site.clever, ADA)
    tab = tabbed.open_tab(f"{site.url}/vault")
    while not tab.is_done:
        tabbed.step(tab)
    assert tab.page
    assert (tab.page.status, "page_not_allowed" in tab.page.text) == (403, True)
    assert '<a href="/">Go to the start page</a>' in tab.page.text
    assert 'href="/login?switch_user=1&amp;return_to=%2Fvault"' in tab.page.text
    assert 'signed in, but "/vault" sends them back to log in' in site.log
    front = tabbed.open_tab(site.url)
    tabbed.step(front)
    assert front.page
    assert front.page.text == "front Ada"


@pytest.mark.parametrize("way", WAYS)
def test_a_logout_during_a_login_keeps_the_person_logged_out(installed: Installed, way: str) -> None:
    with serving(installed, way, page=PAGE, LOG_OUT="1") as site:
        browser = Browser(site.clever)
        assert browser.open(f"{site.url}/members").text == "member Ada"
        # The same person signs in again, and meanwhile logs out in another tab.
        assert browser.open(f"{site.url}/login?return_to=/quiet").path == "/"
        assert cookie_of(browser, "session") == ""
        assert browser.open(site.url).text == "front nobody"
        assert not [file.name for file in site.folder.glob("sess_*")]
        assert browser.open(f"{site.url}/members").text == "member Ada"


def test_a_session_of_the_application_has_the_same_cookie_and_ends_with_a_sign_in(browser: Browser, site: Site) -> None:
    assert browser.open(f"{site.url}/cart").text == "cart 1 nobody"
    assert browser.open(f"{site.url}/cart").text == "cart 2 nobody"
    (anonymous,) = [cookie for cookie in browser.cookies if cookie.name == "session"]
    assert (anonymous.discard, anonymous.has_nonstandard_attr("HttpOnly")) == (True, True)
    browser.sign_in(ADA, browser.open(f"{site.url}/login"))
    assert cookie_of(browser, "session") != anonymous.value
    assert browser.open(f"{site.url}/cart").text == "cart 1 Ada"
    assert browser.open(f"{site.url}/cart").text == "cart 2 Ada"
    assert asked(f"{site.url}/cart", Cookie=f"session={anonymous.value}").text == "cart 1 nobody"


def test_no_dump_shows_who_is_signed_in(browser: Browser, site: Site) -> None:
    browser.sign_in(ADA, browser.open(f"{site.url}/login"))
    # Sign in again, so that there is an old session.
    browser.open(f"{site.url}/login")
    cookies = cookie_of(browser, "session")
    shown = asked(f"{site.url}/dump", Cookie=f"session={cookies}").text
    assert shown.endswith("refused")
    files = [file.name.removeprefix("sess_") for file in site.folder.glob("sess_*")]
    assert cookies in files
    assert [private for private in ["Ada", *files] if private in shown] == []


def test_a_late_request_of_one_tab_does_not_replace_the_session_of_another(browser: Browser, site: Site) -> None:
    browser.sign_in(ADA, browser.open(f"{site.url}/login"))
    for path in ("/", "/members", "/cart"):
        answer = asked(site.url + path, Cookie=f"session={cookie_of(browser, 'session')}")
        assert (answer.status, answer.headers["Set-Cookie"]) == (200, None), path


@pytest.mark.parametrize("value", ["", "0", "false", "False", "no", "off"])
def test_switch_user_can_be_off(site: Site, value: str) -> None:
    assert "confirmed=false" not in asked(f"{site.url}/login?switch_user={value}").goes_to
    assert "confirmed=false" in asked(f"{site.url}/login?switch_user=1").goes_to


@pytest.fixture(scope="module", params=WAYS)
def waiting_site(installed: Installed, request: pytest.FixtureRequest) -> Iterator[Site]:
    with serving(installed, request.param, auto_login=None, page=PAGE, CLEVER_WAITING_PAGE="true") as running:
        yield running


@pytest.mark.parametrize("tabs", TABS)
@pytest.mark.parametrize("start", ["/members", "/login", "portal"])
def test_tabs_arrive_with_a_waiting_page_too(waiting_site: Site, tabs: int, start: str) -> None:
    site = waiting_site

    def address(number: int) -> str:
        page = f"/members?tab={number}"
        pages = {"/members": site.url + page, "/login": f"{site.url}/login?return_to={quote(page)}"}
        return pages.get(start, site.from_portal)

    def arrives(number: int, page: Page) -> bool:
        if start == "portal":
            return (page.url, page.text) == (f"{site.url}/", "front Ada")
        return (page.url, page.text) == (f"{site.url}/members?tab={number}", "member Ada")

    addresses = [address(number) for number in range(tabs)]
    check_tabs(lambda: TabbedBrowser(site.clever, ADA), addresses, arrives, range(INTERLEAVINGS))


def test_the_waiting_page_continues_and_uses_no_code_itself(waiting_site: Site) -> None:
    waiting = asked(f"{waiting_site.url}/callback?code=x&state=y")
    assert (waiting.status, waiting.headers["Set-Cookie"]) == (200, None)
    assert 'content="0; url=?code=x&amp;state=y&amp;clever_waited=1"' in waiting.text


@pytest.mark.parametrize(("scenario", "wait"), [("tokens-429-retry-after", "1"), ("tokens-503", None)])
@pytest.mark.parametrize("way", WAYS)
def test_the_page_passes_on_retry_after(installed: Installed, way: str, scenario: str, wait: str | None) -> None:
    with serving(installed, way, scenario=f"/s/{scenario}", page=PAGE) as site:
        login = asked(f"{site.url}/login")
        back = asked(login.goes_to).goes_to
        answer = asked(back, Cookie=(login.headers["Set-Cookie"] or "").partition(";")[0])
        assert (answer.status, answer.headers["Retry-After"]) == (503, wait)


@pytest.mark.parametrize("way", WAYS)
def test_exceptions_have_retry_after(installed: Installed, way: str) -> None:
    with emulator.running([TESTED], "ada") as clever:
        said = told(installed, "retry.php", clever, extension=way == "extension")
    assert said.splitlines() == [
        '["rate_limited",429,1,true]',
        '["rate_limited",429,null,true]',
        '["clever_unavailable",503,null,true]',
    ]


@pytest.mark.parametrize(
    ("early", "sentence"),
    [
        ("session", "make CleverSso\\Web before session_start(), and turn session.auto_start off"),
        ("output", "CleverSso\\Web must be made before the response begins"),
        ("guard", "call answer before requirePerson"),
    ],
)
def test_calls_in_the_wrong_order_are_named_in_the_error(installed: Installed, early: str, sentence: str) -> None:
    with serving(installed, WAYS[0], page=PAGE, EARLY=early) as site:
        asked(f"{site.url}/login")
        assert sentence in site.log


NAME_RULE = "begin with a letter, have up to 64 letters, digits, _ and -, and not begin with clever_"
WRONG = [
    ({"CLEVER_CLIENT_SECRET": ""}, "CLEVER_CLIENT_SECRET is not set"),
    ({"CLEVER_REDIRECT_URI": ""}, "CLEVER_REDIRECT_URI is not set"),
    ({"CLEVER_REDIRECT_URI": " "}, "CLEVER_REDIRECT_URI has no URL"),
    ({"CLEVER_SESSION_SECONDS": "0"}, "CLEVER_SESSION_SECONDS must be a whole number above 0, found '0'"),
    ({"CLEVER_SESSION_SECONDS": "12h"}, "CLEVER_SESSION_SECONDS must be a whole number above 0, found '12h'"),
    (
        {"CLEVER_SESSION_NAME": "my session"},
        f"CLEVER_SESSION_NAME must {NAME_RULE}",
    ),
    ({"CLEVER_WAITING_PAGE": "perhaps"}, "CLEVER_WAITING_PAGE must be true or false, found 'perhaps'"),
    ({"CLEVER_LANGUAGE": "fr"}, "CLEVER_LANGUAGE must be en or es"),
    ({"CLEVER_LANGUAGE": "0"}, "CLEVER_LANGUAGE must be en or es"),
]


def output(installed: Installed, way: str, code: str, **variables: str) -> str:
    """What this code prints, with these variables."""
    environment = settings("https://app.example", "https://clever.example", LD_LIBRARY_PATH=str(installed.library))
    environment |= {"PHP_CLASSES": str(installed.classes(way)), **variables}
    options = ["-dffi.enable=1", "-ddisplay_errors=1", "-r", f"require getenv('PHP_CLASSES'); {code}"]
    command = installed.php(*options, extension=way == "extension")
    ended = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
    )
    return ended.stdout + ended.stderr


@pytest.mark.parametrize(("variables", "sentence"), WRONG, ids=[found[:40] for _, found in WRONG])
def test_a_wrong_variable_is_named_in_the_error(installed: Installed, variables: dict[str, str], sentence: str) -> None:
    said = output(installed, WAYS[0], "CleverSso\\Web::fromEnv();", **variables)
    assert f"Uncaught ValueError: {sentence} in " in said


@pytest.mark.parametrize("way", WAYS)
def test_the_doctor_checks_the_variables_of_a_page_too(installed: Installed, way: str) -> None:
    with ports.reserved() as port:
        # Nothing listens there: the other checks end at once.
        closed = {"CLEVER_BASE_URL": f"http://127.0.0.1:{port}"}
        code = "echo CleverSso\\Web::doctorFromEnv()->toText();"
        right = output(installed, way, code, **closed, CLEVER_LANGUAGE="es")
        # A program that reads a .env file writes it to $_ENV.
        code = f"$_ENV['CLEVER_SESSION_SECONDS'] = '12h'; {code}"
        wrong = output(installed, way, code, **closed, CLEVER_REDIRECT_URIS="x")
    assert "ok       settings: every setting is valid" in right
    first, advice, second, advice_too, *others = wrong.splitlines()
    assert first == "problem  settings: CLEVER_SESSION_SECONDS must be a whole number above 0, found '12h'"
    assert second == "warning  settings: nothing reads CLEVER_REDIRECT_URIS: is it CLEVER_REDIRECT_URI?"
    assert ("correct this variable" in advice, "rename this variable" in advice_too) == (True, True)
    assert "every setting is valid" not in wrong
    assert any(line.startswith("problem  connect: ") for line in others)


def test_session_settings_that_php_does_not_let_a_program_change_are_named_in_the_error(installed: Installed) -> None:
    # Since 8.2.36, PHP does so while it shows the progress of uploads.
    option = "-dsession.upload_progress.enabled=1"
    probe = "try { echo ini_set('session.name', 'x'); } catch (Error $error) { echo 'refused'; }"
    is_refused = "refused" in run(installed.php(option, "-r", probe), installed.folder)
    with serving(installed, WAYS[0], page=PAGE, options=[option]) as site:
        status = asked(f"{site.url}/members").status
        sentence = "session.name must be 'session', but PHP does not allow it: Session ini settings cannot"
        assert (status, sentence in site.log) == ((500, True) if is_refused else (303, False))


def test_without_the_variables_of_a_request_the_error_names_the_setting_of_php(installed: Installed) -> None:
    with serving(installed, WAYS[0], page=PAGE, options=["-dvariables_order=GPC"]) as site:
        assert asked(f"{site.url}/members").status == 500
        assert "variables_order in php.ini must have an S" in site.log


@pytest.mark.parametrize("way", WAYS)
def test_warnings_that_a_session_handler_suppresses_are_not_logged(installed: Installed, way: str) -> None:
    with serving(installed, way, page=PAGE, EARLY="handler") as site:
        assert Browser(site.clever).open(f"{site.url}/members").text == "member Ada"
        assert "other_" not in site.log


@pytest.fixture(scope="module", params=WAYS)
def failing(installed: Installed, request: pytest.FixtureRequest) -> Iterator[Site]:
    """The application's session handler, and its page of a failed login, can throw."""
    with serving(installed, request.param, auto_login=None, page=PAGE, EARLY="failing") as running:
        yield running


@pytest.mark.parametrize("way", ["throws", "warns"])
@pytest.mark.parametrize("step", ["open", "read", "write", "destroy"])
def test_a_session_store_that_fails_in_a_login_signs_no_one_in(failing: Site, step: str, way: str) -> None:
    browser = Browser(failing.clever)
    assert browser.sign_in(ADA, browser.open(f"{failing.url}/members")).text == "member Ada"
    browser.sign_out()
    before, session = len(failing.log), cookie_of(browser, "session")
    (failing.folder / "fails").write_text(f"callback {step} {way}")
    try:
        page = browser.sign_in(ROBIN, browser.open(f"{failing.url}/login"))
    finally:
        (failing.folder / "fails").unlink()
    assert (page.status, "<code>internal</code>" in page.text) == (500, True)
    assert browser.open(failing.url).text == "front nobody"
    assert not [name for name in kept(browser) if "signed_in" in name]
    log = failing.log[before:]
    assert "login failed: internal: the session store failed: " in log
    assert ("failed: UnexpectedValueException in /" in log) == (way == "throws")
    assert ("no route" in log) == (way == "warns"), "the message of an exception may contain anything"
    assert [secret for secret in ("hunter", session) if secret in log] == []
    assert browser.open(f"{failing.url}/members").text == "member Robin"


def test_a_session_store_that_fails_in_a_logout_signs_out_in_the_browser(failing: Site) -> None:
    browser = Browser(failing.clever)
    browser.sign_in(ADA, browser.open(f"{failing.url}/members"))
    headers = {"Cookie": f"session={cookie_of(browser, 'session')}", "Accept_Language": "es"}
    for page, method in [("logout", "POST"), ("login", "GET")]:
        (failing.folder / "fails").write_text(f"{page} {'destroy' if page == 'logout' else 'read'} throws")
        try:
            answer = asked(f"{failing.url}/{page}", method, **headers)
        finally:
            (failing.folder / "fails").unlink()
        assert (answer.status, "Esta aplicación tiene un problema" in answer.text) == (500, True)
        assert ("session=deleted" in str(answer.headers)) == (page == "logout")


def test_on_a_page_of_the_application_its_session_handler_may_throw(failing: Site) -> None:
    browser = Browser(failing.clever)
    browser.sign_in(ADA, browser.open(f"{failing.url}/members"))
    (failing.folder / "fails").write_text("members read throws")
    try:
        assert browser.open(f"{failing.url}/members").status == 500
    finally:
        (failing.folder / "fails").unlink()
    assert "Uncaught UnexpectedValueException: no route" in failing.log


def test_if_the_applications_error_page_throws_people_see_the_packages_page(failing: Site) -> None:
    browser = Browser(failing.clever)
    page = browser.sign_in(JOSE, browser.open(f"{failing.url}/login"))
    assert (page.status, "<code>not_admitted</code>" in page.text) == (403, True)
    assert "the application's own page of a failed login threw RuntimeException in " in failing.log


def test_problems_of_sessions_are_logged_where_php_reports_no_warnings(installed: Installed) -> None:
    with serving(installed, WAYS[0], page=PAGE, sessions=NOWHERE, EARLY="silent") as site:
        Browser(site.clever).open(f"{site.url}/members")
        assert "the session: session_start(): " in site.log


@pytest.mark.parametrize("way", WAYS)
def test_a_session_of_another_application_on_the_host_is_not_used(installed: Installed, way: str) -> None:
    sessions = own_folder(installed.folder / f"shared-sessions-{way}")
    with (
        serving(installed, way, page=PAGE, sessions=str(sessions)) as one,
        serving(installed, way, page=PAGE, sessions=str(sessions)) as other,
    ):
        browser = Browser(one.clever)
        assert browser.open(f"{one.url}/members").text == "member Ada"
        session = f"session={cookie_of(browser, 'session')}"
        assert asked(f"{one.url}/members", Cookie=session).status == 200
        assert asked(f"{other.url}/members", Cookie=session).status == 303


@pytest.mark.parametrize("way", WAYS)
def test_applications_on_one_host_with_their_own_names_keep_separate_sessions(installed: Installed, way: str) -> None:
    sessions = own_folder(installed.folder / f"named-sessions-{way}")
    with (
        serving(installed, way, page=PAGE, sessions=str(sessions)) as one,
        serving(installed, way, page=PAGE, sessions=str(sessions), CLEVER_SESSION_NAME="second") as other,
    ):
        browser = Browser(one.clever)
        for site in (one, other):
            assert browser.open(f"{site.url}/members").text == "member Ada"
        for site in (one, other):
            seen = len(browser.visited)
            assert browser.open(f"{site.url}/members").text == "member Ada"
            assert browser.visited[seen:] == []


def test_a_guard_after_the_first_output_shows_nothing_and_names_the_cause(installed: Installed) -> None:
    with serving(installed, WAYS[0], page=PAGE) as site:
        assert "secret" not in asked(f"{site.url}/late").text
        assert "requirePerson must be called before the response begins" in site.log


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("'/callback'", "Argument #2 ($redirectUri) must be a URL"),
        ("''", "Argument #2 ($redirectUri) must be a URL"),
        ("'https://app.example/callback', afterLogin: 'login'", "Argument #3 ($afterLogin) must be a page of yours"),
        ("'https://app.example/a/callback', '/a/x/../callback'", "Argument #3 ($afterLogin) must be a page of yours"),
        ("'https://app.example/callback', sessionSeconds: 0", "sessionSeconds must be a whole number above 0, found 0"),
        ("'https://app.example/callback', sessionName: '7'", "sessionName must begin with a letter"),
        ("'https://app.example/callback', sessionName: 'clever_x'", "sessionName must begin with a letter"),
    ],
)
def test_a_wrong_setting_is_named_by_the_constructor(installed: Installed, arguments: str, sentence: str) -> None:
    web = installed.classes("extension")
    code = f"require '{web}'; try {{ new CleverSso\\Web(new CleverSso\\Client('a'), {arguments}); }}"
    said = run(
        installed.php("-r", f"{code} catch (ValueError $error) {{ echo $error->getMessage(); }}"), installed.folder
    )
    assert sentence in said


@pytest.mark.parametrize("way", WAYS)
def test_only_the_first_question_mark_begins_the_query(installed: Installed, way: str) -> None:
    # As FPM passes /callback??code=a; PHP's own server drops a second question mark.
    request = "['REQUEST_METHOD' => 'GET', 'REQUEST_URI' => '/callback??code=a', 'QUERY_STRING' => '?code=a']"
    client = "new CleverSso\\Client('app', 'secret', 'https://app.example/callback')"
    headers = "function getallheaders(): array { return []; }"
    code = f"{headers} $_SERVER = {request} + $_SERVER; (new CleverSso\\Web({client}, 'https://app.example/callback'))->answer();"
    options = ["-dffi.enable=1", "-r", f"require '{installed.classes(way)}'; {code}"]
    said = run(installed.php(*options, extension=way == "extension"), installed.folder)
    assert "callback_malformed" in said


def test_a_callback_at_the_root_does_not_affect_the_front_page(installed: Installed) -> None:
    web = installed.classes("extension")
    for query, answered in [("", "front"), ("error=access_denied", "access_denied")]:
        code = (
            f"$_SERVER['REQUEST_URI'] = '/?{query}'; $_SERVER['QUERY_STRING'] = '{query}'; parse_str('{query}', $_GET);"
            "$_SERVER['REQUEST_METHOD'] = 'GET'; if (!function_exists('getallheaders')) "
            "{ function getallheaders() { return []; } }"
            f"require '{web}'; $client = new CleverSso\\Client('a', 's', 'https://app.example/');"
            "$web = new CleverSso\\Web($client, 'https://app.example/'); $web->answer(); echo 'front';"
        )
        said = run(installed.php("-dlog_errors=0", "-derror_log=/dev/null", "-r", code), installed.folder)
        assert answered in said
        assert (said == "front") == (query == "")
