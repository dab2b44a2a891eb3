"""What is Laravel's own: settings, artisan, events, and the CSRF token of the application's forms."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from framework_sites import FRAMEWORKS, commanded, framework
from harness import emulator
from harness.browser import Browser as AtClever
from harness.cookie_browser import Browser
from php_sites import ADA, asked

if TYPE_CHECKING:
    from pathlib import Path

    from installed import Installed

DOCTOR = "clever:doctor"


@pytest.fixture(autouse=True)
def _laravel() -> None:
    FRAMEWORKS[1].skip_if_missing()


def test_the_doctor_names_every_wrong_setting(installed: Installed, tmp_path: Path) -> None:
    settings = {
        "client_idd": "x",
        "redirect_uri": "app.example/callback",
        "home": "//evil.example",
        "after_logout": "front",
        "session_seconds": "many",
        "waiting_page": "perhaps",
        "users": "App\\Users",
        "guard": "api",
        "client": {"keycache": "/x", "baseUrl": "http://127.0.0.1"},
    }
    ended, said = commanded(
        installed,
        "laravel",
        tmp_path,
        DOCTOR,
        SETTINGS=json.dumps(settings),
        SAMESITE="strict",
        CLEVER_CLIENT_SECRET="",
    )
    assert ended == 1
    for sentence in (
        'there is no setting "client_idd"; there are client_id, client_secret, ',
        "client_secret is not set: set CLEVER_CLIENT_SECRET in .env",
        "redirect_uri must be a URL such as https://app.example/clever/callback",
        "home must be a path that starts with one slash",
        "after_logout must be a path that starts with one slash",
        "session_seconds must be a whole number above 0",
        "waiting_page must be true or false",
        "users must be the name of a class that implements CleverSso\\Laravel\\UserMapper",
        'guard "api" must be a guard of config/auth.php whose driver is session',
        "client.keycache is no argument of CleverSso\\Client; it has clientId, ",
        "client.baseUrl has a setting of its own: base_url",
        "config/session.php: same_site must be lax, found strict",
    ):
        assert sentence in said, (sentence, said)


def test_the_doctor_asks_clever(installed: Installed, tmp_path: Path) -> None:
    with emulator.running() as clever:
        ended, said = commanded(installed, "laravel", tmp_path, DOCTOR, clever=clever)
        assert (ended, "Log in with Clever is set up" in said) == (0, True), said
    ended, said = commanded(installed, "laravel", tmp_path, DOCTOR, clever=clever)
    assert (ended, "network_connect" in said) == (1, True), said


def test_commands_that_do_not_use_clever_run_without_its_secrets(installed: Installed, tmp_path: Path) -> None:
    empty = {"CLEVER_CLIENT_ID": "", "CLEVER_CLIENT_SECRET": "", "CLEVER_REDIRECT_URI": ""}
    ended, said = commanded(installed, "laravel", tmp_path, "route:list", **empty)
    assert (ended, "clever/callback" in said) == (0, True), said


def test_a_page_of_an_application_with_a_wrong_setting_says_so(installed: Installed) -> None:
    with framework(installed, "laravel", SETTINGS='{"homepage": "/front"}') as site:
        assert asked(f"{site.url}/front").status == 500
        assert 'config/clever.php: there is no setting "homepage"' in site.log


def test_events_are_told_of_people_who_are_signed_in_and_out(installed: Installed) -> None:
    with framework(installed, "laravel") as site:

        def told() -> list[str]:
            return re.findall(r"event (\w+) clever", site.log)

        browser = Browser(site.clever)
        # A refusal, a link of somebody else, and a log out of nobody.
        login = asked(f"{site.url}/clever/login")
        state = AtClever(site.clever, ADA).callback(login.goes_to).rpartition("state=")[2]
        assert asked(f"{site.url}/clever/callback?error=access_denied&state={state}").status in {303, 403}
        assert asked(f"{site.url}/clever/callback?error=access_denied").status == 403
        assert browser.open(f"{site.url}/clever/logout", {}).text == "front nobody"
        assert told() == []
        browser.sign_in(ADA, browser.open(f"{site.url}/members"))
        # Another tab of the same person.
        browser.open(f"{site.url}/clever/login")
        assert told() == ["Login"]
        browser.open(f"{site.url}/clever/logout", {})
        assert told() == ["Login", "Logout"]
        assert "event Failed" not in site.log


def test_forms_of_the_application_still_need_their_token(installed: Installed) -> None:
    with framework(installed, "laravel") as site:
        assert asked(f"{site.url}/form", "POST").status == 419


def test_a_fake_client_takes_the_place_of_the_client(installed: Installed, tmp_path: Path) -> None:
    fake = installed.sources / "php/extension/CleverSso/Testing/FakeClient.php"
    ended, said = commanded(installed, "laravel", tmp_path, DOCTOR, clever="http://127.0.0.1:9", FAKE=str(fake))
    assert (ended, "Log in with Clever is set up" in said) == (0, True), said
