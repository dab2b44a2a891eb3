"""npm's passport-clever against the emulator.

The tests record its behavior at the version in `tests/interop/clients/node/package.json`. As published, it cannot log
anyone in, because it uses a variable that it does not define. It fetches the profile from version 2.1 of the API, with
two slashes in a row, which the emulator reads as one, like Clever.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from sites import ADA, ADA_ID, LOU, LOU_ID, NOOR, NOOR_ID, Site, serving

CALLBACK = "/callback"
Serve = Callable[..., AbstractContextManager[Site]]


@pytest.fixture
def serve(npm_packages: tuple[str, Path]) -> Serve:
    """Run the site with the given options."""
    node, folder = npm_packages

    def start(*options: str, library: bool = False) -> AbstractContextManager[Site]:
        return serving([node, str(folder / "passport_clever.mjs"), *options], CALLBACK, library=library)

    return start


def test_passport_clever_as_published_exchanges_no_code(serve: Serve) -> None:
    with serve() as site:
        page = site.log_in(ADA, "/login")
        assert (page.status, json.loads(page.text)["message"]) == (500, "Base64 is not defined")
        assert site.requests() == []


def test_passport_clever_gets_its_profile_from_version_2_1_of_the_api(serve: Serve) -> None:
    with serve("--base64") as site:
        page = site.log_in(ADA, "/login")
        profile = json.loads(page.text)
        assert (page.status, profile["id"], profile["type"]) == (200, ADA_ID, "student")
        assert site.requests() == [
            "POST /oauth/tokens 200",
            "GET /v2.1/me 200",
            f"GET /v2.1/students/{ADA_ID} 200",
        ]


def test_passport_clever_logs_in_if_the_site_provides_base64_and_fetches_the_profile(serve: Serve) -> None:
    with serve("--base64", "--own-profile") as site:
        assert json.loads(site.log_in(ADA, "/login").text)["id"] == ADA_ID
        assert site.requests() == ["POST /oauth/tokens 200", "GET /v3.0/me 200"]
        assert site.sent("/oauth/tokens") == ({"grant_type", "code", "redirect_uri"}, "Basic (masked)")
        assert json.loads(site.log_in(NOOR, "/login").text)["id"] == NOOR_ID


def test_passport_clever_sends_no_state_and_accepts_a_login_from_the_portal(serve: Serve) -> None:
    with serve("--base64", "--own-profile") as site:
        assert json.loads(site.from_portal(CALLBACK, ADA).text)["id"] == ADA_ID
        site.log_in(ADA, "/login")
        assert site.sent("/oauth/authorize")[0] == {"client_id", "redirect_uri", "response_type"}


def test_passport_clever_logs_in_a_person_of_clever_library(serve: Serve) -> None:
    with serve("--base64", "--own-profile", library=True) as site:
        lou = json.loads(site.log_in(LOU, "/login").text)
    assert (lou["id"], lou["authorized_by"]) == (LOU_ID, "teacher")
