"""Runs the ASGI tests again, with the oldest supported Starlette. The other tests use the newest.

It is installed below the target directory, with a FastAPI and an httpx of the same time.
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

for needed in ("starlette", "fastapi", "httpx2"):
    pytest.importorskip(needed)
HERE = Path(__file__).parent
LOWEST = "0.37"
REQUIREMENTS = [f"starlette=={LOWEST}.*", "fastapi>=0.110,<0.111", "httpx<0.28", "anyio<4.4", "itsdangerous>=2"]
SHORT = ("asgi", "before_sign_in", "api", "hosts", "prefix")
WHOLE = (*SHORT, "contract", "force_login", *AT_START, "snippets")
TESTS = [HERE / f"test_{name}.py" for name in whole_or_short(WHOLE, SHORT)]
# That Starlette sends the session cookie with every response, so these tests do not apply to it.
OF_ITS_OWN = "eight_tabs or does_not_depend_on_cookies"
CHOSEN = f"(asgi or starlette or httpx_signs) and not ({OF_ITS_OWN})"
# A time limit for several steps that may hang.
SECONDS = 600


def install() -> Path:
    """The folder with that Starlette."""
    wanted = "\n".join([sys.executable, sys.version, *REQUIREMENTS])
    with alone_in(TARGET / "starlette" / "lowest") as folder:
        note = folder / "installed.txt"
        if not note.exists() or note.read_text() != wanted:
            shutil.rmtree(folder, ignore_errors=True)
            command = [sys.executable, "-m", "pip", "install", "-q", "--target", str(folder), *REQUIREMENTS]
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS)
            if done.returncode:
                raise not_here(f"Starlette {LOWEST} could not be installed: {done.stderr}")
            note.write_text(wanted)
        return folder


def test_the_lowest_starlette_version_matches_the_package_requirement() -> None:
    settings = (ROOT / "python/pyproject.toml").read_text("utf-8")
    assert f'"starlette>={LOWEST}"' in settings


def test_the_asgi_tests_pass_with_the_lowest_starlette(tmp_path: Path) -> None:
    folder = install()
    # Only our package, not the other packages in its folder.
    (tmp_path / "clever_sso").symlink_to(Path(clever_sso.__file__).parent)
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{folder}", "PYTHONDONTWRITEBYTECODE": "1"}
    program = "import pytest, starlette, sys; print(starlette.__version__); sys.exit(pytest.main(sys.argv[1:]))"
    command = [sys.executable, "-c", program, "-q", "-p", "no:cacheprovider", "-k", CHOSEN]
    done = subprocess.run(
        [*command, *map(str, TESTS)],
        env=environment,
        cwd=HERE.parent,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith(f"{LOWEST}.")
    assert " passed" in done.stdout
