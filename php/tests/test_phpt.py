"""The extension's own tests, by PHP's run-tests, for what needs a process of its own."""

from __future__ import annotations

import os
import subprocess

from harness import emulator
from installed import Installed, program
from test_extension import TESTED

# A whole run of PHP's tests: one of them may hang.
PATIENCE_SECONDS = 1800


def run_tests(installed: Installed, *arguments: str) -> str:
    """What run-tests says; with all tests passed, none of them skipped."""
    command = [program("php"), "run-tests.php", "-n", "-q", "--no-color", "--show-diff"]
    command += ["-d", f"extension_dir={installed.extension.parent}", *arguments]
    with emulator.running([TESTED], "ada") as clever:
        ended = subprocess.run(
            command,
            cwd=installed.build,
            env={
                **os.environ,
                "TEST_PHP_EXECUTABLE": program("php"),
                "CLEVER_SSO_TEST_URL": clever,
                "PHP_INI_SCAN_DIR": "",
            },
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
    assert ended.returncode == 0, ended.stdout[-4000:]
    return ended.stdout


def test_all_of_them_pass(installed: Installed) -> None:
    said = run_tests(installed, "tests")
    assert said.count("PASS ") == len(list((installed.build / "tests").glob("*.phpt")))


def test_without_an_emulator_the_tests_that_need_one_are_skipped(installed: Installed) -> None:
    command = [
        program("php"),
        "run-tests.php",
        "-n",
        "-q",
        "--no-color",
        "-d",
        f"extension_dir={installed.extension.parent}",
    ]
    bare = {name: value for name, value in os.environ.items() if name != "CLEVER_SSO_TEST_URL"}
    bare["TEST_PHP_EXECUTABLE"] = program("php")
    ended = subprocess.run(
        [*command, "tests/fork.phpt"], cwd=installed.build, env=bare, capture_output=True, text=True, check=False
    )
    assert "SKIP A forked child" in ended.stdout
