"""The Clever backend of Python Social Auth (social-core with social-auth-app-django) against the emulator.

The tests record its behavior, good or bad, at the versions in `tests/harness/requirements/third-party.txt`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

import pytest
from harness.cookie_browser import Browser
from sites import ADA, ADA_ID, APPS, IVO, IVY, JOSE, LOU, LOU_ID, NOOR, NOOR_ID, SAM, Site, serving

pytest.importorskip("social_django")

COMMAND = [sys.executable, str(APPS / "social_core_app.py")]
CALLBACK = "/complete/clever/"


@pytest.fixture(scope="module")
def started() -> Iterator[Site]:
    with serving(COMMAND, CALLBACK) as site:
        yield site


@pytest.fixture
def site(started: Site) -> Site:
    started.forget_requests()
    return started


def test_social_core_logs_in_and_shows_the_person(site: Site) -> None:
    page = site.log_in(ADA, "/")
    assert json.loads(page.text) == {
        "username": "510001",
        "first_name": "Ada",
        "last_name": "Ashworth",
        "email": "ada@emulated.example",
        "uid": ADA_ID,
        "kept": [],
    }
    assert site.requests() == ["POST /oauth/tokens 200", "GET /v3.0/me 200", f"GET /v3.0/users/{ADA_ID} 200"]


def test_social_core_sends_a_state_and_its_credentials_in_the_body(site: Site) -> None:
    site.log_in(ADA, "/")
    assert site.sent("/oauth/authorize")[0] == {"client_id", "redirect_uri", "response_type", "state"}
    in_body = {"grant_type", "code", "redirect_uri", "client_id", "client_secret"}
    assert site.sent("/oauth/tokens") == (in_body, None)


def test_social_core_refuses_a_login_that_began_in_the_portal(site: Site) -> None:
    page = site.from_portal(CALLBACK, ADA)
    assert (page.status, page.path) == (400, CALLBACK)
    assert "A required authentication parameter is missing." in page.text
    assert site.requests() == []


def test_social_core_has_no_login_url_for_clevers_portal(site: Site) -> None:
    assert Browser(site.clever).open(site.url + "/login/clever/?code=a").status == 405


def test_social_core_fails_for_a_person_without_an_email(site: Site) -> None:
    page = site.log_in(NOOR, "/")
    assert (page.status, page.path) == (500, CALLBACK)
    # Clever sent all data, but the backend reads the part before the @ of a missing email address.
    assert site.requests() == ["POST /oauth/tokens 200", "GET /v3.0/me 200", f"GET /v3.0/users/{NOOR_ID} 200"]


def test_social_core_keeps_two_people_with_the_same_email_apart(site: Site) -> None:
    ivy, ivo = (json.loads(site.log_in(number, "/").text) for number in (IVY, IVO))
    assert ivy["email"] == ivo["email"]
    assert ivy["uid"] != ivo["uid"]
    assert ivy["username"] != ivo["username"]


def test_social_core_logs_in_a_person_of_clever_library() -> None:
    with serving(COMMAND, CALLBACK, library=True) as site:
        lou = json.loads(site.log_in(LOU, "/").text)
    assert (lou["uid"], lou["email"]) == (LOU_ID, "lou@emulated.example")


def test_social_core_stores_no_role(site: Site) -> None:
    sam = json.loads(site.log_in(SAM, "/").text)
    assert (sam["username"], sam["kept"]) == (SAM, [])


def test_social_core_reads_the_person_from_the_api_and_ignores_the_id_token() -> None:
    with serving(COMMAND, CALLBACK, scenario="id-token-bad-signature") as site:
        assert json.loads(site.log_in(ADA, "/").text)["uid"] == ADA_ID
        assert not [request for request in site.requests() if "/oauth/certs" in request]


def test_social_core_gives_the_next_student_the_account_of_the_first() -> None:
    with serving(COMMAND, CALLBACK) as site:
        browser = Browser(site.clever)
        site.log_in(ADA, "/", browser)
        browser.open(site.url + "/cart?thing=apple")
        browser.sign_out()
        jose = json.loads(site.log_in(JOSE, "/enter", browser).text)
        assert (jose["username"], jose["first_name"], len(jose["uid"].split())) == (ADA, "José", 2)
        assert browser.open(site.url + "/cart").text == "in the cart: apple"
        # The mistake is permanent, on every device.
        assert json.loads(site.log_in(JOSE, "/").text)["username"] == ADA


def test_social_core_keeps_the_first_student_logged_in_when_the_next_comes_from_the_portal(site: Site) -> None:
    browser = Browser(site.clever)
    site.log_in(ADA, "/", browser)
    browser.sign_out()
    assert site.from_portal(CALLBACK, JOSE, browser).status == 400
    assert json.loads(browser.open(site.url).text)["username"] == ADA


def test_social_core_logs_in_after_a_key_rotation(site: Site) -> None:
    browser = Browser(site.clever)
    page = site.begin("/", browser)
    site.rotate_keys()
    assert json.loads(browser.sign_in(ADA, page).text)["uid"] == ADA_ID


def test_social_core_refuses_a_reloaded_callback(site: Site) -> None:
    browser = Browser(site.clever)
    site.log_in(ADA, "/", browser)
    spent = next(url for url in browser.visited if url.startswith(site.url + CALLBACK))
    assert browser.open(spent).status == 403


def test_social_core_logs_in_in_two_tabs_at_once(site: Site) -> None:
    browser = Browser(site.clever)
    for tab in [site.begin("/enter", browser), site.begin("/enter", browser)]:
        assert json.loads(browser.sign_in(ADA, tab).text)["uid"] == ADA_ID


def test_social_core_responds_503_while_clever_is_down() -> None:
    with serving(COMMAND, CALLBACK, scenario="tokens-502-html") as site:
        page = site.log_in(ADA, "/")
    assert (page.status, page.path) == (503, CALLBACK)
    assert "temporarily unavailable" in page.text
