"""The release for Linux: it can log a person in from an empty folder, and has the right content.

Programs for another processor run in QEMU. Programs for musl run with Debian's musl. `CLEVER_RELEASE` is the output
folder of `make release`.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path

import finish
import pytest
from harness import emulator
from harness.console import log_in_with
from harness.paths import ROOT
from platforms import PLATFORMS, Platform
from toolchain import DEBIAN, FOLDER, LLVM, PYTHON_TOOLS, TARGET, environment

RELEASE = Path(os.environ.get("CLEVER_RELEASE", ""))
pytestmark = pytest.mark.skipif(not RELEASE.name, reason="long: make test-release")
APP = emulator.App("0d1c" * 5, "5ec4e7" * 6, "http://127.0.0.1:9/callback", oidc=True)
SIGNED_IN = "signed in: Ada Ashworth"
VERSION = re.findall(r'^version = "(.*)"', (ROOT / "Cargo.toml").read_text("utf-8"), re.MULTILINE)[0]
PROMISED_GLIBC = (2, 17)
ARM64 = FOLDER / "arm64"
STRICT = ["-std=c99", "-Wall", "-Wextra", "-Werror"]


def built_for() -> list[Platform]:
    """Return the platforms in the folder. If all were built, every platform in the table is tested."""
    linux = [platform for platform in PLATFORMS if not platform.windows]
    return [platform for platform in linux if not RELEASE.name or list(RELEASE.glob(f"*-{platform.triple}.tar.gz"))]


@dataclass(frozen=True)
class Place:
    """Runs programs of a platform: directly, in QEMU, or with musl's loader."""

    platform: Platform

    def words(self, program: Path, libraries: Path | None = None) -> list[str]:
        """Return the command that runs a program with the shared libraries in one folder."""
        variables = [f"LD_LIBRARY_PATH={libraries}"] if libraries else []
        if self.platform.machine == "aarch64":
            emulated = [str(DEBIAN / "usr/bin/qemu-aarch64-static"), "-L", str(ARM64)]
            return [
                "env",
                "-u",
                "LD_LIBRARY_PATH",
                *emulated,
                *(word for one in variables for word in ("-E", one)),
                str(program),
            ]
        # The system's own programs, such as `env`, must not load libraries for musl.
        loader = [str(DEBIAN / "lib/ld-musl-x86_64.so.1")] if self.platform.musl and libraries else []
        search = ["--library-path", str(libraries)] if loader else []
        plain = ["env", "-u", "LD_LIBRARY_PATH"] if loader or not variables else ["env", *variables]
        return [*plain, *loader, *search, str(program)]

    def script(self, program: Path) -> Path:
        """Write a script that runs a program in this way."""
        path = program.with_name(f"run-{program.name}")
        path.write_text(f'#!/bin/sh\nexec {shlex.join(self.words(program))} "$@"\n')
        path.chmod(0o755)
        return path


@dataclass(frozen=True)
class Unpacked:
    """The archives for a platform, unpacked into an empty folder."""

    place: Place
    library: Path
    emulator: Path


@pytest.fixture(scope="module", params=built_for(), ids=lambda platform: platform.triple)
def platform(request: pytest.FixtureRequest) -> Platform:
    chosen: Platform = request.param
    return chosen


