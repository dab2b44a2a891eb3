"""cargo-c installs the library under the same names as `make install`. ffi/Cargo.toml configures it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from harness import emulator
from harness.console import log_in_with
from harness.length import WHOLE
from harness.paths import RELEASE, ROOT, TARGET

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FACE = ROOT / "ffi"
MANIFEST = tomllib.loads((FACE / "Cargo.toml").read_text("utf-8"))
CAPI = MANIFEST["package"]["metadata"]["capi"]
APP = emulator.App("0d1c" * 5, "5ec4e7" * 6, "http://127.0.0.1:9/callback", oidc=True)


def test_the_feature_that_cargo_c_turns_on_exists_and_changes_nothing() -> None:
    assert MANIFEST["features"]["capi"] == []
    assert "capi" not in "".join(path.read_text("utf-8") for path in (FACE / "src").rglob("*.rs"))


def test_cargo_c_installs_the_committed_header() -> None:
    (asset,) = CAPI["install"]["include"]["asset"]
    assert (FACE / asset["from"]).resolve() == ROOT / "include/clever_sso.h"
    assert (asset["to"], CAPI["header"]["subdirectory"], CAPI["header"]["generation"]) == ("", False, False)
    assert f"{CAPI['header']['name']}.h" == "clever_sso.h"


def test_pkg_config_finds_it_by_the_same_name() -> None:
    told = CAPI["pkg_config"]
    template = FACE / f"packaging/{told['filename']}.pc.in"
    fields = dict(re.findall(r"^(Name|Description): (.+)$", template.read_text("utf-8"), re.MULTILINE))
    assert fields == {"Name": told["name"], "Description": told["description"]}


def test_cargo_c_and_make_give_the_same_soname() -> None:
    shown = subprocess.run(
        ["readelf", "--dynamic", RELEASE / "libclever_sso.so"], check=True, capture_output=True, text=True
    ).stdout
    (soname,) = re.findall(r"\(SONAME\).*\[(.+)\]", shown)
    version = re.findall(r'^version = "(.*)"', (ROOT / "Cargo.toml").read_text("utf-8"), re.MULTILINE)[0]
    numbers = version.split(".")[: CAPI["library"]["version_suffix_components"]]
    assert soname == f"lib{CAPI['library']['name']}.so.{'.'.join(numbers)}"


@pytest.mark.skipif(not WHOLE or shutil.which("cargo-cinstall") is None, reason="long: needs cargo-c")
def test_a_program_logs_in_with_the_library_that_cargo_c_installed(tmp_path: Path) -> None:
    folders = [f"--prefix={tmp_path / 'prefix'}", "--libdir=lib", f"--target-dir={TARGET / 'cargo-c'}"]
    subprocess.run(
        ["cargo", "cinstall", "--package", "clever-sso-ffi", "--locked", "--profile=demo", *folders],
        cwd=ROOT,
        check=True,
    )
    library = tmp_path / "prefix/lib"
    search = {**os.environ, "PKG_CONFIG_PATH": str(library / "pkgconfig")}
    flags = subprocess.run(
        ["pkg-config", "--cflags", "--libs", "clever_sso"], check=True, capture_output=True, text=True, env=search
    ).stdout.split()
    program = [ROOT / "examples/c/login.c", *flags, "-o", tmp_path / "login"]
    subprocess.run(["cc", "-std=c11", *program], check=True)
    with emulator.running([APP], "ada") as clever:
        ended = log_in_with([str(tmp_path / "login")], APP, clever, {**os.environ, "LD_LIBRARY_PATH": str(library)})
    assert (ended.returncode, ended.stdout[:23]) == (0, "signed in: Ada Ashworth"), ended.stderr
