"""django-allauth's Clever provider against the emulator.

The tests record its behavior, good or bad, at the version in `tests/harness/requirements/third-party.txt`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

import pytest
from harness import chromium
from harness.cookie_browser import Browser
from sites import (
    ADA,
    ADA_ID,
    APPS,
    IVO,
    IVY,
    JOSE,
    LOU,
    LOU_ID,
    MILA,
    MILA_RETURNED,
    NOOR,
    NOOR_ID,
    SAM,
    Site,
    serving,
)

pytest.importorskip("allauth")

COMMAND = [sys.executable, str(APPS / "allauth_app.py")]
LOGIN = "/accounts/clever/login/"
CALLBACK = "/accounts/clever/login/callback/"
WHO_ADA_IS = {
    "username": "510001",
    "first_name": "Ada",
    "last_name": "Ashworth",
    "email": "ada@emulated.example",
    "uid": ADA_ID,
    "roles": ["student"],
}


@pytest.fixture(scope="module")
def started() -> Iterator[Site]:
    with serving(COMMAND, CALLBACK) as site:
        yield site


@pytest.fixture
def site(started: Site) -> Site:
    started.forget_requests()
    return started


def test_allauth_logs_in_and_shows_the_person(site: Site) -> None:
    page = site.log_in(ADA, "/")
    assert json.loads(page.text) == WHO_ADA_IS
    assert site.requests() == ["POST /oauth/tokens 200", "GET /v3.0/me 200", f"GET /v3.0/users/{ADA_ID} 200"]


def test_allauth_sends_a_state_and_its_credentials_in_the_body(site: Site) -> None:
    site.log_in(ADA, "/")
    assert site.sent("/oauth/authorize")[0] == {"client_id", "redirect_uri", "response_type", "scope", "state"}
    in_body = {"grant_type", "code", "redirect_uri", "client_id", "client_secret"}
    assert site.sent("/oauth/tokens") == (in_body, None)


def test_allauth_logs_in_in_a_real_browser(site: Site) -> None:
    with chromium.launched() as browser, chromium.new_page(browser) as page:
        page.goto(site.url)
        page.get_by_role("button", name="Log in").click()
        chromium.sign_in(page, "Ada Ashworth")
        page.wait_for_url(f"{site.url}/")
        assert json.loads(page.locator("body").inner_text()) == WHO_ADA_IS


def test_allauth_refuses_a_login_that_began_in_the_portal(site: Site) -> None:
    page = site.from_portal(CALLBACK, ADA)
    assert (page.status, page.path) == (401, CALLBACK)
    assert "Third-Party Login Failure" in page.text
    assert site.requests() == []


def test_allauth_logs_in_from_the_portal_if_the_primary_redirect_uri_is_its_login() -> None:
    with serving([*COMMAND, "SOCIALACCOUNT_LOGIN_ON_GET"], LOGIN, CALLBACK) as site:
        assert json.loads(site.from_portal(LOGIN, ADA).text) == WHO_ADA_IS


def test_allauth_logs_in_a_person_without_an_email(site: Site) -> None:
    noor = json.loads(site.log_in(NOOR, "/").text)
    assert (noor["uid"], noor["username"], noor["email"]) == (NOOR_ID, "510002", "")


def test_allauth_asks_the_second_person_with_the_same_email_to_sign_up(site: Site) -> None:
    assert json.loads(site.log_in(IVY, "/").text)["username"] == "510024"
    assert site.log_in(IVO, "/").path == "/accounts/3rdparty/signup/"


def test_allauth_logs_in_a_person_of_clever_library() -> None:
    with serving(COMMAND, CALLBACK, library=True) as site:
        lou = json.loads(site.log_in(LOU, "/").text)
    assert (lou["uid"], lou["email"], lou["roles"]) == (LOU_ID, "lou@emulated.example", ["teacher"])


def test_allauth_keeps_both_roles_and_does_not_say_which_one_the_login_has(site: Site) -> None:
    sam = json.loads(site.log_in(SAM, "/").text)
    assert set(sam["roles"]) == {"teacher", "staff"}


def test_allauth_reads_the_person_from_the_api_and_ignores_the_id_token() -> None:
    with serving(COMMAND, CALLBACK, scenario="id-token-bad-signature") as site:
        assert json.loads(site.log_in(ADA, "/").text) == WHO_ADA_IS
        assert not [request for request in site.requests() if "/oauth/certs" in request]


def test_allauth_replaces_the_session_when_the_next_student_presses_the_button(site: Site) -> None:
    browser = Browser(site.clever)
    site.log_in(ADA, "/", browser)
    browser.open(site.url + "/cart?thing=apple")
    browser.sign_out()
    assert json.loads(site.log_in(JOSE, "/enter", browser).text)["username"] == JOSE
    assert browser.open(site.url + "/cart").text == "in the cart: nothing"


def test_allauth_keeps_the_first_student_logged_in_when_the_next_comes_from_the_portal(site: Site) -> None:
    browser = Browser(site.clever)
    site.log_in(ADA, "/", browser)
    browser.sign_out()
    assert site.from_portal(CALLBACK, JOSE, browser).status == 401
    assert json.loads(browser.open(site.url).text)["username"] == ADA


def test_allauth_logs_in_after_a_key_rotation(site: Site) -> None:
    browser = Browser(site.clever)
    page = site.begin("/", browser)
    site.rotate_keys()
    assert json.loads(browser.sign_in(ADA, page).text) == WHO_ADA_IS


def test_allauth_refuses_a_reloaded_callback(site: Site) -> None:
    browser = Browser(site.clever)
    site.log_in(ADA, "/", browser)
    spent = next(url for url in browser.visited if url.startswith(site.url + CALLBACK))
    assert browser.open(spent).status == 401


def test_allauth_logs_in_in_two_tabs_at_once(site: Site) -> None:
    browser = Browser(site.clever)
    for tab in [site.begin("/enter", browser), site.begin("/enter", browser)]:
        assert json.loads(browser.sign_in(ADA, tab).text) == WHO_ADA_IS


def test_allauth_shows_its_page_for_failed_logins_while_clever_is_down() -> None:
    with serving(COMMAND, CALLBACK, scenario="tokens-502-html") as site:
        page = site.log_in(ADA, "/")
    assert (page.status, page.path) == (401, CALLBACK)
    assert "Third-Party Login Failure" in page.text


def test_allauth_makes_a_second_user_for_a_person_with_a_new_id(site: Site) -> None:
    mila, returned = (json.loads(site.log_in(number, "/").text) for number in (MILA, MILA_RETURNED))
    assert mila["first_name"] == returned["first_name"]
    assert mila["username"] != returned["username"]
