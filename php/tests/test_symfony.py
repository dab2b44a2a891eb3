"""Tests only for Symfony: settings that are checked when the container is built, the console, the profiler."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from framework_sites import FRAMEWORKS, commanded, framework, needed
from harness import emulator
from harness.browser import Browser as AtClever
from harness.cookie_browser import Browser
from harness.paths import ROOT
from installed import app
from php_sites import ADA, asked, cookie_of

if TYPE_CHECKING:
    from installed import Installed

DOCTOR = "clever:doctor"


@pytest.fixture(autouse=True)
def _symfony() -> None:
    FRAMEWORKS[0].skip_if_missing()


WRONG: list[tuple[dict[str, object], str]] = [
    ({"client_idd": "x"}, 'Unrecognized option "client_idd" under "clever_sso". Did you mean "client_id"'),
    ({"client_id": ""}, 'The path "clever_sso.client_id" cannot contain an empty value'),
    ({"redirect_uri": "app.example/callback"}, "redirect_uri must be a URL that starts with https:// or http://"),
    ({"home": "//evil.example"}, "home must be a path that starts with one slash, such as /lessons"),
    ({"after_logout": "front"}, "after_logout must be a path that starts with one slash"),
    ({"session_seconds": 0}, 'The value 0 is too small for path "clever_sso.session_seconds"'),
    ({"leeway": 601}, 'The value 601 is too big for path "clever_sso.leeway"'),
    ({"waiting_page": "perhaps"}, 'Invalid type for path "clever_sso.waiting_page"'),
    ({"return_to_origins": "https://www.example.org"}, 'Invalid type for path "clever_sso.return_to_origins"'),
    ({}, "nothing is wrong"),
]


def test_a_wrong_setting_is_named(installed: Installed, tmp_path: Path) -> None:
    asked = json.dumps([settings for settings, _ in WRONG])
    ended, said = commanded(installed, "symfony", tmp_path, WRONG=asked)
    assert (ended, len(said.splitlines())) == (0, len(WRONG)), said
    for line, (settings, sentence) in zip(said.splitlines(), WRONG):
        assert sentence in line, settings


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"SAMESITE": "strict"}, "framework.session.cookie_samesite must be lax, found strict"),
        (
            {"SETTINGS": '{"users": "app.users"}'},
            'clever_sso.users names the service "app.users", which does not exist',
        ),
        ({"SETTINGS": '{"users": "router"}'}, "must implement CleverSso\\Symfony\\UserMapper"),
        ({"STATELESS": "1"}, 'the firewall "main" is stateless, and clever_sso.authenticator needs a session'),
    ],
    ids=["samesite", "unknown", "another", "stateless"],
)
def test_settings_that_contradict_each_other_are_named_when_the_container_is_built(
    installed: Installed, tmp_path: Path, changed: dict[str, str], sentence: str
) -> None:
    ended, said = commanded(installed, "symfony", tmp_path, "about", COLUMNS="1000", **changed)
    assert (ended != 0, sentence in said) == (True, True), said


def test_the_doctor_says_what_is_wrong(installed: Installed, tmp_path: Path) -> None:
    with emulator.running([app("https://app.example/clever")]) as clever:
        ended, said = commanded(installed, "symfony", tmp_path, DOCTOR, clever=clever)
        assert (ended, "Log in with Clever is set up" in said) == (0, True), said
        ended, said = commanded(
            installed, "symfony", tmp_path, DOCTOR, clever=clever, ROUTES_AT="/sso", APP_ENV="moved"
        )
        # Its own finding comes first.
        first = said.partition("\n")[0]
        assert (ended, "problem  callback: clever_sso.redirect_uri leads to" in first) == (2, True), said
        assert "the route clever_sso_callback is /sso/callback" in first
        assert "ok       credentials: " in said
    ended, said = commanded(installed, "symfony", tmp_path, DOCTOR, clever=clever)
    assert (ended, "problem  connect: " in said) == (2, True), said


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"CLEVER_CLIENT_SECRET": " secret"}, "clever_sso.client_secret begins or ends with white space"),
        ({"CLEVER_CLIENT_SECRET": ""}, "clever_sso.client_secret must not be empty"),
        ({"SETTINGS": '{"client_secret": 1234567}'}, "clever_sso.client_secret must be of type ?string, int given"),
        ({"SETTINGS": '{"key_cache": "keys"}'}, "clever_sso.key_cache must be an absolute path"),
        ({"SETTINGS": '{"client_secret": "%env(NOT_SET)%"}'}, 'Environment variable not found: "NOT_SET"'),
    ],
    ids=["secret", "empty", "number", "path", "variable"],
)
def test_settings_that_make_no_client_are_the_first_problem(
    installed: Installed, tmp_path: Path, changed: dict[str, str], sentence: str
) -> None:
    ended, said = commanded(installed, "symfony", tmp_path, DOCTOR, **changed)
    first = said.partition("\n")[0]
    assert (ended, first.startswith("problem  settings: ")) == (2, True), said
    assert sentence in first


def test_the_profiler_shows_the_outcome_and_no_secret(installed: Installed) -> None:
    needed("/usr/share/php/Symfony/Bundle/WebProfilerBundle/autoload.php", package="php-symfony-web-profiler-bundle")
    with framework(installed, "symfony", APP_DEBUG="1") as site:
        login = asked(f"{site.url}/clever/login?return_to=/members")
        cookie = (login.headers["Set-Cookie"] or "").partition(";")[0]
        callback = asked(AtClever(site.clever, ADA).callback(login.goes_to), Cookie=cookie)
        assert callback.goes_to == "/members"
        for answer, outcome in [(login, "login"), (callback, "signed_in")]:
            page = asked(f"{site.url}/_profiler/{answer.headers['X-Debug-Token']}?panel=clever_sso")
            assert (page.status, f"<td>{outcome}</td>" in page.text) == (200, True), page.text[-3000:]
        profiles = [path for path in site.folder.glob("cache-test/profiler/*/*/*") if path.is_file()]
        assert len(profiles) >= 2
        for path in profiles:
            raw = path.read_bytes()
            text = (gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw).decode(errors="replace")
            assert "CleverSso\\SignedIn" not in text
            assert "CleverSso\\Tokens" not in text


def test_a_fake_client_can_replace_the_client(installed: Installed, tmp_path: Path) -> None:
    fake = installed.sources / "php/extension/CleverSso/Testing/FakeClient.php"
    ended, said = commanded(installed, "symfony", tmp_path, DOCTOR, clever="http://127.0.0.1:9", FAKE=str(fake))
    assert (ended, "Log in with Clever is set up" in said) == (0, True), said


def test_callbacks_are_limited_as_the_guide_shows(installed: Installed) -> None:
    for name, package in [("RateLimiter", "php-symfony-rate-limiter"), ("Yaml", "php-symfony-yaml")]:
        needed(f"/usr/share/php/Symfony/Component/{name}/autoload.php", package=package)
    text = (ROOT / "docs/stats.md").read_text("utf-8")
    shown = re.findall(r"<!-- symfony limiter (\S+) -->\n```\w+\n(.*?)```", text, re.DOTALL)
    assert sum("limit: 6000" in file for _, file in shown) == 1
    with TemporaryDirectory(prefix="clever-sso-limiter-") as made:
        folder = Path(made)
        # The user of the server reads it.
        folder.chmod(0o755)
        for path, file in shown:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(file.replace("6000", "3"), "utf-8")
        with framework(installed, "symfony", LIMITER=made) as site:
            callback = f"{site.url}/clever/callback?error=access_denied"
            assert [asked(callback).status for _ in range(4)] == [403, 403, 403, 429]
            limited = asked(callback)
            assert 0 < int(limited.headers["Retry-After"]) <= 60
            assert "wait a minute" in limited.text
            assert [asked(f"{site.url}/clever/login").status for _ in range(5)] == [303] * 5


@pytest.mark.parametrize("trouble", ["closed", "broken"])
def test_a_person_refused_in_another_tab_is_signed_out_everywhere(installed: Installed, trouble: str) -> None:
    """The same person, within a minute of a sign-in, when the session would be kept."""
    with framework(installed, "symfony", APP_ENV="own") as site:
        browser = Browser(site.clever)
        assert browser.sign_in(ADA, browser.open(f"{site.url}/members")).text == "member Ada"
        before = cookie_of(browser, "PHPSESSID")
        (site.folder / trouble).touch()
        assert browser.open(f"{site.url}/clever/login").status == (403 if trouble == "closed" else 500)
        (site.folder / trouble).unlink()
        for session in (before, cookie_of(browser, "PHPSESSID")):
            assert asked(f"{site.url}/members", Cookie=f"PHPSESSID={session}").status == 303


@pytest.mark.parametrize("strategy", ["none", "invalidate"])
def test_a_session_expires_with_any_session_strategy_of_symfony(installed: Installed, strategy: str) -> None:
    with framework(installed, "symfony", STRATEGY=strategy) as site:
        browser = Browser(site.clever)
        assert browser.open(f"{site.url}/cart").text == "cart 1 nobody"
        planted = cookie_of(browser, "PHPSESSID")
        assert browser.sign_in(ADA, browser.open(f"{site.url}/members")).text == "member Ada"
        assert cookie_of(browser, "PHPSESSID") not in {"", planted}
        FRAMEWORKS[0].change_times(site, "signed_in_at", 43_200)
        assert asked(f"{site.url}/members", Cookie=f"PHPSESSID={cookie_of(browser, 'PHPSESSID')}").status == 303


def test_a_stateless_page_does_not_read_the_session(installed: Installed) -> None:
    with framework(installed, "symfony") as site:
        browser = Browser(site.clever)
        browser.sign_in(ADA, browser.open(f"{site.url}/members"))
        page = asked(f"{site.url}/status", Cookie=f"PHPSESSID={cookie_of(browser, 'PHPSESSID')}")
        # If a session was read, Symfony sends max-age=0, must-revalidate.
        assert (page.text, page.headers["Cache-Control"]) == ("up", "no-cache, private")


def test_the_pages_are_in_the_locale_of_the_application_and_not_of_the_browser(installed: Installed) -> None:
    with framework(installed, "symfony", LOCALE="es") as site:
        page = asked(f"{site.url}/clever/callback?error=access_denied", Accept_Language="en-US")
        assert (page.status, '<html lang="es">' in page.text) == (403, True)
        assert "Clever no te dejó entrar en esta aplicación." in page.text
