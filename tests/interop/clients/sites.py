"""Runs a site with another client library as a separate process, next to an emulator."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from harness.browser import portal_link
from harness.cookie_browser import Browser, Page
from harness.emulator import App, running
from harness.paths import EMULATOR
from harness.patience import SECONDS

APPS = Path(__file__).with_name("apps")
CLIENT_ID, CLIENT_SECRET = "c11e" * 5, "5ec2" * 10
DISTRICT = "53ee4b8a44abc88c1c00119b"
ADA, NOOR, JOSE, IVY, IVO, LOU = "510001", "510002", "510003", "510024", "510025", "620001"
# Mila has a new id. The teachers had other ids before version 3 of the API; Sam and Yuki had one for each role.
MILA, MILA_RETURNED, GRACE, SAM, YUKI = "510004", "510005", "610001", "610002", "610007"
ADA_ID, NOOR_ID, LOU_ID = "64c20b1e8f3a7d0019c4e501", "64c20b1e8f3a7d0019c4e502", "64c20b1e8f3a7d0019c4ea01"
JOSE_ID = "64c20b1e8f3a7d0019c4e503"
# This proxy doesn't exist, so a changed library that sends requests to the real Clever fails.
NOWHERE_ELSE = {"https_proxy": "http://127.0.0.1:9", "no_proxy": "127.0.0.1"}
# Requests that the browser sends by itself, also below a scenario.
PAGES = ("/login", "/oauth/authorize", "/oauth/district-picker")


@dataclass(frozen=True)
class Site:
    """The site, its Clever, and the emulator that provides this Clever."""

    url: str
    clever: str
    emulator: str

    def from_portal(self, callback: str, number: str, browser: Browser | None = None) -> Page:
        """Open the app from the portal (a login without a state); return the page where the person ends up."""
        browser = browser or Browser(self.clever)
        browser.sign_in(number)
        return browser.open(portal_link(self.clever, CLIENT_ID, self.url + callback, DISTRICT))

    def log_in(self, number: str, path: str, browser: Browser | None = None) -> Page:
        """Begin at `path` of the site and sign in at Clever; return the page where the person ends up."""
        browser = browser or Browser(self.clever)
        return browser.sign_in(number, self.begin(path, browser))

    def begin(self, path: str, browser: Browser) -> Page:
        """Begin at `path` of the site; return the page at Clever where the person ends up."""
        page = browser.open(self.url + path)
        if form := re.search(r'<form action="([^"]+)".* name="csrfmiddlewaretoken" value="(\w+)"', page.text):
            page = browser.open(self.url + form[1], {"csrfmiddlewaretoken": form[2]})
        return page

    def requests(self) -> list[str]:
        """Return the library's requests to Clever: the journal without the browser's own requests."""
        return [
            f"{note['method']} {note['path']} {note['status']}"
            for note in self._journal()
            if not note["path"].endswith(PAGES)
        ]

    def sent(self, path: str) -> tuple[set[str], str | None]:
        """Return the parameter names and the authentication scheme of the latest request for `path`."""
        note = [note for note in self._journal() if note["path"] == path][-1]
        return set(note["parameters"]), note["authorization"]

    def forget_requests(self) -> None:
        """Clear the journal."""
        request = urllib.request.Request(f"{self.emulator}/_emulator/journal", method="DELETE")
        urllib.request.urlopen(request, timeout=SECONDS).close()

    def rotate_keys(self) -> None:
        """Rotate the signing key."""
        request = urllib.request.Request(f"{self.emulator}/_emulator/keys/rotate", b"{}")
        urllib.request.urlopen(request, timeout=SECONDS).close()

    def _journal(self) -> list[dict[str, Any]]:
        with urllib.request.urlopen(f"{self.emulator}/_emulator/journal", timeout=SECONDS) as answer:
            notes: list[dict[str, Any]] = json.load(answer)["journal"]
        return notes


@contextmanager
def serving(command: Sequence[str], *callbacks: str, library: bool = False, scenario: str = "") -> Iterator[Site]:
    """Run the app of `command`; its callbacks are registered at Clever, for Clever Library or for OIDC."""
    binary = Path(os.environ.get("CLEVER_EMULATOR", EMULATOR))
    if not binary.exists():
        pytest.skip(f"there is no emulator at {binary}: build it, or name it in CLEVER_EMULATOR")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        apps = [App(CLIENT_ID, CLIENT_SECRET, url + path, oidc=not library, library=library) for path in callbacks]
        with running(apps) as emulator:
            clever = f"{emulator}/s/{scenario}" if scenario else emulator
            environment = {
                **{name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")},
                **NOWHERE_ELSE,
                "APP_LISTENER": str(listener.fileno()),
                "APP_URL": url,
                "CLEVER_BASE_URL": clever,
                "CLEVER_CLIENT_ID": CLIENT_ID,
                "CLEVER_CLIENT_SECRET": CLIENT_SECRET,
            }
            with _process(command, environment, listener):
                yield Site(url, clever, emulator)


@contextmanager
def _process(command: Sequence[str], environment: dict[str, str], listener: socket.socket) -> Iterator[None]:
    """Run the app with a socket that is already open, so requests wait until the app is ready."""
    pipe, number = subprocess.PIPE, listener.fileno()
    with subprocess.Popen(command, env=environment, stdin=pipe, stdout=subprocess.DEVNULL, pass_fds=[number]) as app:
        # From now on, only the app has the socket: if the app ends, a request fails instead of waiting.
        listener.close()
        try:
            yield
        finally:
            app.terminate()
            app.wait(SECONDS)
