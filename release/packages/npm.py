"""Packs the emulator for npm.

    python3 npm.py --third-party LICENSES --out FOLDER PROGRAM...

The package `clever-emulator` has the command and the helper for tests. Each PROGRAM gets its own package, for one
platform. npm installs only the package for its platform.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import project
from binaries import Platform, platform_of

SOURCES = project.ROOT / "release/npm"
NAME = "clever-emulator"
SCOPE = "@clever-sso/emulator-"
# npm's names for the results of `platform_of`.
SYSTEMS = {"linux": "linux", "windows": "win32", "darwin": "darwin"}
MACHINES = {"x86_64": "x64", "aarch64": "arm64"}

Json = dict[str, Any]


def shared(name: str, description: str) -> Json:
    """Return the fields that all packages have."""
    return {
        "name": name,
        "version": project.VERSION,
        "description": description,
        "keywords": ["clever", "sso", "oauth2", "openid-connect", "testing"],
        "homepage": project.HOME,
        "bugs": f"{project.HOME}/issues",
        "repository": {"type": "git", "url": f"git+{project.REPOSITORY}.git", "directory": "release/npm"},
        "author": project.AUTHORS,
        "license": project.LICENSE,
        "publishConfig": {"access": "public", "provenance": True},
    }


def words_of(platform: Platform) -> tuple[str, str]:
    """Return npm's names for the system and the processor."""
    return SYSTEMS[platform.system], MACHINES[platform.machine]


def write_package(folder: Path, manifest: Json, licenses: dict[str, bytes]) -> None:
    """Write the files that every package has into an empty folder."""
    folder.mkdir(parents=True)
    project.put(f"{json.dumps(manifest, indent=2)}\n".encode(), folder / "package.json")
    for name, text in licenses.items():
        project.put(text, folder / name)


def write_packages(stage: Path, programs: list[Path], licenses: dict[str, bytes]) -> list[Path]:
    """Write all packages below `stage`, each in a folder with its name; return the folders."""
    platforms = [words_of(platform_of(program)) for program in programs]
    names = [f"{SCOPE}{system}-{machine}" for system, machine in platforms]
    if len(set(names)) != len(names):
        raise ValueError(f"two of the programs are for the same platform: {', '.join(names)}")
    for name, (system, machine), program in zip(names, platforms, programs):
        manifest = shared(name, f"The program of clever-emulator for {system} on {machine}")
        write_platform(stage / name, {**manifest, "os": [system], "cpu": [machine]}, program, licenses)
    write_main(stage / NAME, names)
    return [stage / name for name in (*names, NAME)]


def write_platform(folder: Path, manifest: Json, program: Path, licenses: dict[str, bytes]) -> None:
    """Write the package with one program."""
    [system], [machine] = manifest["os"], manifest["cpu"]
    inside = NAME + (".exe" if system == "win32" else "")
    write_package(folder, {**manifest, "preferUnplugged": True, "files": [inside, *licenses]}, licenses)
    text = (
        f"The program of [{NAME}](https://www.npmjs.com/package/{NAME}) for {system} on {machine}. "
        "Install that package: it depends on this one.\n"
    )
    project.put(text.encode(), folder / "README.md")
    project.put(program.read_bytes(), folder / inside, program=True)


def write_main(folder: Path, platforms: list[str]) -> None:
    """Write the package with the command and the helper for tests."""
    own = sorted(path.name for path in SOURCES.iterdir() if path.name != "README.md")
    licenses = {name: (project.ROOT / name).read_bytes() for name in project.LICENSES}
    manifest = shared(NAME, "A Clever to run on your own machine: log in, break things, test")
    manifest.update(
        type="module",
        engines={"node": ">=20"},
        bin={NAME: "bin.js"},
        exports={".": {"types": "./index.d.ts", "default": "./index.js"}},
        files=[*own, *licenses],
        optionalDependencies=dict.fromkeys(sorted(platforms), project.VERSION),
    )
    write_package(folder, manifest, licenses)
    for name in (*own, "README.md"):
        project.put((SOURCES / name).read_bytes(), folder / name, program=name == "bin.js")


def pack(folders: list[Path], out: Path) -> None:
    """Pack the folders with npm. The same files give the same bytes."""
    out.mkdir(parents=True, exist_ok=True)
    for folder in folders:
        command = ["npm", "pack", "--silent", "--ignore-scripts", "--pack-destination", str(out.resolve())]
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)


def main() -> None:
    """Pack all packages."""
    parser = argparse.ArgumentParser(description="Packs the emulator for npm.")
    parser.add_argument("programs", nargs="+", type=Path, metavar="PROGRAM")
    parser.add_argument("--third-party", required=True, type=Path)
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("--unpacked", action="store_true", help="write FOLDER/node_modules instead of archives")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        stage = told.out / "node_modules" if told.unpacked else Path(temporary)
        try:
            folders = write_packages(stage, told.programs, project.licenses(told.third_party))
        except (OSError, ValueError) as error:
            sys.exit(f"npm.py: {error}")
        if not told.unpacked:
            pack(folders, told.out)


if __name__ == "__main__":
    main()
