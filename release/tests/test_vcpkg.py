"""The vcpkg port is complete, and vcpkg's own scripts build it if they are installed."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from harness import emulator
from harness.console import log_in_with
from harness.length import not_here
from harness.paths import RELEASE, ROOT
from harness.patience import SECONDS

SCRIPT = ROOT / "release/packages/vcpkg.py"
APP = emulator.App("0d1c" * 5, "5ec4e7" * 6, "http://127.0.0.1:9/callback", oidc=True)
VERSION = re.findall(r'^version = "(.*)"', (ROOT / "Cargo.toml").read_text("utf-8"), re.MULTILINE)[0]
# A clone of vcpkg. Its program is not needed: the scripts are CMake's.
VCPKG = os.environ.get("CLEVER_VCPKG")
MACHINES = {"x86_64": "x64", "aarch64": "arm64"}


def write(archives: Path, out: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, SCRIPT, "--archives", archives, "--out", out]
    return subprocess.run(command, check=False, capture_output=True, text=True)


def unpacked(out: Path) -> Path:
    """The port."""
    with tarfile.open(out / f"clever-sso-vcpkg-{VERSION}.tar.gz") as packed:
        packed.extractall(out, filter="data")
    return out / f"clever-sso-vcpkg-{VERSION}/ports/clever-sso"


def archive(folder: Path, machine: str) -> Path:
    return folder / f"libclever_sso-{VERSION}-{machine}-unknown-linux-gnu.tar.gz"


def test_the_port_has_the_hashes_of_the_archives_and_no_placeholder(tmp_path: Path) -> None:
    for machine in MACHINES:
        archive(tmp_path, machine).write_bytes(machine.encode())
    assert write(tmp_path, tmp_path / "ports").returncode == 0
    port = unpacked(tmp_path / "ports")
    texts = {path.name: path.read_text("utf-8") for path in port.iterdir()}
    assert set(texts) == {"vcpkg.json", "portfile.cmake", "clever_sso-config.cmake", "usage"}
    assert [name for name, text in texts.items() if re.search(r"@[A-Z0-9_]+@", text)] == []
    for machine, short in MACHINES.items():
        assert f"set(hash_{short} {hashlib.sha512(machine.encode()).hexdigest()})" in texts["portfile.cmake"]
    manifest = json.loads(texts["vcpkg.json"])
    assert (manifest["name"], manifest["version"]) == ("clever-sso", VERSION)
    # The same text as in the files that `make install` installs.
    libraries = re.findall(r'^system_libraries="(.+)"', (ROOT / "ffi/packaging/install.sh").read_text(), re.MULTILINE)
    assert f'"{libraries[0]}"' in texts["clever_sso-config.cmake"]


def test_a_missing_archive_is_named(tmp_path: Path) -> None:
    done = write(tmp_path, tmp_path / "ports")
    assert done.returncode == 1
    assert archive(tmp_path, "x86_64").name in done.stderr
    assert "make release" in done.stderr
    assert not (tmp_path / "ports").exists()


@pytest.mark.skipif(not VCPKG, reason="long: CLEVER_VCPKG names a clone of vcpkg")
@pytest.mark.parametrize("linkage", ["static", "dynamic"])
def test_a_program_with_the_vcpkg_port_logs_a_person_in(tmp_path: Path, linkage: str) -> None:
    if shutil.which("cmake") is None:
        raise not_here("cmake is not installed")
    machine = os.uname().machine
    folders = {name: tmp_path / name for name in ("downloads", "buildtrees", "packages", "installed")}
    for folder in folders.values():
        folder.mkdir()
    # An archive like the release's, with the library of this run. vcpkg uses downloaded files without a network.
    name = archive(tmp_path, machine).name.removesuffix(".tar.gz")
    layout = {"PREFIX": str(tmp_path / name), "RELEASE": str(RELEASE), "VERSION": VERSION}
    subprocess.run([ROOT / "ffi/packaging/install.sh"], check=True, env={**os.environ, **layout})
    for other in MACHINES:
        with tarfile.open(archive(folders["downloads"], other), "w:gz") as packed:
            packed.add(tmp_path / name, name)
    assert write(folders["downloads"], tmp_path / "ports").returncode == 0
    port = unpacked(tmp_path / "ports")
    triplet = tmp_path / "triplet.cmake"
    triplet.write_text(
        f"set(VCPKG_TARGET_ARCHITECTURE {MACHINES[machine]})\nset(VCPKG_CRT_LINKAGE dynamic)\n"
        f"set(VCPKG_LIBRARY_LINKAGE {linkage})\nset(VCPKG_CMAKE_SYSTEM_NAME Linux)\n"
    )
    # Call the scripts like the vcpkg program.
    settings = {
        "CMD": "BUILD",
        "PORT": "clever-sso",
        "VERSION": VERSION,
        "CURRENT_PORT_DIR": port,
        "TARGET_TRIPLET": "here",
        "TARGET_TRIPLET_FILE": triplet,
        "_HOST_TRIPLET": "here",
        "VCPKG_ROOT_DIR": VCPKG,
        "DOWNLOADS": folders["downloads"],
        "BUILDTREES_DIR": folders["buildtrees"],
        "PACKAGES_DIR": folders["packages"],
        "_VCPKG_INSTALLED_DIR": folders["installed"],
        "_VCPKG_NO_DOWNLOADS": "1",
        "VCPKG_BASE_VERSION": "2026-01-01",
        "VCPKG_FIXUP_ELF_RPATH": "OFF",
    }
    words = [f"-D{setting}={value}" for setting, value in settings.items()]
    done = subprocess.run(
        ["cmake", *words, "-P", f"{VCPKG}/scripts/ports.cmake"],
        check=False,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    package = folders["packages"] / "clever-sso_here"
    assert (package / "share/clever-sso/copyright").stat().st_size > 10_000
    (tmp_path / "program").mkdir()
    listing = "cmake_minimum_required(VERSION 3.13)\nproject(program C)\n" + "\n".join(
        line.strip() for line in (package / "share/clever-sso/usage").read_text("utf-8").splitlines()[2:]
    )
    source = f"add_executable(main {ROOT / 'examples/c/login.c'})\n"
    (tmp_path / "program/CMakeLists.txt").write_text(listing.replace("target_link", f"{source}target_link"))
    configure = ["cmake", "-S", tmp_path / "program", "-B", tmp_path / "built", f"-DCMAKE_PREFIX_PATH={package}"]
    subprocess.run([*configure, "-DCMAKE_C_STANDARD=99"], check=True, capture_output=True)
    subprocess.run(["cmake", "--build", tmp_path / "built"], check=True, capture_output=True)
    search = {"LD_LIBRARY_PATH": str(package / "lib")} if linkage == "dynamic" else {}
    plain = {word: value for word, value in os.environ.items() if word != "LD_LIBRARY_PATH"}
    with emulator.running([APP], "ada") as clever:
        ended = log_in_with([str(tmp_path / "built/main")], APP, clever, {**plain, **search})
    assert (ended.returncode, ended.stdout[:23]) == (0, "signed in: Ada Ashworth"), ended.stderr
