"""Tests only for Laravel: settings, artisan, events, and the CSRF token of the application's forms."""

from __future__ import annotations

import json
import re
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from framework_sites import FRAMEWORKS, commanded, framework
from harness import emulator, ports
from harness.browser import Browser as AtClever
from harness.cookie_browser import Browser
from harness.paths import ROOT
from installed import PAGE, SCRIPTS, SECRET, app
from php_sites import ADA, asked, kept

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from installed import Installed
    from php_sites import Site

DOCTOR = "clever:doctor"
JOSE = "510003"


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
        "routes": "some",
        "path": None,
        "middleware": "web",
        "district_id": 7,
        "log_channel": "nowhere",
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
    assert ended == 2
    for sentence in (
        'there is no setting "client_idd"; there are client_id, client_secret, ',
        "client_secret is not set: set CLEVER_CLIENT_SECRET in .env",
        "redirect_uri must be a URL such as https://app.example/clever/callback",
        "home must be a path that starts with one slash",
        "after_logout must be a path that starts with one slash",
        "session_seconds must be a whole number above 0",
        "waiting_page must be true or false",
        "routes must be true or false",
        "path must be text, such as clever",
        "middleware must be a list of names, such as ['web']",
        "district_id must be text, or null",
        'log_channel "nowhere" must be a channel of config/logging.php',
        "users must be the name of a class that implements CleverSso\\Laravel\\UserMapper",
        'guard "api" must be a guard of config/auth.php whose driver is session',
        "client.keycache is not an argument of CleverSso\\Client; it has clientId, ",
        "client.baseUrl has a setting of its own: base_url",
        "config/session.php: same_site must be lax, found strict",
    ):
        assert sentence in said, (sentence, said)


def test_the_doctor_checks_the_credentials_with_clever(installed: Installed, tmp_path: Path) -> None:
    with emulator.running([app("https://app.example/clever")]) as clever:
        ended, said = commanded(installed, "laravel", tmp_path, DOCTOR, clever=clever)
        assert (ended, "Log in with Clever is set up" in said) == (0, True), said
        ended, said = commanded(installed, "laravel", tmp_path, DOCTOR, clever=clever, CLEVER_CLIENT_SECRET="0" * 40)
        assert (ended, "problem  credentials: Clever does not accept" in said) == (2, True), said
        ended, said = commanded(
            installed, "laravel", tmp_path, DOCTOR, clever=clever, CLEVER_CLIENT_SECRET=f"CLEVER_CLIENT_SECRET={SECRET}"
        )
        assert (ended, ": clever.client_secret begins with the name of a variable" in said) == (2, True), said
    ended, said = commanded(installed, "laravel", tmp_path, DOCTOR, clever=clever)
    assert (ended, "problem  connect: " in said) == (2, True), said


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"CLEVER_CLIENT_SECRET": " secret"}, "clever.client_secret begins or ends with white space"),
        ({"SETTINGS": '{"client": {"timeout": "5"}}'}, "clever.client.timeout must be of type float, string given"),
        ({"SETTINGS": '{"client": {"keyCache": "keys"}}'}, "clever.client.keyCache must be an absolute path"),
    ],
    ids=["secret", "timeout", "path"],
)
def test_the_doctor_names_the_setting_that_the_client_refuses(
    installed: Installed, tmp_path: Path, changed: dict[str, str], sentence: str
) -> None:
    ended, said = commanded(installed, "laravel", tmp_path, DOCTOR, **changed)
    first = said.partition("\n")[0]
    assert (ended, first.startswith("problem  settings: config_invalid: ")) == (2, True), said
    assert sentence in first


def test_the_doctor_names_discovery_that_fails_while_the_client_is_made(installed: Installed, tmp_path: Path) -> None:
    with ports.reserved() as port:
        discovers = {"clever": f"http://127.0.0.1:{port}", "SETTINGS": '{"client": {"discover": true}}'}
        ended, said = commanded(installed, "laravel", tmp_path, DOCTOR, **discovers)
    assert (ended, said.startswith("problem  discovery: network_connect: ")) == (2, True), said


