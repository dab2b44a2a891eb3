"""Builds the Debian packages: source and binary.

    python3 deb.py --out FOLDER [--built FOLDER | --source]

It copies the files that git tracks, adds `release/debian` as `debian`, and runs dpkg-buildpackage there. With
`--built`, it packs the programs that `make library command emulator` built in that folder; otherwise cargo builds them.
rustup's compilers are accepted instead of Debian's. Other missing packages are reported. With `--source`, it builds
only the source package.
"""

from __future__ import annotations

import argparse
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from email.utils import formatdate
from pathlib import Path
from urllib.parse import urlsplit

import project

SOURCES = project.ROOT / "release/debian"
MAJOR = project.VERSION.split(".", maxsplit=1)[0]
# rustup's newer compilers are accepted instead of these packages.
COMPILERS = ("rustc", "cargo")


def maintainer() -> str:
    """Return the maintainer of the packages; `DEBFULLNAME` and `DEBEMAIL` can set it."""
    name = os.environ.get("DEBFULLNAME", project.AUTHORS)
    return f"{name} <{os.environ.get('DEBEMAIL', 'maintainers@' + str(urlsplit(project.HOME).hostname))}>"


def license_text() -> str:
    """Return the text of the MIT license in the format of debian/copyright."""
    lines = (project.ROOT / "LICENSE-MIT").read_text("utf-8").strip().splitlines()
    return "\n".join(f" {line}" if line.strip() else " ." for line in lines)


def copy_source(folder: Path) -> None:
    """Copy the files that git tracks, and the packaging to the folder that Debian needs."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=project.ROOT, check=True, capture_output=True, text=True)
    for name in filter(None, listing.stdout.split("\0")):
        # Skip deleted files that are not committed yet, and the site's scripts, whose sources are not included.
        if not (project.ROOT / name).is_file() or name.startswith("docs/site/"):
            continue
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        program = bool((project.ROOT / name).stat().st_mode & stat.S_IXUSR)
        project.put((project.ROOT / name).read_bytes(), folder / name, program=program)
    values = {
        "@VERSION@": project.VERSION,
        "@MAJOR@": MAJOR,
        "@HOME@": project.HOME,
        "@MAINTAINER@": maintainer(),
        "@DATE@": formatdate(project.build_time()),
        "@MIT@": license_text(),
    }
    for path in SOURCES.rglob("*"):
        if path.is_dir():
            continue
        text = path.read_text("utf-8")
        for name, value in values.items():
            text = text.replace(name, value)
        # The number of the SONAME is a part of the package name.
        copy = folder / "debian" / path.relative_to(SOURCES)
        if path.name == "libclever-sso.install":
            copy = copy.with_name(f"libclever-sso{MAJOR}.install")
        copy.parent.mkdir(parents=True, exist_ok=True)
        project.put(text.encode(), copy, program=path.name == "rules")


def missing(folder: Path) -> list[str]:
    """Return the missing packages for a build, without compilers that rustup has."""
    command = ["dpkg-checkbuilddeps"]
    told = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True).stderr
    _, _, names = told.strip().partition("dependencies: ")
    found = [name for name in names.split() if name[0].isalpha()]
    return [
        name
        for name in found
        if not any(name.startswith(compiler) and shutil.which(compiler) for compiler in COMPILERS)
    ]


def build(folder: Path, built: Path | None, *, source: bool) -> None:
    """Build all packages in the folder above `folder`."""
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(project.build_time())}
    # dpkg-buildpackage runs make itself.
    for name in (
        "MAKEFLAGS",
        "MAKELEVEL",
        "MFLAGS",
        "MAKEOVERRIDES",
        "DESTDIR",
        "PREFIX",
        "RELEASE",
        "CARGO_TARGET_DIR",
    ):
        environment.pop(name, None)
    if built:
        environment["CLEVER_SSO_BUILT"] = str(built.resolve())
    command = [
        "dpkg-buildpackage",
        "--no-sign",
        "--no-check-builddeps",
        *(["--build=source", "--no-pre-clean"] if source else []),
    ]
    subprocess.run(command, cwd=folder, check=True, env=environment)


def main() -> None:
    """Build the packages and move them to a folder."""
    # The source package contains the modes of its folders.
    os.umask(0o022)
    parser = argparse.ArgumentParser(description="Builds the Debian packages.")
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("--built", type=Path)
    parser.add_argument("--source", action="store_true")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / f"clever-sso-{project.VERSION}"
        folder.mkdir()
        copy_source(folder)
        if not told.source and (names := missing(folder)):
            sys.exit(f"deb.py: these packages are missing: apt-get install {' '.join(names)}")
        build(folder, told.built, source=told.source)
        told.out.mkdir(parents=True, exist_ok=True)
        # The other files are only for an upload to Debian, and describe this machine.
        for made in folder.parent.iterdir():
            if made.name.endswith((".deb", ".dsc", ".tar.xz")):
                shutil.copy(made, told.out)


if __name__ == "__main__":
    main()
