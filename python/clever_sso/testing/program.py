"""The program `clever-emulator`: where it is, and how it is started and ended."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "clever-emulator"
VARIABLE = "CLEVER_EMULATOR"
START_SECONDS = 20
STOP_SECONDS = 10
LOOPBACK = "http://127.0.0.1:"

# The emulator must not outlive whoever started it, even when that one is killed: then its end of the pipe closes, and
# the shell, which waits for nothing else, ends the emulator. It holds no end of the emulator's output, so that who
# reads there learns when the emulator has ended.
GUARD = '"$@" < /dev/null & exec > /dev/null 2>&1; read -r _; kill $!; wait $!'


class EmulatorMissing(RuntimeError):  # noqa: N818  (a word that says it)
    """The program `clever-emulator` is not on this machine."""


def find() -> str:
    """The path of the program.

    The environment variable `CLEVER_EMULATOR` decides; without it, the program beside this Python, where
    `pip install clever-emulator` puts it, then the one on `PATH`.

    Raises:
        EmulatorMissing: With how to get it.
    """
    named = os.environ.get(VARIABLE)
    if named:
        found = shutil.which(named)
        if found is None:
            raise EmulatorMissing(f"{VARIABLE} names {named!r}, and there is no such program")
        return found
    found = shutil.which(NAME, path=str(Path(sys.executable).parent)) or shutil.which(NAME)
    if found is None:
        raise EmulatorMissing(
            f"the program {NAME} was not found: install it by `pip install {NAME}`, or set {VARIABLE} to its path"
        )
    return found


@contextmanager
def started(options: list[str]) -> Iterator[str]:
    """Run the emulator while the block runs; give its base URL.

    Raises:
        EmulatorMissing: When there is none.
        RuntimeError: With what it said on standard error, when it does not start.
    """
    command = [find(), *options]
    if os.name == "posix":
        command = ["/bin/sh", "-c", GUARD, NAME, *command]
    with tempfile.TemporaryFile("w+", encoding="utf-8") as complaints:
        process = subprocess.Popen(  # noqa: S603  (the program is the one that was asked for)
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
            # Ctrl-C is for the tests; they end the emulator when they are done.
            start_new_session=True,
        )
        with process:
            try:
                yield _base_url(process, complaints)
            finally:
                _end(process)


def _base_url(process: subprocess.Popen[str], complaints: IO[str]) -> str:
    """The first line that the program says, within a time."""
    said: list[str] = []
    reader = threading.Thread(target=lambda: said.append(process.stdout.readline() if process.stdout else ""))
    reader.daemon = True
    reader.start()
    reader.join(START_SECONDS)
    base_url = said[0].strip() if said else ""
    if base_url.startswith(LOOPBACK):
        return base_url
    complaints.seek(0)
    raise RuntimeError(f"{NAME} did not start: {complaints.read().strip() or repr(base_url)}")


def _end(process: subprocess.Popen[str]) -> None:
    if process.stdin:
        process.stdin.close()
    if os.name != "posix":
        process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        # The group is the guard and the emulator.
        os.killpg(process.pid, signal.SIGKILL) if os.name == "posix" else process.kill()
        raise
