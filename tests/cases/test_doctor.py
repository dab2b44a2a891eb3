"""The doctor names the cause of each broken setup as its first problem: the command in full, the others in short.

The table is in broken_setups.py. The other languages try it in their own tests.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from broken_setups import APP, BROKEN, GOOD, SECRET, Broken, Place
from harness import emulator, proxy
from harness.length import not_here, whole_or_short
from harness.paths import RELEASE, ROOT, TARGET
from harness.patience import SECONDS
from harness.programs import compiled

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

COMMAND = TARGET / "debug" / "clever-sso"
# What a shell around the tests may say must not count.
OURS = ("CLEVER_", "SSL_CERT_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUEST_METHOD", "NO_COLOR")
IN_SHORT = {"redirect URI without scheme", "wrong secret", "proxy wants credentials", "TLS inspection"}


@pytest.fixture(scope="module")
def clever() -> Iterator[str]:
    with emulator.running([APP]) as base_url:
        yield base_url


def environment(variables: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(OURS)}
    return {**kept, "LD_LIBRARY_PATH": str(RELEASE), **variables}


def run(variables: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [COMMAND, *arguments],
        env=environment(variables),
        capture_output=True,
        encoding="utf-8",
        timeout=SECONDS,
        check=False,
    )


def first_problem(report: dict[str, Any]) -> dict[str, Any]:
    return next((one for one in report["findings"] if one["level"] == "problem"), {"check": "", "found": ""})


def check(broken: Broken, code: int, report: dict[str, Any], output: str) -> None:
    problem = first_problem(report)
    assert (problem["check"], report["exit_code"], code) == (broken.check, 2, 2), report
    assert broken.says in problem["found"], problem
    assert problem["advice"], problem
    for secret in (SECRET, "0" * 40, proxy.CREDENTIALS, "hunter"):
        assert secret not in output


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.name)
def test_the_first_problem_is_the_cause(broken: Broken, clever: str, tmp_path: Path) -> None:
    with broken.make(Place(clever, tmp_path)) as variables:
        done = run(variables, "doctor", "--json")
    check(broken, done.returncode, json.loads(done.stdout), done.stdout + done.stderr)


@pytest.mark.parametrize(
    "broken",
    # C reads no CLEVER_ variables: what is wrong with their form is for the command alone.
    [
        broken
        for broken in BROKEN
        if broken.name
        in whole_or_short({*(each.name for each in BROKEN)} - {"misspelt variable", "number that is none"}, IN_SHORT)
    ],
    ids=lambda broken: broken.name,
)
def test_the_first_problem_is_the_cause_in_c(broken: Broken, clever: str, tmp_path: Path) -> None:
    program = compiled(ROOT / "ffi/tests/c/doctor.c")
    with broken.make(Place(clever, tmp_path)) as variables:
        done = subprocess.run(
            [program],
            env=environment(variables),
            capture_output=True,
            encoding="utf-8",
            timeout=SECONDS,
            check=False,
        )
    written, *single = done.stdout.splitlines()
    report = json.loads(written)
    check(broken, done.returncode, report, done.stdout + done.stderr)
    problem = first_problem(report)
    assert single == [problem["check"], problem["found"], problem["advice"]]
    assert f"\x1b[1;31mproblem \x1b[0m {problem['check']}: {problem['found']}\n" in done.stderr


@pytest.fixture(scope="module")
def php() -> list[str]:
    """PHP with FFI and the classes: the suite of PHP compares the extension with them."""
    found = shutil.which("php")
    if found is None:
        raise not_here("php is not installed")
    return [found, "-n", "-dextension=ffi.so", "-dffi.enable=1"]


@pytest.mark.parametrize(
    "broken",
    # PHP reads the variables that it knows: a name that is none of them is for the command alone.
    [
        broken
        for broken in BROKEN
        if broken.name in whole_or_short({*(each.name for each in BROKEN)} - {"misspelt variable"}, IN_SHORT)
    ],
    ids=lambda broken: broken.name,
)
def test_the_first_problem_is_the_cause_in_php(broken: Broken, clever: str, tmp_path: Path, php: list[str]) -> None:
    with broken.make(Place(clever, tmp_path)) as variables:
        done = subprocess.run(
            [*php, str(ROOT / "tests/cases/doctor.php"), str(ROOT / "php/ffi/CleverSso.php")],
            env=environment(variables),
            capture_output=True,
            encoding="utf-8",
            timeout=SECONDS,
            check=False,
        )
    report = json.loads(done.stdout)
    check(broken, done.returncode, report, done.stdout + done.stderr)
    problem = first_problem(report)
    assert f"\x1b[1;31mproblem \x1b[0m {problem['check']}: {problem['found']}\n" in done.stderr


def run_python(variables: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "clever_sso", *arguments],
        env=environment(variables),
        capture_output=True,
        encoding="utf-8",
        timeout=SECONDS,
        check=False,
    )


@pytest.mark.parametrize(
    "broken",
    [broken for broken in BROKEN if broken.name in whole_or_short({*(each.name for each in BROKEN)}, IN_SHORT)],
    ids=lambda broken: broken.name,
)
def test_the_first_problem_is_the_cause_in_python(broken: Broken, clever: str, tmp_path: Path) -> None:
    with broken.make(Place(clever, tmp_path)) as variables:
        done = run_python(variables, "doctor", "--json")
    check(broken, done.returncode, json.loads(done.stdout), done.stdout + done.stderr)


def test_the_command_in_python_writes_text_and_says_what_it_takes(clever: str) -> None:
    good = run_python({"CLEVER_BASE_URL": clever, **GOOD}, "doctor")
    assert (good.returncode, good.stderr) == (0, "")
    assert good.stdout.startswith("ok       settings: ")
    # A pipe is no terminal.
    assert "\x1b" not in good.stdout
    assert run_python({"CLEVER_BASE_URL": clever, **GOOD, "CLEVER_CLIENT_SECRET": ""}, "doctor").returncode == 1
    assert run_python({}, "--help").stdout.startswith("Usage: python -m clever_sso doctor")
    assert run_python({}, "--version").stdout == run({}, "--version").stdout
    for arguments in ((), ("docter",), ("doctor", "--jsn")):
        done = run_python({}, *arguments)
        assert (done.returncode, done.stdout) == (64, "")
        assert done.stderr.startswith("Usage: ")


@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal is Unix's")
@pytest.mark.parametrize(("no_color", "has_colors"), [("", True), ("1", False)])
def test_the_command_in_python_has_colors_on_a_terminal(no_color: str, has_colors: bool) -> None:
    ours, theirs = os.openpty()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "clever_sso", "doctor"],
            env=environment({"NO_COLOR": no_color}),
            stdout=theirs,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == 2
        assert (b"\x1b[1;31mproblem \x1b[0m settings: " in os.read(ours, 65536)) is has_colors
    finally:
        os.close(ours)
        os.close(theirs)


def test_a_good_setup_has_no_warning_and_the_text_says_what_json_says(clever: str) -> None:
    variables = {"CLEVER_BASE_URL": clever, **GOOD}
    report = json.loads(run(variables, "doctor", "--json").stdout)
    assert (report["level"], report["exit_code"]) == ("ok", 0), report
    text = run(variables, "doctor")
    assert (text.returncode, text.stderr) == (0, "")
    words = [(line.split()[0], line.split()[1]) for line in text.stdout.splitlines()]
    assert words == [(one["level"], f"{one['check']}:") for one in report["findings"]]
    # A pipe is no terminal.
    assert "\x1b" not in text.stdout


def test_a_warning_alone_is_exit_code_1(clever: str) -> None:
    done = run({"CLEVER_BASE_URL": clever, **GOOD, "CLEVER_CLIENT_SECRET": ""}, "doctor", "--json")
    report = json.loads(done.stdout)
    assert (done.returncode, report["level"]) == (1, "warning"), report
    assert "CLEVER_CLIENT_SECRET is not set" in report["findings"][0]["found"]


def test_the_command_says_what_it_takes() -> None:
    assert run({}, "--help").stdout.startswith("Usage: clever-sso doctor")
    assert run({}, "--version").stdout.startswith("clever-sso ")
    for arguments in ((), ("docter",), ("doctor", "--jsn")):
        done = run({}, *arguments)
        assert (done.returncode, done.stdout) == (64, "")
        assert done.stderr.startswith("Usage: ")


# As in ffi/tests/c/guest.c: clone and clone3 fail as at a limit of processes, which root knows no other way to meet.
WITHOUT_THREADS = """
import ctypes, os, platform, struct, sys
clone = {"x86_64": 56, "aarch64": 220}[platform.machine()]
steps = [(0x20, 0, 0, 0), (0x15, 1, 0, clone), (0x15, 0, 1, 435), (0x06, 0, 0, 0x0005000B), (0x06, 0, 0, 0x7FFF0000)]
program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
filter = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(steps), ctypes.addressof(program)))
libc = ctypes.CDLL(None)
if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, filter):
    sys.exit(77)
os.execv(sys.argv[1], sys.argv[1:])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="seccomp is Linux's")
def test_a_limit_of_threads_is_the_first_problem(clever: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_THREADS, COMMAND, "doctor", "--json"],
        env=environment({"CLEVER_BASE_URL": clever, **GOOD}),
        capture_output=True,
        encoding="utf-8",
        timeout=SECONDS,
        check=False,
    )
    if done.returncode == 77:
        pytest.skip("threads cannot be forbidden here")
    problem = first_problem(json.loads(done.stdout))
    assert (problem["check"], done.returncode) == ("process", 2), done.stdout
    assert "can start no thread" in problem["found"]
