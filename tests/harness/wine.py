"""Runs Wine without an installation or a home folder: with its own server and a small temporary drive."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from subprocess import DEVNULL
from typing import TYPE_CHECKING

from .mingw import DEBIAN, mingw
from .patience import MANY_STEPS_SECONDS, SECONDS, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAMS = DEBIAN / "usr/lib/wine"
WINDOWS = DEBIAN / "usr/lib/x86_64-linux-gnu/wine/x86_64-windows"


def is_there() -> bool:
    """Whether Wine was unpacked."""
    return (PROGRAMS / "wine64").exists()


def complete(folder: Path) -> None:
    """Put a DLL beside a program that every Windows has, but Wine 8 lacks."""
    mingw(
        "gcc-win32",
        "-shared",
        str(Path(__file__).with_name("bcryptprimitives.c")),
        "-o",
        f"{folder}/bcryptprimitives.dll",
    )


@contextmanager
def running() -> Iterator[list[str]]:
    """Run Wine's server with its own files; yield the start of a command line for a Windows program."""
    with tempfile.TemporaryDirectory(prefix="wine-") as folder:
        prefix = Path(folder)
        _lay_out(prefix)
        settings = [
            f"LD_LIBRARY_PATH={DEBIAN / 'usr/lib/x86_64-linux-gnu'}",
            f"WINEPREFIX={prefix}",
            f"TMPDIR={prefix}",
            "WINEDEBUG=-all",
            # Use the DLLs in place: copying all of them takes 15 seconds and 700 MB.
            "WINEBOOTSTRAPMODE=1",
        ]
        words = ["env", "-u", "DISPLAY", *settings]
        with subprocess.Popen([*words, str(PROGRAMS / "wineserver64"), "--foreground", "--persistent"]) as server:
            try:
                _wait_for(prefix, server)
                program = ["timeout", str(MANY_STEPS_SECONDS), *words, str(PROGRAMS / "wine64")]
                # The first program starts services that keep its output open, so start one whose output isn't read.
                subprocess.run(
                    [*program, WINDOWS / "hostname.exe"], check=True, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL
                )
                yield program
            finally:
                # Only this signal makes the server end all Windows programs before itself.
                server.send_signal(signal.SIGINT)
                server.wait(SECONDS)


def _lay_out(prefix: Path) -> None:
    system = prefix / "drive_c/windows/system32"
    system.mkdir(parents=True)
    (prefix / ".update-timestamp").write_text("disable\n")
    (prefix / "dosdevices").mkdir()
    (prefix / "dosdevices/c:").symlink_to("../drive_c")
    (prefix / "dosdevices/z:").symlink_to("/")
    # The only DLL that Debian has in a separate package.
    shutil.copy(DEBIAN / "usr/x86_64-w64-mingw32/lib/zlib1.dll", system)


def _wait_for(prefix: Path, server: subprocess.Popen[bytes]) -> None:
    def listens() -> bool:
        for address in prefix.glob("wine-*/server-*/socket"):
            with socket.socket(socket.AF_UNIX) as probe:
                if probe.connect_ex(str(address)) == 0:
                    return True
        return False

    wait_for(listens, "wineserver to listen", server)
