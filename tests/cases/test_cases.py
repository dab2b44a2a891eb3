"""Runs the table `tests/cases/cases.toml` in Python and in C."""

from __future__ import annotations

import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, urlsplit

import pytest
from faces import Face, Fields, speaking
from harness import emulator
from harness.browser import Browser, portal_link
from harness.paths import ROOT

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10 and earlier
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Iterator

TABLE: dict[str, Any] = tomllib.loads((ROOT / "tests/cases/cases.toml").read_text("utf-8"))
STEP_WORDS = {"do", "expect", "client", "save", "fields", "absent"}
SECRET_FIELDS = {"code", "state", "pending", "access_token", "id_token", "callback"}
# Shorter values could appear in any text by chance.
SHORTEST_SECRET = 12


def app_named(app: dict[str, Any]) -> emulator.App:
    """An app in the table."""
    return emulator.App(app["client_id"], app["secret"], app["redirect_uri"], app["oidc"], app.get("library", False))


class Page(BaseHTTPRequestHandler):
    """Sends a page with status 200 for every request, like a captive portal."""

    def do_GET(self) -> None:
        self.answer()

    def do_POST(self) -> None:
        self.answer()

    def answer(self) -> None:
        body = b"<!DOCTYPE html><title>Welcome to the school network</title>"
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def bases() -> Iterator[dict[str, str]]:
    """The addresses for a client's base URL: the emulator, a port where no one listens, and a captive portal."""
    apps = [app_named(app) for app in TABLE["apps"].values()]
    with socket.socket() as closed, ThreadingHTTPServer(("127.0.0.1", 0), Page) as pages:
        # The socket is bound but doesn't listen: no one else gets the port, and connections are refused.
        closed.bind(("127.0.0.1", 0))
        threading.Thread(target=pages.serve_forever, daemon=True).start()
        with emulator.running(apps, TABLE["auto_login"]) as clever:
            yield {
                "emulator": clever,
                "closed": f"http://127.0.0.1:{closed.getsockname()[1]}",
                "html": f"http://127.0.0.1:{pages.server_port}",
            }
        pages.shutdown()


@pytest.fixture(scope="module", params=["python", "c"])
def face(request: pytest.FixtureRequest, bases: dict[str, str]) -> Iterator[Face]:
    """A language, with every client of the table."""
    with speaking(request.param) as face:
        yield with_clients(face, bases)


def with_clients(face: Face, bases: dict[str, str]) -> Face:
    for name, client in TABLE["clients"].items():
        app = TABLE["apps"][client["app"]]
        face.make_client(
            name,
            client_id=client.get("client_id", app["client_id"]),
            secret=client.get("secret", app["secret"]) or None,
            redirect_uri=client.get("redirect_uri", app["redirect_uri"]),
            base_url=bases[client.get("base", "emulator")],
            pending_key=client.get("pending_key"),
        )
    return face


@pytest.mark.parametrize("case", TABLE["case"], ids=lambda case: case["name"])
def test_the_case_has_the_expected_result(case: dict[str, Any], face: Face, bases: dict[str, str]) -> None:
    known: Fields = {}
    jars: dict[str, Fields] = {}
    for number, step in enumerate(case["steps"], 1):
        place = f"{case['name']}, step {number} ({step['do']})"
        arguments = {name: filled(value, known) for name, value in step.items() if name not in STEP_WORDS}
        jar = jars.setdefault(arguments.pop("jar"), {}) if "jar" in arguments else None
        if jar is not None:
            arguments["cookies"] = "; ".join(f"{name}={value}" for name, value in jar.items())
        result, fields = take(step["do"], step.get("client", case["client"]), arguments, face, bases["emulator"])
        set_cookies = fields.pop("set_cookies", None)
        if jar is not None and set_cookies is not None:
            fields["logins"] = str(obey(jar, set_cookies))
        assert result == step["expect"], f"{place}: {fields.get('message')}"
        check_silence(fields, known, place)
        for name, expected in step.get("fields", {}).items():
            assert fields.get(name) == filled(expected, known), f"{place}: {name}"
        for name in step.get("absent", []):
            assert name not in fields, f"{place}: {name}"
        known.update(fields)
        if "save" in step:
            known.update({f"{step['save']}.{name}": value for name, value in fields.items()})


def take(action: str, client: str, arguments: Fields, face: Face, clever: str) -> tuple[str, Fields]:
    if action == "portal":
        app = TABLE["apps"][TABLE["clients"][client]["app"]]
        link = portal_link(clever, app["client_id"], app["redirect_uri"], TABLE["district_id"])
        return browse(signed_in_user(link, arguments))
    if action == "browse":
        return browse(signed_in_user(arguments["url"], arguments))
    return face.call(action, client, arguments)


def obey(jar: Fields, set_cookies: str) -> int:
    """Set the cookies in a jar; return how many logins are in progress there."""
    for cookie in filter(None, set_cookies.split("|")):
        pair, max_age = cookie.split(";")
        name, value = pair.split("=", 1)
        jar.pop(name, None)
        if max_age != "0":
            jar[name] = value
    return sum(name.startswith("clever_login_") for name in jar)


def signed_in_user(url: str, arguments: Fields) -> str:
    """Add the person, the admin and the claims of the case to a login URL."""
    names = {"person": "emulator_login", "admin": "emulator_admin", "claims": "emulator_claims"}
    return url + "".join(f"&{names[name]}={quote(arguments[name])}" for name in names if name in arguments)


def browse(url: str) -> tuple[str, Fields]:
    parts = urlsplit(url)
    status, address = Browser(f"{parts.scheme}://{parts.netloc}").go(url)
    if status != 302:
        return f"page {status}", {}
    returned = urlsplit(address)
    return "ok", {**dict(parse_qsl(returned.query or returned.fragment)), "callback": address}


def filled(text: str, known: Fields) -> str:
    for name, value in known.items():
        text = text.replace("{" + name + "}", value)
    return text


def check_silence(fields: Fields, known: Fields, place: str) -> None:
    """Check that no message contains a code, a token, a state, a pending login or a secret."""
    message = fields.get("message", "")
    given = [value for name, value in known.items() if name.rpartition(".")[2] in SECRET_FIELDS]
    for secret in given + [app["secret"] for app in TABLE["apps"].values()]:
        assert len(secret) < SHORTEST_SECRET or secret not in message, place
