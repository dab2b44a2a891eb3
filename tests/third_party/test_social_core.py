"""The Clever backend of Python Social Auth (social-core, in Django by social-auth-app-django) against the emulator.

The tests say what it does at the versions in `tests/requirements/third-party.txt`, whether one likes it or not.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

import pytest
from sites import ADA, ADA_ID, APPS, IVO, IVY, LOU, LOU_ID, NOOR, NOOR_ID, Site, serving

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


def test_social_core_logs_in_and_says_who_it_is(site: Site) -> None:
    page = site.log_in(ADA, "/")
    assert json.loads(page.text) == {
        "username": "510001",
        "first_name": "Ada",
        "last_name": "Ashworth",
        "email": "ada@emulated.example",
        "uid": ADA_ID,
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


def test_social_core_breaks_down_over_somebody_without_an_email(site: Site) -> None:
    page = site.log_in(NOOR, "/")
    assert (page.status, page.path) == (500, CALLBACK)
    # Clever had said everything: the backend takes the part before the @ of an email that is not there.
    assert site.requests() == ["POST /oauth/tokens 200", "GET /v3.0/me 200", f"GET /v3.0/users/{NOOR_ID} 200"]


def test_social_core_keeps_two_with_one_email_apart(site: Site) -> None:
    ivy, ivo = (json.loads(site.log_in(number, "/").text) for number in (IVY, IVO))
    assert ivy["email"] == ivo["email"]
    assert ivy["uid"] != ivo["uid"]
    assert ivy["username"] != ivo["username"]


def test_social_core_logs_in_somebody_of_clever_library() -> None:
    with serving(COMMAND, CALLBACK, library=True) as site:
        lou = json.loads(site.log_in(LOU, "/").text)
    assert (lou["uid"], lou["email"]) == (LOU_ID, "lou@emulated.example")
