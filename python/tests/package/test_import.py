"""Importing the package is cheap and brings nothing along."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import clever_sso
import pytest

PROGRAM = """
import sys
before = set(sys.modules)
import clever_sso
print(*sorted(set(sys.modules) - before))
"""


OURS = {"__future__", "clever_sso", "clever_sso._event_loop", "clever_sso._native", "clever_sso.exceptions"}


def test_the_import_brings_no_other_module() -> None:
    # No framework, no asyncio, not even logging. `make bench` measures how long it takes.
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) <= OURS


def test_the_import_starts_no_thread_and_opens_no_descriptor() -> None:
    program = """
import os
def owned():
    return len(os.listdir("/proc/self/task")), len(os.listdir("/proc/self/fd"))
before = owned()
import clever_sso
assert owned() == before, (before, owned())
"""
    if not Path("/proc/self/task").exists():
        pytest.skip("this system has no /proc")
    subprocess.run([sys.executable, "-c", program], check=True)


def test_the_package_knows_its_version() -> None:
    assert clever_sso.__version__.count(".") == 2
