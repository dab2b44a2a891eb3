"""Finds, starts and stops the program `clever-emulator`."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import threading
from contextlib import contextmanager, suppress
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import IO, TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import url2pathname

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "clever-emulator"
VARIABLE = "CLEVER_EMULATOR"
PROFILES = ("release", "demo", "debug")
START_SECONDS = 20
STOP_SECONDS = 10
LOOPBACK = "http://127.0.0.1:"

# The emulator must not outlive the program that started it, even if that program is killed. Then the program's end of
# the pipe closes, and this shell, which waits only for that, ends the emulator. The shell does not keep the emulator's
# output open, so a reader sees when the emulator has ended. A stopped emulator must continue first (SIGCONT) to get the
# signal that ends it.
GUARD = '"$@" < /dev/null & exec > /dev/null 2>&1; read -r _; kill $!; kill -CONT $!; wait $!'


class EmulatorMissing(RuntimeError):  # noqa: N818  (a word that says it)
    """Raised when the program `clever-emulator` is not on this machine."""


def find() -> str:
    """The path of the program.

    This is the path in the environment variable `CLEVER_EMULATOR` if set. Otherwise it is the program next to this
    Python, where pip installs it, then the one on `PATH`, then the newest that `make` or `cargo` built in the source of
    this package.

    Raises:
        EmulatorMissing: When there is no program. The message says how to get it.
    """
    named = os.environ.get(VARIABLE)
    if named:
        found = shutil.which(named)
        if found is None:
            raise EmulatorMissing(f"{VARIABLE} names {named!r}, and there is no such program")
        return found
    beside = (Path(sys.executable).parent, Path(sysconfig.get_path("scripts")))
    places = (*(shutil.which(NAME, path=str(folder)) for folder in beside), shutil.which(NAME), _built())
    found = next((place for place in places if place), None)
    if found is None:
        raise EmulatorMissing(
            f"the program {NAME} was not found: run `make emulator` in the source of clever_sso, install the wheel "
            f"that `make emulator-wheel` builds there, or set {VARIABLE} to the program's path"
        )
    return found


def _built() -> str | None:
    """The newest program that was built in the source of this package: `make emulator`, `make demo`, `cargo build`."""
    target = os.environ.get("CARGO_TARGET_DIR")
    targets = [source / "target" for source in _sources()] + ([Path(target)] if target else [])
    found = [shutil.which(NAME, path=str(folder / profile)) for folder in targets for profile in PROFILES]
    return max(filter(None, found), key=lambda program: Path(program).stat().st_mtime, default=None)


def _sources() -> list[Path]:
    """The folders with the source of this package: around the package, its wheel, and the folder of the tests."""
    starts = [Path(__file__), *_wheel(), Path.cwd() / "tests"]
    folders = dict.fromkeys(folder for start in starts for folder in start.resolve().parents)
    return [folder for folder in folders if (folder / "emulator" / "Cargo.toml").is_file() and _is_ours(folder)]


def _is_ours(folder: Path) -> bool:
    return (folder / "python" / "clever_sso" / "__init__.py").is_file()


def _wheel() -> list[Path]:
    """The wheel that pip installed this package from, if pip recorded it: built by `make wheel`."""
    try:
        told = distribution("clever-sso").read_text("direct_url.json")
    except PackageNotFoundError:
        return []
    url = urlsplit(json.loads(told)["url"] if told else "")
    return [Path(url2pathname(url.path))] if url.scheme == "file" else []


@contextmanager
def started(options: list[str]) -> Iterator[str]:
    """Run the emulator while the block runs. Yields its base URL.

    Raises:
        EmulatorMissing: When the program is missing.
        RuntimeError: When it does not start. The message has its standard error output.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as complaints:
        process = _process([find(), *options], complaints)
        # A failing test raises through this frame, and its report may show the values of these variables.
        del options
        with process:
            try:
                yield _base_url(process, complaints)
            finally:
                _end(process)


def _process(command: list[str], complaints: IO[str]) -> subprocess.Popen[str]:
    """Starts the emulator, which ends when this process ends."""
    if os.name == "posix":
        command = ["/bin/sh", "-c", GUARD, NAME, *command]
    process = subprocess.Popen(  # noqa: S603  (the program is the one that was asked for)
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=complaints,
        text=True,
        # Ctrl-C should only reach the tests; they end the emulator when they are done.
        start_new_session=True,
    )
    # The secrets of the applications are in the command, and errors of `subprocess` show it.
    process.args = NAME
    return process


def _base_url(process: subprocess.Popen[str], complaints: IO[str]) -> str:
    """The first line of the program's output, with a timeout."""
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
        with suppress(BrokenPipeError):
            # A child that was forked in the meantime may keep the pipe open.
            process.stdin.write("\n")
            process.stdin.flush()
        with suppress(BrokenPipeError):
            process.stdin.close()
    if os.name != "posix":
        process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        # The emulator has nothing to save, and no test failed because of it. The process group is the shell and the
        # emulator.
        os.killpg(process.pid, signal.SIGKILL) if os.name == "posix" else process.kill()
        process.wait()
