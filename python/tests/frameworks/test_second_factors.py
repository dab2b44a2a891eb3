"""Clever beside other apps: second factors of django-allauth and django-otp stay, and django-axes locks nobody out."""

from __future__ import annotations

import hmac
import re
import struct
import time
from pathlib import Path

import pytest

pytest.importorskip("allauth")
pytest.importorskip("django_otp")
from django_settings import ADA, JOSE
from harness.cookie_browser import Browser
from running import serving

TOTP_KEY = bytes.fromhex("3132333435363738393031323334353637383930")


def code() -> str:
    """The code of the moment (RFC 6238)."""
    digest = hmac.digest(TOTP_KEY, struct.pack(">Q", int(time.time()) // 30), "sha1")
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 10**6:06}"


def token_of(text: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', text)
    assert found, text
    return found[1]


@pytest.mark.parametrize("kind", ["allauth", "otp"])
def test_a_user_with_a_second_factor_stays_behind_it(kind: str, tmp_path: Path) -> None:
    with serving("second_factor", tmp_path, SECOND_FACTOR=kind, HOOK="yes") as site:
        browser = Browser(site.emulator)
        asked = site.url + "/second-factor"
        page = browser.sign_in(ADA, browser.open(site.url + "/private"))
        assert page.url.startswith(asked + "/")
        asked = page.url
        assert browser.open(site.url + "/").text == "nobody"
        # The guard of /private begins another login, which waits as well, at a page of its own.
        assert browser.open(site.url + "/private").url != asked
        page = browser.open(asked)
        assert page.url == asked
        wrong = browser.open(asked, {"csrfmiddlewaretoken": token_of(page.text), "code": "000000"})
        assert browser.open(site.url + "/").text == "nobody"
        done = browser.open(asked, {"csrfmiddlewaretoken": token_of(wrong.text), "code": code()})
        assert done.text == "Hello, ada"
        assert browser.open(site.url + "/").text == "ada"
        if kind == "otp":
            assert browser.open(site.url + "/vault").text == "gold"
        # Nobody gets the second factor of somebody else.
        browser.sign_out()
        browser.sign_in(JOSE)
        browser.open(site.portal)
        assert browser.open(site.url + "/").text.startswith("clever_")


def test_without_the_hook_django_otp_itself_keeps_people_behind_their_device(tmp_path: Path) -> None:
    with serving("second_factor", tmp_path, SECOND_FACTOR="otp") as site:
        browser = Browser(site.emulator)
        browser.sign_in(ADA, browser.open(site.url + "/private"))
        assert browser.open(site.url + "/").text == "ada"
        assert "gold" not in browser.open(site.url + "/vault").text


def test_refusals_are_no_failed_passwords_by_which_django_axes_locks_a_school_out(tmp_path: Path) -> None:
    pytest.importorskip("axes")
    with serving("second_factor", tmp_path, SECOND_FACTOR="otp", AXES="yes", CLEVER_CREATE_USERS="false") as site:
        for _ in range(4):
            refused = Browser(site.emulator)
            assert refused.sign_in(JOSE, refused.open(site.url + "/private")).status == 403
        browser = Browser(site.emulator)
        assert browser.open(site.url + "/failures").text == "0"
        for _ in range(3):
            browser.open(site.url + "/wrong-password")
        assert browser.open(site.url + "/failures").text == "3", "what is counted by passwords is counted"
        # Passwords are locked from this address. Clever is not: it proved who it is.
        browser.sign_in(ADA, browser.open(site.url + "/private"))
        assert browser.open(site.url + "/").text == "ada"


@pytest.mark.parametrize("kind", ["allauth", "otp"])
@pytest.mark.parametrize("hook", ["", "yes"])
def test_check_says_who_would_lose_a_second_factor(kind: str, hook: str, tmp_path: Path) -> None:
    with serving("second_factor", tmp_path, SECOND_FACTOR=kind, **({"HOOK": hook} if hook else {})) as site:
        log = site.log.read_text()
    assert ("clever_sso.W021" in log) == (not hook)
