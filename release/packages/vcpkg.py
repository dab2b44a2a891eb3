"""Writes the port for vcpkg, with the hashes of the release's archives: a folder for `--overlay-ports`.

python3 vcpkg.py --archives FOLDER --out FOLDER
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from pathlib import Path

import project

SOURCES = project.ROOT / "release/vcpkg"
PORT = "clever-sso"
MACHINES = {"@SHA512_X64@": "x86_64", "@SHA512_ARM64@": "aarch64"}


def hash_of(archives: Path, machine: str) -> str:
    """The hash of the archive of the C library for a kind of processor."""
    path = archives / f"libclever_sso-{project.VERSION}-{machine}-unknown-linux-gnu.tar.gz"
    return hashlib.sha512(path.read_bytes()).hexdigest()


def main() -> None:
    """Write the port."""
    parser = argparse.ArgumentParser(description="Writes the port for vcpkg.")
    parser.add_argument("--archives", required=True, type=Path)
    parser.add_argument("--out", required=True, type=Path)
    told = parser.parse_args()
    values = {
        "@VERSION@": project.VERSION,
        "@MAJOR@": project.VERSION.split(".", maxsplit=1)[0],
        "@HOME@": project.HOME,
    }
    try:
        values.update((name, hash_of(told.archives, machine)) for name, machine in MACHINES.items())
    except FileNotFoundError as error:
        sys.exit(f"vcpkg.py: {error.filename} is missing: `make release` builds it")
    port = told.out / PORT
    port.mkdir(parents=True, exist_ok=True)
    for path in SOURCES.iterdir():
        text = path.read_text("utf-8")
        for name, value in values.items():
            text = text.replace(name, value)
        (port / path.name).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
