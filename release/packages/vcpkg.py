"""Packs the vcpkg port, with the hashes of the release's archives. Use its folder `ports` with `--overlay-ports`.

python3 vcpkg.py --archives FOLDER --out FOLDER
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from pathlib import Path

import project
from archive import gzipped, tar

SOURCES = project.ROOT / "release/vcpkg"
PORT = "clever-sso"
MACHINES = {"@SHA512_X64@": "x86_64", "@SHA512_ARM64@": "aarch64"}


def hash_of(archives: Path, machine: str) -> str:
    """Return the hash of the C library's archive for a processor."""
    path = archives / f"libclever_sso-{project.VERSION}-{machine}-unknown-linux-gnu.tar.gz"
    return hashlib.sha512(path.read_bytes()).hexdigest()


def main() -> None:
    """Pack the port."""
    parser = argparse.ArgumentParser(description="Packs the port for vcpkg.")
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
    name = f"{PORT}-vcpkg-{project.VERSION}"
    files = {f"{name}/{one}": (project.ROOT / one).read_bytes() for one in project.LICENSES}
    for path in SOURCES.iterdir():
        text = path.read_text("utf-8")
        for mark, value in values.items():
            text = text.replace(mark, value)
        files[f"{name}/ports/{PORT}/{path.name}"] = text.encode()
    told.out.mkdir(parents=True, exist_ok=True)
    (told.out / f"{name}.tar.gz").write_bytes(gzipped(tar(files, project.build_time())))


if __name__ == "__main__":
    main()
