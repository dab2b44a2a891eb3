"""The WordPress plugin on WordPress and MariaDB: people, roles, settings, sessions, languages."""

from __future__ import annotations

import re
import secrets
import sys
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from databases import mariadb
from framework_sites import framework, needed
from harness import ports
from harness.browser import Browser as AtClever
from harness.cookie_browser import Browser
from harness.length import WHOLE
from harness.paths import ROOT
from harness.tabs import TabbedBrowser, check_tabs
from installed import APP_NAME, SECRET
from php_sites import ADA, Site, asked, kept

sys.path.insert(0, str(ROOT / "docs"))
import write_sentences

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from harness.cookie_browser import Page
    from installed import Installed

JOSE, TEACHER, ELSEWHERE = "510003", "610001", "530001"
JOSES_ID, JOSES_EMAIL = "64c20b1e8f3a7d0019c4e503", "jose@emulated.example"
PLUGIN = ROOT / "php/wordpress/clever-sso"
CONSTANTS = '["CLEVER_CLIENT_ID", "CLEVER_CLIENT_SECRET", "CLEVER_REDIRECT_URI"]'
ROLES = {"student": "subscriber", "contact": "", "teacher": "editor", "staff": "author", "district_admin": "editor"}


@pytest.fixture(scope="module")
def database(installed: Installed) -> Iterator[Path]:
    if not WHOLE:
        pytest.skip("WordPress and MariaDB take 400 MB and some seconds: `make test-all` runs this")
    needed("/usr/share/wordpress/wp-load.php", package="wordpress")
    with mariadb(installed.folder / f"database-{secrets.token_hex(4)}") as socket:
        socket.parent.chmod(0o755)
        yield socket


@pytest.fixture(scope="module")
def site(installed: Installed, database: Path) -> Iterator[Site]:
    """A site whose settings an administrator saved on the settings page. Only the URL is in wp-config.php."""
    with framework(installed, "wordpress", DB_SOCKET=str(database), CONSTANTS='["CLEVER_REDIRECT_URI"]') as running:
        assert asked(f"{running.url}/-install").text.endswith("installed")
        assert saved(running).status == 200
        yield running


@pytest.fixture
def browser(site: Site) -> Browser:
    return Browser(site.clever)


def administrator(site: Site) -> Browser:
    browser = Browser(site.clever)
    browser.open(f"{site.url}/wp-login.php")
    browser.open(f"{site.url}/wp-login.php", {"log": "admin", "pwd": "a password of the tests"})
    return browser


def settings_page(site: Site, browser: Browser) -> Page:
    return browser.open(f"{site.url}/wp-admin/options-general.php?page=clever-sso")


def saved(site: Site, nonce: str = "", roles: dict[str, str] | None = None, **fields: str) -> Page:
    """Save the settings as an administrator, with the nonce of the page or another one."""
    browser = administrator(site)
    found = re.search(r'name="_wpnonce" value="(\w+)"', settings_page(site, browser).text)
    assert found
    form = {"option_page": "clever-sso", "action": "update", "_wpnonce": nonce or found[1]}
    form |= {f"clever_sso[roles][{name}]": role for name, role in (roles or ROLES).items()}
    form |= {"clever_sso[client_id]": APP_NAME, "clever_sso[client_secret]": SECRET, "clever_sso[district_id]": ""}
    form |= {f"clever_sso[{name}]": value for name, value in fields.items()}
    return browser.open(f"{site.url}/wp-admin/options.php", form)


def checked(site: Site) -> str:
    """What the page shows after a click on the button that checks the settings."""
    browser = administrator(site)
    nonce = re.findall(r'name="_wpnonce" value="(\w+)"', settings_page(site, browser).text)[1]
    return browser.open(f"{site.url}/wp-admin/admin-post.php", {"action": "clever_sso_check", "_wpnonce": nonce}).text


def signed_in(browser: Browser, site: Site, number: str = ADA, return_to: str = "/") -> Page:
    return browser.sign_in(number, browser.open(f"{site.url}/clever/login?return_to={quote(return_to)}"))


