"""The tests that every framework must pass, run against the same site in each."""

from __future__ import annotations

import os
import re
import socket
from html import unescape
from http.client import HTTPConnection, HTTPMessage
from pathlib import Path
from urllib.parse import quote, urljoin, urlsplit

import pytest
from harness import ports
from harness.cookie_browser import Browser, Page
from harness.emulator import App, running
from harness.patience import SECONDS
from running import (
    CLIENT_ID,
    CLIENT_SECRET,
    Site,
    fetch,
    process,
    refusal,
    serving,
    settings,
    wait_until_it_answers,
)

ADA, JOSE, IVO, GRACE, SAM, MARKUP = "510001", "510003", "510025", "610001", "610002", "510016"


def log_in(browser: Browser, site: Site, number: str = ADA, wanted: str = "/private") -> Page:
    return browser.sign_in(number, browser.open(site.url + wanted))


def who(page: Page) -> str:
    """The text of the front page."""
    return unescape(page.text.partition("<")[0])


def log_out(browser: Browser, site: Site) -> Page:
    """Press the button on the front page."""
    form = browser.open(site.url + "/").text.partition("<form")[2]
    return browser.open(site.url + "/clever/logout", dict(re.findall(r'name="(\w+)" value="(\w+)"', form)))


def onwards(page: Page) -> str:
    """The URL that the waiting page opens."""
    return urljoin(page.url, unescape(page.text.split('content="0; url=')[1].split('"')[0]))


def in_flight(browser: Browser) -> list[str]:
    return [name for name in cookies(browser) if name.startswith("clever_login_")]


def refused(browser: Browser, site: Site) -> str:
    """The callback query with which Clever refuses a login of this browser."""
    seen = len(browser.visited)
    browser.open(site.url + "/clever/login?switch_user=1")
    return refusal(next(url for url in browser.visited[seen:] if "/oauth/authorize?" in url))


def cookies(browser: Browser) -> dict[str, str | None]:
    return {cookie.name: cookie.value for cookie in browser.cookies}


def test_a_guarded_page_redirects_to_clever_and_is_shown_after_the_login(browser: Browser, site: Site) -> None:
    page = log_in(browser, site, wanted="/private?lesson=7&of=%C3%A9")
    assert page.url == site.url + "/private?lesson=7&of=%C3%A9"
    assert page.text == "Hello, Ada Ashworth (student)"


def test_a_login_without_next_goes_to_the_front_page(browser: Browser, site: Site) -> None:
    page = log_in(browser, site, wanted="/clever/login")
    assert (page.url, who(page)) == (site.url + "/", "signed in: Ada Ashworth")


@pytest.mark.parametrize("entry", ["portal", "instant_login"])
def test_a_login_that_starts_at_clever_is_restarted_without_a_page(browser: Browser, site: Site, entry: str) -> None:
    browser.sign_in(ADA)
    page = browser.open(getattr(site, entry))
    assert who(page) == "signed in: Ada Ashworth"
    assert [url.startswith(site.url + "/clever/callback") for url in browser.visited].count(True) == 2


def test_the_next_student_on_the_device_gets_none_of_the_old_session(browser: Browser, site: Site) -> None:
    log_in(browser, site)
    assert browser.open(site.url + "/cart?thing=apple").text == "in the cart: apple"
    browser.sign_out()
    browser.sign_in(JOSE)
    assert who(browser.open(site.portal)) == "signed in: José Núñez"
    assert browser.open(site.url + "/cart").text == "in the cart: nothing"


def test_the_session_from_before_the_login_is_invalid_afterwards(browser: Browser, site: Site) -> None:
    browser.open(site.url + "/cart?thing=apple")
    before = cookies(browser)
    log_in(browser, site)
    after = cookies(browser)
    for name, value in before.items():
        assert after.get(name) != value, name
    assert browser.open(site.url + "/cart").text == "in the cart: nothing"


def test_a_person_with_another_role_gets_403(browser: Browser, site: Site) -> None:
    assert log_in(browser, site, ADA, "/staffroom").status == 403
    log_out(browser, site)
    browser.sign_out()
    assert log_in(browser, site, GRACE, "/staffroom").text == "coffee"


