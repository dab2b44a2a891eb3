"""npm's openid-client against the emulator.

The tests record its behavior, good or bad, at the version in `tests/interop/clients/node/package.json`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.cookie_browser import Browser
from sites import ADA, ADA_ID, CLIENT_ID, LOU, LOU_ID, NOOR, NOOR_ID, Site, serving

CALLBACK = "/callback"


@pytest.fixture(scope="module")
def command(npm_packages: tuple[str, Path]) -> list[str]:
    node, folder = npm_packages
    return [node, str(folder / "openid_client.mjs")]


@pytest.fixture
def site(command: list[str]) -> Iterator[Site]:
    with serving(command, CALLBACK) as site:
        yield site


@pytest.fixture
def library(command: list[str]) -> Iterator[Site]:
    with serving(command, CALLBACK, library=True) as site:
        yield site


def test_openid_client_logs_in_and_shows_the_person(site: Site) -> None:
    person = json.loads(site.log_in(ADA, "/login").text)
    claims, userinfo = person["claims"], person["userinfo"]
    assert (claims["iss"], claims["aud"], claims["sub"]) == (site.clever, CLIENT_ID, ADA_ID)
    assert (claims["given_name"], claims["family_name"], claims["user_type"]) == ("Ada", "Ashworth", "student")
    assert claims["email"] == userinfo["email"] == "ada@emulated.example"
    assert (userinfo["sub"], userinfo["name"]) == (ADA_ID, {"first": "Ada", "last": "Ashworth"})
    assert site.sent("/oauth/authorize")[0] == {"client_id", "redirect_uri", "response_type", "scope", "state", "nonce"}
    assert site.sent("/oauth/tokens") == ({"grant_type", "code", "redirect_uri"}, "Basic (masked)")


def test_openid_client_trusts_the_token_endpoint_and_fetches_no_keys(site: Site) -> None:
    site.log_in(ADA, "/login")
    assert site.requests() == [
        "GET /.well-known/openid-configuration 200",
        "POST /oauth/tokens 200",
        "GET /userinfo 200",
    ]


def test_openid_client_accepts_an_id_token_with_a_bad_signature(command: list[str]) -> None:
    with serving(command, CALLBACK, scenario="id-token-bad-signature") as site:
        claims = json.loads(site.log_in(ADA, "/login").text)["claims"]
        assert (claims["iss"], claims["sub"]) == (site.clever, ADA_ID)


def test_openid_client_accepts_a_login_from_the_portal_if_the_session_has_no_state(site: Site) -> None:
    person = json.loads(site.from_portal(CALLBACK, ADA).text)
    assert person["claims"]["sub"] == ADA_ID
    assert "nonce" not in person["claims"]


def test_openid_client_refuses_a_login_from_the_portal_if_the_session_has_a_state(site: Site) -> None:
    browser = Browser(site.clever)
    browser.open(site.url + "/login")
    page = site.from_portal(CALLBACK, ADA, browser)
    assert (page.status, json.loads(page.text)["error"]) == (500, "OAUTH_INVALID_RESPONSE")
    assert "POST /oauth/tokens 200" not in site.requests()


def test_openid_client_logs_in_a_person_without_an_email(site: Site) -> None:
    person = json.loads(site.log_in(NOOR, "/login").text)
    assert person["claims"]["sub"] == NOOR_ID
    assert "email" not in {*person["claims"], *person["userinfo"]}


def test_openid_client_refuses_a_person_of_clever_library_if_it_sent_a_nonce(library: Site) -> None:
    page = library.log_in(LOU, "/login")
    assert (page.status, json.loads(page.text)["error"]) == (500, "OAUTH_INVALID_RESPONSE")
    assert library.requests()[-1] == "POST /oauth/tokens 200"


def test_openid_client_logs_in_a_person_of_clever_library_if_it_sent_no_nonce(library: Site) -> None:
    person = json.loads(library.from_portal(CALLBACK, LOU).text)
    assert "claims" not in person
    assert person["userinfo"]["sub"] == LOU_ID
