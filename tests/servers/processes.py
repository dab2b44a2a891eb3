"""Servers as processes of their own: started with their group, ended with it, whatever happens in between."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest

START_SECONDS = 60
STOP_SECONDS = 20


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def program(name: str) -> str:
    """The path of a program; without it the test is skipped."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


@contextmanager
def serving(command: Sequence[str], folder: Path, port: int, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server until the block is left; wait for its port first. What it says is in `folder`."""
    log = folder / f"{Path(command[0]).name}-{port}.log"
    settings = {**os.environ, **environment}
    with (
        log.open("wb") as output,
        subprocess.Popen(
            command,
            cwd=folder,
            env=settings,
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        ) as server,
    ):
        try:
            wait_for_port(server, port, log)
            yield server
        finally:
            end(server)


def end(server: subprocess.Popen[bytes]) -> None:
    """Ask it to end, and then whatever is left of its group."""
    server.send_signal(signal.SIGTERM)
    try:
        server.wait(STOP_SECONDS)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait(STOP_SECONDS)


def wait_for_port(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"the server did not start: {log.read_text('utf-8', 'replace')[-2000:]}")


def wait_until_it_answers(port: int) -> None:
    """Some servers listen before their workers are there."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        connection = HTTPConnection("127.0.0.1", port, timeout=START_SECONDS)
        try:
            connection.request("GET", "/")
            status = connection.getresponse().status
        except (OSError, HTTPException):
            status = 0
        finally:
            connection.close()
        if status == 200:
            return
        if time.monotonic() > deadline:
            pytest.fail(f"the site does not answer: status {status}")
        time.sleep(0.05)
