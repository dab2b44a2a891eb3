"""Lets several processes share one build or installation.

    turns.py FOLDER COMMAND...

runs a command that changes a folder. If another process is changing it, the command waits.
"""

from __future__ import annotations

import fcntl
import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def alone_in(folder: Path) -> Iterator[Path]:
    """Create `folder`, and lock it for this `with` block; other processes wait."""
    folder.mkdir(parents=True, exist_ok=True)
    with _lock_file(folder).open("w") as lock:
        # The system releases the lock when the process ends, even if it crashes.
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


def _lock_file(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.lock")


def main() -> None:
    """Lock the folder of the command line, and become its command, which keeps the lock until it ends."""
    folder, *command = sys.argv[1:]
    Path(folder).mkdir(parents=True, exist_ok=True)
    lock = os.open(_lock_file(Path(folder)), os.O_WRONLY | os.O_CREAT, 0o644)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.stderr.write(f"==> waiting for another process that changes {folder}\n")
        sys.stderr.flush()
        fcntl.flock(lock, fcntl.LOCK_EX)
    os.set_inheritable(lock, True)
    os.execvp(command[0], command)


if __name__ == "__main__":
    main()
