"""Builds the Debian packages: source and binary.

    python3 deb.py --out FOLDER [--built FOLDER | --source]

It copies the files that git knows, and `release/debian` as their `debian`, and lets dpkg-buildpackage build there. With
`--built`, the programs come from that folder, where `make library command emulator` left them; otherwise cargo builds
them. The compilers of rustup may stand in for Debian's: what else is missing is named. With `--source`, it builds no
program.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from email.utils import formatdate
from pathlib import Path
from urllib.parse import urlsplit

import project

SOURCES = project.ROOT / "release/debian"
MAJOR = project.VERSION.split(".", maxsplit=1)[0]
# Debian's own may be missing where rustup has newer ones.
COMPILERS = ("rustc", "cargo")


def maintainer() -> str:
    """Who the packages say they are from; `DEBFULLNAME` and `DEBEMAIL` may say so."""
    name = os.environ.get("DEBFULLNAME", project.AUTHORS)
    return f"{name} <{os.environ.get('DEBEMAIL', 'maintainers@' + str(urlsplit(project.HOME).hostname))}>"


def license_text() -> str:
    """The text of the MIT license, as debian/copyright wants it."""
    lines = (project.ROOT / "LICENSE-MIT").read_text("utf-8").strip().splitlines()
    return "\n".join(f" {line}" if line.strip() else " ." for line in lines)


def copy_source(folder: Path) -> None:
    """Copy what git knows, and the packaging where Debian looks for it."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=project.ROOT, check=True, capture_output=True, text=True)
    for name in filter(None, listing.stdout.split("\0")):
        # What was removed and not yet committed, and scripts of the site, which are there without their sources.
        if not (project.ROOT / name).is_file() or name.startswith("docs/site/"):
            continue
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(project.ROOT / name, folder / name)
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
        # The name of a package has the number of the SONAME in it.
        copy = folder / "debian" / path.relative_to(SOURCES)
        if path.name == "libclever-sso.install":
            copy = copy.with_name(f"libclever-sso{MAJOR}.install")
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(text, "utf-8")
    (folder / "debian/rules").chmod(0o755)


def missing(folder: Path) -> list[str]:
    """The packages that a build needs and that are not here, without compilers where there are others."""
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
    """Build all packages, beside `folder`."""
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(project.build_time())}
    # dpkg-buildpackage starts a make of its own.
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
    """Build them, and leave them in a folder."""
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
        # The other files are for an upload to Debian, and describe this machine.
        for made in folder.parent.iterdir():
            if made.name.endswith((".deb", ".dsc", ".tar.xz")):
                shutil.copy(made, told.out)


if __name__ == "__main__":
    main()
