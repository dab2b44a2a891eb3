"""Lets several test processes share one build or installation."""

from __future__ import annotations

import fcntl
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def alone_in(folder: Path) -> Iterator[Path]:
    """Create `folder`, and lock it for this `with` block; other processes wait."""
    folder.mkdir(parents=True, exist_ok=True)
    with folder.with_name(f"{folder.name}.lock").open("w") as lock:
        # The system releases the lock when the process ends, even if it crashes.
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder
