"""What the tests of other people's client libraries share: the npm packages."""

from __future__ import annotations

from pathlib import Path

import pytest
from harness import npm


@pytest.fixture(scope="session")
def npm_packages() -> tuple[str, Path]:
    """Install what the sites for node use: node, and the folder where they are."""
    return npm.installed(Path(__file__).with_name("node"), "third-party")
