"""Compiles C programs with the header and the library of the build."""

from __future__ import annotations

import hashlib
import os
import subprocess
import threading
from typing import TYPE_CHECKING

from .paths import INCLUDE, PROGRAMS, RELEASE

if TYPE_CHECKING:
    from pathlib import Path

STRICT = ["-std=c99", "-Wall", "-Wextra", "-pedantic", "-Werror", "-g"]


def compiled(source: Path, *options: str, name: str = "", library: Path = RELEASE) -> Path:
    """Compile `source` with all warnings as errors; return the program, whose name begins with `name`."""
    PROGRAMS.mkdir(parents=True, exist_ok=True)
    # Tests run in several processes at once. The name of a program depends on its text and its options, because another
    # process may be compiling or using the same program.
    kind = hashlib.sha256(repr([source.read_bytes(), options, str(library)]).encode()).hexdigest()[:8]
    program = PROGRAMS / f"{name or f'{source.parent.name}-{source.stem}'}-{kind}"
    fresh = program.with_name(f"{program.name}.{os.getpid()}.{threading.get_ident()}")
    compiler = os.environ.get("CC", "cc")
    search = [f"-I{INCLUDE}", f"-L{library}", f"-Wl,-rpath,{library}"]
    subprocess.run([compiler, *STRICT, *search, str(source), "-lclever_sso", *options, "-o", str(fresh)], check=True)
    fresh.replace(program)
    return program


def environment(**extra: str) -> dict[str, str]:
    """Return an environment in which the dynamic linker finds the library by its SONAME."""
    return {**os.environ, "LD_LIBRARY_PATH": str(RELEASE), **extra}
