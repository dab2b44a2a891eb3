"""The files of `make install` and `make dist` are all a developer needs, with pkg-config and with CMake."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from harness import emulator
from harness.console import log_in_with
from harness.paths import LIBRARY, RELEASE, ROOT, TARGET, VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator

APP = emulator.App("0d1c" * 5, "5ec4e7" * 6, "http://127.0.0.1:9/callback", oidc=True)
MAJOR, MINOR, _ = map(int, VERSION.split("."))
# The tarball of `make dist`, which has its own build of the library.
TARBALL = os.environ.get("CLEVER_TARBALL")
WHEELS = Path(os.environ.get("CLEVER_DIST", ROOT / "dist"))
# `make dist` and `make dist-wheel` promise to work with this glibc and later.
PROMISED_GLIBC = (2, 17)
GUIDE = (ROOT / "docs/c.md").read_text("utf-8")
EXPECTED = {
    "include/clever_sso.h",
    "lib/libclever_sso.a",
    "lib/libclever_sso.so",
    f"lib/{LIBRARY}",
    f"lib/libclever_sso.so.{VERSION}",
    "lib/pkgconfig/clever_sso.pc",
    "lib/pkgconfig/clever_sso_static.pc",
    "lib/cmake/clever_sso/clever_sso-config.cmake",
    "lib/cmake/clever_sso/clever_sso-config-version.cmake",
    "share/man/man3/clever_sso.3",
    "share/man/man3/clever_sso_begin_login.3",
    "share/doc/clever_sso/LICENSE-APACHE",
    "share/doc/clever_sso/LICENSE-MIT",
    "share/doc/clever_sso/LICENSES-THIRD-PARTY.txt",
    "share/doc/clever_sso/c.md",
    "share/doc/clever_sso/examples/login.c",
    "share/doc/clever_sso/examples/server.c",
    "share/doc/clever_sso/examples/Makefile",
}


def wheel_of_this_machine() -> Path:
    """A release has wheels for other platforms too."""
    (wheel,) = WHEELS.glob(f"clever_sso-*manylinux_*_{platform.machine()}.whl")
    return wheel


def make(*words: str) -> None:
    # The library is already built. Without -o, make would run cargo again, which needs its own environment.
    subprocess.run(["make", "-s", "-C", str(ROOT), "-o", "library", *words], check=True)


def files_below(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}


@pytest.fixture(scope="module")
def clever() -> Iterator[str]:
    with emulator.running([APP], "ada") as base_url:
        yield base_url


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new prefix with only the library in it."""
    prefix = tmp_path_factory.mktemp("installed") / "prefix"
    make("install", f"PREFIX={prefix}")
    return prefix


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked tarball: the one of `make dist`, or the library of this run, packed the same way."""
    folder = tmp_path_factory.mktemp("unpacked")
    if TARBALL:
        tarball = Path(TARBALL)
    else:
        packs = [sys.executable, str(ROOT / "release/artifacts.py"), "--out", str(folder), "--only", "library"]
        subprocess.run([*packs, "--built", str(RELEASE), "host"], check=True, capture_output=True)
        (tarball,) = folder.glob("*.tar.gz")
    name = tarball.name.removesuffix(".tar.gz")
    assert re.fullmatch(r"libclever_sso-\d+\.\d+\.\d+-\w+(-\w+)+", name)
    with tarfile.open(tarball) as archive:
        archive.extractall(folder / "here", filter="data")
    return folder / "here" / name


@pytest.fixture(params=["installed", "unpacked"])
def prefix(request: pytest.FixtureRequest) -> Path:
    place: Path = request.getfixturevalue(request.param)
    return place


def needs(program: str) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")


def logs_in(program: Path, prefix: Path, clever: str, *, static: bool) -> None:
    """Log in with `program`. It finds the shared library only if it is linked with it."""
    search = {} if static else {"LD_LIBRARY_PATH": str(prefix / "lib")}
    environment = {name: value for name, value in os.environ.items() if name != "LD_LIBRARY_PATH"}
    ended = log_in_with([str(program)], APP, clever, {**environment, **search})
    assert (ended.returncode, ended.stdout[:23]) == (0, "signed in: Ada Ashworth"), ended.stderr


def says_what_is_missing(server: Path, prefix: Path) -> bool:
    """Whether the server starts and names the first missing setting."""
    bare = {"PATH": os.environ["PATH"], "LD_LIBRARY_PATH": str(prefix / "lib")}
    ended = subprocess.run([server], env=bare, capture_output=True, text=True, check=False)
    return (ended.returncode, ended.stderr) == (2, "set CLEVER_CLIENT_ID\n")


def test_every_file_is_installed(prefix: Path) -> None:
    assert files_below(prefix) >= EXPECTED
    assert (prefix / "lib/libclever_sso.so").resolve().name == f"libclever_sso.so.{VERSION}"


def folders_in(content: bytes) -> set[bytes]:
    """The folders of this machine that a file names."""
    cargo = Path(os.environ.get("CARGO_HOME", Path.home() / ".cargo"))
    folders = {os.fsencode(folder) + b"/" for folder in (Path.home(), ROOT, TARGET, cargo) if folder != Path("/")}
    return {folder for folder in {*folders, b"registry/src"} if folder in content}


@pytest.mark.parametrize("library", ["libclever_sso.so", "libclever_sso.a"])
def test_the_library_names_no_folder_of_the_build_machine(prefix: Path, library: str) -> None:
    assert folders_in((prefix / "lib" / library).read_bytes()) == set()


def test_the_python_package_names_no_folder_of_the_build_machine() -> None:
    with zipfile.ZipFile(wheel_of_this_machine()) as archive:
        (module,) = (name for name in archive.namelist() if name.endswith(".so"))
        assert folders_in(archive.read(module)) == set()


@pytest.mark.skipif(not TARBALL, reason="long: make test-all")
def test_the_tarball_needs_no_newer_glibc_than_promised(unpacked: Path) -> None:
    assert newest_glibc((unpacked / "lib/libclever_sso.so").read_bytes()) <= PROMISED_GLIBC


def test_the_python_package_needs_no_newer_glibc_than_promised() -> None:
    # With a tarball of `make dist`, the wheel of `make dist-wheel`. Otherwise the wheel of this run, for this machine.
    wheel = wheel_of_this_machine()
    named = re.search(r"[-.]manylinux_(\d+)_(\d+)_", wheel.name)
    assert named
    promised = (int(named[1]), int(named[2]))
    assert not TARBALL or promised == PROMISED_GLIBC
    with zipfile.ZipFile(wheel) as archive:
        (module,) = (name for name in archive.namelist() if name.endswith(".so"))
        assert newest_glibc(archive.read(module)) <= promised


def newest_glibc(content: bytes) -> tuple[int, int]:
    """The newest glibc version that a library needs a symbol of."""
    return max((int(major), int(minor)) for major, minor in re.findall(rb"GLIBC_(\d+)\.(\d+)", content))


@pytest.mark.parametrize("static", [False, True], ids=["shared", "static"])
def test_the_makefile_of_the_example_finds_the_library_with_pkg_config(
    prefix: Path, clever: str, tmp_path: Path, *, static: bool
) -> None:
    needs("pkg-config")
    shutil.copytree(ROOT / "examples/c", tmp_path / "c")
    search = {**os.environ, "PKG_CONFIG_PATH": str(prefix / "lib/pkgconfig")}
    package = "clever_sso_static" if static else "clever_sso"
    subprocess.run(["make", "-s", "-C", tmp_path / "c", "login", f"PACKAGE={package}"], check=True, env=search)
    logs_in(tmp_path / "c/login", prefix, clever, static=static)
    if Path("/usr/include/microhttpd.h").exists():
        subprocess.run(["make", "-s", "-C", tmp_path / "c", "server", f"PACKAGE={package}"], check=True, env=search)
        assert says_what_is_missing(tmp_path / "c/server", prefix)


@pytest.mark.parametrize("command", re.findall(r"^cc .*", GUIDE, re.MULTILINE))
def test_the_commands_of_the_guide_compile_its_program(
    installed: Path, clever: str, tmp_path: Path, command: str
) -> None:
    needs("pkg-config")
    (first,) = re.findall(r"^```c\n([^`]*int main\([^`]*)```", GUIDE, re.MULTILINE)
    (tmp_path / "first.c").write_text(first)
    search = {**os.environ, "PKG_CONFIG_PATH": str(installed / "lib/pkgconfig")}
    subprocess.run(["bash", "-c", command], check=True, cwd=tmp_path, env=search)
    logs_in(tmp_path / "first", installed, clever, static="static" in command)


@pytest.mark.parametrize("static", [False, True], ids=["shared", "static"])
def test_cmake_finds_the_package(prefix: Path, clever: str, tmp_path: Path, *, static: bool) -> None:
    needs("cmake")
    chosen = [f"-DCMAKE_PREFIX_PATH={prefix}", f"-DSTATIC={'ON' if static else 'OFF'}"]
    configure = ["cmake", "-S", str(ROOT / "examples/c"), "-B", str(tmp_path), *chosen]
    subprocess.run(configure, check=True, capture_output=True)
    subprocess.run(["cmake", "--build", str(tmp_path)], check=True, capture_output=True)
    logs_in(tmp_path / "login", prefix, clever, static=static)
    if (tmp_path / "server").exists():
        assert says_what_is_missing(tmp_path / "server", prefix)


@pytest.mark.parametrize(
    ("version", "fits"),
    [(f"{MAJOR}.{MINOR}", True), (f"{MAJOR}.0.0", True), (f"{MAJOR}.{MINOR + 1}", False), (f"{MAJOR + 1}.0", False)],
)
def test_cmake_refuses_an_incompatible_version(installed: Path, tmp_path: Path, version: str, *, fits: bool) -> None:
    needs("cmake")
    listing = f"cmake_minimum_required(VERSION 3.13)\nproject(asking C)\nfind_package(clever_sso {version} REQUIRED)\n"
    (tmp_path / "CMakeLists.txt").write_text(listing)
    command = ["cmake", "-S", str(tmp_path), "-B", str(tmp_path / "build"), f"-DCMAKE_PREFIX_PATH={installed}"]
    assert (subprocess.run(command, check=False, capture_output=True).returncode == 0) == fits


def test_the_static_library_has_only_the_public_symbols(installed: Path) -> None:
    listing = subprocess.run(
        ["gcc-nm", "-g", "--defined-only", str(installed / "lib/libclever_sso.a")],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    names = {line.split()[2] for line in listing.splitlines() if len(line.split()) == 3}
    assert len(names) > 150
    assert {name for name in names if not name.startswith("clever_sso_")} == set()


def test_the_static_library_is_only_machine_code(installed: Path) -> None:
    # readelf would show LLVM's code in sections of their own.
    command = ["readelf", "--sections", "--wide", str(installed / "lib/libclever_sso.a")]
    listing = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert " .text" in listing
    assert " .llvmbc" not in listing
    assert " .llvmcmd" not in listing


def linked_with(prefix: Path) -> set[str]:
    """The options for the linker in the files for pkg-config and CMake, after the name of the library."""
    texts = [path.read_text() for path in (prefix / "lib").rglob("*") if path.suffix in {".pc", ".cmake"}]
    return set(re.findall(r"(?:private: |libclever_sso\.a |LIBRARIES \")(-l[^\"\n]*)", "\n".join(texts)))


def test_the_files_for_musl_name_only_libraries_that_can_be_linked_statically(installed: Path, tmp_path: Path) -> None:
    built = tmp_path / "built"
    built.mkdir()
    (built / "empty.c").write_text("int clever_sso_nothing;\n")
    # Its C library is not glibc.
    compile_it = ["cc", "-nostdlib", "-fPIC", str(built / "empty.c")]
    subprocess.run([*compile_it, "-shared", "-o", str(built / "libclever_sso.so")], check=True)
    subprocess.run([*compile_it, "-c", "-o", str(built / "empty.o")], check=True)
    subprocess.run(["ar", "rcs", str(built / "libclever_sso.a"), str(built / "empty.o")], check=True)
    (built / "LICENSES-THIRD-PARTY.txt").touch()
    settings = {"RELEASE": str(built), "PREFIX": str(tmp_path / "prefix"), "VERSION": VERSION, "PYTHON": sys.executable}
    subprocess.run([ROOT / "ffi/packaging/install.sh"], check=True, env={**os.environ, **settings})
    assert linked_with(tmp_path / "prefix") == {"-lgcc_eh -lgcc -lc"}
    assert linked_with(installed) == {"-lgcc_s -lutil -lrt -lpthread -lm -ldl -lc"}


def test_destdir_with_other_folders_installs_and_uninstalls(tmp_path: Path) -> None:
    needs("pkg-config")
    folders = ["PREFIX=/usr", "LIBDIR=/usr/lib/x86_64-linux-gnu", f"DESTDIR={tmp_path}"]
    make("install", *folders)
    library = tmp_path / "usr/lib/x86_64-linux-gnu"
    search = {**os.environ, "PKG_CONFIG_PATH": str(library / "pkgconfig"), "PKG_CONFIG_SYSROOT_DIR": str(tmp_path)}
    asked = ["pkg-config", "--variable=libdir", "clever_sso"]
    shown = subprocess.run(asked, check=True, capture_output=True, text=True, env=search).stdout
    assert shown.strip().endswith("/usr/lib/x86_64-linux-gnu")
    assert "../../include" in (library / "cmake/clever_sso/clever_sso-config.cmake").read_text()
    make("uninstall", *folders)
    assert files_below(tmp_path) == set()
