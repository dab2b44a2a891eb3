"""django-allauth's Clever provider against the emulator.

The tests say what it does at the version in `tests/requirements/third-party.txt`, whether one likes it or not.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

import pytest
from harness import chromium
from sites import ADA, ADA_ID, APPS, IVO, IVY, LOU, LOU_ID, NOOR, NOOR_ID, Site, serving

pytest.importorskip("allauth")

COMMAND = [sys.executable, str(APPS / "allauth_app.py")]
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


def test_allauth_logs_in_and_says_who_it_is(site: Site) -> None:
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


def test_allauth_logs_in_somebody_without_an_email(site: Site) -> None:
    noor = json.loads(site.log_in(NOOR, "/").text)
    assert (noor["uid"], noor["username"], noor["email"]) == (NOOR_ID, "510002", "")


def test_allauth_asks_the_second_of_two_with_one_email_to_sign_up(site: Site) -> None:
    assert json.loads(site.log_in(IVY, "/").text)["username"] == "510024"
    assert site.log_in(IVO, "/").path == "/accounts/3rdparty/signup/"


def test_allauth_logs_in_somebody_of_clever_library() -> None:
    with serving(COMMAND, CALLBACK, library=True) as site:
        lou = json.loads(site.log_in(LOU, "/").text)
    assert (lou["uid"], lou["email"], lou["roles"]) == (LOU_ID, "lou@emulated.example", ["teacher"])
