"""Opens every file of a release, and reports missing or unwanted content.

python3 check.py dist

It checks licenses, SBOMs, checksums and versions, and looks for folders of the build machine. It prints a line for each
problem, and exits with 1 if there is one.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "ffi" / "packaging"))

import symbol_versions  # noqa: E402
import third_party  # noqa: E402  (it is in the folder of the C library's packaging)
import version as release  # noqa: E402
from contents import ELF, SBOM, SUMS, Artifact, Member, artifacts  # noqa: E402
from finish import STANDARD_LIBRARY, Versions, digest, is_static, sbom, versions  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = HERE.parent
LICENSES = ("LICENSE-APACHE", "LICENSE-MIT")
THIRD_PARTY = "LICENSES-THIRD-PARTY.txt"
# A Debian package has one file for all licenses.
COPYRIGHT = re.compile(r"(?:.*/)?(?:usr/share/doc/[^/]+|debian)/copyright")
NUMBER = r"(\d+\.\d+\.\d+)"
# The patterns for the version in members.
METADATA = (
    (re.compile(r".*\.dist-info/METADATA|[^/]+/PKG-INFO"), rf"^Version: {NUMBER}$"),
    (re.compile(r"package/package\.json"), rf'^  "version": "{NUMBER}"'),
    (re.compile(r"control"), rf"^Version: {NUMBER}"),
    (re.compile(r".*/clever_sso(?:_static)?\.pc"), rf"^Version: {NUMBER}$"),
    (re.compile(r".*/include/clever_sso\.h"), rf'^#define CLEVER_SSO_VERSION "{NUMBER}"$'),
    (re.compile(r".*/man[13]/.+\.[13]"), rf'^\.TH .+ "clever_sso {NUMBER}"'),
)
LINE = re.compile(r"([0-9a-f]{64})  (\S.*)")


@cache
def builders_folders() -> dict[bytes, str]:
    """Return the paths that name this machine, each with a name for messages."""
    cargo = Path(os.environ.get("CARGO_HOME", Path.home() / ".cargo"))
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    folders = {
        "the home folder": Path.home(),
        "the folder of the sources": ROOT,
        "the target folder": target.absolute(),
        "cargo's folder": cargo,
    }
    return {os.fsencode(path) + b"/": name for name, path in folders.items() if path != Path("/")}


def wrong_folders(member: Member) -> Iterator[str]:
    """Return the folders of the build machine in a file."""
    # Paths of any machine. Only documentation may contain these.
    of_any = {b"registry/src/": "cargo's registry", b"/.cargo/": "a folder of cargo"} if member.is_binary else {}
    # cargo's name for a package that isn't from a registry. Our own scripts, in a source package, also contain it.
    if not member.name.endswith(".py"):
        of_any[b"path+file:///"] = "the folder of a build"
    for folder, name in {**builders_folders(), **of_any}.items():
        if folder in member.data:
            yield f"{member.name} names {name}"


def wrong_versions(artifact: Artifact, version: str) -> Iterator[str]:
    """Return file names and metadata with another version."""
    named = set(re.findall(rf"(?<![\d.]){NUMBER}(?![\d])", artifact.name))
    if version not in named:
        yield f"its name does not have the version {version}"
    for member in artifact.members:
        for path, pattern in METADATA:
            if path.fullmatch(member.name):
                said = re.search(pattern, member.data.decode("utf-8", "replace"), re.MULTILINE)
                if not said or said[1] != version:
                    yield f"{member.name} has version {said[1] if said else 'none'} instead of {version}"


def titles(package: str, target: str) -> list[str]:
    """Return the starts of the lines above the licenses of everything that is linked into a package."""
    crates = [f"{one['name']} {one['version']} (" for one in third_party.crates_of_others(package, target)]
    musl = [third_party.MUSL] if is_static(package, target) else []
    mingw = [third_party.MINGW] if target.endswith("-windows-gnu") else []
    return [*crates, third_party.STANDARD_LIBRARY, *musl, *mingw]


def missing_licenses(artifact: Artifact) -> Iterator[str]:
    """Return the licenses that are missing in a file."""
    if artifact.name.endswith(".dsc"):
        return  # it only lists the files of a source package
    copyrights = [member for member in artifact.members if COPYRIGHT.fullmatch(member.name)]
    have = {member.basename: member for member in artifact.members}
    if not artifact.needs_licenses:
        return
    if artifact.name.endswith(".deb"):
        if not copyrights:
            yield "it has no copyright file"
    elif not copyrights:
        yield from (f"it has no {name}" for name in LICENSES if name not in have)
    compiled = artifact.packages
    # Debian compresses long files.
    others = [member for member in artifact.members if member.basename in {THIRD_PARTY, f"{THIRD_PARTY}.gz"}]
    if compiled and not others:
        yield f"it has no {THIRD_PARTY}"
        return
    texts = [gzip.decompress(one.data) if one.name.endswith(".gz") else one.data for one in others]
    said = b"\n".join(texts).decode("utf-8", "replace")
    for package, target in sorted(compiled):
        lines = set(said.splitlines())
        wanted = titles(package, target)
        lacking = [one.partition(" (")[0] for one in wanted if not any(line.startswith(one) for line in lines)]
        if lacking:
            yield f"{THIRD_PARTY} lacks {len(lacking)} of {package} for {target}: {', '.join(lacking[:3])}"


def missing_symbol_versions(artifact: Artifact) -> Iterator[str]:
    """Return C libraries for Linux whose symbols lack their version."""
    header = symbol_versions.HEADER.read_text("utf-8")
    for member in artifact.compiled:
        if member.package == "clever-sso-ffi" and member.data.startswith(ELF):
            for major, minor in symbol_versions.versions(header):
                node = f"CLEVER_SSO_{major}.{minor}"
                if f"\0{node}\0".encode() not in member.data:
                    yield f"{member.name} has no symbol version {node}: link it with ffi/packaging/shared.sh"


def wrong_sbom(artifact: Artifact, known: Versions) -> Iterator[str]:
    """Report an SBOM that is missing, or belongs to another file."""
    path = artifact.path.with_name(artifact.name + SBOM)
    if not path.exists():
        yield f"it has no SBOM {path.name}: run release/finish.py"
        return
    said, wanted = json.loads(path.read_text("utf-8")), sbom(artifact, known)
    told = said.get("metadata", {}).get("component", {}).get("hashes", [{}])[0].get("content")
    if told != digest(artifact.path):
        yield f"{path.name} is about another file: run release/finish.py again"
    listed = {one["bom-ref"] for one in said.get("components", [])}
    lacking = {one["bom-ref"] for one in wanted["components"]} - listed
    if lacking:
        yield f"{path.name} lacks {', '.join(sorted(lacking)[:3])}"
    if artifact.compiled and not any(name.startswith(f"{STANDARD_LIBRARY}@") for name in listed):
        yield f"{path.name} lacks the version of Rust's standard library: no program in the release names its compiler"


def wrong_sums(folder: Path) -> Iterator[str]:
    """Report missing and wrong checksums, and missing files."""
    path = folder / SUMS
    if not path.exists():
        yield f"{SUMS} is missing: run release/finish.py"
        return
    found = [LINE.fullmatch(line) for line in path.read_text("utf-8").splitlines()]
    if None in found:
        yield f"{SUMS}: line {found.index(None) + 1} cannot be read"
    sums = {one[2]: one[1] for one in found if one}
    files = {one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file()} - {SUMS}
    yield from (f"{SUMS}: {name} is not listed" for name in sorted(files - sums.keys()))
    yield from (f"{SUMS}: {name} is missing" for name in sorted(sums.keys() - files))
    for name in sorted(files & sums.keys()):
        if hashlib.sha256((folder / name).read_bytes()).hexdigest() != sums[name]:
            yield f"{SUMS}: {name} has another checksum"


def problems(artifact: Artifact, version: str, known: Versions) -> Iterator[str]:
    """Return the problems of a file."""
    yield from wrong_versions(artifact, version)
    yield from missing_licenses(artifact)
    yield from missing_symbol_versions(artifact)
    yield from wrong_sbom(artifact, known)
    for member in artifact.members:
        yield from wrong_folders(member)


def check(folder: Path) -> list[str]:
    """Return a line for each problem."""
    version = release.current(ROOT)
    files = artifacts(folder)
    lines = [] if files else [f"{folder}: there is no file to check"]
    known = versions(files)
    for artifact in files:
        lines += [f"{artifact.name}: {problem}" for problem in problems(artifact, version, known)]
    return lines + list(wrong_sums(folder))


def main(arguments: list[str]) -> None:
    """Check a folder."""
    if len(arguments) != 1 or not Path(arguments[0]).is_dir():
        sys.exit("name a folder: python3 check.py dist")
    folder = Path(arguments[0])
    if lines := check(folder):
        sys.stdout.write("\n".join(lines) + "\n")
        sys.exit(1)
    sys.stdout.write(f"{len(artifacts(folder))} files: no problems\n")


if __name__ == "__main__":
    main(sys.argv[1:])
