"""The header, the library and the C example, as a C developer meets them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from harness import emulator
from harness.browser import Browser
from harness.paths import INCLUDE, RELEASE, ROOT
from harness.programs import compiled, environment

if TYPE_CHECKING:
    from pathlib import Path

APP = emulator.App("0d1c" * 5, "5ec4e7" * 6, "http://127.0.0.1:9/callback", oidc=True)


def test_only_what_the_header_declares_is_exported() -> None:
    listing = subprocess.run(
        ["nm", "-D", "--defined-only", str(RELEASE / "libclever_sso.so")], check=True, capture_output=True, text=True
    ).stdout
    exported = {line.split()[2] for line in listing.splitlines()}
    declared = set(re.findall(r"\b(clever_sso_\w+)\(", (INCLUDE / "clever_sso.h").read_text()))
    called_in_the_opening_example = {name for name in declared if not name.startswith("clever_sso_")}
    assert exported == declared - called_in_the_opening_example


def test_the_library_names_the_version_it_is_compatible_with() -> None:
    shown = subprocess.run(
        ["readelf", "-d", str(RELEASE / "libclever_sso.so")], check=True, capture_output=True, text=True
    ).stdout
    assert "Library soname: [libclever_sso.so.0]" in shown


def test_the_stripped_library_stays_under_six_megabytes() -> None:
    assert (RELEASE / "libclever_sso.so").stat().st_size < 6_000_000


def log_in_with(program: list[str], clever: str) -> subprocess.CompletedProcess[str]:
    settings = {
        "CLEVER_CLIENT_ID": APP.client_id,
        "CLEVER_CLIENT_SECRET": APP.secret,
        "CLEVER_REDIRECT_URI": APP.redirect_uri,
        "CLEVER_BASE_URL": clever,
    }
    pipe = subprocess.PIPE
    with subprocess.Popen(program, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=environment(**settings)) as run:
        assert run.stdout
        assert run.stdin
        url = run.stdout.readline().removeprefix("open ").strip()
        out, err = run.communicate(Browser(clever).callback(url) + "\n", timeout=60)
    return subprocess.CompletedProcess(program, run.returncode, out, err)


def test_the_example_logs_in_and_leaves_no_memory_behind() -> None:
    if shutil.which("valgrind") is None:
        pytest.skip("valgrind is not installed")
    program = compiled(ROOT / "examples/c/login.c")
    checked = ["valgrind", "--quiet", "--leak-check=full", "--errors-for-leak-kinds=definite", "--error-exitcode=9"]
    with emulator.running([APP], "ada") as clever:
        ended = log_in_with([*checked, str(program)], clever)
    assert (ended.returncode, ended.stdout[:23]) == (0, "signed in: Ada Ashworth"), ended.stderr


def test_a_wrong_environment_is_named_and_nothing_crashes() -> None:
    program = compiled(ROOT / "examples/c/login.c")
    bare = {name: value for name, value in environment().items() if not name.startswith("CLEVER_")}
    for arguments, complaint in [([], "set CLEVER_CLIENT_ID"), (["protal"], "protal is no entry")]:
        ended = subprocess.run([program, *arguments], env=bare, capture_output=True, text=True, check=False)
        assert ended.returncode == 2
        assert complaint in ended.stderr


def test_make_install_gives_all_that_a_stranger_needs(tmp_path: Path) -> None:
    if shutil.which("pkg-config") is None:
        pytest.skip("pkg-config is not installed")
    prefix = tmp_path / "prefix"
    # The libraries are built already; make would otherwise ask cargo again, which needs its own environment.
    subprocess.run(["make", "-s", "-C", str(ROOT), "install", f"PREFIX={prefix}"], check=True)
    search = {**os.environ, "PKG_CONFIG_PATH": str(prefix / "lib/pkgconfig")}
    asked = ["pkg-config", "--cflags", "--libs", "clever_sso"]
    flags = subprocess.run(asked, check=True, capture_output=True, text=True, env=search).stdout.split()
    program = tmp_path / "login"
    subprocess.run(["cc", str(ROOT / "examples/c/login.c"), *flags, "-o", str(program)], check=True)
    found = {**os.environ, "LD_LIBRARY_PATH": str(prefix / "lib")}
    ended = subprocess.run([program, "nowhere"], env=found, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (2, "nowhere is no entry: login, portal, instant or implicit\n")
