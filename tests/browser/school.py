"""A school's domain over TLS: the app, a sibling host that an attacker controls, and an unrelated site.

Chromium resolves all names below `.test` to this machine. The certificate is made for the test.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from harness import chromium, examples, patience, tls
from harness.browser import Browser as Person
from harness.emulator import App, running

from .scene import DESKTOP, LOOPBACK, staying

if TYPE_CHECKING:
    from collections.abc import Callable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from playwright.sync_api import Browser, BrowserContext

APP, SIBLING, STRANGER = "app.school.test", "evil.school.test", "elsewhere.test"
RESOLVER = "--host-resolver-rules=MAP *.test 127.0.0.1"


@dataclass
class Hostile:
    """The response of the hosts that are not the app."""

    page: str = ""
    cookies: list[str] = field(default_factory=list)

    def before(self, app: WSGIApplication) -> WSGIApplication:
        """Middleware that responds for these hosts."""

        def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            if environ["HTTP_HOST"].startswith(APP):
                return app(environ, start_response)
            headers = [("Content-Type", "text/html"), *(("Set-Cookie", cookie) for cookie in self.cookies)]
            start_response("200 OK", headers)
            return [b"<!doctype html><link rel=icon href='data:,'>", self.page.encode()]

        return answer


@dataclass(frozen=True)
class School:
    """The addresses of the school."""

    clever: str
    port: int
    """The port of all hosts."""
    certificate: Path
    hostile: Hostile

    @property
    def app(self) -> str:
        """The address of the app in browsers."""
        return self.at(APP)

    def at(self, host: str) -> str:
        """Return the address of a host on this machine."""
        return f"https://{host}:{self.port}"

    def ask(self, path: str, cookies: str = "") -> tuple[str, list[str]]:
        """Send a request to the app without a browser; return its redirect and the cookies that it sets."""
        trusting = ssl.create_default_context(cafile=str(self.certificate))
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=patience.SECONDS, context=trusting)
        try:
            connection.request("GET", path, headers={"Host": f"{APP}:{self.port}", "Cookie": cookies})
            answer = connection.getresponse()
            answer.read()
            set_cookies = answer.headers.get_all("Set-Cookie") or []
            return answer.headers["Location"], [header.split(";")[0] for header in set_cookies]
        finally:
            connection.close()

    def begun_by(self, number: str) -> tuple[str, str]:
        """Begin a login of this person and don't finish it; return the callback's path, and the login's cookie."""
        location, cookies = self.ask("/login")
        (cookie,) = cookies
        callback = urlsplit(Person(self.clever, number).callback(location))
        return f"{callback.path}?{callback.query}", cookie

    def session_of(self, number: str) -> str:
        """Log this person in; return the session cookie."""
        callback, cookie = self.begun_by(number)
        _, cookies = self.ask(callback, cookie)
        (session,) = [cookie for cookie in cookies if "session=" in cookie]
        return session


class PatientContext(ssl.SSLContext):
    """Does the TLS handshake in the connection's thread, because browsers open connections that they never use."""

    def wrap_socket(self, sock: socket.socket, server_side: bool = False, **_: object) -> ssl.SSLSocket:
        return super().wrap_socket(sock, server_side=server_side, do_handshake_on_connect=False)


@contextmanager
def set_up(example: str, folder: Path) -> Iterator[School]:
    """Run the school with the Flask app."""

    @contextmanager
    def serve(school: School, app: App, listener: socket.socket, tls: ssl.SSLContext) -> Iterator[None]:
        environment = examples.settings(app, school.clever)
        with examples.serving(example, listener, environment, school.hostile.before, tls):
            yield

    with set_up_with(serve, folder, "a1b2" * 5, "a secret of the tests") as school:
        yield school


def handing_on(port: int) -> WSGIApplication:
    """An application that forwards requests to a server on this machine, like a TLS proxy."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        headers = {name[5:].replace("_", "-"): value for name, value in environ.items() if name.startswith("HTTP_")}
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=patience.SECONDS)
        try:
            connection.request(environ["REQUEST_METHOD"], environ["REQUEST_URI"], body or None, headers)
            told = connection.getresponse()
            left_out = {"connection", "transfer-encoding", "date", "server"}
            kept = [(name, value) for name, value in told.headers.items() if name.lower() not in left_out]
            start_response(f"{told.status} {told.reason}", kept)
            return [told.read()]
        finally:
            connection.close()

    return answer


@contextmanager
def set_up_with(
    serve: Callable[[School, App, socket.socket, ssl.SSLContext], AbstractContextManager[None]],
    folder: Path,
    client_id: str,
    secret: str,
) -> Iterator[School]:
    """Run the school with an app that `serve` runs."""
    hostile = Hostile()
    made, key = tls.certificate(folder)
    context = PatientContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made, key)
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        port = listener.getsockname()[1]
        app = App(client_id, secret, f"https://{APP}:{port}/callback", oidc=True)
        with running([app]) as clever:
            school = School(clever, port, made, hostile)
            with serve(school, app, listener, context):
                yield school


@contextmanager
def launched(browser: Browser) -> Iterator[Browser]:
    """Start another browser that can resolve the school's hosts, with the Playwright that already runs."""
    own = browser.browser_type.launch(
        executable_path=chromium.light(), args=[*chromium.QUIET, RESOLVER], timeout=patience.MILLISECONDS
    )
    try:
        yield own
    finally:
        own.close()


@contextmanager
def opened(browser: Browser) -> Iterator[BrowserContext]:
    """Open a new browser without cookies, for one person."""
    context = browser.new_context(viewport=DESKTOP, ignore_https_errors=True)
    try:
        with staying(context, LOOPBACK | {APP, SIBLING, STRANGER}):
            yield context
    finally:
        context.close()
