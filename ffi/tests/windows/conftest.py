"""Fixtures for the tests of the Windows library: the unpacked archive, Wine, and a compiler for test programs."""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from harness import wine as wine_process
from harness.mingw import mingw
from harness.paths import ROOT
from harness.programs import STRICT

# The logins are the same as in the demo.
sys.path.insert(0, str(ROOT / "examples/demo"))

SOURCES = ["core/src/**/*.rs", "ffi/src/*.rs", "ffi/windows/*", "include/*.h", "examples/c/*.c", "Cargo.lock"]


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Unpack the latest archive of `make dist-windows`."""
    archives = sorted((ROOT / "dist").glob("libclever_sso-*-x86_64-pc-windows-gnu.zip"))
    if not archives:
        pytest.skip("there is no clever_sso.dll: make dist-windows")
    made = archives[-1].stat().st_mtime
    if any(source.stat().st_mtime > made for pattern in SOURCES for source in ROOT.glob(pattern)):
        pytest.skip("clever_sso.dll is older than its source: make dist-windows")
    folder = tmp_path_factory.mktemp("windows")
    with zipfile.ZipFile(archives[-1]) as archive:
        archive.extractall(folder)
    return folder / archives[-1].stem


@pytest.fixture(scope="session")
def wine() -> Iterator[list[str]]:
    """Start Wine. Returns the command that runs a program."""
    if not wine_process.is_there():
        pytest.skip("Wine was not unpacked: release/debian.sh wine64")
    with wine_process.running() as words:
        yield words


@pytest.fixture(scope="session")
def program(package: Path, wine: list[str]) -> Callable[[Path], list[str]]:
    """A function that compiles a C source next to the DLL, and returns the command that runs it."""
    wine_process.complete(package / "bin")

    def compiled(source: Path) -> list[str]:
        made = package / f"bin/{source.stem}.exe"
        search = [f"-I{package}/include", f"-L{package}/lib"]
        mingw("gcc-win32", *STRICT, *search, str(source), "-lclever_sso", "-o", str(made))
        return [*wine, str(made)]

    return compiled
