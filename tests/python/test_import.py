"""Importing the package is cheap and brings nothing along."""

from __future__ import annotations

import subprocess
import sys

import clever_sso

MEASURE = """
import sys, time
before = set(sys.modules)
start = time.perf_counter()
import clever_sso
took = time.perf_counter() - start
print(took, *sorted(set(sys.modules) - before))
"""


def measure() -> tuple[float, set[str]]:
    done = subprocess.run([sys.executable, "-c", MEASURE], capture_output=True, text=True, check=True)
    seconds, *modules = done.stdout.split()
    return float(seconds), set(modules)


def test_the_import_brings_no_other_package() -> None:
    expected = {"__future__", "clever_sso", "clever_sso._native", "clever_sso.exceptions"}
    assert measure()[1] <= expected


def test_the_import_takes_less_than_ten_milliseconds() -> None:
    assert min(measure()[0] for _ in range(5)) < 0.010


def test_the_package_knows_its_version() -> None:
    assert clever_sso.__version__.count(".") == 2
