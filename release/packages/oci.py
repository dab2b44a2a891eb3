"""Writes the container image of the emulator, without a container engine.

    python3 oci.py --third-party LICENSES --out FILE PROGRAM...

FILE is an archive with an OCI image layout, which podman, docker (since version 25) and skopeo read. Each PROGRAM is a
static Linux program for another processor. `release/oci/Containerfile` lists the content of the image.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import project
from archive import File, gzipped, tar
from binaries import platform_of

CONTAINERFILE = project.ROOT / "release/oci/Containerfile"
PROGRAM = "clever-emulator"
# The name of the image after it is loaded.
NAME = f"localhost/{PROGRAM}"
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
LABELS = {
    "org.opencontainers.image.title": PROGRAM,
    "org.opencontainers.image.description": "A Clever to run on your own machine: log in, break things, test",
    "org.opencontainers.image.version": project.VERSION,
    "org.opencontainers.image.url": project.HOME,
    "org.opencontainers.image.source": project.REPOSITORY,
    "org.opencontainers.image.licenses": project.LICENSE,
}

Json = dict[str, Any]


def instructions() -> tuple[list[str], Json]:
    """Return the files that the Containerfile copies, and the settings of the container."""
    copied: list[str] = []
    settings: Json = {}
    for line in CONTAINERFILE.read_text("utf-8").splitlines():
        word, _, rest = line.partition(" ")
        if not line or line.startswith("#") or line == "FROM scratch":
            continue
        if word == "COPY" and rest.endswith(" /"):
            copied += rest.split()[:-1]
        elif word == "USER":
            settings["User"] = rest
        elif word == "EXPOSE":
            settings["ExposedPorts"] = {rest: {}}
        elif word == "STOPSIGNAL":
            settings["StopSignal"] = rest
        elif word in {"ENTRYPOINT", "CMD"}:
            settings[word.capitalize()] = json.loads(rest)
        else:
            raise ValueError(f"{CONTAINERFILE}: this script does not know {line!r}")
    return copied, settings


class Layout:
    """Collects the files of an OCI image layout."""

    def __init__(self) -> None:
        self.files: dict[str, File | bytes] = {}

    def blob(self, media_type: str, content: bytes | Json) -> Json:
        """Add a blob; return its descriptor."""
        data = content if isinstance(content, bytes) else json.dumps(content, sort_keys=True).encode()
        digest = hashlib.sha256(data).hexdigest()
        self.files[f"blobs/sha256/{digest}"] = data
        return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": len(data)}


def image(layout: Layout, program: Path, licenses: dict[str, bytes]) -> Json:
    """Add the image of one program; return its descriptor."""
    built_for = platform_of(program)
    if built_for.system != "linux" or not built_for.static:
        raise ValueError(f"{program} is not a static program for Linux: an image without a C library cannot run it")
    files: dict[str, File | bytes] = {PROGRAM: File(program.read_bytes(), program=True), **licenses}
    copied, settings = instructions()
    layer = tar({name: files[name] for name in copied}, project.build_time())
    created = datetime.fromtimestamp(project.build_time(), timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    platform = {"os": "linux", "architecture": ARCHITECTURES[built_for.machine]}
    config = {
        **platform,
        "created": created,
        "author": project.AUTHORS,
        "config": {**settings, "Labels": LABELS},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(layer).hexdigest()}"]},
        "history": [{"created": created, "created_by": f"COPY {' '.join(copied)} /"}],
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": layout.blob(CONFIG, config),
        "layers": [layout.blob(LAYER, gzipped(layer))],
        "annotations": LABELS,
    }
    return {**layout.blob(MANIFEST, manifest), "platform": platform}


def archive(programs: list[Path], licenses: dict[str, bytes]) -> bytes:
    """Return the archive with an image for each program, all with one tag: the version."""
    layout = Layout()
    images = sorted((image(layout, program, licenses) for program in programs), key=lambda one: str(one["platform"]))
    machines = [one["platform"]["architecture"] for one in images]
    if len(set(machines)) != len(machines):
        raise ValueError(f"two of the programs are for the same machine: {', '.join(machines)}")
    named = {
        "org.opencontainers.image.ref.name": project.VERSION,
        "io.containerd.image.name": f"{NAME}:{project.VERSION}",
    }
    entry = images[0]
    if len(images) > 1:
        entry = layout.blob(INDEX, {"schemaVersion": 2, "mediaType": INDEX, "manifests": images, "annotations": LABELS})
    index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [{**entry, "annotations": named}]}
    layout.files["index.json"] = json.dumps(index, sort_keys=True).encode()
    layout.files["oci-layout"] = b'{"imageLayoutVersion": "1.0.0"}'
    return tar(layout.files, project.build_time())


def main() -> None:
    """Write the archive."""
    parser = argparse.ArgumentParser(description="Writes the image of the emulator.")
    parser.add_argument("programs", nargs="+", type=Path, metavar="PROGRAM")
    parser.add_argument("--third-party", required=True, type=Path)
    parser.add_argument("--out", required=True, type=Path)
    told = parser.parse_args()
    try:
        written = archive(told.programs, project.licenses(told.third_party))
    except (OSError, ValueError) as error:
        sys.exit(f"oci.py: {error}")
    told.out.parent.mkdir(parents=True, exist_ok=True)
    told.out.write_bytes(written)


if __name__ == "__main__":
    main()
