"""The same logins under every server, with a client that was used before the fork: none is lost or hangs."""

from __future__ import annotations

from pathlib import Path

import page
import pytest
from clever_sso.testing import Emulator
from flask import Flask
from harness import ports
from logins import everyone, log_in, many, processes
from processes import serving

# Only where one process alone serves everyone they are not enough.
MOST_ROUNDS = 20


@pytest.mark.parametrize("server", [*page.SERVERS, "gunicorn-gevent-cooperative"])
def test_every_login_finishes_and_signs_in_the_right_person(server: str, tmp_path: Path) -> None:
    if "gevent" in server:
        pytest.importorskip("gevent")
    cooperative = {"COOPERATIVE": "1"} if server.endswith("cooperative") else {}
    with ports.reserved() as port, Emulator.running([f"http://127.0.0.1:{port}/clever/callback"]) as emulator:
        site, command = f"http://127.0.0.1:{port}", page.command(server.removesuffix("-cooperative"), port)
        with serving(command, tmp_path, port, **emulator.settings(), **cooperative):
            logins = many(lambda person: log_in(site, person), everyone(emulator))
            # The system chooses the process for each connection, and a fast process may take all of a round.
            for _ in range(MOST_ROUNDS):
                if len(processes(logins)) > 1:
                    break
                logins += many(lambda person: log_in(site, person), everyone(emulator))
        exchanges = [entry for entry in emulator.journal() if entry.path == "/oauth/tokens"]
    assert len(processes(logins)) > 1
    assert {entry.status for entry in exchanges} == {200}


def test_every_command_of_the_page_is_tested() -> None:
    assert set(page.BLOCKS) == {*page.SERVERS, "celery", "gevent", "mod_wsgi", "nginx"}
    assert len(page.BLOCKS) == page.TEXT.count("```") / 2


def test_the_gevent_client_is_created_as_in_the_guide(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("gevent")
    with Emulator.running() as emulator:
        for name, value in emulator.settings().items():
            monkeypatch.setenv(name, value)
        app = Flask(__name__)
        app.secret_key = "a key for tests only"
        exec(page.BLOCKS["gevent"], {"app": app})
        assert app.test_client().get("/clever/login").location.startswith(emulator.base_url)
