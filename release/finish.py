"""Writes an SBOM for each file of a release, and the checksums of all files.

python3 finish.py dist

The SBOM of FILE is FILE.cdx.json: CycloneDX 1.6, with every crate that is linked into the file, its license and the
checksum of its source, and with what the compilers add: Rust's standard library, an unwinder and a C library.
`SHA256SUMS` lists all files, including the SBOMs; `sha256sum --check` reads it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import re
import subprocess
import sys
import uuid
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "ffi" / "packaging"))

import third_party  # noqa: E402  (it is in the folder of the C library's packaging)
import version as release  # noqa: E402
from contents import SBOM, SOURCES, SUMS, Artifact, artifacts  # noqa: E402

ROOT = HERE.parent
OURS = "MIT OR Apache-2.0"
# The serial number is computed from the file, so the same file always gets the same one.
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "clever-sso.release")
STANDARD_LIBRARY = "pkg:generic/rust-std"
# The version of Rust in a program with the first digits of its commit, and the commit of the standard library.
COMPILER = re.compile(rb"rustc version (\d+\.\d+\.\d+)(?:-\w+)?(?: \(([0-9a-f]{9}))?")
COMMIT = re.compile(rb"/rustc/([0-9a-f]{9})[0-9a-f]{31}/")
# zig contains this version of musl.
MUSL = "1.2.5"

Json = dict[str, Any]
# Versions of what compilers add, by the name and the platform of the program, or the commit of its compiler.
Versions = dict[tuple[str, str], set[str]]


class Runtime(NamedTuple):
    """A library that compilers add to programs."""

    name: str
    license: str
    # Text in a program with the library, and the version in the compiler's name, which a stripped program may lack.
    trace: re.Pattern[bytes]
    version: re.Pattern[bytes]


RUNTIMES = (
    Runtime("rust-std", OURS, re.compile(rb"/rustc/[0-9a-f]{40}/|library/std/src/|rustc version "), COMPILER),
    # In files that zig links. Its linker has the same version.
    Runtime(
        "llvm-libunwind",
        "Apache-2.0 WITH LLVM-exception",
        re.compile(rb"libunwind: malformed "),
        re.compile(rb"Linker: LLD (\d+\.\d+\.\d+)"),
    ),
    # In files for Windows. release/toolchain.py writes the versions into them.
    Runtime(
        "libgcc",
        "GPL-3.0-or-later WITH GCC-exception-3.1",
        re.compile(rb"Mingw-w64 runtime failure:"),
        re.compile(rb"gcc version (\d+\.\d+\.\d+)"),
    ),
    Runtime(
        "mingw-w64",
        "ZPL-2.1 AND MIT AND BSD-3-Clause",
        re.compile(rb"Mingw-w64 runtime failure:"),
        re.compile(rb"mingw-w64 version (\d+\.\d+\.?\d*)"),
    ),
)


def digest(path: Path) -> str:
    """Return the SHA-256 checksum of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


@cache
def checksums() -> dict[tuple[str, str], str]:
    """Return the checksums of the sources of all crates, from Cargo.lock."""
    text = (ROOT / "Cargo.lock").read_text("utf-8")
    pattern = r'^name = "(.+)"\nversion = "(.+)"\nsource = ".+"\nchecksum = "([0-9a-f]{64})"$'
    return {(name, version): checksum for name, version, checksum in re.findall(pattern, text, re.MULTILINE)}


def reference(name: str, version: str) -> str:
    """Return the package URL of a crate."""
    return f"pkg:cargo/{name}@{version}"


def spdx(expression: str) -> str:
    """Return a license expression in SPDX form: some crates still have a slash between alternatives."""
    return re.sub(r"\s*/\s*", " OR ", expression)


def component(crate: Json) -> Json:
    """Return a crate as a component of an SBOM."""
    name, version = crate["name"], crate["version"]
    made: Json = {
        "type": "library",
        "bom-ref": reference(name, version),
        "name": name,
        "version": version,
        "purl": reference(name, version),
        "hashes": [{"alg": "SHA-256", "content": checksums()[name, version]}],
    }
    if crate["license"]:
        made["licenses"] = [{"expression": spdx(crate["license"])}]
    if crate["repository"]:
        made["externalReferences"] = [{"type": "vcs", "url": crate["repository"]}]
    return made


def parts(artifact: Artifact) -> list[tuple[str, str]]:
    """Return our packages in a file, each with its platform. For sources, use this machine's platform."""
    sources = [(package, third_party.host()) for pattern, package in SOURCES if pattern.fullmatch(artifact.name)]
    return sources or sorted(artifact.packages)


def dependencies(package: str, target: str) -> dict[str, set[str]]:
    """Return the dependencies of each linked crate, as references."""
    wanted = third_party.linked(package, target)
    told = third_party.metadata(target)
    names = {one["id"]: (one["name"], one["version"]) for one in told["packages"]}
    return {
        reference(*names[node["id"]]): {
            reference(*names[one["pkg"]])
            for one in node["deps"]
            if names[one["pkg"]] in wanted and any(kind["kind"] is None for kind in one["dep_kinds"])
        }
        for node in told["resolve"]["nodes"]
        if names[node["id"]] in wanted
    }


