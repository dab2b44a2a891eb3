"""Shared by the PHP tests: one build of the extension, and one application with the Composer package."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import applications
import pytest
from harness.paths import RELEASE
from installed import Installed, install

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def installed() -> Iterator[Installed]:
    """The library and the extension, in a folder that servers without root rights can read."""
    if not (RELEASE / "libclever_sso.so").exists():
        pytest.skip(f"there is no library in {RELEASE}: build it")
    with tempfile.TemporaryDirectory(prefix="clever-sso-php-") as folder:
        Path(folder).chmod(0o755)
        yield install(Path(folder))


@pytest.fixture(scope="session")
def application(installed: Installed) -> Path:
    """An application that requires the Composer package."""
    folder = installed.folder / "newcomer"
    folder.mkdir()
    return applications.made(folder)
