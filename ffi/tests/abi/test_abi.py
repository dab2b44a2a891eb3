"""The ABI of one SONAME: exported functions never change, and old programs run with a newer library.

`make abi` adds new functions to symbols.txt and clever_sso.abi. It fails if a function changed or was removed.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from harness import emulator
from harness.console import log_in_with
from harness.header import FUNCTIONS, functions_of
from harness.paths import INCLUDE, LIBRARY, RELEASE, ROOT, VERSION
from harness.programs import compiled, environment

if TYPE_CHECKING:
    from pathlib import Path

HERE = ROOT / "ffi/tests/abi"
SYMBOLS, BASELINE, FIRST = HERE / "symbols.txt", HERE / "clever_sso.abi", HERE / "clever_sso-0.1.h"
# Set by `make abi`: write additions instead of comparing.
WRITE = "CLEVER_SSO_WRITE_ABI" in os.environ
# Bits of abidiff's exit code.
ABIDIFF_CHANGED, ABIDIFF_INCOMPATIBLE = 4, 8
APP = emulator.App("0d1c" * 5, "5ec4e7" * 6, "http://127.0.0.1:9/callback", oidc=True)


def versions() -> dict[str, str]:
    """Every exported function, with the version of its symbol: empty if it has none."""
    library = str(RELEASE / "libclever_sso.so")
    listing = subprocess.run(["nm", "-D", "--defined-only", library], check=True, capture_output=True, text=True).stdout
    # The GNU linker also lists the versions themselves, as absolute symbols.
    symbols = [name.partition("@@") for _, kind, name in map(str.split, listing.splitlines()) if kind != "A"]
    return {name: node for name, _, node in symbols}


def exported() -> set[str]:
    return set(versions())


def since() -> dict[str, str]:
    """Every function that was ever exported, with the version that added it. The header names it too."""
    return dict(line.split() for line in SYMBOLS.read_text("utf-8").splitlines())


def symbol_versions(header: str) -> str:
    """The linker's version script for a header."""
    spec = importlib.util.spec_from_file_location("symbol_versions", ROOT / "ffi/packaging/symbol_versions.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return str(module.script(header))


def stand_in(folder: Path, node: str) -> Path:
    """A library with our SONAME and one function, to link a program with. Its symbol has this version, or none."""
    folder.mkdir()
    (folder / "one.c").write_text('const char *clever_sso_version(void) { return "stand-in"; }\n')
    (folder / "program.c").write_text(
        "#include <stdio.h>\nconst char *clever_sso_version(void);\n"
        "int main(void) { return puts(clever_sso_version()) < 0; }\n"
    )
    (folder / "map").write_text(f"{node} {{ global: clever_sso_version; local: *; }};\n")
    script = ["-Wl,--version-script=map"] if node else []
    link = ["cc", "-shared", "-fPIC", f"-Wl,-soname,{LIBRARY}", *script, "one.c", "-o", "libclever_sso.so"]
    subprocess.run(link, check=True, cwd=folder)
    subprocess.run(["cc", "program.c", "-L.", "-lclever_sso", "-o", "program"], check=True, cwd=folder)
    return folder / "program"


def version() -> str:
    return VERSION.rpartition(".")[0]


def interface(header: Path, folder: Path) -> Path:
    """A library made from a header, whose functions do nothing. Its debug information describes the header.

    It is compiled as C++: only there do the functions' types name the enumerations.
    """
    folder.mkdir()
    shutil.copy(header, folder / "clever_sso.h")
    functions = functions_of(header.read_text("utf-8")).values()
    bodies = [
        f"{one.result} {one.name}({', '.join(f'{p.kind} {p.name}' for p in one.parameters) or 'void'})"
        " { __builtin_trap(); }"
        for one in functions
    ]
    (folder / "interface.cpp").write_text("\n".join(['#include "clever_sso.h"', *bodies, ""]))
    options = ["-g", "-shared", "-fPIC", f"-fdebug-prefix-map={folder}=."]
    subprocess.run(["c++", *options, "interface.cpp", "-o", "interface.so"], check=True, cwd=folder)
    return folder / "interface.so"


def described(library: Path, out: Path) -> Path:
    """The output of abidw, without build paths."""
    leave_out = ["--no-corpus-path", "--no-comp-dir-path", "--no-show-locs", "--no-elf-needed"]
    subprocess.run(["abidw", *leave_out, "--type-id-style", "hash", "--out-file", str(out), str(library)], check=True)
    return out


def compare(before: Path, now: Path) -> tuple[int, str]:
    ended = subprocess.run(["abidiff", str(before), str(now)], check=False, capture_output=True, text=True)
    return ended.returncode, ended.stdout + ended.stderr


@pytest.fixture
def abigail() -> None:
    if shutil.which("abidiff") is None or shutil.which("c++") is None:
        pytest.skip("abigail-tools or g++ is not installed")
    if platform.machine() != "x86_64":
        pytest.skip("the description is that of x86_64")


def test_every_listed_symbol_is_exported_and_new_ones_are_listed() -> None:
    known = since()
    assert known.keys() - exported() == set(), "an exported function is gone: programs that use it no longer start"
    if WRITE:
        known = {name: known.get(name, version()) for name in sorted(exported())}
        SYMBOLS.write_text("".join(f"{name} {came}\n" for name, came in known.items()), "utf-8")
    assert exported() == known.keys(), "functions were added: run `make abi`"


def test_the_header_names_the_version_that_added_each_function() -> None:
    said = {name: re.search(r"\nSince (\d+\.\d+)\.$", function.comment) for name, function in FUNCTIONS.items()}
    assert [name for name, found in said.items() if found is None] == []
    assert {name: found[1] for name, found in said.items() if found} == since()


def test_only_what_the_header_declares_is_exported() -> None:
    assert exported() == set(FUNCTIONS)


def test_each_symbol_has_the_version_that_added_it() -> None:
    assert versions() == {name: f"CLEVER_SSO_{came}" for name, came in since().items()}


def test_each_version_in_the_script_inherits_from_the_one_before() -> None:
    script = symbol_versions(
        "// First.\n//\n// Since 0.1.\nconst char *clever_sso_one(void);\n\n"
        "// Later.\n//\n// Since 0.10.\nbool clever_sso_ten(\n    int a);\n\n"
        "// Between.\n//\n// Since 0.2.\nvoid clever_sso_two(void);\n"
    )
    assert script == (
        "CLEVER_SSO_0.1 {\n  global:\n    clever_sso_one;\n  local:\n    *;\n};\n"
        "CLEVER_SSO_0.2 {\n  global:\n    clever_sso_two;\n} CLEVER_SSO_0.1;\n"
        "CLEVER_SSO_0.10 {\n  global:\n    clever_sso_ten;\n} CLEVER_SSO_0.2;\n"
    )
    with pytest.raises(SystemExit, match="clever_sso_new"):
        symbol_versions("// New.\nvoid clever_sso_new(void);\n")


@pytest.mark.usefixtures("abigail")
def test_no_type_or_function_changed(tmp_path: Path) -> None:
    now = interface(INCLUDE / "clever_sso.h", tmp_path / "now")
    if BASELINE.exists():
        code, report = compare(BASELINE, now)
        assert code & ~ABIDIFF_CHANGED == 0, report
        assert "Removed" not in report.replace("0 Removed", ""), report
    if WRITE:
        described(now, BASELINE)
    code, report = compare(BASELINE, now)
    assert code == 0, f"something was added: run `make abi`\n{report}"


@pytest.mark.usefixtures("abigail")
def test_the_current_header_contains_the_first_header(tmp_path: Path) -> None:
    then, now = interface(FIRST, tmp_path / "then"), interface(INCLUDE / "clever_sso.h", tmp_path / "now")
    code, report = compare(then, now)
    assert code & ~ABIDIFF_CHANGED == 0, report
    assert set(functions_of(FIRST.read_text("utf-8"))) <= set(FUNCTIONS)


@pytest.mark.usefixtures("abigail")
@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("uint16_t clever_sso_error_http_status", "uint64_t clever_sso_error_http_status"),
        ("CLEVER_SSO_RESTART = 2", "CLEVER_SSO_RESTART = 4"),
        ("const char *clever_sso_version(void);", ""),
        ("uint64_t now", "uint32_t now"),
    ],
)
def test_abidiff_reports_a_changed_function_or_value(tmp_path: Path, was: str, becomes: str) -> None:
    header = (INCLUDE / "clever_sso.h").read_text("utf-8")
    assert was in header
    changed = tmp_path / "clever_sso.h"
    changed.write_text(header.replace(was, becomes))
    code, report = compare(BASELINE, interface(changed, tmp_path / "now"))
    assert code & (ABIDIFF_CHANGED | ABIDIFF_INCOMPATIBLE), report


@pytest.mark.parametrize("node", ["", "CLEVER_SSO_0.1"])
def test_a_program_linked_with_an_earlier_library_runs(tmp_path: Path, node: str) -> None:
    """Also if it was linked before symbols had versions. The dynamic linker prints no warning."""
    program = stand_in(tmp_path / "then", node)
    ended = subprocess.run([program], env=environment(), capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, f"{VERSION}\n", "")


def test_a_program_that_needs_a_later_version_fails_at_startup_and_names_it(tmp_path: Path) -> None:
    program = stand_in(tmp_path / "later", "CLEVER_SSO_99.1")
    ended = subprocess.run([program], env=environment(), capture_output=True, text=True, check=False)
    assert ended.returncode != 0
    assert ended.stdout == ""
    assert "CLEVER_SSO_99.1" in ended.stderr


def test_a_program_compiled_with_the_first_header_logs_in() -> None:
    # Its own folder comes first in the search path, so the compiler does not find the current header.
    program = compiled(HERE / "program.c")
    with emulator.running([APP], "ada") as clever:
        ended = log_in_with([str(program)], APP, clever, environment())
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.startswith("signed in: Ada Ashworth (student, 1 role, ")
    assert ended.stdout.endswith("to /lessons)\n")
