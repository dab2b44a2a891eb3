"""The Django app with other session engines and user models."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("django")
from django_settings import ADA, CASTELLAN, JOSE, SAM
from harness.cookie_browser import Browser
from harness.patience import SECONDS
from running import serving


@pytest.mark.parametrize("engine", ["db", "cache", "cached_db", "file", "signed_cookies"])
def test_with_any_engine_of_sessions_the_next_person_replaces_the_previous_one(engine: str, tmp_path: Path) -> None:
    module = f"django.contrib.sessions.backends.{engine}"
    with serving("django", tmp_path, UNWELCOME="Castellan", BREAKING="Rivera", SESSION_ENGINE=module) as site:
        browser = Browser(site.emulator)
        home = site.url + "/"
        browser.sign_in(ADA, browser.open(site.url + "/private"))
        browser.open(site.url + "/cart?thing=apple")
        for number, shown in [
            (JOSE, "signed in: José"),
            (SAM, "nobody"),
            (ADA, "signed in: Ada"),
            (CASTELLAN, "nobody"),
        ]:
            browser.sign_out()
            browser.sign_in(number)
            browser.open(site.portal)
            assert browser.open(home).text.startswith(shown)
            assert browser.open(site.url + "/cart").text == "in the cart: nothing"
            browser.open(site.url + "/cart?thing=apple")


def test_a_custom_user_model_needs_neither_names_nor_groups(tmp_path: Path) -> None:
    with serving("django", tmp_path, OWN_USER_MODEL="Person") as site:
        browser = Browser(site.emulator)
        browser.sign_in(ADA, browser.open(site.url + "/private"))
        assert browser.open(site.url + "/private").text == "Hello, Ada Ashworth (student)"
        assert browser.open(site.url + "/name").text == "clever_64c20b1e8f3a7d0019c4e501@clever.invalid"


def test_with_unique_addresses_a_second_person_can_sign_in(tmp_path: Path) -> None:
    with serving("django", tmp_path, OWN_USER_MODEL="Pupil") as site:
        for number, shown in [(ADA, "signed in: Ada"), (JOSE, "signed in: José")]:
            browser = Browser(site.emulator)
            browser.sign_in(number, browser.open(site.url + "/private"))
            assert browser.open(site.url + "/").text.startswith(shown)
        assert "clever_sso.W020" not in site.log.read_text()


def test_check_names_a_field_that_a_first_login_cannot_fill(tmp_path: Path) -> None:
    with serving("django", tmp_path, OWN_USER_MODEL="Member") as site:
        log = site.log.read_text()
    assert [line for line in log.splitlines() if "clever_sso.W020" in line and "Member.card" in line]
    assert [line for line in log.splitlines() if "clever_sso.W020" in line and "Member.since" in line]
    assert log.count("clever_sso.W020") == 2


def test_people_in_a_database_of_their_own_sign_in_in_many_tabs_at_once(tmp_path: Path) -> None:
    script = Path(__file__).with_name("elsewhere.py")
    done = subprocess.run(
        [sys.executable, script, tmp_path], capture_output=True, text=True, check=False, timeout=SECONDS
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"failures": [], "default": [0, 0], "people": [3, 3], "behind": [0, 0]}
