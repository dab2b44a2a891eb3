"""Writes an SBOM for each file of a release, and the checksums of all files.

python3 finish.py dist

The SBOM of FILE is FILE.cdx.json: CycloneDX 1.6, with every crate that is linked into the file, its license and the
checksum of its source. `SHA256SUMS` lists all files, including the SBOMs; `sha256sum --check` reads it.
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
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "ffi" / "packaging"))

import third_party  # noqa: E402  (it is in the folder of the C library's packaging)
import version as release  # noqa: E402
from contents import SBOM, SOURCES, SUMS, Artifact, artifacts  # noqa: E402

ROOT = HERE.parent
OURS = "MIT OR Apache-2.0"
# The serial number is computed from the file, so the same file always gets the same one.
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "clever-sso.release")
COMPILER = re.compile(rb"rustc version (\d+\.\d+\.\d+)(?:-\w+)? \(")

Json = dict[str, Any]


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


def compilers(artifact: Artifact) -> list[str]:
    """Return the compiler versions that are written in the binaries."""
    return sorted({found.decode() for member in artifact.compiled for found in COMPILER.findall(member.data)})


def sbom(artifact: Artifact) -> Json:
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
    for compiler in compilers(artifact):
        name = f"pkg:generic/rust-std@{compiler}"
        components[name] = {
            "type": "library",
            "bom-ref": name,
            "name": "rust-std",
            "version": compiler,
            "purl": name,
            "licenses": [{"expression": OURS}],
        }
        needs[own].add(name)
        needs[name] = set()
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
    for artifact in artifacts(folder):
        text = json.dumps(sbom(artifact), indent=1, sort_keys=True, ensure_ascii=False) + "\n"
        artifact.path.with_name(artifact.name + SBOM).write_text(text, "utf-8", newline="\n")
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    (folder / SUMS).write_text("".join(f"{digest(folder / name)}  {name}\n" for name in files), "utf-8", newline="\n")


if __name__ == "__main__":
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_dir():  # noqa: PLR2004  (one argument)
        sys.exit("name a folder: python3 finish.py dist")
    finish(Path(sys.argv[1]))