def test_a_post_to_a_guarded_page_gets_401_instead_of_a_redirect(site: Site) -> None:
    status, _ = fetch(site.url + "/private", "POST")
    assert status in {401, 403}


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "/%2fevil.example"])
def test_next_never_redirects_to_another_site(browser: Browser, site: Site, target: str) -> None:
    page = log_in(browser, site, wanted=f"/clever/login?next={quote(target)}")
    assert page.url == site.url + "/"


def test_a_refreshed_callback_signs_in_again(browser: Browser, site: Site) -> None:
    log_in(browser, site)
    spent = next(url for url in browser.visited if url.startswith(site.url + "/clever/callback"))
    page = browser.open(spent)
    assert (page.url, page.text) == (site.url + "/private", "Hello, Ada Ashworth (student)")


def test_the_pending_login_is_gone_after_use(browser: Browser, site: Site) -> None:
    browser.open(site.url + "/clever/login")
    assert len(in_flight(browser)) == 1
    browser.sign_in(ADA)
    browser.open(site.url + "/private")
    assert len(in_flight(browser)) == 1, "the unfinished login must keep its cookie"


def test_an_invalid_callback_gets_a_page_with_a_login_link(browser: Browser, site: Site) -> None:
    page = browser.open(site.url + "/clever/callback?code=a&code=b")
    assert page.status == 400
    assert "Signing in did not work this time. Please try again." in page.text
    assert "callback_duplicate" in page.text
    assert 'href="/clever/login">Log in with Clever</a>' in page.text
    assert 'href="/clever/login?switch_user=1">Log in as someone else</a>' in page.text


def test_a_denied_login_is_explained_and_leaves_no_one_signed_in(browser: Browser, site: Site) -> None:
    log_in(browser, site)
    page = browser.open(f"{site.url}/clever/callback{refused(browser, site)}&error_description=%3Cscript%3E")
    assert page.status == 403
    assert "access_denied" in page.text
    assert "<script>" not in page.text
    assert who(browser.open(site.url + "/")) == "nobody"


def test_if_the_app_refuses_a_person_neither_they_nor_the_previous_person_is_signed_in(
    browser: Browser, site: Site
) -> None:
    log_in(browser, site)
    browser.sign_out()
    browser.sign_in(IVO)
    page = browser.open(site.portal)
    assert page.status == 403
    assert "Your account doesn&#x27;t have access to this app" in page.text
    assert "not_admitted" in page.text
    assert 'href="/clever/login">Log in with Clever</a>' in page.text
    assert who(browser.open(site.url + "/")) == "nobody"
    assert "not_admitted" in site.log.read_text()


def test_if_the_apps_code_raises_neither_the_new_nor_the_previous_person_is_signed_in(
    browser: Browser, site: Site
) -> None:
    log_in(browser, site)
    browser.sign_out()
    browser.sign_in(SAM)
    assert browser.open(site.portal).status == 500
    assert who(browser.open(site.url + "/")) == "nobody"
    assert "the hook is broken" in site.log.read_text()


@pytest.mark.parametrize(
    "wanted", ["/shelf/Gr%C3%B6%C3%9Fe%201", "/shelf/100%25%3F", "/shelf/a%3Ab%3Bc?x=%2F%2Fy&z=%20"]
)
def test_people_return_to_a_page_with_any_letters_in_its_path(browser: Browser, site: Site, wanted: str) -> None:
    page = log_in(browser, site, wanted=wanted)
    asked = browser.open(site.url + wanted)
    assert page.text == asked.text
    assert page.text.startswith("shelf ")


def test_a_next_that_is_too_long_leads_to_the_front_page(browser: Browser, site: Site) -> None:
    page = log_in(browser, site, wanted="/private?" + "x" * 3000)
    assert (page.url, who(page)) == (site.url + "/", "signed in: Ada Ashworth")
    assert "the limit is 1024" in site.log.read_text()


def test_a_head_request_to_the_callback_uses_no_code(browser: Browser, site: Site) -> None:
    log_in(browser, site)
    spent = next(url for url in browser.visited if url.startswith(site.url + "/clever/callback"))
    assert fetch(spent, "HEAD") == (200, "")


