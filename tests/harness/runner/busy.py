"""Runs a command while two busy loops run on every core, and stops the loops when the command ends.

python busy.py COMMAND [ARGUMENT...]
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# A loop ends when the program that started it has ended, even if that was killed.
LOOP = """
import os, sys
while os.getppid() == int(sys.argv[1]):
    for _ in range(1_000_000):
        pass
"""
TIMES = 2


@contextmanager
def busy() -> Iterator[list[int]]:
    """Start two busy loops for every core; yield the process ids of the loops."""
    cores = os.cpu_count() or 1
    loops: list[subprocess.Popen[bytes]] = []
    try:
        for _ in range(TIMES * cores):
            command = [sys.executable, "-S", "-c", LOOP, str(os.getpid())]
            # In their own session, so that Ctrl-C reaches only this program, which then ends them.
            loops.append(subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True))
        yield [loop.pid for loop in loops]
    finally:
        for loop in loops:
            loop.kill()
        for loop in loops:
            loop.wait()


def main(command: list[str]) -> int:
    """Run the command; return its exit code."""
    # On SIGTERM, still end the loops and the command.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with busy() as loops:
        print(f"==> {len(loops)} busy loops run beside the tests", flush=True)
        with subprocess.Popen(command) as run:
            try:
                return run.wait()
            except BaseException:
                run.terminate()
                run.wait()
                raise


if __name__ == "__main__":
    if not sys.argv[1:]:
        sys.exit(__doc__)
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
