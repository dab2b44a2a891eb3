"""The example's module for the browser, tested where it is at home: in JavaScript."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from harness.patience import SECONDS

TESTS = Path(__file__).with_name("clever-implicit.test.mjs")


def test_the_tests_of_the_browsers_half_pass_under_node() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    major = (
        subprocess.run([node, "--version"], check=True, capture_output=True, text=True).stdout.lstrip("v").split(".")[0]
    )
    if int(major) < 20:
        pytest.skip(f"node {major} is older than 20")
    command = [node, "--test", "--test-reporter=tap", str(TESTS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS)
    assert done.returncode == 0, done.stdout + done.stderr
    # An empty file passes as well.
    assert "\n# pass 0\n" not in done.stdout
