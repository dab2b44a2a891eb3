"""The web server of examples/c as a process, with its emulator, and a browser that visits it.

It is compiled with the sanitizers, so memory errors and leaks during the visits fail the tests.
"""

from __future__ import annotations

import http.client
import signal
import subprocess
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from harness import emulator, ports
from harness.browser import Browser as AtClever
from harness.cookie_browser import Browser, Page
from harness.paths import ROOT
from harness.patience import SECONDS
from harness.programs import compiled, environment
from harness.tabs import TabbedBrowser

if TYPE_CHECKING:
    from collections.abc import Iterator


CLIENT_ID, SECRET = "0d1c" * 5, "5ec4e7" * 6
ADA, JOSE = "510001", "510003"
OWN_CLOCK = [str(ROOT / "ffi/tests/c/own_clock.c"), "-Wl,--wrap=time"]
SANITIZED = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
WHEN_CLEVER_IS_DOWN = "Clever cannot be reached right now. Please wait a minute, then try again."


@dataclass(frozen=True)
class Answer:
    """The response to one request."""

    status: int
    headers: http.client.HTTPMessage
    text: str


@dataclass(frozen=True)
class Site:
    """The server, and the emulator that replaces Clever."""

    url: str
    emulator: str

    @property
    def from_portal(self) -> str:
        """The URL of the app's icon in the portal: it begins a login without a state."""
        return f"{self.emulator}/oauth/authorize?response_type=code&client_id={CLIENT_ID}"

    def asked(self, path: str, method: str = "GET", **headers: str) -> Answer:
        """Send one request, without following redirects."""
        with closing(http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=SECONDS)) as connection:
            connection.request(method, path, headers=headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read().decode())


def server_program(*more: str) -> Path:
    if not Path("/usr/include/microhttpd.h").exists():
        pytest.skip("libmicrohttpd-dev is not installed")
    folder = ROOT / "examples/c"
    parts = [str(folder / name) for name in ("http.c", "sessions.c", "pages.c")]
    return compiled(folder / "server.c", *parts, *more, "-lmicrohttpd", "-pthread", *SANITIZED, name="server-asan")


@contextmanager
def serving(url: str, base_url: str, redirect_uri: str | None = None, **more: str) -> Iterator[list[str]]:
    """Run the server until the end of the block. It must exit without an error. Then the list has its log lines."""
    program = server_program(*(OWN_CLOCK if "TEST_CLOCK" in more else []))
    settings = {
        "CLEVER_CLIENT_ID": CLIENT_ID,
        "CLEVER_CLIENT_SECRET": SECRET,
        "CLEVER_REDIRECT_URI": redirect_uri or f"{url}/callback",
        "CLEVER_BASE_URL": base_url,
        "PORT": str(urlsplit(url).port),
        "ASAN_OPTIONS": "detect_leaks=1",
        **more,
    }
    pipe, log = subprocess.PIPE, []
    with subprocess.Popen(program, stdout=pipe, stderr=pipe, text=True, env=environment(**settings)) as process:
        try:
            assert process.stdout
            assert process.stdout.readline().strip() == url
            yield log
        finally:
            process.send_signal(signal.SIGTERM)
            _, said = process.communicate(timeout=SECONDS)
            log += said.splitlines()
    assert process.returncode == 0, said
    assert SECRET not in said
    assert "code=" not in said


@contextmanager
def serving_alone(prefix: str = "", **more: str) -> Iterator[tuple[Site, list[str]]]:
    """A separate server with its own emulator, and its log."""
    with ports.reserved() as port:
        url = f"http://127.0.0.1:{port}"
        redirect_uri = f"{url}{prefix}/callback"
        app = emulator.App(CLIENT_ID, SECRET, redirect_uri, oidc=True)
        with emulator.running([app]) as clever, serving(url, clever, redirect_uri, **more) as log:
            yield Site(url, clever), log


def log_in(browser: Browser, site: Site, number: str = ADA, return_to: str = "") -> Page:
    query = f"?return_to={return_to}" if return_to else ""
    return browser.sign_in(number, browser.open(f"{site.url}/login{query}"))


def cookie_of(browser: Browser, name: str) -> str:
    values = [cookie.value or "" for cookie in browser.cookies if cookie.name == name]
    return values[0] if values else ""


def cookies_in(response: Answer) -> dict[str, str]:
    lines = response.headers.get_all("Set-Cookie") or []
    return {line.partition("=")[0]: line for line in lines}


def ours(browser: TabbedBrowser) -> dict[str, str]:
    """The cookies that the library has set."""
    return {cookie.name: cookie.value or "" for cookie in browser.cookies if cookie.name.startswith("clever_")}


def begun(browser: TabbedBrowser, site: Site, query: str = "") -> str:
    """Begin a login and return from Clever. Returns the URL of the callback, which is not opened yet."""
    tab = browser.open_tab(f"{site.url}/login{query}")
    while not tab.url.startswith(f"{site.url}/callback"):
        browser.step(tab)
    return tab.url


def arrived(browser: TabbedBrowser, url: str) -> Page:
    """The page where a tab that opens this URL ends."""
    tab = browser.open_tab(url)
    while tab.page is None:
        browser.step(tab)
    return tab.page


def signed_in(site: Site, session: str, number: str = ADA) -> str:
    """Sign in in a tab that has this session. Returns the new session."""
    begun = site.asked("/login", Cookie=f"session={session}")
    back = urlsplit(AtClever(site.emulator, number).callback(begun.headers["Location"]))
    pair = begun.headers["Set-Cookie"].partition(";")[0]
    done = site.asked(f"{back.path}?{back.query}", Cookie=f"{pair}; session={session}")
    assert done.headers["Location"] == "/me"
    return cookies_in(done)["session"].partition(";")[0].partition("=")[2]


@contextmanager
def serving_https() -> Iterator[Site]:
    """A separate server with an https redirect URI, as behind a TLS proxy."""
    with ports.reserved() as port:
        url, redirect_uri = f"http://127.0.0.1:{port}", f"https://127.0.0.1:{port}/callback"
        app = emulator.App(CLIENT_ID, SECRET, redirect_uri, oidc=True)
        with emulator.running([app]) as clever, serving(url, clever, redirect_uri):
            yield Site(url, clever)
