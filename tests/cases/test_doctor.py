"""The doctor names the cause of each broken setup as its first problem: the command, C and Python.

The table is in broken_setups.py. It is tested for PHP in php/tests/test_doctor_in_php.py, and for Python frameworks in
python/tests/frameworks/test_doctor_commands.py.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from broken_setups import (
    APP,
    BROKEN,
    GOOD,
    NO_THREADS,
    RATE_LIMITED,
    Answer,
    Broken,
    Place,
    answering,
    at,
    check_first_problem,
    environment,
    run_without_threads,
)
from broken_setups import run as run_with
from cases.further_setups import FURTHER, wrongly_named
from harness import emulator
from harness.length import whole_or_short
from harness.paths import RELEASE, ROOT, TARGET
from harness.patience import SECONDS
from harness.programs import compiled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

COMMAND = TARGET / "debug" / "clever-sso"
FACES: dict[str, Callable[[], list[str | Path]]] = {
    "command": lambda: [COMMAND, "doctor", "--json"],
    "c": lambda: [compiled(ROOT / "ffi/tests/c/doctor.c")],
    "python": lambda: [sys.executable, "-m", "clever_sso", "doctor", "--json"],
}
# C reads no CLEVER_ variables, so it cannot report a wrong form.
NOT_IN_C = {"misspelt variable", "invalid number"}


@pytest.fixture(scope="module")
def clever() -> Iterator[str]:
    with emulator.running([APP]) as base_url:
        yield base_url


def with_library(variables: Mapping[str, str]) -> dict[str, str]:
    return {"LD_LIBRARY_PATH": str(RELEASE), **variables}


def run(variables: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return run_with([COMMAND, *arguments], with_library(variables))


def run_python(variables: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return run_with([sys.executable, "-m", "clever_sso", *arguments], with_library(variables))


@pytest.mark.parametrize(
    ("face", "broken"),
    [
        pytest.param(face, broken, id=f"{face}-{broken.name}")
        for face in FACES
        for broken in BROKEN
        if face != "c" or broken.name not in NOT_IN_C
    ],
)
def test_the_first_problem_is_the_cause(face: str, broken: Broken, clever: str, tmp_path: Path) -> None:
    with broken.make(Place(clever, tmp_path)) as variables:
        done = run_with(FACES[face](), with_library(variables))
    problem = check_first_problem(broken, done)
    if face == "c":
        assert done.stdout.splitlines()[1:] == [problem["check"], problem["found"], problem["advice"]]
        assert f"\x1b[1;31mproblem \x1b[0m {problem['check']}: {problem['found']}\n" in done.stderr


@pytest.mark.parametrize("face", whole_or_short(list(FACES), ["command"]))
def test_the_first_problem_is_the_cause_of_further_setups(face: str, clever: str, tmp_path: Path) -> None:
    rows = whole_or_short(FURTHER, FURTHER[::4])
    assert not wrongly_named(FACES[face](), with_library, clever, tmp_path, rows)


@pytest.mark.parametrize("face", FACES)
def test_a_limit_on_threads_is_the_first_problem(face: str, clever: str) -> None:
    done = run_without_threads(FACES[face](), with_library({"CLEVER_BASE_URL": clever, **GOOD}))
    if done is None:
        pytest.skip("threads cannot be forbidden here")
    check_first_problem(NO_THREADS, done)


@pytest.mark.parametrize("face", FACES)
def test_a_rate_limit_is_reported_with_the_time_to_wait(face: str, clever: str, tmp_path: Path) -> None:
    with RATE_LIMITED.make(Place(clever, tmp_path)) as variables:
        problem = check_first_problem(RATE_LIMITED, run_with(FACES[face](), with_library(variables)))
    assert problem["advice"] == "wait 120 s, then try again"


def test_the_python_command_writes_text_and_shows_its_usage(clever: str) -> None:
    good = run_python({"CLEVER_BASE_URL": clever, **GOOD}, "doctor")
    assert (good.returncode, good.stderr) == (0, "")
    assert good.stdout.startswith("ok       settings: ")
    # A pipe is not a terminal.
    assert "\x1b" not in good.stdout
    assert run_python({"CLEVER_BASE_URL": clever, **GOOD, "CLEVER_CLIENT_SECRET": ""}, "doctor").returncode == 1
    assert run_python({}, "--help").stdout.startswith("Usage: python -m clever_sso doctor")
    assert run_python({}, "--version").stdout == run({}, "--version").stdout
    for arguments in ((), ("docter",), ("doctor", "--jsn")):
        done = run_python({}, *arguments)
        assert (done.returncode, done.stdout) == (64, "")
        assert done.stderr.startswith("Usage: ")


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/full is a device of Linux")
@pytest.mark.parametrize("output", [">&-", ">/dev/full", "| true"], ids=["closed", "full", "without a reader"])
@pytest.mark.parametrize("command", [[COMMAND], [sys.executable, "-m", "clever_sso"]], ids=["command", "python"])
def test_output_that_cannot_be_written_changes_no_exit_code(command: list[str | Path], output: str) -> None:
    script = f'set -o pipefail; "$@" doctor {output}'
    done = run_with(["bash", "-c", script, "bash", *command], with_library({}))
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "")


@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal is Unix's")
@pytest.mark.parametrize("command", [[COMMAND], [sys.executable, "-m", "clever_sso"]], ids=["command", "python"])
@pytest.mark.parametrize(
    ("variables", "has_colors"),
    [({"NO_COLOR": ""}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)],
    ids=["terminal", "NO_COLOR", "dumb"],
)
def test_on_a_terminal_the_report_has_colors_and_lines_break_between_words(
    command: list[str | Path], variables: dict[str, str], has_colors: bool
) -> None:
    ours, theirs = os.openpty()
    try:
        done = subprocess.run(
            [*command, "doctor"],
            env=environment(with_library({"TERM": "xterm", "COLUMNS": "80", **variables})),
            stdout=theirs,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == 2
        text = os.read(ours, 65536).decode().replace("\r\n", "\n")
    finally:
        os.close(ours)
        os.close(theirs)
    assert ("\x1b[1;31mproblem \x1b[0m settings: " in text) is has_colors
    lines = re.sub(r"\x1b\[[\d;]*m", "", text).splitlines()
    assert max(map(len, lines)) <= 80
    # The advice for this problem is longer than a line.
    first = next(index for index, line in enumerate(lines) if line.startswith("         what to do: "))
    assert re.match(r" {9}\S", lines[first + 1]), text


def test_a_good_setup_has_no_warning_and_text_and_json_agree(clever: str) -> None:
    variables = {"CLEVER_BASE_URL": clever, **GOOD}
    report = json.loads(run(variables, "doctor", "--json").stdout)
    assert (report["level"], report["exit_code"]) == ("ok", 0), report
    text = run(variables, "doctor")
    assert (text.returncode, text.stderr) == (0, "")
    words = [(line.split()[0], line.split()[1]) for line in text.stdout.splitlines()]
    assert words == [(one["level"], f"{one['check']}:") for one in report["findings"]]
    # A pipe is not a terminal.
    assert "\x1b" not in text.stdout


def test_a_report_with_only_warnings_exits_with_1(clever: str) -> None:
    done = run({"CLEVER_BASE_URL": clever, **GOOD, "CLEVER_CLIENT_SECRET": ""}, "doctor", "--json")
    report = json.loads(done.stdout)
    assert (done.returncode, report["level"]) == (1, "warning"), report
    assert "CLEVER_CLIENT_SECRET is not set" in report["findings"][0]["found"]


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (Answer(403), "HTTP 403"),
        (Answer(500), "HTTP 500"),
        (Answer(401, headers={"WWW-Authenticate": "Basic"}), "HTTP 401"),
        (Answer(302, headers={"Location": "http://portal.example/login"}), 'sends everyone to "portal.example"'),
    ],
    ids=["403", "500", "401", "302"],
)
def test_a_login_address_that_fails_is_a_warning(answer: Answer, says: str, clever: str, tmp_path: Path) -> None:
    with answering(at("/oauth/authorize", answer))(Place(clever, tmp_path)) as variables:
        done = run(variables, "doctor", "--json")
    report = json.loads(done.stdout)
    assert (done.returncode, report["level"]) == (1, "warning"), report
    (warning,) = (one for one in report["findings"] if one["level"] == "warning")
    assert warning["check"] == "redirect_uri"
    assert says in warning["found"]
    assert warning["advice"]


@pytest.mark.parametrize("face", FACES)
def test_discovery_is_asked_for_once(face: str, clever: str, tmp_path: Path) -> None:
    """So that it belongs to the doctor's own time, also where the endpoints come from it."""
    paths: list[str] = []

    def note(path: str, usual: Answer) -> Answer:
        paths.append(path)
        return usual

    with answering(note, CLEVER_DISCOVER="on")(Place(clever, tmp_path)) as variables:
        done = run_with(FACES[face](), with_library(variables))
    assert (done.returncode, paths.count("/.well-known/openid-configuration")) == (0, 1), done.stdout
    assert "/oauth/tokens" in paths


