"""A proxy that requires a password and leads to only one host."""

from __future__ import annotations

import base64
import socket
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from .patience import SECONDS
from .tls import pump

if TYPE_CHECKING:
    from collections.abc import Iterator

CREDENTIALS = "me:hunter2"
KNOWN = f"Basic {base64.b64encode(CREDENTIALS.encode()).decode()}"


@contextmanager
def leading_to(name: str, address: str) -> Iterator[str]:
    """Forward connections to port 443 of the host `name` to `address`; yield the URL, with the password."""
    behind = urlsplit(address)

    class Handler(BaseHTTPRequestHandler):
        def do_CONNECT(self) -> None:
            self.close_connection = True
            if self.headers["Proxy-Authorization"] != KNOWN:
                self.send_error(407)
            elif self.path != f"{name}:443":
                self.send_error(403)
            else:
                with socket.create_connection((behind.hostname or "", behind.port or 443), SECONDS) as far:
                    far.settimeout(None)
                    self.send_response(200)
                    self.end_headers()
                    back = threading.Thread(target=pump, args=(far, self.connection))
                    back.start()
                    pump(self.connection, far)
                    back.join()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        # Closing the server waits for these threads. By then, the clients have disconnected.
        server.daemon_threads = False
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://{CREDENTIALS}@127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
