"""The Flask example, as people meet it: from the button, from the portal, on a shared device, after a refresh."""

from __future__ import annotations

import importlib.util
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

import pytest
from answers import CLIENT_ID, CLIENT_SECRET
from harness.cookie_browser import Browser, Page
from harness.emulator import App, running
from harness.paths import EMULATOR, ROOT

pytest.importorskip("flask")
from werkzeug.serving import make_server

ADA, JOSE = "510001", "510003"
SOURCE = ROOT / "examples" / "flask" / "app.py"


def load_example() -> ModuleType:
    spec = importlib.util.spec_from_file_location("flask_example", SOURCE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Flask looks for its templates beside the module of this name.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def settings(redirect_uri: str, base_url: str) -> dict[str, str]:
    return {
        "CLEVER_CLIENT_ID": CLIENT_ID,
        "CLEVER_CLIENT_SECRET": CLIENT_SECRET,
        "CLEVER_REDIRECT_URI": redirect_uri,
        "CLEVER_BASE_URL": base_url,
        "CLEVER_DISTRICT_ID": "",
        "FLASK_SECRET_KEY": "a key for tests only",
    }


@dataclass(frozen=True)
class Site:
    """The app and the emulator that stands for Clever."""

    url: str
    emulator: str

    @property
    def from_portal(self) -> str:
        """Where the app's icon in the portal leads: a request without a state."""
        return f"{self.emulator}/oauth/authorize?response_type=code&client_id={CLIENT_ID}"


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    binary = Path(os.environ.get("CLEVER_EMULATOR", EMULATOR))
    if not binary.exists():
        pytest.skip(f"there is no emulator at {binary}: build it, or name it in CLEVER_EMULATOR")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        app = App(CLIENT_ID, CLIENT_SECRET, url + "/callback", oidc=True)
        with running([app]) as emulator, serving_example(listener, settings(app.redirect_uri, emulator)):
            yield Site(url, emulator)


@contextmanager
def serving_example(listener: socket.socket, environment: dict[str, str]) -> Iterator[None]:
    """Serve the example from a thread, at an address that was known before."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        server = make_server("127.0.0.1", 0, load_example().create_app(), threaded=True, fd=listener.fileno())
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


@pytest.fixture
def browser(site: Site) -> Browser:
    return Browser(site.emulator)


def log_in(browser: Browser, site: Site, number: str = ADA, return_to: str | None = None) -> Page:
    form = {"return_to": return_to} if return_to else {}
    return browser.sign_in(number, browser.open(site.url + "/login", form))


def test_the_front_page_has_a_button_that_posts(browser: Browser, site: Site) -> None:
    page = browser.open(site.url)
    assert '<form action="/login" method="post">' in page.text
    assert "<button>Log in with Clever</button>" in page.text
    assert browser.open(site.url + "/login").status == 405


def test_the_button_logs_in_and_the_page_names_who_it_is(browser: Browser, site: Site) -> None:
    page = log_in(browser, site)
    assert (page.path, page.status) == ("/me", 200)
    for shown in ("Ada Ashworth", "student", "53ee4b8a44abc88c1c00119b", "id_token"):
        assert shown in page.text


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
    browser.open(site.url + "/login", {})
    assert "clever_pending" in {cookie.name for cookie in browser.cookies}
    log_in(browser, site)
    assert "clever_pending" not in {cookie.name for cookie in browser.cookies}


def test_a_login_goes_on_to_where_it_was_wanted(browser: Browser, site: Site) -> None:
    page = log_in(browser, site, return_to="/me?lesson=7")
    assert page.url == site.url + "/me?lesson=7"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "/%2fevil.example"])
def test_nobody_is_led_to_another_site(browser: Browser, site: Site, target: str) -> None:
    page = browser.open(site.url + "/login", {"return_to": target})
    assert (page.status, page.path) == (400, "/login")
    assert "return_to_unsafe" in page.text
    assert not browser.visited


def test_a_forged_callback_gets_a_page_with_a_way_out(browser: Browser, site: Site) -> None:
    page = browser.open(site.url + "/callback?code=a&code=b")
    assert page.status == 400
    assert "Signing in did not work this time. Please try again." in page.text
    assert "callback_duplicate" in page.text
    assert "<button>Log in with Clever</button>" in page.text


def test_what_an_address_says_is_shown_as_text(browser: Browser, site: Site) -> None:
    page = browser.open(site.url + "/callback?error=%3Cscript%3E&error_description=%3Cscript%3E")
    assert page.status == 403
    assert "&lt;script&gt;" in page.text
    assert "<script>" not in page.text
    assert "<script>" not in browser.open(site.url + "/?return_to=%22%3E%3Cscript%3E").text


def test_logging_out_forgets_the_person(browser: Browser, site: Site) -> None:
    log_in(browser, site)
    assert browser.open(site.url + "/logout").status == 405
    assert "Log in with Clever" in browser.open(site.url + "/logout", {}).text
    page = browser.open(site.url + "/me")
    assert page.path == "/"
    assert "Ada" not in page.text


@pytest.mark.parametrize(("scheme", "secure"), [("https", True), ("http", False)])
def test_cookies_are_as_strict_as_they_can_be(monkeypatch: pytest.MonkeyPatch, scheme: str, secure: bool) -> None:
    for name, value in settings(f"{scheme}://127.0.0.1:9/callback", "http://127.0.0.1:9").items():
        monkeypatch.setenv(name, value)
    response = load_example().create_app().test_client().post("/login")
    assert response.status_code == 303
    _, *attributes = response.headers["Set-Cookie"].split("; ")
    assert {"HttpOnly", "SameSite=Lax", "Max-Age=600", "Path=/callback"} <= set(attributes)
    assert ("Secure" in attributes) is secure
    assert response.headers["Cache-Control"] == "no-store"


def test_the_example_runs_as_a_program(closed_port: int) -> None:
    url = f"http://127.0.0.1:{closed_port}"
    environment = {**os.environ, **settings(url + "/callback", "http://127.0.0.1:9"), "PORT": str(closed_port)}
    program = subprocess.Popen([sys.executable, str(SOURCE)], env=environment, stderr=subprocess.DEVNULL)
    try:
        assert "Log in with Clever" in read_when_up(url)
    finally:
        program.terminate()
        program.wait(timeout=10)


def read_when_up(url: str) -> str:
    opener = build_opener(ProxyHandler({}))
    for _ in range(200):
        try:
            with opener.open(url, timeout=5) as response:
                text: str = response.read().decode()
                return text
        except URLError:
            time.sleep(0.05)
    pytest.fail("the program did not answer")
