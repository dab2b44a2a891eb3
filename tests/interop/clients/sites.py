"""A site with another client library: a separate process, next to an emulator."""

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
# Mila came back under a new id; the teachers had other ids before API v3, Sam and Yuki one for each role.
MILA, MILA_RETURNED, GRACE, SAM, YUKI = "510004", "510005", "610001", "610002", "610007"
ADA_ID, NOOR_ID, LOU_ID = "64c20b1e8f3a7d0019c4e501", "64c20b1e8f3a7d0019c4e502", "64c20b1e8f3a7d0019c4ea01"
JOSE_ID = "64c20b1e8f3a7d0019c4e503"
# A library that would ask Clever itself, because its code has changed, fails at a proxy that is not there.
NOWHERE_ELSE = {"https_proxy": "http://127.0.0.1:9", "no_proxy": "127.0.0.1"}
# What the browser asks for itself, below a scenario too.
PAGES = ("/login", "/oauth/authorize", "/oauth/district-picker")


@dataclass(frozen=True)
class Site:
    """The site, the Clever that it knows, and the emulator where that is."""

    url: str
    clever: str
    emulator: str

    def from_portal(self, callback: str, number: str, browser: Browser | None = None) -> Page:
        """The page where a person ends who opened the app from the portal: a login without a state."""
        browser = browser or Browser(self.clever)
        browser.sign_in(number)
        return browser.open(portal_link(self.clever, CLIENT_ID, self.url + callback, DISTRICT))

    def log_in(self, number: str, path: str, browser: Browser | None = None) -> Page:
        """The page where a person ends who begins at `path` of the site and signs in at Clever."""
        browser = browser or Browser(self.clever)
        return browser.sign_in(number, self.begin(path, browser))

    def begin(self, path: str, browser: Browser) -> Page:
        """The page at Clever where a person ends who begins at `path` of the site."""
        page = browser.open(self.url + path)
        if form := re.search(r'<form action="([^"]+)".* name="csrfmiddlewaretoken" value="(\w+)"', page.text):
            page = browser.open(self.url + form[1], {"csrfmiddlewaretoken": form[2]})
        return page

    def requests(self) -> list[str]:
        """What the library asked of Clever: the journal, without the pages that the browser asked for itself."""
        return [
            f"{note['method']} {note['path']} {note['status']}"
            for note in self._journal()
            if not note["path"].endswith(PAGES)
        ]

    def sent(self, path: str) -> tuple[set[str], str | None]:
        """Of the latest request for `path`: the names of the parameters and the scheme of authentication."""
        note = [note for note in self._journal() if note["path"] == path][-1]
        return set(note["parameters"]), note["authorization"]

    def forget_requests(self) -> None:
        """Begin the journal again."""
        request = urllib.request.Request(f"{self.emulator}/_emulator/journal", method="DELETE")
        urllib.request.urlopen(request, timeout=SECONDS).close()

    def rotate_keys(self) -> None:
        """Replace the signature key."""
        request = urllib.request.Request(f"{self.emulator}/_emulator/keys/rotate", b"{}")
        urllib.request.urlopen(request, timeout=SECONDS).close()

    def _journal(self) -> list[dict[str, Any]]:
        with urllib.request.urlopen(f"{self.emulator}/_emulator/journal", timeout=SECONDS) as answer:
            notes: list[dict[str, Any]] = json.load(answer)["journal"]
        return notes


@contextmanager
def serving(command: Sequence[str], *callbacks: str, library: bool = False, scenario: str = "") -> Iterator[Site]:
    """Serve the app that `command` starts, which Clever knows by its callbacks: one of Clever Library or of OIDC."""
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
    """Run the app with the socket that is already open: requests wait there until it answers."""
    pipe, number = subprocess.PIPE, listener.fileno()
    with subprocess.Popen(command, env=environment, stdin=pipe, stdout=subprocess.DEVNULL, pass_fds=[number]) as app:
        # From here on it is the app's alone: if the app ends, a request fails instead of waiting.
        listener.close()
        try:
            yield
        finally:
            app.terminate()
            app.wait(SECONDS)
