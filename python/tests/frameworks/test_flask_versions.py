"""Runs the tests of the Flask extension again, with the oldest supported Flask. The other tests use the newest.

It is installed below the target directory, with a Werkzeug of the same time.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import clever_sso
import pytest
from harness.length import not_here, whole_or_short
from harness.paths import ROOT, TARGET
from harness.turns import alone_in
from running import AT_START

pytest.importorskip("flask")
HERE = Path(__file__).parent
LOWEST = "3.0.0"
REQUIREMENTS = [f"flask=={LOWEST}", "werkzeug==3.0.0"]
SHORT = ("flask", "flask_guards", "flask_settings", "snippets")
WHOLE = (
    *SHORT,
    "api",
    "before_sign_in",
    "contract",
    "force_login",
    "hosts",
    "languages",
    "large_sessions",
    "prefix",
    *AT_START,
)
TESTS = [HERE / f"test_{name}.py" for name in whole_or_short(WHOLE, SHORT)]
# A time limit for several steps that may hang.
SECONDS = 600


def install() -> Path:
    """The folder with that Flask."""
    wanted = "\n".join([sys.executable, sys.version, *REQUIREMENTS])
    with alone_in(TARGET / "flask" / "lowest") as folder:
        note = folder / "installed.txt"
        if not note.exists() or note.read_text() != wanted:
            shutil.rmtree(folder, ignore_errors=True)
            command = [sys.executable, "-m", "pip", "install", "-q", "--target", str(folder), *REQUIREMENTS]
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS)
            if done.returncode:
                raise not_here(f"Flask {LOWEST} could not be installed: {done.stderr}")
            note.write_text(wanted)
        return folder


def test_the_lowest_flask_version_matches_the_package_requirement() -> None:
    settings = (ROOT / "python/pyproject.toml").read_text("utf-8")
    assert f'"flask>={LOWEST.removesuffix(".0.0")}"' in settings


def test_the_flask_tests_pass_with_the_lowest_flask(tmp_path: Path) -> None:
    folder = install()
    # Only our package, not the other packages in its folder.
    (tmp_path / "clever_sso").symlink_to(Path(clever_sso.__file__).parent)
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{folder}", "PYTHONDONTWRITEBYTECODE": "1"}
    program = (
        "import importlib.metadata, pytest, sys; print(importlib.metadata.version('flask'));"
        "sys.exit(pytest.main(sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "-q", "-p", "no:cacheprovider", "-k", "flask", *map(str, TESTS)],
        env=environment,
        cwd=HERE.parent,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith(f"{LOWEST}\n")
    assert " passed" in done.stdout
