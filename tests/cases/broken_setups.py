"""A table of broken setups, each with the first problem that the doctor must report in every language.

A setup is made of environment variables (`CLEVER_CLIENT_ID` and so on, proxies, certificates) and of the servers at the
addresses in them. `BROKEN` has a row for each setup: its name, the check that must report the first problem, words in
that problem, and a function that creates the setup.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler
from time import time
from typing import TYPE_CHECKING, Any, Callable
from urllib.parse import parse_qs, urlsplit

from harness import emulator, ports, proxy, tls
from harness.clever import Server
from harness.hostile import KEYS
from harness.patience import SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    Variables = dict[str, str]

CALLBACK = "http://localhost:9/callback"
SECRET = "5ec4e7f65ec4e7f65ec4e7f65ec4e7f65ec4e7f6"
APP = emulator.App("0d1c" * 5, SECRET, CALLBACK, oidc=True)
GOOD = {"CLEVER_CLIENT_ID": APP.client_id, "CLEVER_CLIENT_SECRET": SECRET, "CLEVER_REDIRECT_URI": CALLBACK}
FAR = f"https://{tls.FAR}"
KEY = KEYS["sets"]["noalg"]["keys"][0]
# No name server knows this host (RFC 6761 6.4).
NOWHERE = "https://clever.invalid"
FIVE_MINUTES = 300


@dataclass(frozen=True)
class Place:
    """The surroundings of a setup: the emulator, and a folder."""

    emulator: str
    folder: Path


@dataclass(frozen=True)
class Broken:
    """A broken setup and its cause."""

    name: str
    check: str
    says: str
    make: Callable[[Place], AbstractContextManager[Variables]]
    advises: str = ""


# ---------------------------------------------------------------- a fake Clever


@dataclass
class Answer:
    """A response of a server."""

    status: int = 200
    body: bytes = b"{}"
    kind: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


PAGE = b"<!doctype html><title>Sign in to the guest network</title>"


def usual(base_url: str, path: str, query: str) -> Answer:
    """Return Clever's responses to the doctor."""
    if path == "/.well-known/openid-configuration":
        document = {
            "issuer": base_url,
            "jwks_uri": f"{base_url}/oauth/certs",
            "authorization_endpoint": f"{base_url}/oauth/authorize",
            "token_endpoint": f"{base_url}/oauth/tokens",
        }
        return Answer(body=json.dumps(document).encode())
    if path == "/oauth/certs":
        return Answer(body=json.dumps({"keys": [KEY]}).encode())
    if path == "/oauth/tokens":
        return Answer(400, b'{"error":"invalid_grant"}')
    if path == "/oauth/authorize":
        # Without a redirect URI, Clever takes the first one of the app.
        is_known = parse_qs(query).get("redirect_uri", [CALLBACK]) == [CALLBACK]
        return Answer(302, headers={"Location": "/oauth/login"}) if is_known else Answer(400, PAGE, "text/html")
    return Answer(401 if path == "/v3.0/me" else 404)


