"""Runs the MinGW tools that the build unpacked."""

from __future__ import annotations

import subprocess

from .paths import TARGET

DEBIAN = TARGET / "toolchain/debian"


def mingw(tool: str, *arguments: str) -> str:
    """Run a MinGW tool; return its output."""
    program = DEBIAN / f"usr/bin/x86_64-w64-mingw32-{tool}"
    return subprocess.run([program, *arguments], check=True, capture_output=True, text=True).stdout