def header_of(browser: Browser) -> str:
    return "; ".join(f"{name}={value}" for name, value in kept(browser).items())


def who(site: Site, cookies: str) -> str:
    return asked(f"{site.url}/", Cookie=cookies).text.split()[1]


def test_the_button_leads_to_a_login_and_back(browser: Browser, site: Site) -> None:
    page = browser.open(f"{site.url}/wp-login.php?redirect_to={quote(site.url + '/?lesson=7', safe='')}")
    (link,) = re.findall(r'clever-login-button" href="([^"]+)"', page.text)
    page = browser.sign_in(ADA, browser.open(site.url + link.replace("&#038;", "&")))
    assert (page.url, page.text) == (f"{site.url}/?lesson=7", "front Ada subscriber")
    assert browser.open(site.from_portal).text == "front Ada subscriber"


def test_people_are_found_only_by_their_clever_id(browser: Browser, site: Site) -> None:
    assert signed_in(browser, site, JOSE).text == "front José subscriber"
    first = asked(f"{site.url}/-password?name=Jos").text
    asked(f"{site.url}/-user?login={JOSES_ID}&email={JOSES_EMAIL}")
    other = Browser(site.clever)
    assert signed_in(other, site, JOSE).text == "front José subscriber"
    assert asked(f"{site.url}/-password?name=Jos").text == first
    assert first.startswith("clever-")


def test_tabs_of_one_browser_all_arrive(site: Site) -> None:
    def arrives(number: int, page: Page) -> bool:
        return (page.url, page.text) == (f"{site.url}/?tab={number}", "front Ada subscriber")

    addresses = [f"{site.url}/clever/login?return_to=/%3Ftab%3D{number}" for number in range(5)]
    check_tabs(lambda: TabbedBrowser(site.clever, ADA), addresses, arrives, range(2))


def test_roles_are_mapped_and_create_administrators_only_if_a_setting_allows_it(site: Site) -> None:
    assert signed_in(Browser(site.clever), site, TEACHER).text == "front Grace editor"
    saved(site, roles=ROLES | {"teacher": "administrator"})
    assert signed_in(Browser(site.clever), site, TEACHER).text == "front Grace subscriber"
    saved(site, roles=ROLES | {"teacher": "administrator"}, allow_administrators="1")
    assert signed_in(Browser(site.clever), site, TEACHER).text == "front Grace administrator"
    saved(site, roles=ROLES | {"teacher": "administrator"})
    assert signed_in(Browser(site.clever), site, TEACHER).text == "front Grace subscriber"
    saved(site, roles=ROLES | {"teacher": ""})
    refused = signed_in(Browser(site.clever), site, TEACHER)
    assert (refused.status, "<code>not_admitted</code>" in refused.text) == (403, True)
    saved(site)


def test_the_settings_page_is_for_administrators_and_shows_no_secret(browser: Browser, site: Site) -> None:
    signed_in(browser, site)
    assert settings_page(site, browser).status == 403
    form = {"option_page": "clever-sso", "action": "update", "_wpnonce": "x", "clever_sso[client_id]": "evil"}
    assert browser.open(f"{site.url}/wp-admin/options.php", form).status == 403
    assert browser.open(f"{site.url}/wp-admin/admin-post.php", {"action": "clever_sso_check"}).status == 403
    assert saved(site, nonce="0123456789").status == 403
    page = settings_page(site, administrator(site)).text
    assert (APP_NAME in page, SECRET in page, "It is set by CLEVER_REDIRECT_URI in wp-config.php." in page) == (
        True,
        False,
        True,
    )
    # WordPress itself lists all options to administrators. It must not load the secret on each page.
    assert SECRET not in administrator(site).open(f"{site.url}/wp-admin/options.php").text
    assert SECRET not in asked(f"{site.url}/-option?name=clever_sso").text
    assert asked(f"{site.url}/-option?name=clever_sso_secret").text.partition(" ")[0] == "no"
    # An empty field keeps the secret.
    saved(site, client_secret="")
    assert signed_in(Browser(site.clever), site).status == 200


