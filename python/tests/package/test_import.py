"""Importing the package is cheap and imports nothing else."""

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


def test_the_import_loads_no_other_module() -> None:
    # No framework, no asyncio, not even logging. `make bench` measures how long the import takes.
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


def test_the_package_version_has_three_parts() -> None:
    assert clever_sso.__version__.count(".") == 2


IMPORTED_AGAIN = """
import sys
import clever_sso as first

for name in [name for name in sys.modules if name.startswith("clever_sso")]:
    del sys.modules[name]
import clever_sso as second

assert second is not first
assert second.Error is first.Error
assert second.exceptions is first.exceptions
for package in (first, second):
    for client in (first.Client, second.Client):
        try:
            client("")
        except package.ConfigError as error:
            assert error.code == "config_invalid"
        else:
            raise AssertionError("nothing was raised")
"""


def test_code_that_imported_the_package_before_a_second_import_still_catches_its_errors() -> None:
    # Programs that run tests or plugins may empty sys.modules.
    subprocess.run([sys.executable, "-c", IMPORTED_AGAIN], check=True)


RELOADED = """
import importlib, pickle, sys
import clever_sso
from clever_sso import exceptions

NAMES = [name for name in clever_sso.__all__ if name.endswith("Error")]
first = {name: getattr(clever_sso, name) for name in NAMES}

def check(*modules):
    for module in modules:
        assert {name: getattr(module, name) for name in NAMES} == first, module
        try:
            clever_sso.Client("")
        except module.Error as error:
            assert type(error) is module.ConfigError
            assert type(pickle.loads(pickle.dumps(error))) is module.ConfigError

# By name: what was removed from sys.modules before cannot be reloaded.
for name in ("clever_sso.exceptions", "clever_sso", "clever_sso._native", "clever_sso.exceptions"):
    check(importlib.reload(sys.modules[name]) and exceptions, clever_sso)
for names in (
    ["clever_sso.exceptions"],
    ["clever_sso", "clever_sso.exceptions"],
    ["clever_sso"],
    ["clever_sso._native"],
    ["clever_sso._native", "clever_sso.exceptions"],
):
    for name in names:
        sys.modules.pop(name, None)
    import clever_sso
    check(clever_sso, exceptions, importlib.import_module("clever_sso.exceptions"), clever_sso.exceptions)
"""


def test_errors_are_caught_after_a_reload_of_any_part_of_the_package() -> None:
    subprocess.run([sys.executable, "-c", RELOADED], check=True)
