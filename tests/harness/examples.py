"""Serves the example in Flask, axum or actix over a real socket."""

from __future__ import annotations

import importlib.util
import socket
import ssl
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING, Callable

import pytest

from .emulator import App
from .paths import ROOT
from .rust_examples import RUST, running

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

SOURCE = ROOT / "examples" / "flask" / "app.py"


EXAMPLES = ("flask", *RUST)


def load() -> ModuleType:
    """Load the example as a separate module."""
    spec = importlib.util.spec_from_file_location("flask_example", SOURCE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Flask looks for the templates beside the module with this name.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def settings(app: App, base_url: str) -> dict[str, str]:
    """Return its environment variables, as its README describes."""
    return {
        "CLEVER_CLIENT_ID": app.client_id,
        "CLEVER_CLIENT_SECRET": app.secret,
        "CLEVER_REDIRECT_URI": app.redirect_uri,
        "CLEVER_BASE_URL": base_url,
        "CLEVER_DISTRICT_ID": "",
        "FLASK_SECRET_KEY": "a key for tests only",
    }


@contextmanager
def serving(
    example: str,
    listener: socket.socket,
    environment: Mapping[str, str],
    middleware: Callable[[WSGIApplication], WSGIApplication] = lambda app: app,
    tls: ssl.SSLContext | None = None,
) -> Iterator[None]:
    """Serve it from a thread, at a known address, with `middleware` in front of it."""
    with made(example, environment) as app, answering(middleware(app), listener, tls):
        yield


@contextmanager
def answering(app: WSGIApplication, listener: socket.socket, tls: ssl.SSLContext | None = None) -> Iterator[None]:
    """Serve an application from a thread."""
    werkzeug = pytest.importorskip("werkzeug.serving")
    server = werkzeug.make_server("127.0.0.1", 0, app, threaded=True, ssl_context=tls, fd=listener.fileno())
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def made(example: str, environment: Mapping[str, str]) -> Iterator[WSGIApplication]:
    """Return the application of this example."""
    if example in RUST:
        with running(example, environment) as app:
            yield app
        return
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        yield load().create_app()