@pytest.mark.skipif(sys.platform != "linux", reason="the limits are those of Linux")
@pytest.mark.parametrize("files", [4, 5, 6, 7, 8, 12])
def test_a_limit_on_open_files_is_the_first_problem(files: int, clever: str) -> None:
    variables = with_library({"CLEVER_BASE_URL": clever, **GOOD})
    done = run_with(["sh", "-c", f'ulimit -n {files} && exec "$0" doctor --json', COMMAND], variables)
    report = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (report["exit_code"], "")
    problems = [one["check"] for one in report["findings"] if one["level"] == "problem"]
    assert problems[:1] in ([], ["process"]), report


def test_the_report_names_the_versions(clever: str) -> None:
    text = run_python({"CLEVER_BASE_URL": clever, **GOOD}, "doctor").stdout
    own = run({"CLEVER_BASE_URL": clever, **GOOD}, "doctor").stdout.splitlines()[-1]
    assert re.match(r"ok       versions: clever-sso \d+\.\d+\.\d+ for \w+ \w+", own)
    assert text.splitlines()[-1] == f"ok       versions: Python {sys.version.split()[0]}"
    if sys.platform == "linux":
        assert f", kernel {os.uname().release}" in own


def test_the_command_shows_its_usage() -> None:
    assert run({}, "--help").stdout.startswith("Usage: clever-sso doctor")
    assert run({}, "--version").stdout.startswith("clever-sso ")
    for arguments in ((), ("docter",), ("doctor", "--jsn")):
        done = run({}, *arguments)
        assert (done.returncode, done.stdout) == (64, "")
        assert done.stderr.startswith("Usage: ")
