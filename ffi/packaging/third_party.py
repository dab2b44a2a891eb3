"""Writes the licenses of everything that is linked into something that people install, as their authors ask for.

    python3 third_party.py [PACKAGE [TARGET...]] > LICENSES-THIRD-PARTY.txt

PACKAGE is clever-sso-ffi, unless named. With several targets, the file has what is linked for any of them; without one,
for this machine.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CARGO = os.environ.get("CARGO", "cargo")
BUILT = {
    "clever-sso-ffi": "libclever_sso",
    "clever-sso-python": "The Python package clever-sso",
    "clever-emulator": "clever-emulator",
}
NAMES = ("LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE", "UNLICENSE")
RULE = "=" * 78


def cargo(*arguments: str) -> str:
    """What cargo says."""
    return subprocess.run(  # noqa: S603, cargo is what the caller says it is
        [CARGO, *arguments], check=True, capture_output=True, text=True, cwd=ROOT, encoding="utf-8"
    ).stdout


def host() -> str:
    """The platform that cargo builds for."""
    return next(line.removeprefix("host: ") for line in cargo("-vV").splitlines() if line.startswith("host: "))


def linked(package: str, target: str) -> set[tuple[str, str]]:
    """Name and version of every crate in what is built from `package`."""
    shown = ["--edges", "normal,no-proc-macro", "--prefix", "none", "--format", "{p}"]
    lines = cargo("tree", "--package", package, "--target", target, *shown).splitlines()
    words = [line.split() for line in lines if line.strip()]
    return {(name, version.removeprefix("v")) for name, version, *_ in words}


def texts_of(package: dict[str, Any]) -> list[str]:
    """The license files that stand beside a crate's manifest."""
    folder = Path(package["manifest_path"]).parent
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.name.upper().startswith(NAMES))
    return [path.read_text("utf-8", errors="replace").strip() for path in files]


def main() -> None:
    """Write them all."""
    package, targets = (sys.argv[1:2] or ["clever-sso-ffi"])[0], sys.argv[2:] or [host()]
    wanted = set().union(*(linked(package, target) for target in targets))
    # For these platforms only: cargo would otherwise fetch what is needed on others.
    platforms = [f"--filter-platform={target}" for target in targets]
    packages = json.loads(cargo("metadata", "--locked", "--format-version", "1", *platforms))["packages"]
    others = [one for one in packages if (one["name"], one["version"]) in wanted and one["source"]]
    out = [f"{BUILT[package]} contains {len(others)} libraries of others. Each stands here with its license."]
    for one in sorted(others, key=lambda one: (one["name"], one["version"])):
        terms = one["license"] or "see below"
        out += [
            RULE,
            f"{one['name']} {one['version']} ({terms}) {one['repository'] or ''}".strip(),
            RULE,
            *texts_of(one),
        ]
    sys.stdout.write("\n\n".join(out) + "\n")


if __name__ == "__main__":
    main()
