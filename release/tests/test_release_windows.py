"""The release for Windows in an empty folder under Wine: logins at the emulator, and the Python module.

The package registries have no Python for Windows. So the test loads the wheel's module with a fake python3.dll, which
has every name that the module imports. abi3audit checks that each Python since 3.9 has these names. `CLEVER_RELEASE` is
the output folder of `make release`.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import finish
import pytest
from harness import emulator
from harness import wine as wine_process
from harness.console import log_in_with
from harness.mingw import mingw
from harness.paths import ROOT, VERSION
from platforms import named
from toolchain import PYTHON_TOOLS, TARGET

RELEASE = Path(os.environ.get("CLEVER_RELEASE", ""))
pytestmark = pytest.mark.skipif(not RELEASE.name, reason="long: make test-windows")
WINDOWS = named("x86_64-pc-windows-gnu")
APP = emulator.App("0d1c" * 5, "5ec4e7" * 6, "http://127.0.0.1:9/callback", oidc=True)
SIGNED_IN = "signed in: Ada Ashworth"
# The allowed DLLs, besides those named api-ms-win-....
PART_OF_WINDOWS = {
    "advapi32",
    "bcryptprimitives",
    "crypt32",
    "kernel32",
    "msvcrt",
    "ntdll",
    "python3",
    "userenv",
    "ws2_32",
}
LOADER = """
#include <windows.h>
int main(void)
{
    HMODULE module = LoadLibraryA("_native.pyd");
    return module && GetProcAddress(module, "PyInit__native") ? 0 : (int)GetLastError() + 1;
}
"""


def wheel(name: str) -> Path:
    """Return the only wheel of a package for Windows."""
    (found,) = RELEASE.glob(f"python/{name}-{VERSION}-*{WINDOWS.wheel_tag}.whl")
    return found


@pytest.fixture(scope="module")
def wine() -> Iterator[list[str]]:
    """Run Wine; yield the start of a command line for a program."""
    assert wine_process.is_there(), "Wine was not unpacked: release/debian.sh wine64"
    with wine_process.running() as words:
        yield words


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archives and the wheels, unpacked into an empty folder."""
    folder = tmp_path_factory.mktemp("windows")
    for name in (f"libclever_sso-{VERSION}", f"clever-emulator-{VERSION}"):
        with zipfile.ZipFile(RELEASE / f"{name}-{WINDOWS.triple}.zip") as archive:
            archive.extractall(folder)
    for name in ("clever_sso", "clever_emulator"):
        with zipfile.ZipFile(wheel(name)) as archive:
            archive.extractall(folder / name)
    return folder


def program_of(unpacked: Path, source: str) -> Path:
    """Return the emulator from its archive or its wheel."""
    name = f"clever-emulator-{VERSION}-{WINDOWS.triple}"
    folders = {
        "archive": unpacked / name,
        "wheel": unpacked / f"clever_emulator/clever_emulator-{VERSION}.data/scripts",
    }
    return folders[source] / "clever-emulator.exe"


