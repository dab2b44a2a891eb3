"""With gunicorn --preload, a client from the master process works in every worker, and no response is mixed up."""

from __future__ import annotations

import subprocess
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

import clever_sso
import pytest
from harness import emulator, ports
from harness.browser import Browser
from harness.paths import ROOT
from harness.patience import SECONDS, wait_for
from harness.programs import environment

if TYPE_CHECKING:
    from collections.abc import Iterator

REDIRECT_URI = "http://127.0.0.1:9/"
OURS, THEIRS = "0a" * 10, "0b" * 10
WORKERS, REQUESTS, AT_ONCE = 3, 300, 8


def token(clever: str, client_id: str) -> str:
    client = clever_sso.Client(client_id, redirect_uri=REDIRECT_URI, base_url=clever)
    url = client.authorize_url(response_type="token", without_state=True)
    access_token = clever_sso.parse_callback(Browser(clever).callback(url)).access_token
    assert access_token
    return access_token


def ask(address: str, access_token: str) -> tuple[str, str]:
    """Return the worker that responded, and its response."""
    request = urllib.request.Request(address, headers={"X-Token": access_token})
    with urllib.request.urlopen(request, timeout=SECONDS) as response:
        worker, answer = response.read().decode().split()
        return worker, answer


@contextmanager
def gunicorn(clever: str, *options: str) -> Iterator[str]:
    """Run gunicorn with the preloaded application; yield its address when it listens."""
    with ports.reserved() as port, gunicorn_at(port, clever, options):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def gunicorn_at(port: int, clever: str, options: tuple[str, ...]) -> Iterator[None]:
    address = f"127.0.0.1:{port}"
    settings = environment(CLEVER_CLIENT_ID=OURS, CLEVER_REDIRECT_URI=REDIRECT_URI, CLEVER_BASE_URL=clever)
    command = [sys.executable, "-m", "gunicorn", "--preload", "--workers", str(WORKERS), "--bind", address, *options]
    folder = str(ROOT / "tests/fork")
    with subprocess.Popen([*command, "preloaded:app"], cwd=folder, env=settings, stderr=subprocess.DEVNULL) as server:
        try:
            # Requests wait until the workers have started.
            wait_for(lambda: ports.listens(port), "gunicorn to listen", server)
            yield
        finally:
            server.terminate()
            server.wait(SECONDS)


@pytest.mark.parametrize("options", [(), ("--worker-class", "gthread", "--threads", "4")], ids=["sync", "gthread"])
def test_gunicorn_workers_use_the_client_of_the_preloading_master(options: tuple[str, ...]) -> None:
    apps = [emulator.App(client_id, "", REDIRECT_URI) for client_id in (OURS, THEIRS)]
    with emulator.running(apps, "ada") as clever, gunicorn(clever, *options) as address:
        tokens = [token(clever, OURS), token(clever, THEIRS)]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            answers = list(pool.map(lambda number: ask(address, tokens[number % 2]), range(REQUESTS)))
    assert [answer for _, answer in answers] == [OURS, "token_foreign"] * (REQUESTS // 2)
    assert len({worker for worker, _ in answers}) > 1
