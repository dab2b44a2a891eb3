"""The C server of `examples/c`, for `monday.py`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from harness.paths import RELEASE, ROOT
from harness.programs import compiled
from logins_servers import Site

if TYPE_CHECKING:
    from collections.abc import Sequence

HEADER = Path("/usr/include/microhttpd.h")


def missing() -> str | None:
    """Return the reason why it cannot run here; `None` if it can."""
    return None if HEADER.exists() else "libmicrohttpd-dev is not installed"


def site() -> Site:
    """The server."""
    folder = ROOT / "examples/c"
    parts = [str(folder / name) for name in ("http.c", "sessions.c", "pages.c")]
    program = compiled(folder / "server.c", *parts, "-O2", "-lmicrohttpd", "-pthread", name="server-bench")

    def command(port: int, _: Path) -> Sequence[str]:
        return ["env", f"PORT={port}", str(program)]

    return Site(command, "/login", "/callback", environment={"LD_LIBRARY_PATH": str(RELEASE)})