@pytest.mark.parametrize("source", ["archive", "wheel"])
def test_a_c_program_logs_in_at_the_emulator(
    source: str, unpacked: Path, wine: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, library = program_of(unpacked, source), unpacked / f"libclever_sso-{VERSION}-{WINDOWS.triple}"
    for folder in (program.parent, library / "bin"):
        wine_process.complete(folder)
    login = library / "bin/login.exe"
    search = [f"-I{library}/include", f"-L{library}/lib"]
    mingw("gcc-win32", *search, str(library / "examples/login.c"), "-lclever_sso", "-o", str(login))
    script = tmp_path / "clever-emulator"
    script.write_text(f'#!/bin/sh\nexec {shlex.join([*wine, str(program)])} "$@"\n')
    script.chmod(0o755)
    monkeypatch.setenv("CLEVER_EMULATOR", str(script))
    with emulator.running([APP], "ada") as clever:
        ended = log_in_with([*wine, str(login)], APP, clever, os.environ)
    assert (ended.returncode, ended.stdout[: len(SIGNED_IN)]) == (0, SIGNED_IN), ended.stderr


def test_the_archive_and_the_wheel_have_the_same_emulator(unpacked: Path) -> None:
    assert program_of(unpacked, "archive").read_bytes() == program_of(unpacked, "wheel").read_bytes()


def imported(module: Path) -> dict[str, set[str]]:
    """Return the names that a module imports, by DLL."""
    parts = mingw("objdump", "-p", str(module)).split("DLL Name: ")[1:]
    # The line after the last DLL has only zeros.
    names = r"^\s+[0-9a-f]+\s+(?:\d+\s+|<none>\s+[0-9a-f]{4}\s+)([A-Za-z_]\w*)"
    return {
        part.splitlines()[0].strip().lower().removesuffix(".dll"): set(re.findall(names, part, re.MULTILINE))
        for part in parts
    }


def test_the_python_module_needs_only_windows_and_pythons_stable_abi(unpacked: Path) -> None:
    needed = imported(unpacked / "clever_sso/clever_sso/_native.pyd")
    assert {name for name in needed if not name.startswith("api-ms-win-")} <= PART_OF_WINDOWS
    assert "PyObject_GetAttr" in needed["python3"]
    words = [PYTHON_TOOLS / "abi3audit", "--strict", "--verbose", wheel("clever_sso")]
    ended = subprocess.run(words, check=False, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_windows_loads_the_python_module(unpacked: Path, wine: list[str], tmp_path: Path) -> None:
    module = tmp_path / "_native.pyd"
    module.write_bytes((unpacked / "clever_sso/clever_sso/_native.pyd").read_bytes())
    names = sorted(imported(module)["python3"])
    stand_in = "\n".join(f"__declspec(dllexport) void *{name}[64];" for name in names)
    (tmp_path / "python3.c").write_text(stand_in)
    (tmp_path / "loader.c").write_text(LOADER)
    mingw("gcc-win32", "-shared", "-fno-builtin", str(tmp_path / "python3.c"), "-o", str(tmp_path / "python3.dll"))
    mingw("gcc-win32", str(tmp_path / "loader.c"), "-o", str(tmp_path / "loader.exe"))
    wine_process.complete(tmp_path)
    assert subprocess.run([*wine, str(tmp_path / "loader.exe")], check=False, cwd=tmp_path).returncode == 0


def test_no_file_names_a_folder_of_the_build_machine(unpacked: Path) -> None:
    cargo = Path(os.environ.get("CARGO_HOME", Path.home() / ".cargo"))
    folders = [os.fsencode(folder) + b"/" for folder in (Path.home(), ROOT, TARGET, cargo) if folder != Path("/")]
    for file in (*unpacked.rglob("*.exe"), *unpacked.rglob("*.dll"), *unpacked.rglob("*.pyd")):
        assert [folder for folder in (*folders, b"registry/src") if folder in file.read_bytes()] == [], file


def test_every_file_contains_the_licenses_of_its_linked_crates(unpacked: Path) -> None:
    texts = list(unpacked.rglob("LICENSES-THIRD-PARTY.txt"))
    assert len(texts) == 4
    for text in texts:
        said = text.read_text("utf-8")
        assert {"aws-lc-sys", "windows-sys"} <= set(re.findall(r"^(\S+) \d+\.\d+\.\d+ \(", said, re.MULTILINE))
        assert "\nMinGW-w64 runtime (" in said
        assert "\nwinpthreads\n" in said


def test_every_program_names_its_compilers(unpacked: Path) -> None:
    files = [*unpacked.rglob("clever*.exe"), *unpacked.rglob("clever_sso.dll"), *unpacked.rglob("*.pyd")]
    assert len(files) == 4
    for file in files:
        data = file.read_bytes()
        for runtime in finish.RUNTIMES:
            assert len(finish.named(runtime, data)) == (runtime.name != "llvm-libunwind"), (file, runtime.name)
