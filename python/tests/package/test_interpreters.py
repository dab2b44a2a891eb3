"""The installed package logs a person in on every Python of this machine: one binary works for all."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import clever_sso
import pytest
from harness import emulator
from harness.browser import Browser
from harness.patience import SECONDS

CLIENT_ID, CLIENT_SECRET, REDIRECT_URI = "0a" * 10, "0b" * 20, "http://127.0.0.1:9/callback"
VERSIONS = ["3.9", "3.10", "3.11", "3.12", "3.13"]

LOGIN = """
import sys
import clever_sso

assert not {"asyncio", "logging", "typing", "flask", "django", "starlette"} & set(sys.modules), sorted(sys.modules)
client = clever_sso.Client.from_env()
login = client.begin_login()
print(login.url, flush=True)
outcome = client.finish_login(sys.stdin.readline().strip(), pending=login.pending)
assert isinstance(outcome, clever_sso.SignedIn), outcome

import asyncio

async def ask():
    async with clever_sso.AsyncClient.from_env() as client:
        return (await client.userinfo(outcome.tokens.access_token)).id

assert asyncio.run(ask()) == outcome.identity.id
"""


@pytest.fixture(scope="module")
def clever() -> Iterator[str]:
    with emulator.running([emulator.App(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, oidc=True)], "ada") as base_url:
        yield base_url


def interpreter(version: str) -> str:
    """The path of the interpreter. If there is none, the test is skipped."""
    found = shutil.which(f"python{version}")
    ask = "import sys; print(sys.executable, '%d.%d' % sys.version_info[:2])"
    if found:
        # The command may be pyenv's, which reads the version to run from here.
        environment = {**os.environ, "PYENV_VERSION": version}
        done = subprocess.run([found, "-c", ask], capture_output=True, text=True, check=False, env=environment)
        if done.stdout.split()[1:] == [version]:
            return done.stdout.split()[0]
    pytest.skip(f"there is no python{version} here")


@pytest.mark.parametrize("version", VERSIONS)
def test_a_person_logs_in_on_every_python(version: str, clever: str, tmp_path: Path) -> None:
    python = interpreter(version)
    # Only this package, because the other packages there belong to another Python.
    shutil.copytree(Path(clever_sso.__file__).parent, tmp_path / "clever_sso")
    environment = {
        "PYTHONPATH": str(tmp_path),
        "CLEVER_CLIENT_ID": CLIENT_ID,
        "CLEVER_CLIENT_SECRET": CLIENT_SECRET,
        "CLEVER_REDIRECT_URI": REDIRECT_URI,
        "CLEVER_BASE_URL": clever,
    }
    command = [python, "-S", "-c", LOGIN]
    with subprocess.Popen(command, stdin=-1, stdout=-1, stderr=-1, text=True, env=environment) as process:
        assert process.stdout
        url = process.stdout.readline().strip()
        returned = Browser(clever).callback(url) if url else ""
        _, complaints = process.communicate(returned + "\n", timeout=SECONDS)
    assert (process.returncode, complaints) == (0, "")
