"""Runs the examples with the commands from their READMEs, next to an emulator."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness import ports
from harness.emulator import App, running
from harness.paths import ROOT
from harness.patience import SECONDS
from running import CLIENT_ID, CLIENT_SECRET, Site, wait_until_it_listens

CALLBACKS = {"flask": "/callback", "django": "/clever/callback", "fastapi": "/clever/callback"}
EXAMPLES = list(CALLBACKS)


def commands(example: str) -> list[list[str]]:
    """The commands in the README, without installation and settings."""
    readme = (ROOT / "examples" / example / "README.md").read_text("utf-8")
    block = re.search(r"```sh\n(.*?)```", readme, re.DOTALL)
    assert block
    typed = [line for line in block[1].splitlines() if not line.startswith(("pip ", "export "))]
    return [[sys.executable, *arguments(shlex.split(line))] for line in typed]


def arguments(typed: list[str]) -> list[str]:
    return typed[1:] if typed[0] == "python" else ["-m", *typed]


def with_port(command: list[str], port: int) -> list[str]:
    """The last command, with another port."""
    if command[-1] == "runserver":
        return [*command, f"127.0.0.1:{port}", "--noreload"]
    return [*command, "--port", str(port)] if "uvicorn" in command else command


def environment(base_url: str, redirect_uri: str, folder: Path, **changes: str) -> dict[str, str]:
    settings = {
        "CLEVER_CLIENT_ID": CLIENT_ID,
        "CLEVER_CLIENT_SECRET": CLIENT_SECRET,
        "CLEVER_REDIRECT_URI": redirect_uri,
        "CLEVER_BASE_URL": base_url,
        "DJANGO_DATABASE": str(folder / "database.sqlite3"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
    }
    return {**os.environ, **settings, **changes}


def run(command: list[str], example: str, settings: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run one command until it exits."""
    return subprocess.run(
        command,
        cwd=ROOT / "examples" / example,
        env=settings,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )


@contextmanager
def serving_example(example: str, folder: Path, scenario: str = "", **changes: str) -> Iterator[Site]:
    """Run an example as its README says."""
    with ports.reserved() as port, _serving_at(port, example, folder, scenario, changes) as site:
        yield site


@contextmanager
def _serving_at(port: int, example: str, folder: Path, scenario: str, changes: dict[str, str]) -> Iterator[Site]:
    url = f"http://127.0.0.1:{port}"
    redirect_uri = url + CALLBACKS[example]
    with running([App(CLIENT_ID, CLIENT_SECRET, redirect_uri, oidc=True)]) as emulator:
        base_url = f"{emulator}/s/{scenario}" if scenario else emulator
        # For a browser, one host is one site, so Clever is on another host. The Django example has no such setting.
        clever = emulator if example == "django" else emulator.replace("127.0.0.1", "localhost")
        changes = {"CLEVER_AUTHORIZATION_ENDPOINT": f"{clever}/oauth/authorize", **changes}
        settings = environment(base_url, redirect_uri, folder, PORT=str(port), **changes)
        *before, last = commands(example)
        for command in before:
            done = run(command, example, settings)
            assert done.returncode == 0, done.stdout + done.stderr
        log = folder / f"{example}.log"
        with (
            log.open("wb") as output,
            subprocess.Popen(
                with_port(last, port), cwd=ROOT / "examples" / example, env=settings, stdout=output, stderr=output
            ) as site,
        ):
            try:
                wait_until_it_listens(url, site, log)
                yield Site(example, url, clever, log)
            finally:
                site.terminate()
                site.wait(SECONDS)
