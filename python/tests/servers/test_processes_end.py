"""The processes of a server end with its test, whatever happened in the test."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest
from harness import ports
from harness.patience import wait_for
from processes import serving

# A master that listens, and a worker that ignores SIGTERM.
SERVER = """
import os, signal, socket, sys
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
if os.fork() == 0:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    open("worker", "w").write(str(os.getpid()))
while True:
    signal.pause()
"""


class TestFailedError(Exception):
    __test__ = False


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def worker_of(folder: Path) -> int:
    """The worker's process id, once it has written it."""
    file = folder / "worker"
    return int(wait_for(lambda: file.exists() and file.read_text(), "the worker"))


@pytest.mark.parametrize("master_dies", [False, True])
def test_a_server_and_its_workers_end_even_if_the_test_fails(master_dies: bool, tmp_path: Path) -> None:
    workers = []

    def fail(port: int) -> None:
        with serving([sys.executable, "-c", SERVER, str(port)], tmp_path, port) as server:
            workers.append(worker_of(tmp_path))
            if master_dies:
                os.kill(server.pid, signal.SIGKILL)
            raise TestFailedError

    with ports.reserved() as port, pytest.raises(TestFailedError):
        fail(port)
    wait_for(lambda: not lives(workers[0]), "the end of the worker")
