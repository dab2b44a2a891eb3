"""The front server of other tests ends when it should, whatever its clients do."""

from __future__ import annotations

import socket
import ssl
import threading
from pathlib import Path
from urllib.parse import urlsplit

from harness import tls
from harness.patience import SECONDS


def test_the_front_server_ends_despite_a_silent_client(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    with socket.create_server(("127.0.0.1", 0)) as behind:
        with tls.in_front_of(f"http://127.0.0.1:{behind.getsockname()[1]}", tmp_path) as (url, made):
            address = ("127.0.0.1", urlsplit(url).port or 0)
            silent = socket.create_connection(address, SECONDS)
            # A client that completes the TLS handshake and then waits for a response that never comes.
            context = ssl.create_default_context(cafile=str(made))
            waiting = context.wrap_socket(socket.create_connection(address, SECONDS), server_hostname="127.0.0.1")
            waiting.sendall(b"GET / HTTP/1.1\r\n\r\n")
        silent.close()
        waiting.close()
    # Threads of earlier tests may have ended since.
    assert set(threading.enumerate()) <= before