@contextmanager
def by_hand(change: Callable[[str, Answer], Answer]) -> Iterator[str]:
    """Serve Clever's responses, changed by `change`, which gets the path; yield the base URL."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            answer = change(parts.path, usual(base_url, parts.path, parts.query))
            self.send_response_only(answer.status)
            headers = {"Date": formatdate(usegmt=True), "Content-Type": answer.kind, **answer.headers}
            for name, value in {**headers, "Content-Length": str(len(answer.body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

    with Server(("127.0.0.1", 0), Handler) as server:
        base_url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield base_url
        finally:
            server.shutdown()
            thread.join()


# ---------------------------------------------------------------- ways to break a setup

Maker = Callable[[Place], "AbstractContextManager[Variables]"]


def set_to(**variables: str) -> Maker:
    """The emulator with these settings."""

    @contextmanager
    def made(place: Place) -> Iterator[Variables]:
        yield {"CLEVER_BASE_URL": place.emulator, **GOOD, **variables}

    return made


def answering(change: Callable[[str, Answer], Answer], **variables: str) -> Maker:
    """A fake Clever with changed responses."""

    @contextmanager
    def made(_: Place) -> Iterator[Variables]:
        with by_hand(change) as base_url:
            filled = {name: value.replace("BASE_URL", base_url) for name, value in variables.items()}
            yield {"CLEVER_BASE_URL": base_url, **GOOD, **filled}

    return made


def at(wanted: str, answer: Answer) -> Callable[[str, Answer], Answer]:
    """Send another response for paths with this prefix."""
    return lambda path, usual_one: answer if path.startswith(wanted) else usual_one


def always(answer: Answer) -> Callable[[str, Answer], Answer]:
    return lambda _path, _usual: answer


def at_another_time(_path: str, answer: Answer) -> Answer:
    return Answer(
        answer.status,
        answer.body,
        answer.kind,
        {**answer.headers, "Date": formatdate(time() - FIVE_MINUTES, usegmt=True)},
    )


def with_certificate(pair: Callable[[Path], tuple[Path, Path]] | None, *, is_trusted: bool) -> Maker:
    """TLS in front of the emulator."""

    @contextmanager
    def made(place: Place) -> Iterator[Variables]:
        with tls.in_front_of(place.emulator, place.folder, pair and pair(place.folder)) as (base_url, certificate):
            trust = {"CLEVER_CA_BUNDLE": str(certificate)} if is_trusted else {}
            yield {"CLEVER_BASE_URL": base_url, **GOOD, **trust}

    return made


def inspected(folder: Path) -> tuple[Path, Path]:
    return tls.certificate(folder, "/O=Zscaler Inc./CN=Zscaler Intermediate Root CA")


def of_another_host(folder: Path) -> tuple[Path, Path]:
    return tls.certificate(folder, names="DNS:other.example")


@contextmanager
def plain_http(place: Place) -> Iterator[Variables]:
    yield {"CLEVER_BASE_URL": place.emulator.replace("http://", "https://"), **GOOD}


@contextmanager
def ending_tls(_: Place) -> Iterator[Variables]:
    """A server that reads the host name of the TLS handshake, then closes the connection, like a web filter."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:

        def end_each() -> None:
            with suppress(OSError):
                while True:
                    with listener.accept()[0] as stream:
                        stream.recv(65536)

        thread = threading.Thread(target=end_each)
        thread.start()
        try:
            yield {"CLEVER_BASE_URL": f"https://127.0.0.1:{listener.getsockname()[1]}", **GOOD}
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


@contextmanager
def wanting_credentials(place: Place) -> Iterator[Variables]:
    with proxy.leading_to(tls.FAR, place.emulator) as url:
        yield {"CLEVER_BASE_URL": FAR, **GOOD, "HTTPS_PROXY": url.replace(f"{proxy.CREDENTIALS}@", "")}


@contextmanager
def refusing_credentials(place: Place) -> Iterator[Variables]:
    with proxy.leading_to(tls.FAR, place.emulator) as url:
        yield {"CLEVER_BASE_URL": FAR, **GOOD, "CLEVER_PROXY": url.replace("hunter2", "hunter3")}


@contextmanager
def proxy_down(_: Place) -> Iterator[Variables]:
    with ports.reserved() as port:
        yield {"CLEVER_BASE_URL": FAR, **GOOD, "HTTPS_PROXY": f"http://127.0.0.1:{port}"}


@contextmanager
def nobody(_: Place) -> Iterator[Variables]:
    with ports.reserved() as port:
        yield {"CLEVER_BASE_URL": f"http://127.0.0.1:{port}", **GOOD}


@contextmanager
def only_ipv6(_: Place) -> Iterator[Variables]:
    with ports.reserved() as port:
        yield {"CLEVER_BASE_URL": f"http://[::1]:{port}", **GOOD}


