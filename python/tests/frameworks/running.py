"""A site and the emulator, each in its own process."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit
from urllib.request import ProxyHandler, Request, build_opener

from harness import ports
from harness.emulator import App, running
from harness.paths import TARGET
from harness.patience import SECONDS, wait_for

# The names of the test files about settings, which tests of other versions run again.
AT_START = sorted(file.stem.removeprefix("test_") for file in Path(__file__).parent.glob("test_*_at_start.py"))
SERVE = Path(__file__).with_name("sites") / "serve.py"
SITES_IN_RUST = {name: TARGET / f"debug/examples/{name}_site" for name in ("axum", "actix")}
FRAMEWORKS = ["flask", "django", "asgi"]
CLIENT_ID = "4c63c1cf623dce82caac"
CLIENT_SECRET = "95feddd6a1b1c5bb01a08c8a17dc4eff5d3e5b7e"
REDIRECT_URI = "http://127.0.0.1:9/clever/callback"
DISTRICT = "53ee4b8a44abc88c1c00119b"


def portal_of(emulator: str) -> str:
    """The URL of the app's icon in the portal."""
    return (
        f"{emulator}/oauth/authorize?channel=clever-portal&client_id={CLIENT_ID}&confirmed=true"
        f"&district_id={DISTRICT}&response_type=code"
    )


@dataclass(frozen=True)
class Site:
    """The URLs of the site and its emulator, and the site's log file."""

    framework: str
    url: str
    emulator: str
    log: Path

    @property
    def portal(self) -> str:
        """The URL of the app's icon in the portal: a request without a state."""
        return portal_of(self.emulator)

    @property
    def instant_login(self) -> str:
        return f"{self.emulator}/oauth/instant-login?client_id={CLIENT_ID}&district_id={DISTRICT}"


@contextmanager
def serving(  # noqa: PLR0913  (they are keyword arguments)
    framework: str,
    folder: Path,
    *,
    scenario: str = "",
    https: bool = False,
    mount: str = "",
    apart: bool = False,
    **extra: str,
) -> Iterator[Site]:
    """Run the site of this framework below the path `mount`, with the emulator in `scenario`.

    For a browser, one host is one site, whatever the port. With `apart`, Clever is on another host.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}{mount}"
        redirect_uri = "https://app.example/clever/callback" if https else f"{url}/clever/callback"
        with running([App(CLIENT_ID, CLIENT_SECRET, redirect_uri, oidc=True)]) as emulator:
            base_url = f"{emulator}/s/{scenario}" if scenario else emulator
            log = folder / f"{framework}.log"
            environment = {
                **os.environ,
                "CLEVER_CLIENT_ID": CLIENT_ID,
                "CLEVER_CLIENT_SECRET": CLIENT_SECRET,
                "CLEVER_REDIRECT_URI": redirect_uri,
                "CLEVER_BASE_URL": base_url,
                "FOLDER": str(folder),
                "MOUNT": mount,
                **extra,
            }
            for_browsers = emulator.replace("127.0.0.1", "localhost") if apart else emulator
            if apart:
                environment["CLEVER_AUTHORIZATION_ENDPOINT"] = f"{for_browsers}/oauth/authorize"
            with process(framework, listener, environment, log):
                wait_until_it_answers(url, log)
                yield Site(framework, url, for_browsers, log)


@contextmanager
def process(
    framework: str, listener: socket.socket, environment: dict[str, str], log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    in_rust = SITES_IN_RUST.get(framework)
    program = [str(in_rust)] if in_rust else [sys.executable, str(SERVE), framework]
    command = [*program, str(listener.fileno())]
    with (
        log.open("wb") as output,
        subprocess.Popen(command, env=environment, pass_fds=[listener.fileno()], stderr=output, stdout=output) as site,
    ):
        # From here on, only the site has the socket: if the site ends, a request fails instead of waiting.
        listener.close()
        try:
            yield site
        finally:
            site.terminate()
            site.wait(SECONDS)


def wait_until_it_answers(url: str, log: Path) -> None:
    """Wait for a site whose socket already listens. If the site ends, fail with its log."""
    try:
        fetch(url + "/")
    except OSError as error:
        raise AssertionError(f"the site did not start ({error}): {log.read_text()}") from None


def wait_until_it_listens(url: str, site: subprocess.Popen[bytes], log: Path) -> None:
    """Wait for a program that opens its own port. If it does not, fail with its log."""
    try:
        wait_for(lambda: ports.listens(urlsplit(url).port or 80), "the site to listen", site)
    except AssertionError as error:
        raise AssertionError(f"{error}: {log.read_text()}") from None


def settings(clever: str, **others: object) -> dict[str, object]:
    """The settings of an app that tests call directly, without a server."""
    return {
        "CLEVER_CLIENT_ID": CLIENT_ID,
        "CLEVER_CLIENT_SECRET": CLIENT_SECRET,
        "CLEVER_REDIRECT_URI": REDIRECT_URI,
        "CLEVER_BASE_URL": clever,
        **others,
    }


def state_of(url: str) -> str:
    """The state of a login, from its URL at Clever."""
    return parse_qs(urlsplit(url).query)["state"][0]


def refusal(url: str) -> str:
    """The callback query with which Clever refuses a login, given the login's URL at Clever."""
    return f"?error=access_denied&state={state_of(url)}"


def path_of(url: str) -> str:
    """A URL without its host, for a test client."""
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def fetch(url: str, method: str = "GET") -> tuple[int, str]:
    """Make one request without cookies. Returns status and text."""
    try:
        response = build_opener(ProxyHandler({})).open(Request(url, method=method), timeout=SECONDS)
    except HTTPError as error:
        response = error
    with response:
        return response.status, response.read().decode()
