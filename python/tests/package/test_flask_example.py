"""The Flask example as people use it: from the button, from the portal, on a shared device, after a refresh."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, build_opener

import pytest
from canned_clever import CLIENT_ID, CLIENT_SECRET
from harness import examples, ports
from harness.cookie_browser import Browser, Page
from harness.emulator import App, running
from harness.examples import settings
from harness.paths import EMULATOR
from harness.patience import SECONDS, wait_for

pytest.importorskip("flask")

ADA, JOSE = "510001", "510003"


def app_at(url: str) -> App:
    return App(CLIENT_ID, CLIENT_SECRET, url + "/callback", oidc=True)


@dataclass(frozen=True)
class Site:
    """The app and its emulator."""

    url: str
    emulator: str

    @property
    def from_portal(self) -> str:
        """The URL of the app's icon in the portal: a request without a state."""
        return f"{self.emulator}/oauth/authorize?response_type=code&client_id={CLIENT_ID}"


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    binary = Path(os.environ.get("CLEVER_EMULATOR", EMULATOR))
    if not binary.exists():
        pytest.skip(f"there is no emulator at {binary}: build it, or name it in CLEVER_EMULATOR")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        app = app_at(url)
        with running([app]) as emulator, examples.serving("flask", listener, settings(app, emulator)):
            yield Site(url, emulator)


@pytest.fixture
def browser(site: Site) -> Browser:
    return Browser(site.emulator)


def log_in(browser: Browser, site: Site, number: str = ADA, wanted: str = "/login") -> Page:
    return browser.sign_in(number, browser.open(site.url + wanted))


def test_the_front_page_has_a_login_button(browser: Browser, site: Site) -> None:
    page = browser.open(site.url)
    assert '<a class="button" href="/login">Log in with Clever</a>' in page.text


def test_the_button_logs_in_and_the_page_names_the_person(browser: Browser, site: Site) -> None:
    page = log_in(browser, site)
    assert (page.path, page.status) == ("/me", 200)
    for shown in ("Ada Ashworth", "student", "53ee4b8a44abc88c1c00119b"):
        assert shown in page.text


def test_control_characters_in_a_name_are_not_shown(browser: Browser, site: Site) -> None:
    page = browser.open(site.url + "/login")
    target = f"/oauth/authorize?{urlsplit(page.url).query}"
    claims = r'{"given_name": "A\u0000d\u001b", "family_name": "\u202e<b>Eve"}'
    page = browser.open(site.emulator + "/login/claims", {"person": "ada", "claims": claims, "target": target})
    assert (page.path, page.status) == ("/me", 200)
    assert "A\ufffdd\ufffd \ufffd&lt;b&gt;Eve" in page.text
    assert not set("\0\x1b\u202e") & set(page.text)


def test_a_login_from_the_portal_is_restarted_without_a_page(browser: Browser, site: Site) -> None:
    browser.sign_in(ADA)
    page = browser.open(site.from_portal)
    assert page.path == "/me"
    assert "Ada Ashworth" in page.text
    assert [url.startswith(site.url + "/callback") for url in browser.visited].count(True) == 2


def test_the_next_student_on_the_device_replaces_the_first(browser: Browser, site: Site) -> None:
    assert "Ada Ashworth" in log_in(browser, site).text
    browser.sign_out()
    browser.sign_in(JOSE)
    page = browser.open(site.from_portal)
    assert "José Núñez" in page.text
    assert "Ada" not in browser.open(site.url + "/me").text


def test_a_refreshed_callback_signs_in_again(browser: Browser, site: Site) -> None:
    log_in(browser, site)
    spent = next(url for url in browser.visited if url.startswith(site.url + "/callback"))
    browser.visited.clear()
    page = browser.open(spent)
    assert page.path == "/me"
    assert "Ada Ashworth" in page.text
    assert any(url.startswith(site.emulator + "/oauth/authorize") for url in browser.visited)


def test_the_pending_login_is_gone_after_use(browser: Browser, site: Site) -> None:
    browser.open(site.url + "/login")
    assert in_flight(browser) == 1
    log_in(browser, site)
    assert in_flight(browser) == 1, "only the unfinished login must stay"


def in_flight(browser: Browser) -> int:
    return sum(cookie.name.startswith("clever_login_") for cookie in browser.cookies)


def test_a_login_returns_to_the_page_the_person_wanted(browser: Browser, site: Site) -> None:
    page = log_in(browser, site, wanted="/me?lesson=7")
    assert page.url == site.url + "/me?lesson=7"


def test_a_forged_callback_gets_a_page_with_a_login_link(browser: Browser, site: Site) -> None:
    page = browser.open(site.url + "/callback?code=a&code=b")
    assert page.status == 400
    assert "Signing in did not work this time. Please try again." in page.text
    assert "callback_duplicate" in page.text
    assert '<a class="button" href="/login">Log in with Clever</a>' in page.text


def test_text_from_the_url_is_html_escaped(browser: Browser, site: Site) -> None:
    page = browser.open(site.url + "/callback?error=%3Cscript%3E&error_description=%3Cscript%3E")
    assert page.status == 403
    assert "<script>" not in page.text


def test_logging_out_signs_the_person_out(browser: Browser, site: Site) -> None:
    log_in(browser, site)
    assert browser.open(site.url + "/logout").status == 405
    assert "Log in with Clever" in browser.open(site.url + "/logout", {}).text
    assert "Log in with Clever" in browser.open(site.url).text
    # The next request for a page logs the person in again, because we cannot end Clever's own session.
    browser.open(site.url + "/me")
    assert any(url.startswith(site.emulator + "/oauth/authorize") for url in browser.visited[-4:])


@pytest.mark.parametrize(("scheme", "secure"), [("https", True), ("http", False)])
def test_login_cookies_are_http_only_lax_and_secure_over_https(
    monkeypatch: pytest.MonkeyPatch, scheme: str, secure: bool
) -> None:
    for name, value in settings(app_at(f"{scheme}://127.0.0.1:9"), "http://127.0.0.1:9").items():
        monkeypatch.setenv(name, value)
    response = examples.load().create_app().test_client().get("/login")
    assert response.status_code == 303
    _, *attributes = response.headers["Set-Cookie"].split("; ")
    assert {"HttpOnly", "SameSite=Lax", "Max-Age=600", "Path=/"} <= set(attributes)
    assert ("Secure" in attributes) is secure
    assert response.headers["Cache-Control"] == "no-store"


def test_the_example_runs_as_a_program(closed_port: int) -> None:
    url = f"http://127.0.0.1:{closed_port}"
    environment = {**os.environ, **settings(app_at(url), "http://127.0.0.1:9"), "PORT": str(closed_port)}
    program = subprocess.Popen([sys.executable, str(examples.SOURCE)], env=environment, stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: ports.listens(closed_port), "the example to listen", program)
        with build_opener(ProxyHandler({})).open(url, timeout=SECONDS) as response:
            assert "Log in with Clever" in response.read().decode()
    finally:
        program.terminate()
        program.wait(SECONDS)
