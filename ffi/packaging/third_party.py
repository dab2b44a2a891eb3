"""Writes the licenses of everything that is linked into something that people install, as their authors ask for.

    python3 third_party.py [PACKAGE [TARGET...]] > LICENSES-THIRD-PARTY.txt

PACKAGE is clever-sso-ffi, unless named. With several targets, the file has what is linked for any of them; without one,
for this machine. `release/` asks the same functions what an SBOM has to list.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CARGO = os.environ.get("CARGO", "cargo")
BUILT = {
    "clever-sso-ffi": "libclever_sso",
    "clever-sso-python": "The Python package clever-sso",
    "clever-sso": "The command clever-sso",
    "clever-emulator": "clever-emulator",
}
# The command is in the crate, behind a feature.
FEATURES = {"clever-sso": ("--features", "command")}
NAMES = ("LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE", "UNLICENSE")
RULE = "=" * 78
STANDARD_LIBRARY = "The Rust standard library (MIT OR Apache-2.0) https://github.com/rust-lang/rust"
# The C library, which is not in cargo's registry: musl is a part of programs that need none of the system, and MinGW's
# is a part of everything for Windows. Each with the name of the file that has its license.
MUSL = "musl libc (MIT) https://musl.libc.org"
MINGW = "MinGW-w64 runtime (ZPL-2.1 AND MIT AND BSD-3-Clause) https://www.mingw-w64.org"
C_LIBRARIES = {"-linux-musl": (MUSL, "LICENSE-musl.txt"), "-windows-gnu": (MINGW, "LICENSE-mingw-w64.txt")}


def cargo(*arguments: str) -> str:
    """What cargo says."""
    return subprocess.run(  # noqa: S603, cargo is what the caller says it is
        [CARGO, *arguments], check=True, capture_output=True, text=True, cwd=ROOT, encoding="utf-8"
    ).stdout


@lru_cache
def host() -> str:
    """The platform that cargo builds for."""
    return next(line.removeprefix("host: ") for line in cargo("-vV").splitlines() if line.startswith("host: "))


@lru_cache
def linked(package: str, target: str) -> frozenset[tuple[str, str]]:
    """Name and version of every crate in what is built from `package`."""
    options = ["--locked", "--package", package, *FEATURES.get(package, ()), "--target", target]
    shown = ["--edges", "normal,no-proc-macro", "--prefix", "none", "--format", "{p}"]
    words = [line.split() for line in cargo("tree", *options, *shown).splitlines() if line.strip()]
    return frozenset((name, version.removeprefix("v")) for name, version, *_ in words)


@lru_cache
def metadata(*targets: str) -> dict[str, Any]:
    """What the manifests say, and which crate needs which."""
    # For these platforms only: cargo would otherwise fetch what is needed on others.
    platforms = [f"--filter-platform={target}" for target in targets]
    told: dict[str, Any] = json.loads(cargo("metadata", "--locked", "--format-version", "1", *platforms))
    return told


def crates_of_others(package: str, *targets: str) -> list[dict[str, Any]]:
    """The manifests of the crates from a registry that are in what is built, by name and version."""
    wanted = frozenset().union(*(linked(package, target) for target in targets))
    packages = metadata(*targets)["packages"]
    others = [one for one in packages if (one["name"], one["version"]) in wanted and one["source"]]
    return sorted(others, key=lambda one: (one["name"], one["version"]))


def texts_of(package: dict[str, Any]) -> list[str]:
    """The license files that stand beside a crate's manifest."""
    folder = Path(package["manifest_path"]).parent
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.name.upper().startswith(NAMES))
    return [path.read_text("utf-8", errors="replace").strip() for path in files]


def title(crate: dict[str, Any]) -> str:
    """The line above the licenses of a crate."""
    terms = crate["license"] or "see below"
    return f"{crate['name']} {crate['version']} ({terms}) {crate['repository'] or ''}".strip()


def text(package: str, *targets: str) -> str:
    """All of it."""
    others = crates_of_others(package, *targets)
    out = [f"{BUILT[package]} contains {len(others)} libraries of others. Each stands here with its license."]
    for one in others:
        out += [RULE, title(one), RULE, *texts_of(one)]
    # Rust's own license has the words of ours, without a name in it.
    permission = (ROOT / "LICENSE-MIT").read_text("utf-8").partition("\n\nPermission")
    out += [RULE, STANDARD_LIBRARY, RULE, (permission[1] + permission[2]).strip()]
    for ending, (name, file) in C_LIBRARIES.items():
        if any(target.endswith(ending) for target in targets):
            out += [RULE, name, RULE, Path(__file__).with_name(file).read_text("utf-8").strip()]
    return "\n\n".join(out) + "\n"


def main() -> None:
    """Write it."""
    package, targets = (sys.argv[1:2] or ["clever-sso-ffi"])[0], sys.argv[2:] or [host()]
    sys.stdout.write(text(package, *targets))


if __name__ == "__main__":
    main()