@contextmanager
def silent(_: Place) -> Iterator[Variables]:
    """A server that accepts connections and never responds."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield {"CLEVER_BASE_URL": f"http://127.0.0.1:{listener.getsockname()[1]}", **GOOD, "CLEVER_TIMEOUT": "0.5"}


@contextmanager
def silent_about_endpoints(place: Place) -> Iterator[Variables]:
    """The same, where the endpoints are to come from discovery."""
    with silent(place) as variables:
        yield {**variables, "CLEVER_DISCOVER": "on"}


@contextmanager
def silent_in_tls(place: Place) -> Iterator[Variables]:
    """The same at https: the first message of TLS gets no answer."""
    with silent(place) as variables:
        yield {**variables, "CLEVER_BASE_URL": variables["CLEVER_BASE_URL"].replace("http://", "https://")}


def old_keys(path: str, answer: Answer) -> Answer:
    """Other keys, at another address than in the discovery document."""
    return Answer(body=json.dumps({"keys": [{**KEY, "kid": "old"}]}).encode()) if path == "/old" else answer


NO_FILE = "/no/such/file.pem"

BROKEN = [
    Broken("wrong secret", "credentials", "does not accept", set_to(CLEVER_CLIENT_SECRET="0" * 40)),
    Broken("unknown client id", "credentials", "does not accept", set_to(CLEVER_CLIENT_ID="0" * 20)),
    Broken(
        "redirect URI with a slash", "redirect_uri", "a slash at the end", set_to(CLEVER_REDIRECT_URI=f"{CALLBACK}/")
    ),
    Broken(
        "redirect URI of https",
        "redirect_uri",
        "http and https",
        set_to(CLEVER_REDIRECT_URI="https://localhost:9/callback"),
    ),
    Broken(
        "redirect URI one letter off",
        "redirect_uri",
        "does not know",
        set_to(CLEVER_REDIRECT_URI="http://localhost:9/calback"),
    ),
    Broken(
        "redirect URI without scheme",
        "settings",
        "CLEVER_REDIRECT_URI must start",
        set_to(CLEVER_REDIRECT_URI="localhost:9/callback"),
    ),
    Broken(
        "misspelt variable",
        "settings",
        "a similar setting is CLEVER_CLIENT_SECRET",
        set_to(CLEVER_CLIENT_SECRET="", CLEVER_CLIENTSECRET=SECRET),
    ),
    Broken("no client id", "settings", "CLEVER_CLIENT_ID", set_to(CLEVER_CLIENT_ID="")),
    Broken("invalid number", "settings", "CLEVER_TIMEOUT", set_to(CLEVER_TIMEOUT="ten")),
    Broken(
        "http where https belongs",
        "settings",
        "CLEVER_BASE_URL must start",
        set_to(CLEVER_BASE_URL="http://clever.example"),
    ),
    Broken(
        "address without effect",
        "settings",
        "CLEVER_BASE_URL has no effect",
        set_to(CLEVER_ISSUER=NOWHERE, CLEVER_API_BASE=NOWHERE),
    ),
    Broken("CA file missing", "settings", NO_FILE, set_to(CLEVER_CA_BUNDLE=NO_FILE)),
    Broken(
        "CA file of the system missing", "settings", "SSL_CERT_FILE", set_to(CLEVER_BASE_URL=FAR, SSL_CERT_FILE=NO_FILE)
    ),
    Broken(
        "proxy that is no address",
        "settings",
        "HTTPS_PROXY",
        set_to(CLEVER_BASE_URL=FAR, HTTPS_PROXY="proxy.example:port"),
    ),
    Broken("proxy down", "proxy", "127.0.0.1", proxy_down),
    Broken("proxy wants credentials", "proxy", "requires credentials", wanting_credentials),
    Broken("proxy refuses credentials", "proxy", "does not accept the credentials", refusing_credentials),
    Broken("DNS broken", "name", "clever.invalid", set_to(CLEVER_BASE_URL=NOWHERE)),
    Broken("IPv6 broken", "connect", "IPv6 (::1)", only_ipv6),
    Broken("nobody there", "connect", "127.0.0.1", nobody),
    Broken("nobody answers", "discovery", "network_timeout", silent),
    Broken("nobody says where the endpoints are", "discovery", "network_timeout", silent_about_endpoints),
    Broken("TLS inspection", "tls", "Zscaler inspects TLS", with_certificate(inspected, is_trusted=False)),
    Broken("certificate of nobody", "tls", "does not trust", with_certificate(None, is_trusted=False)),
    Broken("expired certificate", "tls", "has expired", with_certificate(tls.expired, is_trusted=True)),
    Broken("certificate of another host", "tls", "another host", with_certificate(of_another_host, is_trusted=True)),
    Broken("plain http at https", "tls", "does not speak TLS", plain_http),
    Broken("a filter that ends TLS", "tls", "ends before TLS is set up", ending_tls),
    Broken("a filter that is silent in TLS", "tls", "does not respond to the TLS handshake", silent_in_tls),
    Broken("clock off by 5 minutes", "clock", "ahead of Clever's", answering(at_another_time)),
    Broken("HTTP 502 with a page", "discovery", "HTTP 502", answering(always(Answer(502, PAGE, "text/html")))),
    Broken("captive portal", "discovery", "response_html", answering(always(Answer(200, PAGE, "text/html")))),
    Broken("a gateway that wants a login", "discovery", "HTTP 401", answering(always(Answer(401, PAGE, "text/html")))),
    Broken(
        "captive portal elsewhere",
        "discovery",
        'to "portal.example"',
        answering(always(Answer(302, headers={"Location": "http://portal.example/login"}))),
    ),
    Broken("no OpenID Connect", "discovery", "not_found", answering(at("/.well-known", Answer(404)))),
    Broken(
        "another issuer",
        "discovery",
        "discovery_issuer",
        answering(at("/.well-known", Answer(body=b'{"issuer":"https://clever.com"}'))),
    ),
    Broken("no keys", "keys", "keys_unusable", answering(at("/oauth/certs", Answer(body=b'{"keys":[]}')))),
    Broken(
        "rotated keys",
        "keys",
        "the keys were changed",
        answering(old_keys, CLEVER_JWKS_URI="BASE_URL/old"),
    ),
    Broken("token endpoint down", "credentials", "clever_unavailable", answering(at("/oauth/tokens", Answer(503)))),
    Broken(
        "a login address that refuses everything",
        "redirect_uri",
        'refuses every request (HTTP 400, "text/html")',
        answering(at("/oauth/authorize", Answer(400, PAGE, "text/html"))),
    ),
    Broken(
        "no login address",
        "redirect_uri",
        "there is no login at http://127.0.0.1",
        answering(at("/oauth/authorize", Answer(404))),
    ),
    Broken("another API", "api", "is not Clever's API", answering(at("/v3.0/me", Answer(404)))),
]


# ---------------------------------------------------------------- the doctor's reports

# Variables that the caller of the tests may have set must not matter.
OURS = ("CLEVER_", "SSL_CERT_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUEST_METHOD", "NO_COLOR")
# As in ffi/tests/c/guest.c: clone and clone3 fail as they do at a process limit, which doesn't apply to root.
WITHOUT_THREADS = """
import ctypes, os, platform, struct, sys
clone = {"x86_64": 56, "aarch64": 220}[platform.machine()]
steps = [(0x20, 0, 0, 0), (0x15, 1, 0, clone), (0x15, 0, 1, 435), (0x06, 0, 0, 0x0005000B), (0x06, 0, 0, 0x7FFF0000)]
program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
filter = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(steps), ctypes.addressof(program)))
libc = ctypes.CDLL(None)
if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, filter):
    sys.exit(77)
