"""The report at the end of `make test`: every failure of every part, and how to repeat it."""

from __future__ import annotations

import os
import re
import select
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import reports
import run
import skips
from parts import LONG_PARTS, PARTS, Part

HERE = Path(__file__).parent
MAKEFILE = (HERE.parents[2] / "Makefile").read_text("utf-8")

CARGO = """\
     Running unittests src/lib.rs (target/debug/deps/core-b8411d1b6389d6df)

running 3 tests
test tests::fine ... ok

skipped: this system has no ::1
test tests::moon ... ignored, needs a moon
test tests::other ... ignored, is run by another test, in a process of its own

test result: ok. 1 passed; 0 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.00s

     Running tests/a.rs (target/debug/deps/a-e80af926ddb4bdbb)

running 3 tests
test deep::also ... FAILED
test deep::fine ... ok
test deep::fails ... FAILED

failures:

---- deep::also stdout ----

thread 'deep::also' (24732) panicked at tests/a.rs:1:130:
no
stack backtrace:
   0: __rustc::rust_begin_unwind

---- deep::fails stdout ----
said

thread 'deep::fails' (24733) panicked at tests/a.rs:1:51:
one is not two


failures:
    deep::also
    deep::fails

test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.11s

error: test failed, to rerun pass `-p core --test a`
     Running tests/b.rs (target/debug/deps/b-0ed2cf462a40c691)

running 1 test
error: test failed, to rerun pass `-p core --test b`

Caused by:
  process didn't exit successfully: `target/debug/deps/b-0ed2cf462a40c691` (signal: 6, SIGABRT: process abort signal)
   Doc-tests core

running 1 test
test src/lib.rs - one (line 2) ... FAILED

failures:

---- src/lib.rs - one (line 2) stdout ----
Test executable failed (exit status: 101).


failures:
    src/lib.rs - one (line 2)

test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.09s

error: doctest failed, to rerun pass `-p core --doc`
error: 3 targets failed:
    `-p core --test a`
    `-p core --test b`
    `-p core --doc`
"""

# Tests whose pytest output the report is made from.
TESTS = """
import pytest

@pytest.fixture
def bad():
    raise ValueError("set up")

def test_wrong():
    assert 1 == 2, "why"

@pytest.mark.parametrize("x", ["a b$", "c"])
def test_each(x):
    assert x == "c"

class TestGroup:
    def test_inside(self):
        assert {} == {"a": 1}

def test_not_set_up(bad):
    pass

def test_skipped():
    pytest.skip("valgrind is not installed")

@pytest.mark.xfail(strict=True)
def test_expected():
    assert 0
"""

# Stands in for make: each target does what its name says.
MAKE = """#!/bin/sh
case "$2" in
    works) echo did it ;;
    counts) echo 'test result: ok. 7 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out' ;;
    breaks) echo the reason; exit 3 ;;
    waits) echo $$ > "$PID_FILE"; exec sleep 600 ;;
    sleeps) exec sleep 600 ;;
    reads) cat "$PIPE" ;;
    writes) echo over the pipe > "$PIPE"; echo written ;;
esac
"""


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    program = tmp_path / "make"
    program.write_text(MAKE)
    program.chmod(0o755)
    monkeypatch.setenv("MAKE", str(program))
    return program


def test_cargo_names_each_failing_test_and_how_to_repeat_it() -> None:
    report = reports.of_cargo(CARGO)
    assert report.passed == 2
    assert dict(report.skipped) == {"needs a moon": 1, "this system has no ::1": 1}
    assert [(failure.name, failure.repeat) for failure in report.failures] == [
        ("deep::also", "cargo test -p core --test a -- --exact deep::also"),
        ("deep::fails", "cargo test -p core --test a -- --exact deep::fails"),
        ("all of -p core --test b", "cargo test -p core --test b"),
        ("src/lib.rs - one (line 2)", "cargo test -p core --doc -- --exact 'src/lib.rs - one (line 2)'"),
    ]
    assert report.failures[0].said == ("thread 'deep::also' (24732) panicked at tests/a.rs:1:130:", "no")
    assert report.failures[2].said == ("signal: 6, SIGABRT: process abort signal",)


