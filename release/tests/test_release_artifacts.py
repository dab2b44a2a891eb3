"""The arguments of `release/artifacts.py`, and its settings for each platform, without a build."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import toolchain
from harness.paths import ROOT
from platforms import PLATFORMS, Platform, named

MUSL = [platform for platform in PLATFORMS if platform.musl]


def refused(*words: str) -> str:
    """Return the error message for a command line."""
    command = [sys.executable, ROOT / "release/artifacts.py", *words]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode != 0
    return done.stderr


def test_a_wrong_argument_is_reported_before_anything_is_built(tmp_path: Path) -> None:
    assert "'dmg'" in refused("--out", str(tmp_path), "--only", "dmg", "host")
    assert "x86_64-unknown-linux-musl" in refused("--out", str(tmp_path), "sparc-sun-solaris")
    assert "--only library" in refused("--out", str(tmp_path), "--built", str(tmp_path), "host")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("platform", MUSL, ids=lambda platform: platform.triple)
def test_only_the_program_is_linked_statically_not_its_dependencies(platform: Platform) -> None:
    flags = toolchain.environment(platform)[f"CARGO_TARGET_{platform.triple.upper().replace('-', '_')}_RUSTFLAGS"]
    assert "-crt-static" in flags
    assert toolchain.as_static(platform, "clever-emulator") == [
        "--config",
        "profile.release.package.clever-emulator.rustflags=['-Ctarget-feature=+crt-static']",
    ]
    assert toolchain.as_static(named("x86_64-unknown-linux-gnu"), "clever-emulator") == []


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda platform: platform.triple)
def test_the_compiler_inherits_no_settings_from_the_callers_environment(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(toolchain, "host", lambda: "x86_64-unknown-linux-gnu")
    for name in toolchain.FOREIGN:
        monkeypatch.setenv(name, "1700000000")
    settings = toolchain.environment(platform)
    assert [name for name in toolchain.FOREIGN if name in settings] == []
    assert settings["CARGO_BUILD_TARGET"] == platform.triple


def test_wheels_have_the_names_that_pip_looks_for() -> None:
    assert [platform.wheel_tag for platform in PLATFORMS] == [
        "manylinux2014_x86_64",
        "manylinux2014_aarch64",
        "musllinux_1_2_x86_64",
        "musllinux_1_2_aarch64",
        "win_amd64",
    ]
