"""Fixtures of the tests with other client libraries: the npm packages."""

from __future__ import annotations

from pathlib import Path

import pytest
from harness import npm


@pytest.fixture(scope="session")
def npm_packages() -> tuple[str, Path]:
    """Install the packages of the Node sites; return node and their folder."""
    return npm.installed(Path(__file__).with_name("node"), "third-party")