def test_commands_that_do_not_use_clever_run_without_its_secrets(installed: Installed, tmp_path: Path) -> None:
    empty = {"CLEVER_CLIENT_ID": "", "CLEVER_CLIENT_SECRET": "", "CLEVER_REDIRECT_URI": ""}
    ended, said = commanded(installed, "laravel", tmp_path, "route:list", **empty)
    assert (ended, "clever/callback" in said) == (0, True), said


def test_a_page_of_an_application_with_a_wrong_setting_shows_the_error(installed: Installed) -> None:
    with framework(installed, "laravel", SETTINGS='{"homepage": "/front"}') as site:
        assert asked(f"{site.url}/front").status == 500
        assert 'config/clever.php: there is no setting "homepage"' in site.log


def test_events_get_the_people_who_sign_in_and_out(installed: Installed) -> None:
    with framework(installed, "laravel") as site:

        def told() -> list[str]:
            return re.findall(r"event (\w+) clever", site.log)

        browser = Browser(site.clever)
        # A refusal, another person's link, and a logout without a session.
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


def test_forms_of_the_application_still_need_their_csrf_token(installed: Installed) -> None:
    with framework(installed, "laravel") as site:
        assert asked(f"{site.url}/form", "POST").status == 419


def test_a_fake_client_can_replace_the_client(installed: Installed, tmp_path: Path) -> None:
    fake = installed.sources / "php/extension/CleverSso/Testing/FakeClient.php"
    ended, said = commanded(installed, "laravel", tmp_path, DOCTOR, clever="http://127.0.0.1:9", FAKE=str(fake))
    assert (ended, "Log in with Clever is set up" in said) == (0, True), said


@pytest.fixture(scope="module")
def own(installed: Installed) -> Iterator[Site]:
    """The application has its own users, who can also log in with a password."""
    FRAMEWORKS[1].skip_if_missing()
    with framework(installed, "laravel", APP_ENV="own") as running:
        yield running


def signed_in(site: Site, page: str = "/members") -> Browser:
    browser = Browser(site.clever)
    assert browser.sign_in(ADA, browser.open(site.url + page)).status == 200
    return browser


def header_of(browser: Browser) -> str:
    return "; ".join(f"{name}={value}" for name, value in kept(browser).items())


@pytest.mark.parametrize("pages", [["/password"], ["/out", "/password"], ["/out", "/password?as=Ada"]])
def test_a_user_who_logs_in_with_a_password_has_no_clever_identity(own: Site, pages: list[str]) -> None:
    browser = signed_in(own)
    assert browser.open(f"{own.url}/builtin").text == "student Ada"
    for page in pages:
        assert browser.open(own.url + page).status == 200
    assert browser.open(f"{own.url}/front").text == ("front Ada" if "as=" in pages[-1] else "front Bob")
    assert browser.open(f"{own.url}/builtin").status == 403
    cookies = header_of(browser)
    assert asked(f"{own.url}/members", Cookie=cookies).goes_to.startswith("/clever/login?")


def test_a_sign_in_deletes_remember_me_of_every_guard(own: Site) -> None:
    for guard in ("web", "staff"):
        browser = Browser(own.clever)
        browser.open(f"{own.url}/password?guard={guard}&remember=1")
        assert [name for name in kept(browser) if name.startswith(f"remember_{guard}_")]
        browser.sign_in(ADA, browser.open(f"{own.url}/clever/login"))
        assert browser.open(f"{own.url}/front").text == "front Ada"
        assert not [name for name in kept(browser) if name.startswith("remember_")]


@pytest.mark.parametrize("page", ["/mine", "/elsewhere"])
def test_a_session_expires_with_any_guard(own: Site, page: str) -> None:
    cookies = header_of(signed_in(own))
    assert asked(own.url + page, Cookie=cookies).text.endswith(" Ada")
    FRAMEWORKS[1].change_times(own, "signed_in_at", 43_200)
    assert asked(own.url + page, Cookie=cookies, Accept="application/json").status == 401


