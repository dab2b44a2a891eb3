"""The header, the library and the C example, as a C developer uses them."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from harness import emulator
from harness.console import log_in_with
from harness.paths import LIBRARY, RELEASE, ROOT
from harness.programs import compiled, environment

APP = emulator.App("0d1c" * 5, "5ec4e7" * 6, "http://127.0.0.1:9/callback", oidc=True)


def test_the_library_names_the_version_it_is_compatible_with() -> None:
    shown = subprocess.run(
        ["readelf", "-d", str(RELEASE / "libclever_sso.so")], check=True, capture_output=True, text=True
    ).stdout
    assert f"Library soname: [{LIBRARY}]" in shown


def test_the_stripped_library_stays_under_six_megabytes() -> None:
    assert (RELEASE / "libclever_sso.so").stat().st_size < 6_000_000


def test_the_example_logs_in_and_leaks_no_memory() -> None:
    if shutil.which("valgrind") is None:
        pytest.skip("valgrind is not installed")
    program = compiled(ROOT / "examples/c/login.c")
    checked = ["valgrind", "--quiet", "--leak-check=full", "--errors-for-leak-kinds=definite", "--error-exitcode=9"]
    with emulator.running([APP], "ada") as clever:
        ended = log_in_with([*checked, str(program)], APP, clever, environment())
    assert (ended.returncode, ended.stdout[:23]) == (0, "signed in: Ada Ashworth"), ended.stderr


def test_a_missing_setting_or_unknown_entry_is_named_in_the_error() -> None:
    program = compiled(ROOT / "examples/c/login.c")
    bare = {name: value for name, value in environment().items() if not name.startswith("CLEVER_")}
    for arguments, complaint in [([], "set CLEVER_CLIENT_ID"), (["protal"], "unknown entry protal")]:
        ended = subprocess.run([program, *arguments], env=bare, capture_output=True, text=True, check=False)
        assert ended.returncode == 2
        assert complaint in ended.stderr
