"""Authlib in Flask against the emulator: as an OpenID Connect client with discovery, and as an OAuth 2.0 client.

The tests record its behavior, good or bad, at the version in `tests/harness/requirements/third-party.txt`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

import pytest
from harness.cookie_browser import Browser
from sites import ADA, ADA_ID, APPS, CLIENT_ID, JOSE, LOU, LOU_ID, NOOR, NOOR_ID, SAM, Site, serving

pytest.importorskip("authlib")

COMMAND = [sys.executable, str(APPS / "authlib_app.py")]
CALLBACKS = ["/oidc/callback", "/oauth2/callback"]


@pytest.fixture
def site() -> Iterator[Site]:
    """A site that has sent no request to Clever yet."""
    with serving(COMMAND, *CALLBACKS) as site:
        yield site


@pytest.fixture(scope="module")
def started() -> Iterator[Site]:
    """A site that may have fetched Clever's metadata and keys."""
    with serving(COMMAND, *CALLBACKS) as site:
        yield site


@pytest.fixture
def library() -> Iterator[Site]:
    with serving(COMMAND, *CALLBACKS, library=True) as site:
        yield site


def test_authlib_logs_in_by_discovery_and_shows_the_person(site: Site) -> None:
    person = json.loads(site.log_in(ADA, "/oidc/login").text)
    claims, userinfo = person["id_token"], person["userinfo"]
    assert (claims["iss"], claims["aud"], claims["sub"]) == (site.clever, CLIENT_ID, ADA_ID)
    assert (claims["given_name"], claims["family_name"], claims["user_type"]) == ("Ada", "Ashworth", "student")
    assert claims["email"] == userinfo["email"] == "ada@emulated.example"
    assert (userinfo["sub"], userinfo["name"]) == (ADA_ID, {"first": "Ada", "last": "Ashworth"})
    assert site.requests() == [
        "GET /.well-known/openid-configuration 200",
        "POST /oauth/tokens 200",
        "GET /oauth/certs 200",
        "GET /userinfo 200",
    ]


def test_authlib_logs_in_without_openid_connect_and_shows_the_person(site: Site) -> None:
    person = json.loads(site.log_in(ADA, "/oauth2/login").text)
    assert (person["id"], person["email"]) == (ADA_ID, "ada@emulated.example")
    assert (person["name"], list(person["roles"])) == ({"first": "Ada", "last": "Ashworth"}, ["student"])
    assert site.requests() == ["POST /oauth/tokens 200", "GET /v3.0/me 200", f"GET /v3.0/users/{ADA_ID} 200"]


def test_authlib_sends_a_state_and_its_credentials_in_the_header(site: Site) -> None:
    site.log_in(ADA, "/oauth2/login")
    assert site.sent("/oauth/authorize")[0] == {"client_id", "redirect_uri", "response_type", "state"}
    assert site.sent("/oauth/tokens") == ({"grant_type", "code", "redirect_uri"}, "Basic (masked)")


@pytest.mark.parametrize("callback", CALLBACKS)
def test_authlib_refuses_a_login_that_began_in_the_portal(site: Site, callback: str) -> None:
    page = site.from_portal(callback, ADA)
    assert (page.status, json.loads(page.text)) == (403, {"error": "mismatching_state"})
    assert site.requests() == []


def test_authlib_logs_in_from_the_portal_if_the_primary_redirect_uri_is_the_login() -> None:
    with serving(COMMAND, "/oidc/login", *CALLBACKS) as site:
        assert json.loads(site.from_portal("/oidc/login", ADA).text)["id_token"]["sub"] == ADA_ID


def test_authlib_logs_in_a_person_without_an_email(site: Site) -> None:
    by_discovery = json.loads(site.log_in(NOOR, "/oidc/login").text)
    by_hand = json.loads(site.log_in(NOOR, "/oauth2/login").text)
    assert by_discovery["id_token"]["sub"] == by_hand["id"] == NOOR_ID
    assert "email" not in {*by_discovery["id_token"], *by_discovery["userinfo"], *by_hand}


def test_authlib_logs_in_a_person_of_clever_library_without_an_id_token(library: Site) -> None:
    by_discovery = json.loads(library.log_in(LOU, "/oidc/login").text)
    assert by_discovery["id_token"] is None
    assert (by_discovery["userinfo"]["sub"], by_discovery["userinfo"]["authorized_by"]) == (LOU_ID, "teacher")
    by_hand = json.loads(library.log_in(LOU, "/oauth2/login").text)
    assert by_hand["id"] == LOU_ID
    assert "district" not in by_hand


def test_authlib_refuses_an_id_token_with_a_bad_signature() -> None:
    with serving(COMMAND, *CALLBACKS, scenario="id-token-bad-signature") as site:
        page = site.log_in(ADA, "/oidc/login")
        assert (page.status, json.loads(page.text)) == (403, {"error": "bad_signature"})


def test_authlib_shows_which_of_two_roles_a_person_logs_in_with(started: Site) -> None:
    by_discovery = json.loads(started.log_in(SAM, "/oidc/login").text)
    assert by_discovery["id_token"]["user_type"] == "teacher"


def test_authlib_logs_in_after_a_key_rotation(started: Site) -> None:
    started.log_in(JOSE, "/oidc/login")
    browser = Browser(started.clever)
    page = started.begin("/oidc/login", browser)
    started.rotate_keys()
    assert json.loads(browser.sign_in(ADA, page).text)["id_token"]["sub"] == ADA_ID


def test_authlib_leaves_session_data_to_the_next_student(started: Site) -> None:
    browser = Browser(started.clever)
    started.log_in(ADA, "/oidc/login", browser)
    browser.open(started.url + "/cart?thing=apple")
    browser.sign_out()
    assert json.loads(started.log_in(JOSE, "/oidc/login", browser).text)["id_token"]["given_name"] == "José"
    assert browser.open(started.url + "/cart").text == "in the cart: apple"


def test_authlib_keeps_the_first_student_logged_in_when_the_next_comes_from_the_portal(started: Site) -> None:
    browser = Browser(started.clever)
    started.log_in(ADA, "/oidc/login", browser)
    browser.sign_out()
    assert started.from_portal("/oidc/callback", JOSE, browser).status == 403
    assert json.loads(browser.open(started.url).text)["id_token"]["sub"] == ADA_ID


def test_authlib_refuses_a_reloaded_callback(started: Site) -> None:
    browser = Browser(started.clever)
    started.log_in(ADA, "/oidc/login", browser)
    spent = next(url for url in browser.visited if url.startswith(started.url + "/oidc/callback"))
    page = browser.open(spent)
    assert (page.status, json.loads(page.text)) == (403, {"error": "mismatching_state"})


def test_authlib_logs_in_in_two_tabs_at_once(started: Site) -> None:
    browser = Browser(started.clever)
    for tab in [started.begin("/oidc/login", browser), started.begin("/oidc/login", browser)]:
        assert json.loads(browser.sign_in(ADA, tab).text)["id_token"]["sub"] == ADA_ID


def test_authlib_raises_the_error_of_the_http_client_while_clever_is_down() -> None:
    with serving(COMMAND, *CALLBACKS, scenario="tokens-502-html") as site:
        assert site.log_in(ADA, "/oidc/login").status == 500