os.execv(sys.argv[1], sys.argv[1:])
"""


def environment(variables: Mapping[str, str]) -> dict[str, str]:
    """Return an environment with only these CLEVER_ variables."""
    return {**{name: value for name, value in os.environ.items() if not name.upper().startswith(OURS)}, **variables}


def run(command: Sequence[str | Path], variables: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a command with only these CLEVER_ variables."""
    return subprocess.run(
        command,
        env=environment(variables),
        capture_output=True,
        encoding="utf-8",
        timeout=SECONDS,
        check=False,
    )


def first_problem(report: dict[str, Any]) -> dict[str, Any]:
    """Return the finding that names the cause."""
    return next((one for one in report["findings"] if one["level"] == "problem"), {"check": "", "found": ""})


def check_first_problem(broken: Broken, done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """Check the doctor's output, which begins with the report as JSON; return the first problem."""
    report = json.loads(done.stdout.partition("\n")[0])
    problem = first_problem(report)
    assert (problem["check"], report["exit_code"], done.returncode) == (broken.check, 2, 2), report
    assert broken.says in problem["found"], problem
    assert problem["advice"], problem
    assert broken.advises in problem["advice"], problem
    for secret in (SECRET, "0" * 40, proxy.CREDENTIALS, "hunter"):
        assert secret not in done.stdout + done.stderr
    return problem


def run_without_threads(
    command: Sequence[str | Path], variables: Mapping[str, str]
) -> subprocess.CompletedProcess[str] | None:
    """Run a program that cannot start threads, as at a pids limit; return `None` if this system cannot do that."""
    if sys.platform != "linux":
        return None
    done = run([sys.executable, "-c", WITHOUT_THREADS, *command], variables)
    return None if done.returncode == 77 else done


RATE_LIMITED = Broken(
    "rate limited", "discovery", "rate_limited", answering(always(Answer(429, headers={"Retry-After": "120"})))
)
NO_THREADS = Broken("pids limit", "process", "can start no thread", set_to())
