"""How long a test waits: for an event, up to a limit that only a hang reaches. None depends on how fast a step was."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from subprocess import Popen

Found = TypeVar("Found")

# No single step takes this long on the busiest machine. A whole row of steps may: give it a limit for each.
SECONDS = 60
# For a program, or a test, that takes hundreds of steps by itself.
MANY_STEPS_SECONDS = 10 * SECONDS
MILLISECONDS = SECONDS * 1000
# Between two checks for an event that sends no signal. Only so that checking does not take the processor from it.
PAUSE_SECONDS = 0.01


def wait_for(condition: Callable[[], Found], what: str, program: Popen[bytes] | Popen[str] | None = None) -> Found:
    """Return what `condition` gives as soon as that is true; fail when `program`, which should make it true, has ended.

    For events that cannot be waited for otherwise. `what` completes the sentence "waited for ...".
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