def is_static(package: str, target: str) -> bool:
    """Return whether a file of ours contains its C library. Libraries for musl use the system's."""
    return target.endswith("-musl") and package in {"clever-emulator", "clever-sso"}


def named(runtime: Runtime, data: bytes) -> set[str]:
    """Return the versions of a library in the compilers' names in a file."""
    return {found[1].decode() for found in runtime.version.finditer(data)}


def versions(files: list[Artifact]) -> Versions:
    """Return the compilers of all files in a release: some programs lack the names that others have."""
    known: Versions = {}
    for artifact in files:
        for member in artifact.compiled:
            for runtime in RUNTIMES:
                at = runtime.name, artifact.platform(member)
                known.setdefault(at, set()).update(named(runtime, member.data))
            for version, commit in set(COMPILER.findall(member.data)):
                known.setdefault(("rust-std", commit.decode()), set()).add(version.decode())
    return known


def runtimes(artifact: Artifact, known: Versions) -> set[tuple[str, str, str]]:
    """Return name, version and license of the libraries that compilers added; the version is empty if it is unknown."""
    found: set[tuple[str, str, str]] = set()
    for member in artifact.compiled:
        platform = artifact.platform(member)
        if is_static(member.package, platform):
            found.add(("musl", MUSL, "MIT"))
        for runtime in RUNTIMES:
            if runtime.trace.search(member.data):
                told = named(runtime, member.data)
                for commit in {one.decode() for one in COMMIT.findall(member.data)}:
                    told |= known.get((runtime.name, commit), set())
                told = told or known.get((runtime.name, platform), set())
                found.update((runtime.name, version, runtime.license) for version in told or {""})
    return found


def sbom(artifact: Artifact, known: Versions) -> Json:
    """Return the SBOM of a file."""
    version = release.current(ROOT)
    own = f"file:{artifact.name}"
    components: dict[str, Json] = {}
    needs: dict[str, set[str]] = {own: set()}
    for package, target in parts(artifact):
        inside = dependencies(package, target)
        crates = {reference(one["name"], one["version"]): one for one in third_party.crates_of_others(package, target)}
        components |= {name: component(crate) for name, crate in crates.items()}
        # Our own crates are the main component, not dependencies.
        for name, asked in inside.items():
            needs.setdefault(name if name in crates else own, set()).update(asked & crates.keys())
    for name, number, terms in runtimes(artifact, known):
        purl = f"pkg:generic/{name}@{number}" if number else f"pkg:generic/{name}"
        made: Json = {
            "type": "library",
            "bom-ref": purl,
            "name": name,
            "purl": purl,
            "licenses": [{"expression": terms}],
        }
        components[purl] = {**made, "version": number} if number else made
        needs[own].add(purl)
        needs[purl] = set()
    total = digest(artifact.path)
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(NAMESPACE, total)}",
        "version": 1,
        "metadata": {
            "timestamp": made_at(),
            "tools": {"components": [{"type": "application", "name": "release/finish.py", "version": version}]},
            "component": {
                "type": "file",
                "bom-ref": own,
                "name": artifact.name,
                "version": version,
                "licenses": [{"expression": OURS}],
                "hashes": [{"alg": "SHA-256", "content": total}],
                "properties": [
                    {"name": "clever_sso:package", "value": f"{package} for {target}"}
                    for package, target in parts(artifact)
                ],
            },
        },
        "components": [components[name] for name in sorted(components)],
        "dependencies": [{"ref": name, "dependsOn": sorted(needs[name])} for name in sorted(needs)],
    }


def made_at() -> str:
    """Return the time of the release: the time of the commit."""
    told = os.environ.get("SOURCE_DATE_EPOCH") or ""
    if not told:
        command = ["git", "log", "-1", "--format=%ct"]
        ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        told = ended.stdout.strip()
    seconds = int(told or 0)
    return dt.datetime.fromtimestamp(seconds, dt.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def finish(folder: Path) -> None:
    """Write the SBOMs and the checksums."""
    for stale in [*folder.rglob(f"*{SBOM}"), *folder.rglob(SUMS)]:
        stale.unlink()
    made = artifacts(folder)
    known = versions(made)
    for artifact in made:
        text = json.dumps(sbom(artifact, known), indent=1, sort_keys=True, ensure_ascii=False) + "\n"
        artifact.path.with_name(artifact.name + SBOM).write_text(text, "utf-8", newline="\n")
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    (folder / SUMS).write_text("".join(f"{digest(folder / name)}  {name}\n" for name in files), "utf-8", newline="\n")


if __name__ == "__main__":
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_dir():  # noqa: PLR2004  (one argument)
        sys.exit("name a folder: python3 finish.py dist")
    finish(Path(sys.argv[1]))
