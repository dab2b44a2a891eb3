"""What the tests in a browser share: the scene, one browser for all of them, and a page of its own for each."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from harness import chromium
from harness.paths import EMULATOR

from .scene import Place, opened, set_up

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


# Of this folder: while playwright runs, no other test could run an event loop.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with chromium.launched() as browser:
        yield browser


@pytest.fixture(scope="package")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    pytest.importorskip("flask", reason="flask is not installed")
    binary = Path(os.environ.get("CLEVER_EMULATOR", EMULATOR))
    if not binary.exists():
        pytest.skip(f"there is no emulator at {binary}: build it, or name it in CLEVER_EMULATOR")
    with set_up(tmp_path_factory.mktemp("world")) as place:
        yield place


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with opened(browser) as page:
        yield page


@pytest.fixture(params=[True, False], ids=["with-script", "without-script"])
def any_page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """A page with scripts, and one without: what people see needs none."""
    with opened(browser, script=request.param) as page:
        yield page
