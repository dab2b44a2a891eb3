"""Lets the fixtures under test use the emulator that was built here."""

from __future__ import annotations

import os
from importlib.metadata import PackageNotFoundError, distribution

import pytest
from harness.paths import EMULATOR


@pytest.fixture(scope="session")
def emulator_program() -> str:
    return os.environ.get("CLEVER_EMULATOR", str(EMULATOR))


@pytest.fixture(autouse=True)
def built_here(monkeypatch: pytest.MonkeyPatch, emulator_program: str) -> None:
    monkeypatch.setenv("CLEVER_EMULATOR", emulator_program)
    try:
        distribution("clever-sso")
    except PackageNotFoundError:
        # The package is on the path but not installed, so pytest does not know its fixtures.
        monkeypatch.setenv("PYTEST_PLUGINS", "clever_sso.pytest_plugin")
