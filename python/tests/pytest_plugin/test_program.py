"""Where the fixtures look for the emulator: wherever a target of `make` puts it."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from clever_sso.testing import program
from harness.paths import ROOT


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine on which no emulator is, seen from a project that is not the source of this package."""
    project = tmp_path / "project"
    project.mkdir()
    for name in ("CLEVER_EMULATOR", "CARGO_TARGET_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "venv/bin/python"))
    monkeypatch.setattr(program.sysconfig, "get_path", lambda _: str(tmp_path / "venv/scripts"))
    monkeypatch.setattr(program, "__file__", str(tmp_path / "venv/lib/clever_sso/testing/program.py"))
    monkeypatch.setattr(program, "_wheel", list)
    monkeypatch.chdir(project)
    return tmp_path


def built(path: Path, age: int = 0) -> str:
    """An emulator at this path, so many seconds old."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n", "utf-8")
    path.chmod(0o755)
    os.utime(path, (1_000_000 - age, 1_000_000 - age))
    return str(path)


def source(folder: Path) -> Path:
    """A folder with the source of this package, as far as anybody can see."""
    for file in ("emulator/Cargo.toml", "python/clever_sso/__init__.py"):
        (folder / file).parent.mkdir(parents=True)
        (folder / file).write_text("", "utf-8")
    return folder


@pytest.mark.usefixtures("alone")
def test_without_one_the_error_says_how_to_get_it() -> None:
    with pytest.raises(program.EmulatorMissing, match=r"pip install clever-emulator.*make emulator.*CLEVER_EMULATOR"):
        program.find()


@pytest.mark.parametrize("place", ["venv/bin", "venv/scripts", "bin"])
def test_an_installed_one_is_found(alone: Path, place: str) -> None:
    expected = built(alone / place / program.NAME)
    # One that was built comes after it.
    built(source(alone / "src") / "target/release" / program.NAME)
    assert program.find() == expected


@pytest.mark.parametrize("start", ["package", "wheel", "folder"])
@pytest.mark.parametrize("profile", program.PROFILES)
def test_a_built_one_is_found(alone: Path, monkeypatch: pytest.MonkeyPatch, start: str, profile: str) -> None:
    root = source(alone / "src")
    expected = built(root / "target" / profile / program.NAME)
    if start == "package":
        monkeypatch.setattr(program, "__file__", str(root / "python/clever_sso/testing/program.py"))
    elif start == "wheel":
        monkeypatch.setattr(program, "_wheel", lambda: [root / "dist/clever_sso-0.1.0.whl"])
    else:
        (root / "examples").mkdir()
        monkeypatch.chdir(root / "examples")
    assert program.find() == expected


def test_the_newest_of_those_that_were_built_is_taken(alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = source(alone / "src")
    monkeypatch.chdir(root)
    built(root / "target/release" / program.NAME, age=20)
    newest = built(root / "target/demo" / program.NAME, age=10)
    assert program.find() == newest
    monkeypatch.setenv("CARGO_TARGET_DIR", str(alone / "elsewhere"))
    assert program.find() == newest
    elsewhere = built(alone / "elsewhere/release" / program.NAME)
    assert program.find() == elsewhere


def test_nothing_is_run_that_lies_in_another_project(alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = alone / "other"
    built(other / "target/release" / program.NAME)
    monkeypatch.chdir(other)
    with pytest.raises(program.EmulatorMissing):
        program.find()


def test_pip_tells_which_wheel_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    url = json.dumps({"url": "file:///home/ada/clever%20sso/dist/clever_sso-0.1.0.whl"})
    monkeypatch.setattr(program, "distribution", lambda _: SimpleNamespace(read_text=lambda _: url))
    found = program._wheel()  # noqa: SLF001  (a test of one step)
    assert found == [Path("/home/ada/clever sso/dist/clever_sso-0.1.0.whl")]
    monkeypatch.setattr(program, "distribution", lambda _: SimpleNamespace(read_text=lambda _: None))
    assert program._wheel() == []  # noqa: SLF001  (as above)


def test_each_target_of_make_that_builds_an_emulator_puts_it_where_it_is_looked_for() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    lines = [line for line in makefile.splitlines() if "build" in line and "-p clever-emulator" in line]
    profiles = {
        (re.findall(r"--profile (\S+)", line) or ["release" if "--release" in line else "debug"])[0] for line in lines
    }
    assert profiles == {"release", "demo"}
    assert profiles <= set(program.PROFILES)
