"""A server in this process with canned responses of Clever, and a client for it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import clever_sso
from harness.gate import Gate
from harness.patience import SECONDS

CLIENT_ID = "4c63c1cf623dce82caac"
CLIENT_SECRET = "95feddd6a1b1c5bb01a08c8a17dc4eff5d3e5b7e"
REDIRECT_URI = "https://app.example/callback"


ADA_ID = "64c20b1e8f3a7d0019c4e501"
DISTRICT_ID = "53ee4b8a44abc88c1c00119b"
ADA = {
    "id": ADA_ID,
    "district": DISTRICT_ID,
    "email": "ada.private@school.example",
    "name": {"first": "Ada", "middle": "May", "last": "Ashworth"},
    "roles": {"student": {"legacy_id": "58da8c5da7a7e5a64700009d"}},
    "nested": {"list": [1, -2, 2.5, True, None, "x", 18446744073709551615]},
}


def make_client(base_url: str | None = None, timeout: float = SECONDS) -> clever_sso.Client:
    return clever_sso.Client(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, base_url=base_url, timeout=timeout)


class Answers(BaseHTTPRequestHandler):
    """Responds to each path with the given JSON, and to every other path with 400."""

    protocol_version = "HTTP/1.1"
    # Headers and body are two writes. By default, the second waits until the client has acknowledged the first.
    disable_nagle_algorithm = True
    bodies: dict[str, object]
    gate: Gate

    def do_GET(self) -> None:
        self.gate.pass_through(self.path)
        known = self.path in self.bodies
        body = json.dumps(self.bodies.get(self.path, {"error": "invalid_request"})).encode()
        self.send_response(200 if known else 400)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


class Server(ThreadingHTTPServer):
    request_queue_size = 100

    def handle_error(self, *_: object) -> None:
        """Log nothing: in some tests, clients disconnect in the middle."""


@contextmanager
def serving(bodies: dict[str, object], gate: Gate | None = None) -> Iterator[str]:
    """Serve from a thread of this process. It can respond only while the GIL is free and the gate is open."""
    if gate is None:
        gate = Gate()
        gate.open()
    handler = type("Handler", (Answers,), {"bodies": bodies, "gate": gate})
    server = Server(("127.0.0.1", 0), handler)
    # A keep-alive connection must not delay the end of the test.
    server.daemon_threads = True
    server.block_on_close = False
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        gate.open()
        server.shutdown()
        thread.join()
        server.server_close()
