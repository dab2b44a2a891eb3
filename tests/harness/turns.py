"""What is built or installed once for all tests, which may run in several processes at once."""

from __future__ import annotations

import fcntl
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def alone_in(folder: Path) -> Iterator[Path]:
    """Make `folder`, and be the only process in this block that has it; others wait for their turn."""
    folder.mkdir(parents=True, exist_ok=True)
    with folder.with_name(f"{folder.name}.lock").open("w") as lock:
        # The system takes it back when the process ends, whatever happens to it.
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder
