"""The tools of MinGW, from where the build unpacked them."""

from __future__ import annotations

import subprocess

from .paths import TARGET

DEBIAN = TARGET / "toolchain/debian"


def mingw(tool: str, *arguments: str) -> str:
    """Run a tool of MinGW; give what it prints."""
    program = DEBIAN / f"usr/bin/x86_64-w64-mingw32-{tool}"
    return subprocess.run([program, *arguments], check=True, capture_output=True, text=True).stdout
