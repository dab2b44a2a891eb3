"""Runs servers in their own process groups, and ends each group, whatever happens in between."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from harness import ports
from harness.patience import SECONDS, wait_for


def program(name: str) -> str:
    """The path of a program. Without the program, the test is skipped."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


@contextmanager
def serving(command: Sequence[str], folder: Path, port: int, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server during the block, after its port is ready. Its output is in `folder`."""
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
    """Ask the server to end, then end the rest of its process group."""
    server.send_signal(signal.SIGTERM)
    try:
        server.wait(SECONDS)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait(SECONDS)


def wait_for_port(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Some servers listen before their workers are ready. Requests then wait for the workers."""
    try:
        wait_for(lambda: ports.listens(port), f"the server to listen at {port}", server)
    except AssertionError as error:
        pytest.fail(f"{error}: {log.read_text('utf-8', 'replace')[-2000:]}")
