"""The extension's own tests, by PHP's run-tests, as `make test` in its folder runs them; some under valgrind."""

from __future__ import annotations

import os
import re
import subprocess

import pytest
from harness import emulator
from installed import Installed, program, settings
from test_extension import TESTED

ALL = os.environ.get("CLEVER_SSO_TEST_ALL") == "1"
# A whole run of PHP's tests, some of them below valgrind: one of them may hang.
PATIENCE_SECONDS = 1800


def run_tests(installed: Installed, *arguments: str) -> str:
    """What run-tests says; with all tests passed, none of them skipped."""
    command = [program("php"), "run-tests.php", "-n", "-q", "--no-color", "--show-diff", "--show-mem"]
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


def test_valgrind_reports_nothing(installed: Installed) -> None:
    program("valgrind")
    chosen = ["tests"] if ALL else [f"tests/{name}.phpt" for name in ("callback", "dumps", "refusal")]
    said = run_tests(installed, "-m", *chosen)
    assert "valgrind" in said
    assert "LEAK" not in said


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
        [*command, "tests/login.phpt"], cwd=installed.build, env=bare, capture_output=True, text=True, check=False
    )
    assert "SKIP A whole login" in ended.stdout


def section(test: str, name: str) -> str:
    """A section of a test of PHP."""
    return re.split(r"^--[A-Z]+--\n", test.split(f"--{name}--\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


@pytest.mark.parametrize("name", ["cookies", "kept_by_the_app", "login", "refusal", "secrets"])
def test_the_ffi_version_passes_them_too(installed: Installed, name: str) -> None:
    test = (installed.build / f"tests/{name}.phpt").read_text()
    file = installed.build / f"tests/{name}-ffi.php"
    file.write_text(section(test, "FILE"))
    before = f"-dauto_prepend_file={installed.classes('ffi')}"
    command = installed.php("-dffi.enable=1", before, str(file), extension=False)
    with emulator.running([TESTED], "ada") as clever:
        environment = settings("", clever, LD_LIBRARY_PATH=str(installed.library), CLEVER_SSO_TEST_URL=clever)
        ended = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
        )
    expected = section(test, "EXPECTF" if "--EXPECTF--" in test else "EXPECT")
    pattern = re.escape(expected.strip()).replace("%s", ".+")
    assert re.fullmatch(pattern, ended.stdout.strip()), ended.stdout + ended.stderr