@pytest.mark.parametrize("district_id", ["%00", "%0d%0aX:1", "%ff", "x" * 3000, "%F0%9F%A6%8A"])
def test_an_invalid_district_id_does_not_fail_the_app(site: Site, district_id: str) -> None:
    connection = HTTPConnection(urlsplit(site.url).netloc, timeout=SECONDS)
    connection.request("GET", f"/clever/login?district_id={district_id}&next=/private")
    assert connection.getresponse().status == 303
    connection.close()


def test_bytes_that_are_not_utf8_do_not_fail_the_app(site: Site) -> None:
    with socket.create_connection((urlsplit(site.url).hostname, urlsplit(site.url).port), SECONDS) as wire:
        wire.sendall(b"GET /clever/callback?code=\xff\xc3&state=%ff HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
        status = wire.makefile("rb").readline().split()[1]
    # 303: the login restarts. 400: the server does not pass such a request to the app.
    assert status in {b"303", b"400"}


def test_a_form_on_another_site_logs_no_one_out(browser: Browser, site: Site) -> None:
    log_in(browser, site)
    browser.opener.addheaders.append(("Sec-Fetch-Site", "cross-site"))
    assert browser.open(site.url + "/clever/logout", {}).status == 403
    assert who(browser.open(site.url + "/")) == "signed in: Ada Ashworth"


def test_a_logout_needs_a_post_and_signs_the_person_out(browser: Browser, site: Site) -> None:
    log_in(browser, site)
    assert browser.open(site.url + "/clever/logout").status == 405
    assert who(browser.open(site.url + "/")) == "signed in: Ada Ashworth"
    assert who(log_out(browser, site)) == "nobody"


def test_callback_pages_are_not_cached_and_send_no_referrer(site: Site) -> None:
    headers = headers_of(site.url + "/clever/callback?error=access_denied")
    assert (headers["Cache-Control"], headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert "default-src 'none'" in headers["Content-Security-Policy"]


def test_a_page_that_names_a_person_is_not_cached(browser: Browser, site: Site) -> None:
    log_in(browser, site)
    for path, shown in (("/", "signed in: Ada Ashworth"), ("/private", "Hello, Ada Ashworth (student)")):
        with browser.opener.open(site.url + path, timeout=SECONDS) as page:
            assert unescape(page.read().decode().partition("<")[0]) == shown
            assert page.headers["Cache-Control"] == "no-store"
    assert headers_of(site.url + "/")["Cache-Control"] is None


def test_a_failure_is_logged_with_its_code_and_without_a_secret(framework: str, tmp_path: Path) -> None:
    with serving(framework, tmp_path, scenario="id-token-expired") as site:
        browser = Browser(site.emulator)
        page = log_in(browser, site)
        assert (page.status, "id_token_expired" in page.text) == (400, True)
        callback = next(url for url in browser.visited if url.startswith(site.url + "/clever/callback"))
        code = callback.split("code=")[1].split("&")[0]
        log = site.log.read_text()
    assert "id_token_expired" in log
    assert CLIENT_SECRET not in log
    # The server's access log contains the URL, but the log lines of the integration do not.
    assert not [line for line in log.splitlines() if code in line and "GET /" not in line]


def test_if_clever_is_down_the_page_has_status_503(framework: str, tmp_path: Path) -> None:
    with serving(framework, tmp_path, scenario="tokens-500") as site:
        page = log_in(Browser(site.emulator), site)
    assert page.status == 503
    assert "clever_unavailable" in page.text


def test_over_https_the_cookie_belongs_to_this_host_only(framework: str, tmp_path: Path) -> None:
    with serving(framework, tmp_path, https=True) as site:
        # The header that a proxy in front of the app would add.
        headers = headers_of(site.url + "/clever/login", {"X-Forwarded-Proto": "https"})
        kept = next(each for each in headers.get_all("Set-Cookie", []) if "clever_login_" in each)
        back = site.url + "/clever/callback" + refusal(headers["Location"])
        gone = headers_of(back, {"X-Forwarded-Proto": "https", "Cookie": kept.partition(";")[0]})
    login = next(cookie for cookie in headers.get_all("Set-Cookie", []) if "clever_login_" in cookie)
    name, *attributes = login.split("; ")
    assert name.startswith("__Host-clever_login_")
    assert {"secure", "httponly", "path=/", "samesite=lax", "max-age=600"} <= {each.lower() for each in attributes}
    assert not [each for each in attributes if each.lower().startswith("domain")]
    # A browser ignores the deletion of a `__Host-` cookie if the deletion breaks the rules for that name.
    deleted, *attributes = next(each for each in gone.get_all("Set-Cookie", []) if "clever_login_" in each).split("; ")
    assert deleted.replace('"', "") == name.partition("=")[0] + "="
    assert {"secure", "path=/", "max-age=0"} <= {each.lower() for each in attributes}


def test_the_waiting_page_is_sent_before_clever_is_asked(framework: str, tmp_path: Path) -> None:
    with serving(framework, tmp_path, CLEVER_WAITING_PAGE="true") as site:
        browser = Browser(site.emulator)
        page = log_in(browser, site)
        assert "One moment, please." in page.text
        assert '"/oauth/tokens"' not in browser.open(site.emulator + "/_emulator/journal").text
        assert browser.open(page.url).text == page.text, "a reloaded callback shows the waiting page too"
        assert browser.open(onwards(page)).text == "Hello, Ada Ashworth (student)"
        # The back button leads to a page whose code was already used: the login restarts.
        again = browser.open(onwards(browser.open(page.url)))
        assert browser.open(onwards(again)).text == "Hello, Ada Ashworth (student)"


def test_a_login_in_progress_when_the_server_restarts_arrives(framework: str, tmp_path: Path) -> None:
    with ports.reserved() as port:
        url, log = f"http://127.0.0.1:{port}", tmp_path / "site.log"
        redirect_uri = f"{url}/clever/callback"
        with running([App(CLIENT_ID, CLIENT_SECRET, redirect_uri, oidc=True)]) as clever:
            told = {**settings(clever, CLEVER_REDIRECT_URI=redirect_uri), "FOLDER": str(tmp_path)}
            environment = {**os.environ, **{name: str(value) for name, value in told.items()}}
            browser = Browser(clever)
            with process(framework, socket.create_server(("127.0.0.1", port)), environment, log):
                wait_until_it_answers(url, log)
                at_clever = browser.open(f"{url}/private?here")
            with process(framework, socket.create_server(("127.0.0.1", port)), environment, log):
                wait_until_it_answers(url, log)
                page = browser.sign_in(ADA, at_clever)
            assert (page.url, page.text) == (f"{url}/private?here", "Hello, Ada Ashworth (student)")


def test_a_restarted_login_shows_no_waiting_page(framework: str, tmp_path: Path) -> None:
    with serving(framework, tmp_path, CLEVER_WAITING_PAGE="true") as site:
        browser = Browser(site.emulator)
        browser.sign_in(ADA)
        page = browser.open(site.portal)
        assert "One moment, please." in page.text
        assert [url.startswith(site.url + "/clever/callback") for url in browser.visited].count(True) == 2
        assert who(browser.open(onwards(page))) == "signed in: Ada Ashworth"


def test_a_site_below_a_path_prefix_keeps_the_prefix_in_all_redirects(framework: str, tmp_path: Path) -> None:
    with serving(framework, tmp_path, mount="/school", CLEVER_WAITING_PAGE="true") as site:
        browser = Browser(site.emulator)
        page = browser.open(onwards(log_in(browser, site, wanted="/private?lesson=7")))
        assert (page.url, page.text) == (f"{site.url}/private?lesson=7", "Hello, Ada Ashworth (student)")
        assert log_out(browser, site).url == f"{site.url}/"
        page = browser.open(onwards(browser.open(f"{site.url}/clever/login")))
        assert (page.url, who(page)) == (f"{site.url}/", "signed in: Ada Ashworth")
        problem = browser.open(f"{site.url}/clever/callback?code=a&code=b")
        assert 'href="/school/clever/login">' in problem.text


def test_names_are_html_escaped(browser: Browser, site: Site) -> None:
    log_in(browser, site, MARKUP, "/clever/login")
    assert browser.open(site.url + "/clever/callback?error=%3Cb%3Ex").text.count("<b>") == 0


def headers_of(url: str, more: dict[str, str] | None = None) -> HTTPMessage:
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=SECONDS)
    try:
        connection.request("GET", f"{parts.path}?{parts.query}", headers=more or {})
        return connection.getresponse().headers
    finally:
        connection.close()
