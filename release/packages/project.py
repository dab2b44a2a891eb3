"""Reads the metadata in Cargo.toml, and the files that every package contains."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LICENSES = ("LICENSE-APACHE", "LICENSE-MIT")
THIRD_PARTY = "LICENSES-THIRD-PARTY.txt"
CARGO = (ROOT / "Cargo.toml").read_text("utf-8")


def field(name: str) -> str:
    """Return a string from the shared fields of all crates."""
    found = re.search(rf'^{name} = "(.+)"$', CARGO, re.MULTILINE)
    if not found:
        raise LookupError(f"Cargo.toml has no line `{name} = ...`")
    return found[1]


VERSION = field("version")
HOME = field("homepage")
REPOSITORY = field("repository")
LICENSE = field("license")
AUTHORS = "The clever_sso developers"


def build_time() -> int:
    """Return the time for every archive, in Unix seconds: SOURCE_DATE_EPOCH, or the time of the last commit."""
    set_time = os.environ.get("SOURCE_DATE_EPOCH")
    if set_time:
        return int(set_time)
    command = ["git", "log", "-1", "--format=%ct"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return int(told.stdout) if told.returncode == 0 else 0


def put(content: bytes, path: Path, *, program: bool = False) -> None:
    """Write a file for a package, with the same mode whatever the caller's umask is."""
    path.write_bytes(content)
    path.chmod(0o755 if program else 0o644)


def licenses(third_party: Path) -> dict[str, bytes]:
    """Return the license files by their names; `third_party` has the licenses of the linked crates."""
    return {**{name: (ROOT / name).read_bytes() for name in LICENSES}, THIRD_PARTY: third_party.read_bytes()}
