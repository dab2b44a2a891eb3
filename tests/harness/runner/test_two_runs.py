"""Two runs of make in the same clone, at the same time, do not disturb each other."""

from __future__ import annotations

import os
import select
import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path
from subprocess import PIPE, Popen
from typing import TYPE_CHECKING

import pytest
from harness.paths import ROOT
from harness.patience import SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

TURNS = ROOT / "tests/harness/turns.py"

# Each of these stands in for a program. This one waits, before it renames a file, until the other run is as far.
MV = """#!/bin/sh
echo reached > "$REACHED"
read -r _ < "$GO"
PATH=$PLAIN exec mv "$@"
"""
PYTHON = """#!/bin/sh
echo written
"""
CC = """#!/bin/sh
while [ "$1" != -o ]; do shift; done
echo written > "$2"
"""


@pytest.fixture
def stand_ins(tmp_path: Path) -> dict[str, str]:
    """An environment in which `mv` is a barrier, and Python and the compiler only write a line."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, text in {"mv": MV, "python": PYTHON, "cc": CC}.items():
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    fifos = {name: tmp_path / name.lower() for name in ("REACHED", "GO")}
    for path in fifos.values():
        os.mkfifo(path)
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    path = os.environ["PATH"]
    return {
        **plain,
        **{name: str(path) for name, path in fifos.items()},
        "PATH": f"{programs}:{path}",
        "PLAIN": path,
        "PYTHON": str(programs / "python"),
        "CC": str(programs / "cc"),
    }


@contextmanager
def started(command: list[str], folder: Path, environment: dict[str, str] | None = None) -> Iterator[Popen[str]]:
    """Run a command in this `with` block. If the block fails, the command is killed."""
    with Popen(command, cwd=folder, env=environment, text=True, stdin=PIPE, stdout=PIPE, stderr=PIPE) as running:
        try:
            yield running
        except BaseException:
            running.kill()
            raise


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("release/LICENSES-THIRD-PARTY.txt", "make --silent CARGO_TARGET_DIR={0} {0}/{1}"),
        (
            "release/LICENSES-THIRD-PARTY-EMULATOR.txt",
            "make --silent CARGO_TARGET_DIR={0} EMULATOR_TARGETS=any {0}/{1}",
        ),
        ("release/libclever_sso.so", "ffi/packaging/shared.sh {0}/release/libclever_sso.a {0}/{1}"),
    ],
)
def test_two_runs_write_the_same_file(stand_ins: dict[str, str], tmp_path: Path, name: str, command: str) -> None:
    target = tmp_path / "target"
    (target / "release").mkdir(parents=True)
    reached, go = (os.open(stand_ins[name], os.O_RDWR) for name in ("REACHED", "GO"))
    words = command.format(target, name).split()
    with ExitStack() as stack:
        stack.callback(os.close, reached)
        stack.callback(os.close, go)
        both = [stack.enter_context(started(words, ROOT, stand_ins)) for _ in range(2)]
        arrived = b""
        while arrived.count(b"\n") < len(both):
            assert select.select([reached], [], [], SECONDS)[0], "a run did not write its file"
            arrived += os.read(reached, 100)
        os.write(go, b"\n" * len(both))
        ended = [(run.communicate(timeout=SECONDS)[1], run.returncode) for run in both]
    assert ended == [("", 0)] * 2
    assert (target / name).read_text() == "written\n"
    assert [path.name for path in (target / "release").iterdir()] == [Path(name).name]


def test_a_command_waits_until_another_one_has_left_the_folder(tmp_path: Path) -> None:
    turns = [sys.executable, str(TURNS), str(tmp_path / "folder")]
    with started([*turns, "sh", "-c", "echo started; read _; echo whole > folder/file"], tmp_path) as first:
        assert first.stdout
        assert first.stdout.readline() == "started\n"
        with started([*turns, "cat", "folder/file"], tmp_path) as second:
            assert second.stderr
            assert second.stderr.readline() == f"==> waiting for another process that changes {tmp_path / 'folder'}\n"
            assert first.communicate("go on\n", timeout=SECONDS) == ("", "")
            assert second.communicate(timeout=SECONDS) == ("whole\n", "")
    assert (first.returncode, second.returncode) == (0, 0)


@pytest.mark.parametrize("code", [0, 3])
def test_a_free_folder_is_used_at_once(tmp_path: Path, code: int) -> None:
    with started([sys.executable, str(TURNS), "folder", "sh", "-c", f"exit {code}"], tmp_path) as only:
        assert only.communicate(timeout=SECONDS) == ("", "")
    assert only.returncode == code