@pytest.fixture(scope="module")
def unpacked(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> Unpacked:
    folder = tmp_path_factory.mktemp("unpacked")
    library, program = (f"{name}-{VERSION}-{platform.triple}" for name in ("libclever_sso", "clever-emulator"))
    for name in (library, program):
        with tarfile.open(RELEASE / f"{name}.tar.gz") as archive:
            archive.extractall(folder, filter="data")
    return Unpacked(Place(platform), folder / library, folder / program / "clever-emulator")


def wheel(name: str, platform: Platform) -> Path:
    """Return the only wheel of a package for a platform."""
    (found,) = RELEASE.glob(f"python/{name}-{VERSION}-*{platform.wheel_tag}*.whl")
    return found


def flags(unpacked: Unpacked, package: str, *words: str) -> list[str]:
    """Return the options for the compiler from pkg-config."""
    search = {**os.environ, "PKG_CONFIG_PATH": str(unpacked.library / "lib/pkgconfig")}
    command = ["pkg-config", "--cflags", "--libs", *words, package]
    return shlex.split(subprocess.run(command, check=True, capture_output=True, text=True, env=search).stdout)


def compiled(unpacked: Unpacked, *, static: bool) -> Path:
    """The C example, compiled for the platform with the unpacked library."""
    program = unpacked.library / ("login-static" if static else "login")
    settings = environment(unpacked.place.platform)
    compiler = settings[f"CC_{unpacked.place.platform.triple.replace('-', '_')}"]
    musl = unpacked.place.platform.musl
    library = flags(unpacked, "clever_sso_static", "--static") if static else flags(unpacked, "clever_sso")
    # zig links statically for musl by default.
    how = ["-static" if static else "-dynamic"] if musl else []
    source = unpacked.library / "share/doc/clever_sso/examples/login.c"
    words = [compiler, *STRICT, *how, str(source), *library, "-o", str(program)]
    subprocess.run(words, check=True, env=settings)
    # A static program for musl runs anywhere.
    assert not (static and musl) or libraries_of(program) == []
    return program


def test_the_static_library_for_musl_needs_no_library_that_gcc_has_only_shared(unpacked: Unpacked) -> None:
    for package in ("clever_sso", "clever_sso_static"):
        assert ("-lgcc_s" in flags(unpacked, package, "--static")) != unpacked.place.platform.musl


@pytest.mark.parametrize("static", [False, True], ids=["shared", "static"])
def test_a_c_program_logs_in_at_the_emulator_of_its_platform(
    unpacked: Unpacked, monkeypatch: pytest.MonkeyPatch, *, static: bool
) -> None:
    program = compiled(unpacked, static=static)
    words = unpacked.place.words(program, None if static else unpacked.library / "lib")
    monkeypatch.setenv("CLEVER_EMULATOR", str(unpacked.place.script(unpacked.emulator)))
    with emulator.running([APP], "ada") as clever:
        ended = log_in_with(words, APP, clever, os.environ)
    assert (ended.returncode, ended.stdout[: len(SIGNED_IN)]) == (0, SIGNED_IN), ended.stderr


def test_the_command_says_its_version(unpacked: Unpacked) -> None:
    words = unpacked.place.words(unpacked.library / "bin/clever-sso")
    shown = subprocess.run([*words, "--version"], check=True, capture_output=True, text=True).stdout
    assert shown.split()[-1] == VERSION


@dataclass(frozen=True)
class Python:
    """A Python with only the wheels installed."""

    words: list[str]
    packages: Path


def python_of(platform: Platform, folder: Path) -> Python:
    """Return a Python of the platform with the wheels of the release."""
    wheels = [str(wheel(name, platform)) for name in ("clever_sso", "clever_emulator")]
    if platform.machine != "aarch64":
        venv.create(folder)
        place = ["-m", "pip", "--python", str(folder / "bin/python"), "install", "-q", "--no-index", "--no-deps"]
        subprocess.run([sys.executable, *place, *wheels], check=True)
        (packages,) = folder.glob("lib/python*/site-packages")
        return Python([str(folder / "bin/python")], packages)
    chosen = [
        "--platform",
        platform.wheel_tag,
        "--python-version",
        "3.11",
        "--only-binary",
        ":all:",
    ]
    into = ["--target", str(folder), "--no-index", "--no-deps", "--no-compile"]
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", *chosen, *into, *wheels], check=True)
    return Python(Place(platform).words(ARM64 / "usr/bin/python3.11"), folder)


def test_python_logs_in_with_the_wheels(platform: Platform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if platform.musl:
        pytest.skip("the package registries have no Python for musl: the C library tests the same code")
    python = python_of(platform, tmp_path / "empty")
    programs = tmp_path / "empty/bin"
    monkeypatch.setenv("CLEVER_EMULATOR", str(Place(platform).script(programs / "clever-emulator")))
    shutil.copy(ROOT / "examples/python/login.py", tmp_path)
    search = {"PYTHONPATH": str(python.packages), "PYTHONDONTWRITEBYTECODE": "1"}
    with emulator.running([APP], "ada") as clever:
        ended = log_in_with([*python.words, str(tmp_path / "login.py")], APP, clever, {**os.environ, **search})
    assert (ended.returncode, ended.stdout[: len(SIGNED_IN)]) == (0, SIGNED_IN), ended.stderr


def native_module(platform: Platform) -> bytes:
    with zipfile.ZipFile(wheel("clever_sso", platform)) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".so"))
        return archive.read(name)


