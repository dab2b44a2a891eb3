"""Real session stores whose ids cannot change. The other tests use imitations of them.

They are installed below the target directory, without their requirements, which are already installed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import clever_sso
import pytest
from harness.length import WHOLE, not_here
from harness.paths import TARGET
from harness.patience import SECONDS
from harness.turns import alone_in
from running import CLIENT_ID, CLIENT_SECRET, REDIRECT_URI

for needed in ("flask", "cachelib", "starlette"):
    pytest.importorskip(needed)
pytestmark = pytest.mark.skipif(not WHOLE, reason="it installs packages: only `make test-all` runs it")
REQUIREMENTS = ["flask-session==0.5.*", "starsessions==1.3.*"]
OF_FLASK = """
import flask, flask_session, sys
from clever_sso.flask import CleverSso
app = flask.Flask("reading")
app.config.update(SESSION_TYPE="filesystem", SESSION_FILE_DIR=sys.argv[1])
app.config.update(CLEVER_CLIENT_ID=sys.argv[2], CLEVER_CLIENT_SECRET=sys.argv[3], CLEVER_REDIRECT_URI=sys.argv[4])
flask_session.Session(app)
make = lambda **hook: CleverSso(app, **hook)
"""
OF_STARLETTE = """
import starlette.applications, starsessions, sys
from clever_sso import AsyncClient
from clever_sso.asgi import CleverSso
app = starlette.applications.Starlette()
app.add_middleware(starsessions.SessionMiddleware, backend=starsessions.InMemoryBackend())
make = lambda **hook: CleverSso(AsyncClient(*sys.argv[2:]), **hook).install(app)
"""
STARTED = """
from clever_sso import ConfigError
try:
    make()
except ConfigError as error:
    print(error)
make(rotate_session=lambda session: None)
print("it starts with the hook")
"""


def install() -> Path:
    """The folder with these stores."""
    wanted = "\n".join([sys.executable, sys.version, *REQUIREMENTS])
    with alone_in(TARGET / "session-stores") as folder:
        note = folder / "installed.txt"
        if not note.exists() or note.read_text() != wanted:
            shutil.rmtree(folder, ignore_errors=True)
            command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(folder)]
            command += REQUIREMENTS
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=5 * SECONDS)
            if done.returncode:
                raise not_here(f"the session stores could not be installed: {done.stderr}")
            note.write_text(wanted)
        return folder


def started(tmp_path: Path, program: str) -> list[str]:
    """The startup output of an application with such a store, without the hook and with it."""
    path = os.pathsep.join([str(install()), str(Path(clever_sso.__file__).parent.parent)])
    command = [sys.executable, "-c", program + STARTED, str(tmp_path), CLIENT_ID, CLIENT_SECRET, REDIRECT_URI]
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=SECONDS)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_flask_session_before_0_7_is_refused_at_startup(tmp_path: Path) -> None:
    refused, hooked = started(tmp_path, OF_FLASK)
    assert refused.startswith("config_invalid: ")
    for said in ("FileSystemSessionInterface a new id", "use Flask-Session 0.7 or later", "rotate_session"):
        assert said in refused
    assert hooked == "it starts with the hook"


def test_starsessions_before_2_is_refused_at_startup(tmp_path: Path) -> None:
    refused, hooked = started(tmp_path, OF_STARLETTE)
    assert refused.startswith("config_invalid: ")
    for said in ("starsessions.middleware.SessionMiddleware a new id", "use starsessions 2 or later", "rotate_session"):
        assert said in refused
    assert hooked == "it starts with the hook"