def test_pytest_names_each_failing_test_and_how_to_repeat_it(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(TESTS)
    (tmp_path / "test_broken.py").write_text("import nothing_of_that_name")
    plain = {**run.environment(), "PYTEST_ADDOPTS": "", "PYTEST_PLUGINS": ""}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-ra", "--continue-on-collection-errors", "."]
    ended = subprocess.run(command, cwd=tmp_path, env=plain, capture_output=True, text=True, check=False)
    report = reports.of_pytest(ended.stdout)
    assert report.passed == 2, ended.stdout
    assert dict(report.skipped) == {"valgrind is not installed": 1}
    assert {failure.name: failure.repeat for failure in report.failures} == {
        "test_broken.py": "make test-python TESTS=test_broken.py",
        "test_it.py::test_wrong": "make test-python TESTS=test_it.py::test_wrong",
        "test_it.py::test_each[a b$]": "make test-python TESTS=" + shlex.quote("'test_it.py::test_each[a b$$]'"),
        "test_it.py::TestGroup::test_inside": "make test-python TESTS=test_it.py::TestGroup::test_inside",
        "test_it.py::test_not_set_up": "make test-python TESTS=test_it.py::test_not_set_up",
    }
    said = {failure.name: failure.said[0] for failure in report.failures}
    assert said["test_it.py::test_wrong"] == "E       AssertionError: why"
    assert "nothing_of_that_name" in said["test_broken.py"]
    assert "set up" in said["test_it.py::test_not_set_up"]


def test_a_failed_part_does_not_stop_the_other_parts(
    make: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert make.exists()
    parts = (
        Part("breaks", "first"),
        Part("works", "second"),
        Part("counts", "third", tool="cargo"),
        Part("works", "fourth", needs=("breaks",)),
    )
    monkeypatch.setattr(run, "PARTS", parts)
    monkeypatch.setattr(sys, "argv", ["run.py"])
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    monkeypatch.setenv("CARGO_TARGET_DIR", str(tmp_path))
    assert run.main() == 1
    said = capsys.readouterr().out
    assert [re.split(r"\s{2,}", line)[1:3] for line in said.splitlines() if re.match(r" \d/4 ", line)] == [
        ["first", "FAILED"],
        ["second", "ok"],
        ["third", "ok"],
        ["fourth", "FAILED"],
    ]
    assert "    to repeat it: make breaks\n" in said
    assert "      the reason\n" in said
    assert "it was not run, because `make breaks` failed" in said
    assert said.splitlines()[-1] == "8 passed, 2 failed, 0 skipped"
    assert (tmp_path / "test-logs/works.log").read_text() == "did it\n"


def test_a_part_runs_in_parallel_with_an_earlier_part(
    make: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert make.exists()
    path = tmp_path / "pipe"
    os.mkfifo(path)
    monkeypatch.setenv("PIPE", str(path))
    # Each end of the pipe waits for the other: neither part could end alone.
    parts = (Part("reads", "first"), Part("works", "second"), Part("writes", "third", beside="reads"))
    outcomes = run.run_all(parts, tmp_path)
    assert [(outcome.part.label, outcome.ok) for outcome in outcomes] == [
        ("first", True),
        ("second", True),
        ("third", True),
    ]
    assert (tmp_path / "reads.log").read_text() == "over the pipe\n"
    assert (tmp_path / "writes.log").read_text() == "written\n"


def test_a_failed_parallel_part_is_shown_in_its_usual_order(make: Path, tmp_path: Path) -> None:
    assert make.exists()
    parts = (Part("works", "first"), Part("breaks", "second", beside="works"), Part("works", "3", needs=("breaks",)))
    outcomes = run.run_all(parts, tmp_path)
    assert [outcome.exit_code for outcome in outcomes] == [0, 3, 1]
    assert outcomes[1].report.failures[0].said == ("the reason",)


@pytest.mark.parametrize("parts", ["Part('waits', '1')", "Part('sleeps', '1'), Part('waits', '2', beside='sleeps')"])
def test_a_stopped_run_leaves_no_process(make: Path, tmp_path: Path, parts: str) -> None:
    pid_file = tmp_path / "pid"
    os.mkfifo(pid_file)
    program = (
        "import run, pathlib, signal, sys\n"
        "from parts import Part\n"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))\n"
        f"run.run_all([{parts}], pathlib.Path(sys.argv[1]))"
    )
    environment = {**os.environ, "MAKE": str(make), "PID_FILE": str(pid_file), "PYTHONPATH": str(HERE)}
    command = [sys.executable, "-c", program, str(tmp_path)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as running:
        pid = int(pid_file.read_text())
        running.terminate()
        assert running.wait(60) == 128 + signal.SIGTERM
    # The run has waited for the process to end.
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_the_busy_loops_end_with_the_command() -> None:
    ask = "import os; print(os.getppid())"
    code = "import sys; sys.exit(5)"
    for inner, expected in [(ask, 0), (code, 5)]:
        command = [sys.executable, str(HERE / "busy.py"), sys.executable, "-c", inner]
        ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        assert ended.returncode == expected
        assert f"{2 * (os.cpu_count() or 1)} busy loops" in ended.stdout


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="only Linux reports the end of a process that is not a child")
@pytest.mark.parametrize("way", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_the_busy_loops_end_when_their_program_gets_a_signal(way: signal.Signals) -> None:
    tell = "import os, time; p = os.getppid(); print(open(f'/proc/{p}/task/{p}/children').read(), flush=True)"
    command = [sys.executable, str(HERE / "busy.py"), sys.executable, "-c", f"{tell}; time.sleep(600)"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout
            assert "busy loops" in running.stdout.readline()
            children = [os.pidfd_open(int(pid)) for pid in running.stdout.readline().split()]
            assert len(children) == 2 * (os.cpu_count() or 1) + 1
            running.send_signal(way)
            if way == signal.SIGKILL:
                # No process is left that could end the command.
                signal.pidfd_send_signal(children[-1], signal.SIGKILL)
            for child in children:
                assert select.select([child], [], [], 60)[0], "it still runs"
                os.close(child)
        finally:
            running.kill()


def test_every_part_is_a_target_and_every_need_is_a_part_before_it() -> None:
    parts = PARTS + LONG_PARTS
    for number, part in enumerate(parts):
        assert re.search(rf"^{part.target}:", MAKEFILE, re.MULTILINE), part.target
        assert set(part.needs) <= {before.target for before in parts[:number]}
        assert not part.beside or part.beside in {before.target for before in parts[:number]}
        assert part.tool in {"", *run.READERS}


INSTALL = "make test, or pip install -r tests/harness/requirements/test.txt"


@pytest.mark.parametrize(
    ("reason", "way"),
    [
        ("valgrind is not installed", "sudo apt-get install valgrind"),
        ("php-fpm is not installed", "sudo apt-get install php-fpm"),
        ("libmicrohttpd-dev is not installed", "sudo apt-get install libmicrohttpd-dev"),
        ("abigail-tools or g++ is not installed", "sudo apt-get install abigail-tools g++"),
        ("node and npm are not installed", "install Node 20 or later: https://nodejs.org"),
        ("there is no python3.9 here", "install python3.9, so that this command is in your PATH"),
        ("could not import 'flask_login': No module named 'flask_login'", INSTALL),
        ("could not import 'sqlalchemy.orm': No module named 'sqlalchemy'", INSTALL),
        (
            "could not import 'httpx2': No module named 'httpx2'",
            "use Python 3.11 or later: make PYTHON=python3.11 test",
        ),
        ("there is no other PHP: apxs2 is not installed", "sudo apt-get install apache2-dev"),
        (
            "there is no other PHP: apt-get update failed, see target/php-zts.build/apt.log",
            "connect to the Internet, or to a mirror that has Debian's sources",
        ),
        ("long: make test-all", ""),
    ],
)
def test_a_skipped_test_is_listed_with_how_to_make_it_run(reason: str, way: str) -> None:
    assert skips.how_to_get(reason) == way