def test_routes_without_a_session_are_named(installed: Installed) -> None:
    with framework(installed, "laravel", SETTINGS='{"middleware": []}') as site:
        for path in ("login", "callback?code=x&state=y"):
            page = asked(f"{site.url}/clever/{path}")
            assert (page.status, "config_invalid" in page.text) == (500, True)
        assert "the routes of Clever have no session: the setting `middleware`" in site.log


def test_the_rate_limit_of_the_guide_limits_callbacks(installed: Installed) -> None:
    found = re.search(
        r"<!-- laravel limiter -->\n```php\n(.*?)```", (ROOT / "docs/stats.md").read_text("utf-8"), re.DOTALL
    )
    assert found
    assert "6000" in found[1]
    limiter = found[1].replace("6000", "3")
    throttled = json.dumps({"middleware": ["web", "Illuminate\\Routing\\Middleware\\ThrottleRequests:clever"]})
    with framework(installed, "laravel", SETTINGS=throttled, LIMITER=limiter) as site:
        callback = f"{site.url}/clever/callback?error=access_denied"
        assert [asked(callback).status for _ in range(4)] == [403, 403, 403, 429]
        limited = asked(callback)
        assert 0 < int(limited.headers["Retry-After"]) <= 60
        assert [asked(f"{site.url}/clever/login").status for _ in range(5)] == [303] * 5


@contextmanager
def with_socialite(installed: Installed, way: str = "extension", **more: str) -> Iterator[Site]:
    """The application signs people in with Socialite, on its own routes."""
    published = str(installed.sources.parent / "socialite.php")
    shutil.copy(SCRIPTS / "socialite.php", published)
    own = {"SETTINGS": '{"routes": false, "users": null}', "APP_ENV": "own"}
    with framework(installed, "laravel", way, SOCIALITE=published, **own, **more) as site:
        yield site


@pytest.fixture(scope="module")
def socialite(installed: Installed) -> Iterator[Site]:
    FRAMEWORKS[1].skip_if_missing()
    with with_socialite(installed) as running:
        yield running


def test_socialite_signs_people_in(socialite: Site) -> None:
    browser = Browser(socialite.clever)
    page = browser.sign_in(ADA, browser.open(f"{socialite.url}/members?lesson=7"))
    assert (page.url, page.text) == (f"{socialite.url}/members?lesson=7", "member Ada")
    told = re.findall(r"socialite (\[.*\])", socialite.log)[-1]
    # An unverified address finds no account.
    assert json.loads(told)[1:] == ["Ada Ashworth", None, None, None, "ada@emulated.example", True]
    dumped = socialite.log.rpartition("dumped ")[2]
    assert "Ashworth" not in dumped
    assert "[redacted]" in dumped
    # The package's behavior for its own routes applies here too.
    assert browser.open(f"{socialite.url}/builtin").text == "student Ada"
    assert browser.open(f"{socialite.url}/staffroom").status == 403
    FRAMEWORKS[1].change_times(socialite, "signed_in_at", 43_200)
    assert asked(f"{socialite.url}/members", Cookie=header_of(browser)).status == 303


@pytest.mark.parametrize("way", ["extension", "ffi"])
def test_socialite_signs_people_in_as_the_guide_shows(installed: Installed, way: str) -> None:
    (shown,) = re.findall(r"<!-- socialite -->\n```php\n(.*?)```", PAGE.read_text(), re.DOTALL)
    routes = installed.sources.parent / "socialite-routes.php"
    routes.write_text(shown)
    with with_socialite(installed, way, SOCIALITE_ROUTES=str(routes)) as site:
        browser = signed_in(site)
        assert re.fullmatch("member [0-9a-f]{24} yours", browser.open(f"{site.url}/members").text)


def test_socialite_restarts_a_login_that_begins_in_the_portal(socialite: Site) -> None:
    browser = Browser(socialite.clever)
    page = browser.sign_in(ADA, browser.open(socialite.from_portal))
    assert (page.url, page.text) == (f"{socialite.url}/front", "front Ada")