@pytest.mark.parametrize("name", ["clever_sso", "clever_emulator"])
def test_auditwheel_finds_only_what_the_oldest_supported_system_has(
    platform: Platform, name: str, tmp_path: Path
) -> None:
    if platform.musl and name == "clever_sso":
        # auditwheel knows musl only by its name in Alpine. musl's loader treats every `libc.*` as itself.
        module = tmp_path / "_native.abi3.so"
        module.write_bytes(native_module(platform))
        assert libraries_of(module) == ["libc.so"]
        return
    words = [PYTHON_TOOLS / "auditwheel", "show", wheel(name, platform)]
    shown = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    # auditwheel's tag for a program without libraries is any Linux with this processor.
    promised = {"manylinux2014": "manylinux_2_17"}.get(platform.wheel, platform.wheel)
    assert re.search(rf'tag: "(?:{promised}|linux)_{platform.machine}"', shown.replace("\n", " ")), shown


def test_abi3audit_finds_only_what_the_oldest_supported_python_has(platform: Platform) -> None:
    words = [PYTHON_TOOLS / "abi3audit", "--strict", "--verbose", wheel("clever_sso", platform)]
    ended = subprocess.run(words, check=False, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def folders_in(content: bytes) -> set[bytes]:
    """Return the folders of this machine that a file names."""
    cargo = Path(os.environ.get("CARGO_HOME", Path.home() / ".cargo"))
    folders = {os.fsencode(folder) + b"/" for folder in (Path.home(), ROOT, TARGET, cargo) if folder != Path("/")}
    return {folder for folder in {*folders, b"registry/src"} if folder in content}


def test_no_file_names_a_folder_of_the_build_machine(platform: Platform, unpacked: Unpacked) -> None:
    files = [
        unpacked.library / "lib/libclever_sso.so",
        unpacked.library / "lib/libclever_sso.a",
        unpacked.library / "bin/clever-sso",
        unpacked.emulator,
    ]
    assert {file.name: folders_in(file.read_bytes()) for file in files} == {file.name: set() for file in files}
    assert folders_in(native_module(platform)) == set()


def test_no_file_needs_a_newer_c_library_than_promised(platform: Platform, unpacked: Unpacked, tmp_path: Path) -> None:
    module = tmp_path / "_native.abi3.so"
    module.write_bytes(native_module(platform))
    for file in (unpacked.library / "lib/libclever_sso.so", module, unpacked.emulator):
        needed = {(int(major), int(minor)) for major, minor in re.findall(rb"GLIBC_(\d+)\.(\d+)", file.read_bytes())}
        assert max(needed, default=(0, 0)) <= PROMISED_GLIBC
        assert bool(needed) != platform.musl
        # A function that the promised version lacks was linked without a version, so it would be missing at load time.
        assert platform.musl or unversioned(file) == set()


def libraries_of(file: Path) -> list[str]:
    """Return the shared libraries that a file needs."""
    listing = subprocess.run(["readelf", "--dynamic", file], check=True, capture_output=True, text=True).stdout
    return re.findall(r"\(NEEDED\).*\[(.*)\]", listing)


def unversioned(file: Path) -> set[str]:
    """Return the functions that a file needs without a symbol version, except Python's."""
    words = ["nm", "--dynamic", "--undefined-only", "--with-symbol-versions", file]
    listing = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    needed = (line.split() for line in listing.splitlines())
    return {name for kind, name in needed if kind == "U" and "@" not in name and not name.startswith(("Py", "_Py"))}


def test_the_debug_symbols_belong_to_the_library(platform: Platform, unpacked: Unpacked, tmp_path: Path) -> None:
    name = f"libclever_sso-{VERSION}-{platform.triple}-debug"
    with tarfile.open(RELEASE / f"{name}.tar.gz") as archive:
        archive.extractall(tmp_path, filter="data")
    symbols = tmp_path / name / "lib/libclever_sso.so.debug"
    listing = subprocess.run([LLVM / "llvm-nm", symbols], check=True, capture_output=True, text=True).stdout
    assert re.search(r" t .*clever_sso", listing)
    assert folders_in(symbols.read_bytes()) == set()
    # A debugger finds the symbols by the build ID, or by the file name and the checksum in the library.
    library = unpacked.library / "lib/libclever_sso.so"
    assert build_id(symbols) == build_id(library)
    assert set(build_id(library)) != {"0"}
    sections = subprocess.run(["readelf", "--string-dump=.gnu_debuglink", library], check=True, capture_output=True)
    assert b"libclever_sso.so.debug" in sections.stdout


def names_in_gdb(library: Path, folder: Path) -> str:
    """Return the names of internal functions that gdb knows, with a folder of debug symbols."""
    words = ["gdb", "-nx", "-quiet", "-batch", "-iex", f"set debug-file-directory {folder}"]
    shown = [*words, "-ex", "info functions record_debug", library]
    return subprocess.run(shown, check=True, capture_output=True, text=True).stdout.partition("Non-debugging symbols:")[
        2
    ]


def test_gdb_finds_the_symbols_by_the_build_id_and_beside_the_library(
    platform: Platform, unpacked: Unpacked, tmp_path: Path
) -> None:
    if not shutil.which("gdb") or platform.machine != os.uname().machine:
        pytest.skip("gdb for this processor is not installed")
    with tarfile.open(RELEASE / f"libclever_sso-{VERSION}-{platform.triple}-debug.tar.gz") as archive:
        archive.extractall(tmp_path, filter="data")
    (symbols,) = tmp_path.glob("*/lib/libclever_sso.so.debug")
    library = Path(shutil.copy(unpacked.library / "lib/libclever_sso.so", tmp_path / f"libclever_sso.so.{VERSION}"))
    assert names_in_gdb(library, tmp_path / "nothing") == ""
    found = build_id(library)
    named = tmp_path / ".build-id" / found[:2] / f"{found[2:]}.debug"
    named.parent.mkdir(parents=True)
    shutil.copy(symbols, named)
    assert "clever_sso" in names_in_gdb(library, tmp_path)
    shutil.copy(symbols, tmp_path)
    assert "clever_sso" in names_in_gdb(library, tmp_path / "nothing")


def build_id(file: Path) -> str:
    """Return the build ID of a file."""
    notes = subprocess.run(["readelf", "--notes", file], check=True, capture_output=True, text=True).stdout
    (found,) = re.findall(r"Build ID: ([0-9a-f]{40})$", notes, re.MULTILINE)
    return found


def test_every_program_names_its_compilers(platform: Platform, unpacked: Unpacked, tmp_path: Path) -> None:
    module = tmp_path / "_native.abi3.so"
    module.write_bytes(native_module(platform))
    for file in (
        unpacked.library / "lib/libclever_sso.so",
        unpacked.library / "bin/clever-sso",
        unpacked.emulator,
        module,
    ):
        shown = subprocess.run(["readelf", "--string-dump=.comment", file], check=True, capture_output=True, text=True)
        assert re.search(r" rustc version \d+\.\d+\.\d+", shown.stdout), file
        assert re.search(r" Linker: LLD \d+\.\d+\.\d+", shown.stdout), file
        assert build_id(file)


def test_the_sbom_has_the_version_of_musl_that_is_linked() -> None:
    (header,) = PYTHON_TOOLS.parent.glob("lib/python3*/site-packages/ziglang/lib/libc/musl/src/internal/version.h")
    assert f'"{finish.MUSL}"' in header.read_text("utf-8")


def test_every_file_contains_the_licenses_of_its_linked_crates(platform: Platform, unpacked: Unpacked) -> None:
    texts = [
        (unpacked.library / "share/doc/clever_sso/LICENSES-THIRD-PARTY.txt").read_text("utf-8"),
        unpacked.emulator.with_name("LICENSES-THIRD-PARTY.txt").read_text("utf-8"),
    ]
    for name in ("clever_sso", "clever_emulator"):
        with zipfile.ZipFile(wheel(name, platform)) as archive:
            (path,) = (path for path in archive.namelist() if path.endswith("licenses/LICENSES-THIRD-PARTY.txt"))
            (metadata,) = (path for path in archive.namelist() if path.endswith(".dist-info/METADATA"))
            texts.append(archive.read(path).decode())
            assert "\nLicense-File: LICENSES-THIRD-PARTY.txt\n" in archive.read(metadata).decode()
    assert all("aws-lc-sys" in text for text in texts)
    assert all(("\nmusl libc (" in text) == platform.musl for text in texts)
