"""Builds the last commit twice, in two folders, and compares the results byte by byte: `make test-reproducible`.

python3 reproducible.py FOLDER [TARGET...]

The folders have names of different length. Each contains the sources and the build. TARGET is a target of the Makefile;
by default, all in TARGETS. release/tests/test_release_same_bytes.py compares packages of the same programs.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from contents import opened

ROOT = Path(__file__).resolve().parents[1]
PLACES = ("a", "another/place")
TARGETS = ("library", "wheel", "emulator-wheel", "sdist")
# Variables of the surrounding build that make and cargo must not inherit.
FOREIGN = (
    "MAKEFLAGS",
    "MAKELEVEL",
    "MFLAGS",
    "MAKEOVERRIDES",
    "CARGO_TARGET_DIR",
    "PREFIX",
    "DESTDIR",
    "RELEASE",
    "DIST",
)
RESULTS = ("target/release/libclever_sso.so", "target/release/libclever_sso.a", "dist/*", "sources/dist/**/*")


def said(*words: str) -> str:
    """Return the output of git."""
    return subprocess.run(["git", *words], cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()


def checked_out(folder: Path, commit: str) -> Path:
    """Write the sources of a commit, without any build result."""
    sources = folder / "sources"
    sources.mkdir(parents=True)
    archive = subprocess.run(["git", "archive", commit], cwd=ROOT, check=True, capture_output=True)
    subprocess.run(["tar", "-x", "-C", str(sources)], input=archive.stdout, check=True)
    return sources


def build(folder: Path, commit: str, targets: list[str], venv: str) -> dict[str, bytes]:
    """Build in a folder; return the results by their names."""
    sources = checked_out(folder, commit)
    time = said("log", "-1", "--format=%ct", commit)
    environment = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    environment |= {"CARGO_TARGET_DIR": str(folder / "target"), "SOURCE_DATE_EPOCH": time, "CARGO_INCREMENTAL": "0"}
    command = ["make", "--no-print-directory", *targets, f"WHEELS={folder / 'dist'}", f"VENV={venv}"]
    subprocess.run(command, cwd=sources, env=environment, check=True)
    paths = [path for pattern in RESULTS for path in sorted(folder.glob(pattern)) if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def differences(name: str, first: bytes, second: bytes) -> list[str]:
    """Return a line for each member of a file that differs, with the position of the first different byte."""
    if first == second:
        return []
    before, after = ({one.name: one.data for one in opened(name, data)} for data in (first, second))
    lines = [f"{name}: {one} is in one build only" for one in sorted(before.keys() ^ after.keys())]
    for one in sorted(before.keys() & after.keys()):
        if before[one] != after[one]:
            pairs = zip(before[one], after[one])
            at = next((at for at, (left, right) in enumerate(pairs) if left != right), "the end of one")
            lines.append(f"{name}: {one} differs from byte {at} on")
    return lines or [f"{name}: its members are the same, their times, owners or order differ"]


def compare(first: dict[str, bytes], second: dict[str, bytes]) -> list[str]:
    """Return a line for each difference between two builds."""
    lines = [f"{name} was built only once" for name in sorted(first.keys() ^ second.keys())]
    for name in sorted(first.keys() & second.keys()):
        lines += differences(name, first[name], second[name])
    return lines


def main(arguments: list[str]) -> None:
    """Build twice, and compare."""
    if not arguments:
        sys.exit("name a folder: python3 reproducible.py target/reproducible")
    work = Path(arguments[0]).absolute()
    shutil.rmtree(work, ignore_errors=True)
    # The tools are the same for both builds.
    venv = os.environ.get("REPRODUCIBLE_VENV") or str(work / "venv")
    # Another commit may be made during the build.
    commit = said("rev-parse", "HEAD")
    builds = []
    for place in PLACES:
        builds.append(build(work / place, commit, arguments[1:] or [*TARGETS], venv))
        # Each build takes four gigabytes.
        shutil.rmtree(work / place)
    if not builds[0]:
        sys.exit("nothing was built")
    for name, data in builds[0].items():
        sys.stdout.write(f"{hashlib.sha256(data).hexdigest()}  {name}\n")
    if lines := compare(*builds):
        sys.exit("\n".join(lines))
    sys.stdout.write(f"{len(builds[0])} files: the same bytes in both builds\n")


if __name__ == "__main__":
    main(sys.argv[1:])
