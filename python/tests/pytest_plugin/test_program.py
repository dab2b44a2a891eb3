"""Where the fixtures search for the emulator: in every place where a `make` target puts it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path
from types import SimpleNamespace

import pytest
from clever_sso.testing import Emulator, program
from harness.paths import ROOT
from harness.patience import SECONDS, wait_for


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine without an emulator, seen from a project that is not the source of this package."""
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
    """Create an emulator at this path, this many seconds old."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n", "utf-8")
    path.chmod(0o755)
    os.utime(path, (1_000_000 - age, 1_000_000 - age))
    return str(path)


def source(folder: Path) -> Path:
    """A folder that looks like the source of this package."""
    for file in ("emulator/Cargo.toml", "python/clever_sso/__init__.py"):
        (folder / file).parent.mkdir(parents=True)
        (folder / file).write_text("", "utf-8")
    return folder


@pytest.mark.usefixtures("alone")
def test_without_an_emulator_the_error_says_how_to_get_it() -> None:
    with pytest.raises(program.EmulatorMissing, match=r"make emulator.*make emulator-wheel.*CLEVER_EMULATOR"):
        program.find()


@pytest.mark.parametrize("place", ["venv/bin", "venv/scripts", "bin"])
def test_an_installed_emulator_is_found(alone: Path, place: str) -> None:
    expected = built(alone / place / program.NAME)
    # An emulator that was built in the source has lower priority.
    built(source(alone / "src") / "target/release" / program.NAME)
    assert program.find() == expected


@pytest.mark.parametrize("start", ["package", "wheel", "folder"])
@pytest.mark.parametrize("profile", program.PROFILES)
def test_an_emulator_built_in_the_source_is_found(
    alone: Path, monkeypatch: pytest.MonkeyPatch, start: str, profile: str
) -> None:
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


def test_the_newest_built_emulator_is_used(alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = source(alone / "src")
    monkeypatch.chdir(root)
    built(root / "target/release" / program.NAME, age=20)
    newest = built(root / "target/demo" / program.NAME, age=10)
    assert program.find() == newest
    monkeypatch.setenv("CARGO_TARGET_DIR", str(alone / "elsewhere"))
    assert program.find() == newest
    elsewhere = built(alone / "elsewhere/release" / program.NAME)
    assert program.find() == elsewhere


def test_no_program_of_another_project_is_run(alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = alone / "other"
    built(other / "target/release" / program.NAME)
    monkeypatch.chdir(other)
    with pytest.raises(program.EmulatorMissing):
        program.find()


def test_the_wheel_is_found_from_pips_metadata(monkeypatch: pytest.MonkeyPatch) -> None:
    url = json.dumps({"url": "file:///home/ada/clever%20sso/dist/clever_sso-0.1.0.whl"})
    monkeypatch.setattr(program, "distribution", lambda _: SimpleNamespace(read_text=lambda _: url))
    found = program._wheel()  # noqa: SLF001  (a test of one step)
    assert found == [Path("/home/ada/clever sso/dist/clever_sso-0.1.0.whl")]
    monkeypatch.setattr(program, "distribution", lambda _: SimpleNamespace(read_text=lambda _: None))
    assert program._wheel() == []  # noqa: SLF001  (as above)


def test_each_make_target_builds_the_emulator_where_it_is_searched() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    lines = [line for line in makefile.splitlines() if "build" in line and "-p clever-emulator" in line]
    profiles = {
        (re.findall(r"--profile (\S+)", line) or ["release" if "--release" in line else "debug"])[0] for line in lines
    }
    assert profiles == {"release", "demo", "debug"}
    assert profiles <= set(program.PROFILES)


def imitation(path: Path, script: str, line: str = "http://127.0.0.1:9") -> str:
    """A program that prints the emulator's first line, and then does something else."""
    path.write_text(f"#!/bin/sh\necho {line}\n{script}\n", "utf-8")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize(
    ("script", "patience"),
    [("trap '' TERM; while :; do sleep 1; done", 0.1), ("kill -STOP $$; exec sleep 600", SECONDS)],
    ids=["ignores the request", "is stopped"],
)
def test_an_emulator_that_does_not_end_is_killed_and_no_test_fails(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str, patience: float
) -> None:
    number = tmp_path / "number"
    monkeypatch.setenv(
        "CLEVER_EMULATOR",
        imitation(tmp_path / "emulator", f"echo $$ > {number}.new; mv {number}.new {number}; {script}"),
    )
    monkeypatch.setattr(program, "STOP_SECONDS", patience)
    with Emulator.running() as emulator:
        assert emulator.base_url == "http://127.0.0.1:9"
        wait_for(number.exists, "its number")
    # A zombie process of another parent has ended.
    status = Path(f"/proc/{number.read_text('utf-8').strip()}/stat")
    wait_for(lambda: not status.exists() or ") Z " in status.read_text("utf-8"), "its end")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_surviving_forked_child_does_not_delay_the_end_of_the_emulator(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CLEVER_EMULATOR", imitation(tmp_path / "emulator", "exec sleep 600"))
    # The time limit is so long that only a hang reaches it.
    monkeypatch.setattr(program, "STOP_SECONDS", SECONDS)
    killed: list[int] = []
    monkeypatch.setattr(program.os, "killpg", lambda group, _: killed.append(group))
    reader, writer = os.pipe()
    with Emulator.running():
        child = os.fork()
        if child == 0:
            os.close(writer)
            os.read(reader, 1)
            os._exit(0)
    os.close(reader)
    os.close(writer)
    os.waitpid(child, 0)
    assert not killed


def test_no_frame_of_a_startup_error_holds_a_client_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CLEVER_EMULATOR", imitation(tmp_path / "emulator", "exit 2", line="it said no"))
    options = iter(["--app", "id:hidden-secret:x"])
    with pytest.raises(RuntimeError, match="it said no") as raised, program.started(list(options)):
        pass
    shown = "".join(traceback.TracebackException.from_exception(raised.value, capture_locals=True).format())
    assert "in started" in shown
    assert "hidden-secret" not in shown


def test_an_error_about_the_process_shows_no_secret(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CLEVER_EMULATOR", imitation(tmp_path / "emulator", "exec sleep 600"))
    with tempfile.TemporaryFile("w+", encoding="utf-8") as complaints:
        process = program._process([program.find(), "hidden-secret"], complaints)  # noqa: SLF001  (a test of one step)
        try:
            with pytest.raises(subprocess.TimeoutExpired) as raised:
                process.wait(0.1)
        finally:
            program._end(process)  # noqa: SLF001  (as above)
            process.__exit__(None, None, None)
    assert "hidden-secret" not in f"{raised.value} {process!r} {capfd.readouterr()}"