def test_the_settings_page_can_check_the_settings(site: Site) -> None:
    assert "Clever responds, and its keys can be used." in checked(site)
    saved(site, client_secret="0" * 40)
    found = checked(site)
    assert '<div class="notice notice-error"><p>credentials: Clever does not accept the client id and secret' in found
    assert "0" * 40 not in found
    saved(site)


def test_the_first_line_of_the_check_is_the_cause(installed: Installed, database: Path) -> None:
    """And not a warning about settings: plain http for logins, where Clever has https."""
    with ports.reserved() as port:
        own = {"CLEVER_BASE_URL": f"https://127.0.0.1:{port}", "CONSTANTS": CONSTANTS, "DB": "unreachable"}
        with framework(installed, "wordpress", DB_SOCKET=str(database), **own) as site:
            assert asked(f"{site.url}/-install").text.endswith("installed")
            found = checked(site)
    assert f'notice-error"><p>connect: no connection to 127.0.0.1:{port}' in found
    assert "CLEVER_REDIRECT_URI is plain http" in found


@pytest.mark.parametrize(
    "query", ["error=access_denied", "code=a&code=b", "code=junk&state=junk", "%ff=%00", "code='&state=\\"]
)
def test_a_callback_that_proves_nothing_changes_nothing(site: Site, query: str) -> None:
    browser = Browser(site.clever)
    signed_in(browser, site)
    answer = asked(f"{site.url}/clever/callback?{query}", Cookie=header_of(browser))
    assert answer.status in {303, 400, 403}
    assert who(site, header_of(browser)) == "Ada"


@pytest.mark.parametrize(
    ("path", "method", "headers", "status"),
    [
        ("login", "HEAD", {}, 200),
        ("login", "POST", {}, 405),
        ("callback?code=x&state=y", "GET", {"Sec_Fetch_Mode": "no-cors"}, 403),
        ("logout", "GET", {}, 405),
        ("logout", "POST", {"Sec_Fetch_Site": "cross-site"}, 403),
        ("logout", "POST", {"Origin": "https://evil.example"}, 403),
    ],
)
def test_requests_that_must_not_act_do_nothing(
    site: Site, path: str, method: str, headers: dict[str, str], status: int
) -> None:
    browser = Browser(site.clever)
    signed_in(browser, site)
    answer = asked(f"{site.url}/clever/{path}", method, Cookie=header_of(browser), **headers)
    assert (answer.status, answer.text, who(site, header_of(browser))) == (status, "", "Ada")


def test_a_logout_ends_the_session(browser: Browser, site: Site) -> None:
    signed_in(browser, site)
    copied = header_of(browser)
    assert browser.open(f"{site.url}/clever/logout", {}).text.startswith("front nobody")
    assert who(site, copied) == "nobody"
    # Log out in WordPress's own way. Clever still remembers the person.
    assert browser.open(f"{site.url}/clever/login").text == "front Ada subscriber"
    copied = header_of(browser)
    asks = browser.open(f"{site.url}/wp-login.php?action=logout").text
    (link,) = re.findall(r'href="([^"]*action=logout[^"]*)"', asks)
    browser.open(link.replace("&amp;", "&").replace("&#038;", "&"))
    assert who(site, copied) == "nobody"
    assert not [name for name in kept(browser) if "signed_in" in name]


def test_a_sign_in_of_another_person_ends_the_previous_session(site: Site) -> None:
    browser = administrator(site)
    before = header_of(browser)
    assert who(site, before) != "nobody"
    assert signed_in(browser, site).text == "front Ada subscriber"
    assert who(site, before) == "nobody"
    before = header_of(browser)
    browser.sign_out()
    assert signed_in(browser, site, JOSE).text == "front José subscriber"
    assert who(site, before) == "nobody"


