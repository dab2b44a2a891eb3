"""A gate in a test server: it holds responses back, so that a test controls what happens before them."""

from __future__ import annotations

import queue
import threading
import urllib.request
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from .patience import SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator


class Gate:
    """Reports requests as they arrive, and holds all responses back until a test opens it."""

    def __init__(self) -> None:
        self._came: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._opened = threading.Event()

    def wait_for(self, requests: int = 1) -> list[str]:
        """Wait until this many requests have arrived; return their paths."""
        return [self._came.get(timeout=SECONDS) for _ in range(requests)]

    def open(self) -> None:
        """Let all responses pass, now and later."""
        self._opened.set()

    def pass_through(self, path: str) -> None:
        """For the server: report a request, and wait until it may respond."""
        self._came.put(path)
        self._opened.wait()


@contextmanager
def before(emulator: str, gate: Gate) -> Iterator[str]:
    """Forward POST requests to the emulator, and hold its responses back until the gate is open."""

    class Forwarding(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            gate.pass_through(self.path)
            names = ("Content-Type", "Authorization")
            headers = {name: self.headers[name] for name in names if name in self.headers}
            request = urllib.request.Request(f"{emulator}{self.path}", body, headers)
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=SECONDS) as answer:
                self.send_response(answer.status)
                self.send_header("Content-Type", answer.headers["Content-Type"])
                self.end_headers()
                self.wfile.write(answer.read())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Forwarding) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            gate.open()
            server.shutdown()
            thread.join()
