"""Leaves the emulator and the Flask example running, for a person with a browser."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys

from harness import emulator, ports
from harness.paths import ROOT


def serve() -> int:
    """Run both until Ctrl-C."""
    with ports.reserved() as port:
        return serve_at(port)


def serve_at(port: int) -> int:
    address = f"http://127.0.0.1:{port}"
    app = emulator.App(secrets.token_hex(10), secrets.token_hex(20), f"{address}/callback", oidc=True)
    with emulator.running([app]) as clever:
        settings = {
            "CLEVER_CLIENT_ID": app.client_id,
            "CLEVER_CLIENT_SECRET": app.secret,
            "CLEVER_REDIRECT_URI": app.redirect_uri,
            "CLEVER_BASE_URL": clever,
            "PORT": str(port),
        }
        print(f"\nOpen {address} in a browser. The emulator is at {clever}. End both with Ctrl-C.\n", flush=True)
        command = [sys.executable, str(ROOT / "examples/flask/app.py")]
        with subprocess.Popen(command, env={**os.environ, **settings}) as flask:
            try:
                return flask.wait()
            except KeyboardInterrupt:
                return 0
            finally:
                flask.terminate()