def test_a_refusal_by_clever_ends_the_previous_persons_session(browser: Browser, site: Site) -> None:
    signed_in(browser, site)
    login = asked(f"{site.url}/clever/login", Cookie=header_of(browser))
    state = AtClever(site.clever, ADA).callback(login.goes_to).rpartition("state=")[2].partition("&")[0]
    cookie = next(line for line in login.headers.get_all("Set-Cookie") or [] if "clever_login_" in line).partition(";")[
        0
    ]
    before = header_of(browser)
    page = asked(f"{site.url}/clever/callback?error=access_denied&state={state}", Cookie=f"{before}; {cookie}")
    assert (page.status, "<code>access_denied</code>" in page.text) == (403, True)
    assert who(site, before) == "nobody"


def test_people_who_log_in_with_clever_cannot_use_a_password(browser: Browser, site: Site) -> None:
    signed_in(browser, site)
    name = asked(f"{site.url}/-password?name=Ada").text
    browser = Browser(site.clever)
    browser.open(f"{site.url}/wp-login.php")
    page = browser.open(f"{site.url}/wp-login.php", {"log": name, "pwd": "a known password"})
    assert "Please log in with Clever." in page.text
    assert browser.open(f"{site.url}/").text.startswith("front nobody")


def test_pages_are_in_the_language_of_the_site(browser: Browser, site: Site) -> None:
    for language in ("es_ES", "es_MX"):
        asked(f"{site.url}/-set?name=WPLANG&value={language}")
        assert ">Iniciar sesión con Clever</a>" in browser.open(f"{site.url}/wp-login.php").text
        page = browser.open(f"{site.url}/clever/callback?error=access_denied")
        assert "Pide acceso a alguien de tu escuela." in page.text
        assert ">Iniciar sesión con Clever</a>" in page.text
    asked(f"{site.url}/-set?name=WPLANG&value=")


def test_without_settings_there_is_no_button_and_the_log_says_why(browser: Browser, site: Site) -> None:
    for name in ("clever_sso", "clever_sso_secret"):
        asked(f"{site.url}/-set?name={name}&value=")
    try:
        assert "clever-login-button" not in browser.open(f"{site.url}/wp-login.php").text
        assert browser.open(f"{site.url}/clever/login").status == 500
        assert "config_invalid: Client ID is not set. Client secret is not set." in site.log
    finally:
        saved(site)


def test_the_check_of_the_settings_names_the_field_with_a_wrong_value(site: Site) -> None:
    try:
        saved(site, client_id="two words")
        wrong = "the configuration cannot be used: Client ID must be visible ASCII without spaces"
        assert wrong in checked(site)
        saved(site, client_secret=f"CLEVER_CLIENT_SECRET={SECRET}")
        assert ": Client secret begins with the name of a variable" in checked(site)
    finally:
        saved(site)


def test_the_filter_in_the_guide_decides_about_people(site: Site) -> None:
    blocks = re.findall(r"<!-- wordpress -->\n```php\n(.*?)```", (ROOT / "docs/php.md").read_text(), re.DOTALL)
    file = site.folder / "wp-content/mu-plugins/guide.php"
    # A plugin that prints something, such as a notice of PHP, must not stop the login.
    printing = "<?php add_filter('clever_sso_user', function ($user) { echo 'notice'; return $user; });"
    file.write_text(printing + blocks[0].removeprefix("<?php"))
    file.chmod(0o644)
    try:
        assert signed_in(Browser(site.clever), site).text == "front Ada subscriber"
        refused = signed_in(Browser(site.clever), site, ELSEWHERE)
        assert (refused.status, "Your district has no license" in refused.text) == (403, True)
    finally:
        file.unlink()


@pytest.mark.parametrize("hook", ["clever_sso_user", "wp_login", "clear_auth_cookie", "attach_session_information"])
def test_a_filter_or_action_that_throws_signs_no_one_in(site: Site, hook: str) -> None:
    browser = Browser(site.clever)
    signed_in(browser, site)
    before = header_of(browser)
    browser.sign_out()
    file = site.folder / "wp-content/mu-plugins/throwing.php"
    fails = "static fn() => throw new RuntimeException('hunter2')"
    # The sign-out of a refused person runs the actions of a logout.
    first = (
        "add_filter('clever_sso_user', static fn() => new WP_Error('no', 'no'));" if hook == "clear_auth_cookie" else ""
    )
    file.write_text(f"<?php {first} add_filter('{hook}', {fails});")
    file.chmod(0o644)
    try:
        page = signed_in(browser, site, JOSE)
    finally:
        file.unlink()
    expected = (403, "not_admitted") if first else (500, "internal")
    assert (page.status, f"<code>{expected[1]}</code>" in page.text) == (expected[0], True)
    assert (who(site, before), who(site, header_of(browser))) == ("nobody", "nobody")
    assert "login failed: internal: the site threw RuntimeException in " in site.log
    assert "hunter2" not in site.log


