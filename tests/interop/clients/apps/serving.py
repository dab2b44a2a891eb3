"""Gives an app of these tests its settings, and serves it until the program that started it ends."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterable

from werkzeug.serving import make_server

CLEVER = os.environ["CLEVER_BASE_URL"]
CLIENT_ID = os.environ["CLEVER_CLIENT_ID"]
CLIENT_SECRET = os.environ["CLEVER_CLIENT_SECRET"]
URL = os.environ["APP_URL"]


def serve(app: Callable[..., Iterable[bytes]]) -> None:
    """Serve on the inherited socket, until standard input ends."""
    server = make_server("127.0.0.1", 0, app, threaded=True, fd=int(os.environ["APP_LISTENER"]))
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    sys.stdin.read()