def test_socialite_returns_to_the_wanted_page_and_never_to_another_site(socialite: Site) -> None:
    browser = signed_in(socialite)
    for wish, end in [("/mine%3Fa=1", "/mine?a=1"), ("//evil.example", "/front"), ("https://evil.example", "/front")]:
        assert browser.open(f"{socialite.url}/clever/start?return_to={wish}").url == socialite.url + end
    back = begun(socialite)[0]
    assert asked(back, Host="evil.example").status == 303
    login = asked(f"{socialite.url}/clever/start?return_to=/mine")
    cookie = next(line.partition(";")[0] for line in login.headers.get_all("Set-Cookie") or [] if "login_" in line)
    answer = asked(AtClever(socialite.clever, ADA).callback(login.goes_to), Cookie=cookie, Host="evil.example")
    assert answer.goes_to == f"{socialite.url}/mine"


def begun(site: Site) -> tuple[str, str]:
    login = asked(f"{site.url}/clever/start")
    back = AtClever(site.clever, ADA).callback(login.goes_to)
    return back, next(line.partition(";")[0] for line in login.headers.get_all("Set-Cookie") or [] if "login_" in line)


@pytest.mark.parametrize("query", ["error=access_denied", "code=a&code=b", "code=junk&state=junk", "code[]=a", ""])
def test_socialite_accepts_only_what_clever_confirmed(socialite: Site, query: str) -> None:
    browser = signed_in(socialite)
    answer = asked(f"{socialite.url}/clever/callback?{query}", Cookie=header_of(browser))
    assert answer.status in {303, 400, 403, 503}
    assert not answer.goes_to or answer.goes_to.startswith(socialite.clever)
    assert asked(f"{socialite.url}/members", Cookie=header_of(browser)).text == "member Ada"


def test_socialite_accepts_a_callback_only_in_the_browser_that_began(socialite: Site) -> None:
    back, cookie = begun(socialite)
    stranger = asked(back)
    assert (stranger.status, stranger.goes_to.startswith(socialite.clever)) == (303, True)
    assert asked(back, Cookie=cookie).goes_to == f"{socialite.url}/front"


@pytest.mark.parametrize(
    ("path", "method", "headers", "status"),
    [
        ("start", "HEAD", {}, 200),
        ("start", "GET", {"Sec_Purpose": "prefetch"}, 503),
        ("callback?code=x&state=y", "GET", {"Sec_Fetch_Mode": "no-cors"}, 403),
    ],
)
def test_socialite_does_nothing_for_requests_that_must_not_act(
    socialite: Site, path: str, method: str, headers: dict[str, str], status: int
) -> None:
    answer = asked(f"{socialite.url}/clever/{path}", method, **headers)
    assert (answer.status, answer.text) == (status, "")
    assert not [line for line in answer.headers.get_all("Set-Cookie") or [] if "clever_" in line]


def test_a_person_that_the_app_does_not_sign_in_ends_the_previous_session(socialite: Site) -> None:
    browser = signed_in(socialite)
    before = header_of(browser)
    for _ in range(5):
        # However often they log in, this does not count as a lost session.
        browser.sign_out()
        page = browser.sign_in(JOSE, browser.open(f"{socialite.url}/clever/start"))
        assert (page.status, page.text) == (402, "sign up first")
        assert asked(f"{socialite.url}/members", Cookie=before).status == 303
        assert not [name for name in kept(browser) if "signed_in" in name or "clever_login_" in name]


def test_missing_socialite_routes_are_named(installed: Installed) -> None:
    with framework(installed, "laravel", SETTINGS='{"routes": false}') as site:
        assert asked(f"{site.url}/clever/login").status == 404
    ended, said = commanded(installed, "laravel", site.folder, DOCTOR, clever="http://127.0.0.1:9")
    assert (ended, "problem  callback: there is no route clever.login: name yours so" in said) == (2, True), said


def test_the_pages_are_in_the_locale_of_the_application_and_not_of_the_browser(installed: Installed) -> None:
    with framework(installed, "laravel", LOCALE="es") as site:
        page = asked(f"{site.url}/clever/callback?error=access_denied", Accept_Language="en-US")
        assert (page.status, '<html lang="es">' in page.text) == (403, True)
        assert "Clever no te dejó entrar en esta aplicación." in page.text
