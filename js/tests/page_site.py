"""A site for the tests: pages with a strict policy that use the package, and a session on a server."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from harness import patience
from harness.emulator import App, started
from harness.js_package import MODULE, built
from playwright.sync_api import Error

if TYPE_CHECKING:
    from playwright.sync_api import Page

SOON = "new Promise((resolve) => setTimeout(resolve, 10))"
OURS, THEIRS = "9b1c" * 5, "07e4" * 5
PACKAGE = "/clever-sso-implicit.js"
HTML = '<!doctype html><html lang="{}"><meta charset="utf-8"><title>app</title><body {}><main></main>{}'
SCRIPT = '<script type="module" src="{}"></script>'
# The script on every page of these tests. The tests read `outcome`.
APP = """\
import * as clever from "/clever-sso-implicit.js";
const options = %s;
const plain = ({ accessToken, scopes, next }) => ({ accessToken, scopes, next });
const failure = ({ name, code, message, userMessage, retryable, endsSession }) =>
  ({ name, code, message, userMessage, retryable, endsSession });
window.settled = (promise) => promise.then((answer) => answer && plain(answer), failure);
window.failure = failure;
window.outcome = settled(clever.handleCallback(options));
Object.assign(window, { clever, options });
"""


@dataclass
class Site:
    """The URLs of the pages and the emulator, and the requests to the server."""

    url: str
    clever: str
    files: dict[str, tuple[str, str]] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    session: dict[str, Any] = field(default_factory=dict)
    language: str = "en"
    body: str = ""
    trusted: str = "'none'"

    def page(self, *scripts: str) -> str:
        return HTML.format(
            self.language, self.body, "".join(SCRIPT.format(script) for script in scripts or ("/app.js",))
        )

    def options(self, **more: object) -> dict[str, object]:
        return {"clientId": OURS, "redirectUri": f"{self.url}/callback", "clever": self.clever, **more}

    def app(self, **more: object) -> None:
        """Set the options of the app."""
        self.files["/app.js"] = ("text/javascript", APP % json.dumps(self.options(**more)))

    def policy(self) -> str:
        return (
            f"default-src 'none'; script-src 'self'; connect-src 'self' {self.clever}; base-uri 'none'; "
            "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
            f"trusted-types {self.trusted}"
        )


class Handler(BaseHTTPRequestHandler):
    """Serves the page at any path, because the apps have routers."""

    site: Site
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path == "/session":
            self.answer("application/json", json.dumps(self.site.session.get("answer", {"person": self.person()})))
        elif path in self.site.files:
            self.answer(*self.site.files[path])
        elif path == "/favicon.ico":
            self.answer("image/x-icon", "")
        else:
            self.answer("text/html", self.site.page())

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.site.session.setdefault("posted", []).append((self.headers["Content-Type"], self.headers["Origin"], body))
        if "refusal" in self.site.session:
            self.answer("application/json", json.dumps(self.site.session["refusal"]))
            return
        if "answer" not in self.site.session:
            self.site.session["person"] = self.site.session.get("signs_in", "Ada")
        self.do_GET()

    def do_DELETE(self) -> None:
        self.site.session["deleted"] = self.site.session.get("deleted", 0) + 1
        self.site.session["person"] = None
        self.answer("application/json", '{"person": null}')

    def person(self) -> object:
        return self.site.session.get("person")

    def answer(self, kind: str, text: str) -> None:
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        for name, value in {"Content-Security-Policy": self.site.policy(), **self.site.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving() -> Iterator[Site]:
    """Serve the pages next to an emulator that logs people in without showing a page."""
    module = (built() / MODULE).read_text("utf-8")
    site = Site("", "")
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"site": site}))
    server.daemon_threads = True
    site.url = f"http://127.0.0.1:{server.server_port}"
    options = []
    for client_id in (OURS, THEIRS):
        options += ["--app", App(client_id, "", f"{site.url}/callback").option()]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        with started([*options, "--cors", "--auto-login", "ada"]) as site.clever:
            site.files[PACKAGE] = ("text/javascript", module)
            yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def outcome(page: Page) -> Any:
    """The result of `handleCallback` on this page, or on the next one: when a page is left, its promise is lost."""
    return settled(page, "outcome")


def settled(page: Page, name: str) -> Any:
    """The result of the promise with this name in the page's window."""
    now = f"window.{name} && Promise.race([{name}.then((value) => [value]), {SOON}])"
    return patience.wait_for(lambda: looked_at(page, now, old=None), f"{name} at {page.url}")[0]


def login(page: Page, site: Site, path: str = "/", more: str = "{}") -> Any:
    """Start a login on a page, and return its outcome."""
    page.goto(site.url + path)
    assert outcome(page) is None
    return finished(page, more)


def finished(page: Page, more: str = "{}") -> Any:
    """Start a login on this page, and return the outcome of the page that Clever sends the browser to."""
    page.evaluate("window.isOld = true")
    start(page, more)
    # Clever's page has no mark either, but it also has no outcome.
    patience.wait_for(lambda: not looked_at(page, "window.isOld ?? false", old=True), "the page is left")
    return outcome(page)


def looked_at(page: Page, expression: str, *, old: Any) -> Any:
    """The value on the page; `old` while the page is being left."""
    try:
        return page.evaluate(expression)
    except Error:
        return old


def start(page: Page, more: str = "{}") -> None:
    """Start a login, as a button does."""
    page.evaluate(f"void clever.begin({{ ...options, ...{more} }}).catch((error) => (window.problem = failure(error)))")
