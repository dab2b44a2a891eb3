"""C programs, compiled against the header and the library as they were built."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

from .paths import INCLUDE, PROGRAMS, RELEASE

if TYPE_CHECKING:
    from pathlib import Path

STRICT = ["-std=c99", "-Wall", "-Wextra", "-pedantic", "-Werror", "-g"]


def compiled(source: Path, *options: str, name: str = "", library: Path = RELEASE) -> Path:
    """Compile `source` with all warnings as errors; give the program. One with other options has a name of its own."""
    PROGRAMS.mkdir(parents=True, exist_ok=True)
    program = PROGRAMS / (name or f"{source.parent.name}-{source.stem}")
    # Another process may be running or making the same program: it sees the old file or the new one, never half of one.
    fresh = program.with_name(f"{program.name}.{os.getpid()}")
    compiler = os.environ.get("CC", "cc")
    search = [f"-I{INCLUDE}", f"-L{library}", f"-Wl,-rpath,{library}"]
    subprocess.run([compiler, *STRICT, *search, str(source), "-lclever_sso", *options, "-o", str(fresh)], check=True)
    fresh.replace(program)
    return program


def environment(**extra: str) -> dict[str, str]:
    """An environment in which the dynamic linker finds the library by its SONAME."""
    return {**os.environ, "LD_LIBRARY_PATH": str(RELEASE), **extra}