def test_uninstalling_deletes_all_data_of_the_plugin(browser: Browser, site: Site) -> None:
    signed_in(browser, site)
    assert who(site, header_of(browser)) == "Ada"
    assert asked(f"{site.url}/-uninstall").text == "left 0"
    assert who(site, header_of(browser)) == "nobody"


@pytest.mark.parametrize(("library", "way"), [("classes", "ffi"), ("vendor", "ffi"), ("vendor", "extension")])
def test_the_library_is_found_in_every_place_of_the_guide(
    installed: Installed, application: Path, database: Path, library: str, way: str
) -> None:
    vendor = str(application / "vendor") if library == "vendor" else ""
    name = f"{library}_{way}"
    with framework(
        installed, "wordpress", way, DB_SOCKET=str(database), DB=name, VENDOR=vendor, CONSTANTS=CONSTANTS
    ) as site:
        assert asked(f"{site.url}/-install").text.endswith("installed")
        assert signed_in(Browser(site.clever), site).text == "front Ada subscriber"


def test_without_a_library_administrators_get_a_notice_and_the_site_works(installed: Installed, database: Path) -> None:
    with framework(installed, "wordpress", "ffi", DB_SOCKET=str(database), DB="without", VENDOR="/nowhere") as site:
        assert asked(f"{site.url}/-install").text.endswith("installed")
        told = "Log in with Clever cannot find its library."
        assert told in administrator(site).open(f"{site.url}/wp-admin/").text
        page = asked(f"{site.url}/wp-login.php")
        assert (page.status, "clever" in page.text.lower(), told in page.text) == (200, False, False)


def test_each_site_of_a_network_has_its_own_roles(installed: Installed) -> None:
    if not WHOLE:
        pytest.skip("WordPress and MariaDB take 400 MB and some seconds: `make test-all` runs this")
    needed("/usr/share/wordpress/wp-load.php", package="wordpress")
    fake = str(installed.sources / "php/extension/CleverSso/Testing/Fake.php")
    with mariadb(installed.folder / f"database-{secrets.token_hex(4)}") as socket:
        socket.parent.chmod(0o755)
        with framework(installed, "wordpress", DB_SOCKET=str(socket), NETWORK="1", FAKE=fake) as site:
            assert asked(f"{site.url}/-install").text.endswith("installed")
            # A role that one site removes is gone there. A user marked as spam cannot log in anywhere.
            assert asked(f"{site.url}/-network").text == "editor author subscriber editor refused refused"
            assert asked(f"{site.url}/-uninstall").text == "left 0"


@pytest.mark.parametrize("po", sorted(write_sentences.WORDPRESS.glob("*.po")), ids=lambda po: po.stem)
def test_every_sentence_is_translated(po: Path) -> None:
    known = write_sentences.pairs(po.read_text("utf-8"))
    code = "".join(path.read_text() for path in sorted(PLUGIN.rglob("*.php")))
    quoted = r"""(?:esc_html|esc_attr)?_*\(\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"),\s*'clever-sso'"""
    used = {one.replace("\\'", "'") or two for one, two in re.findall(quoted, code)}
    errors = (ROOT / "docs/errors.md").read_text()
    used |= {
        row[6].strip()
        for row in (line.split("|") for line in errors.splitlines())
        if len(row) == 8 and row[1].startswith(" `")
    }
    problems = (ROOT / "php/extension/CleverSso/Problem.php").read_text()
    used |= set(re.findall(r'\$sentence \?{0,2}= ["\'](.*)["\'];', problems))
    assert len(used) > 40
    assert used <= set(known), used - set(known)
