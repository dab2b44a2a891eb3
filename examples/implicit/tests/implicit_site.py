"""The example of the implicit grant, served next to an emulator."""

from __future__ import annotations

import importlib.util
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from harness.browser import Browser
from harness.emulator import App, running
from harness.js_package import built
from harness.paths import EMULATOR, ROOT

EXAMPLE = ROOT / "examples" / "implicit"
OURS, THEIRS = "9b1c" * 5, "07e4" * 5


@dataclass(frozen=True)
class Site:
    """The URLs of the example and the emulator."""

    url: str
    clever: str

    def token(self, client_id: str = OURS, person: str = "ada") -> str:
        """An access token of this app or of another app."""
        query = {"response_type": "token", "client_id": client_id, "emulator_login": person}
        callback = Browser(self.clever).callback(f"{self.clever}/oauth/authorize?{urlencode(query)}")
        return parse_qs(urlsplit(callback).fragment)["access_token"][0]


def load_server() -> ModuleType:
    spec = importlib.util.spec_from_file_location("implicit_example", EXAMPLE / "server.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    # The package is not installed here, but built.
    module.PACKAGE = built() / "dist"
    return module


@contextmanager
def settings(redirect_uri: str, base_url: str) -> Iterator[None]:
    """Set the environment as the example's README says."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLEVER_CLIENT_ID", OURS)
        patch.setenv("CLEVER_REDIRECT_URI", redirect_uri)
        patch.setenv("CLEVER_BASE_URL", base_url)
        patch.setenv("FLASK_SECRET_KEY", "a key for tests only")
        yield


@contextmanager
def serving(auto_login: str | None) -> Iterator[Site]:
    """Serve the example from a thread, at a URL that is registered with the emulator."""
    serving_module = pytest.importorskip("werkzeug.serving")
    binary = Path(os.environ.get("CLEVER_EMULATOR", EMULATOR))
    if not binary.exists():
        pytest.skip(f"there is no emulator at {binary}: build it, or name it in CLEVER_EMULATOR")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        apps = [App(OURS, "", url + "/callback"), App(THEIRS, "", url + "/callback")]
        with running(apps, auto_login) as clever, settings(url + "/callback", clever):
            app = load_server().create_app()
            server = serving_module.make_server("127.0.0.1", 0, app, threaded=True, fd=listener.fileno())
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            try:
                yield Site(url, clever)
            finally:
                server.shutdown()
                thread.join()
                server.server_close()
