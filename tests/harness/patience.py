"""Limits for waiting. A test waits for an event; only a hang reaches the limit. No test depends on speed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from subprocess import Popen

Found = TypeVar("Found")

# No single step takes this long, even on the busiest machine. Give a series of steps one limit per step.
SECONDS = 60
# The limit for a program or a test with hundreds of steps.
MANY_STEPS_SECONDS = 10 * SECONDS
MILLISECONDS = SECONDS * 1000
# The pause between two checks for an event that can only be polled, so that polling doesn't use up the processor.
PAUSE_SECONDS = 0.01


def wait_for(condition: Callable[[], Found], what: str, program: Popen[bytes] | Popen[str] | None = None) -> Found:
    """Return the result of `condition` as soon as it is true; fail if `program`, which should make it true, has ended.

    Only for events that must be polled. `what` completes the sentence "waited for ...".
    """
    end = time.monotonic() + SECONDS
    while not (found := condition()):
        if program is not None and program.poll() is not None:
            message = f"waited for {what}, but the program ended with {program.returncode}"
            raise AssertionError(message)
        if time.monotonic() > end:
            message = f"waited {SECONDS} seconds for {what}, without success"
            raise AssertionError(message)
        time.sleep(PAUSE_SECONDS)
    return found
