"""clever_sso.dll as a Windows developer gets it: from its archive, linked in two ways, run under Wine.

Without the archive, only the tests that do not need Windows run. `make test-windows` builds it and runs all tests.
"""

from __future__ import annotations

import dataclasses
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from demo import ENTRIES, JOSE, OAUTH, OIDC, OTHER, PUBLIC, Entry, log_in
from harness import emulator
from harness.hostile import FOLDER, wrong_verdicts
from harness.mingw import DEBIAN, mingw
from harness.paths import INCLUDE, RELEASE, ROOT, TARGET

HERE = Path(__file__).parent
DECLARED = set(re.findall(r"^[^/\n]*\b(clever_sso_\w+)\(", (INCLUDE / "clever_sso.h").read_text(), re.MULTILINE))
PART_OF_WINDOWS = {"bcryptprimitives", "crypt32", "kernel32", "msvcrt", "ntdll", "ws2_32"}

Compile = Callable[[Path], list[str]]


def test_the_definition_file_names_exactly_what_the_library_exports() -> None:
    definition = subprocess.run(
        [ROOT / "ffi/windows/exports.sh"], check=True, capture_output=True, text=True
    ).stdout.splitlines()
    listing = subprocess.run(
        ["nm", "-D", "--defined-only", RELEASE / "libclever_sso.so"], check=True, capture_output=True, text=True
    ).stdout
    assert definition[:2] == ["LIBRARY clever_sso.dll", "EXPORTS"]
    assert [line.strip() for line in definition[2:]] == sorted(
        line.split()[2].partition("@")[0] for line in listing.splitlines() if line.split()[1] != "A"
    )


def test_the_dll_exports_only_what_the_header_declares(package: Path) -> None:
    described = mingw("objdump", "-p", str(package / "bin/clever_sso.dll"))
    names = described.partition("[Ordinal/Name Pointer] Table")[2].partition("\n\n")[0]
    assert set(re.findall(r"\] (?:\+base\[.*?\] +\w+ )?(\w+)$", names, re.MULTILINE)) == DECLARED


def test_the_dll_needs_only_dlls_that_are_part_of_windows(package: Path) -> None:
    described = mingw("objdump", "-p", str(package / "bin/clever_sso.dll"))
    needed = {name.lower() for name in re.findall(r"DLL Name: (\S+)\.dll", described)}
    assert {name for name in needed if not name.startswith("api-ms-win-core-")} <= PART_OF_WINDOWS


def test_the_dll_names_its_version_and_no_build_folder(package: Path) -> None:
    content = (package / "bin/clever_sso.dll").read_bytes()
    assert "Log in with Clever".encode("utf-16-le") in content
    told = [place for place in (ROOT, TARGET, Path.home()) if str(place).encode() in content]
    assert told == []


def test_the_archive_has_the_licenses_of_all_linked_code(package: Path) -> None:
    held = re.findall(
        r"^(\S+) \d+\.\d+\.\d+ \(", (package / "LICENSES-THIRD-PARTY.txt").read_text("utf-8"), re.MULTILINE
    )
    # Only Windows libraries contain the second one.
    assert {"aws-lc-sys", "windows-sys"} <= set(held)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_every_kind_of_login_has_the_expected_outcome(entry: Entry, package: Path, program: Compile) -> None:
    with emulator.running([OIDC, OAUTH, PUBLIC, OTHER]) as clever:
        result = log_in(entry, program(package / "examples/login.c"), clever)
    assert result.right, result


def test_a_name_with_non_ascii_letters_arrives_as_utf8(package: Path, program: Compile) -> None:
    with emulator.running([OIDC], JOSE.sign_in_number) as clever:
        assert log_in(ENTRIES[0], program(package / "examples/login.c"), clever).person == "José Núñez"


def test_a_changed_id_token_is_refused(package: Path, program: Compile) -> None:
    refused = dataclasses.replace(ENTRIES[0], proof="id_token_signature")
    with emulator.running([OIDC], "ada") as clever:
        result = log_in(refused, program(package / "examples/login.c"), f"{clever}/s/id-token-changed")
    assert result.right, result


def test_invalid_tokens_are_refused_and_unusual_valid_ones_accepted(program: Compile) -> None:
    assert wrong_verdicts(program(FOLDER / "verify.c"), os.environ) == {}


@pytest.mark.usefixtures("program")
def test_an_msvc_style_linker_accepts_the_import_library(package: Path, wine: list[str]) -> None:
    parts, made = [str(package / "bin/start.obj"), str(package / "lib/clever_sso.lib")], package / "bin/start.exe"
    mingw("gcc-win32", "-c", "-ffreestanding", f"-I{package}/include", str(HERE / "start.c"), "-o", parts[0])
    # There may also be an older one, which `make release` uses for Linux.
    linker = max(DEBIAN.glob("usr/bin/lld-link-*"), key=lambda path: int(path.name.rpartition("-")[2]))
    subprocess.run(
        [linker, *parts, "/nodefaultlib", "/entry:start", "/subsystem:console", f"/out:{made}"],
        env={**os.environ, "LD_LIBRARY_PATH": str(DEBIAN / "usr/lib/x86_64-linux-gnu")},
        check=True,
    )
    version = package.name.split("-")[1]
    assert subprocess.run([*wine, made], check=False).returncode == ord(version[0])
