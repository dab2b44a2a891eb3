"""Writes the linker's version script of libclever_sso: each function has the version that added it, as the header says.

python3 symbol_versions.py > libclever_sso.map
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

HEADER = Path(__file__).resolve().parents[2] / "include" / "clever_sso.h"
# The end of a comment, and the function below it.
DECLARED = re.compile(r"^// Since (\d+)\.(\d+)\.\n[a-z][^;(]*?\b(clever_sso_\w+)\(", re.MULTILINE)
FUNCTION = re.compile(r"^[a-z][^;(/]*?\b(clever_sso_\w+)\([^)]*\);", re.MULTILINE)


def versions(header: str) -> dict[tuple[int, int], list[str]]:
    """The functions by the version that added them, oldest first."""
    found: dict[tuple[int, int], list[str]] = {}
    for major, minor, name in DECLARED.findall(header):
        found.setdefault((int(major), int(minor)), []).append(name)
    missing = set(FUNCTION.findall(header)) - {name for names in found.values() for name in names}
    if missing or not found:
        raise SystemExit(f"{HEADER.name} does not say since when these exist: {', '.join(sorted(missing)) or 'all'}")
    return {version: sorted(found[version]) for version in sorted(found)}


def script(header: str) -> str:
    """The version script. What is not listed is not exported."""
    lines = []
    before = ""
    for (major, minor), names in versions(header).items():
        node = f"CLEVER_SSO_{major}.{minor}"
        local = [] if before else ["  local:", "    *;"]
        lines += [f"{node} {{", "  global:", *(f"    {name};" for name in names), *local, f"}}{before};"]
        before = f" {node}"
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(script(HEADER.read_text("utf-8")))
