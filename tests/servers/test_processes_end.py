"""A server's processes are gone after its test, whatever happened in it."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pytest
from processes import free_port, serving

PATIENCE_SECONDS = 5
# A master that listens, and a worker that wants to go on without it.
SERVER = """
import os, signal, socket, sys, time
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
if os.fork() == 0:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    open("worker", "w").write(str(os.getpid()))
time.sleep(60)
"""


class TestFailedError(Exception):
    __test__ = False


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def soon(folder: Path) -> int:
    """The worker's process id, as soon as it has written it."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        if (folder / "worker").exists() and (written := (folder / "worker").read_text()):
            return int(written)
        time.sleep(0.02)
    pytest.fail("no worker")


@pytest.mark.parametrize("master_dies", [False, True])
def test_a_server_and_its_workers_end_also_when_the_test_fails(master_dies: bool, tmp_path: Path) -> None:
    port, workers = free_port(), []

    def fail() -> None:
        with serving([sys.executable, "-c", SERVER, str(port)], tmp_path, port) as server:
            workers.append(soon(tmp_path))
            if master_dies:
                os.kill(server.pid, signal.SIGKILL)
            raise TestFailedError

    with pytest.raises(TestFailedError):
        fail()
    end = time.monotonic() + PATIENCE_SECONDS
    while lives(workers[0]) and time.monotonic() < end:
        time.sleep(0.02)
    assert not lives(workers[0])
