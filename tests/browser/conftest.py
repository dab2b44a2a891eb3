"""Fixtures of the browser tests: the scene, one browser for all tests, and a new page for each."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from harness import chromium
from harness.examples import EXAMPLES
from harness.length import whole_or_short
from harness.paths import EMULATOR

from .scene import Place, opened, set_up

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


# These tests run with an example in each language. The others test the emulator's pages, or only one example.
OF_EVERY_EXAMPLE = {
    "test_cookies_blocked",
    "test_history",
    "test_neighbors",
    "test_refusals",
    "test_shared_device",
    "test_tabs",
    "test_ways_in",
}
# Most pages belong to the emulator, and the examples have similar ones, so `make test` uses one example.
OF_ONE_EXAMPLE = {"test_every_page", "test_keyboard"}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Also test the examples in Rust."""
    module = metafunc.module.__name__.rpartition(".")[2]
    # `make test` compiles no actix: the Makefile says why.
    of_every = dict.fromkeys(OF_EVERY_EXAMPLE, whole_or_short(EXAMPLES, ("flask", "axum")))
    of_one = dict.fromkeys(OF_ONE_EXAMPLE, whole_or_short(EXAMPLES, ("flask",)))
    examples = {**of_every, **of_one}.get(module)
    if "example" in metafunc.fixturenames and examples:
        metafunc.parametrize("example", examples, indirect=True, scope="session")


@pytest.fixture(scope="session")
def example(request: pytest.FixtureRequest) -> str:
    """The example application."""
    name: str = getattr(request, "param", "flask")
    pytest.importorskip("flask", reason="flask is not installed")
    return name


# Only for this folder: while Playwright runs, no other test can run an event loop.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with chromium.launched() as browser:
        yield browser


@pytest.fixture(scope="package")
def place(example: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    binary = Path(os.environ.get("CLEVER_EMULATOR", EMULATOR))
    if not binary.exists():
        pytest.skip(f"there is no emulator at {binary}: build it, or name it in CLEVER_EMULATOR")
    with set_up(example, tmp_path_factory.mktemp("world")) as place:
        yield place


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with opened(browser) as page:
        yield page


@pytest.fixture(params=[True, False], ids=["with-script", "without-script"])
def any_page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """A page with scripts, and one without: the pages must work without them."""
    with opened(browser, script=request.param) as page:
        yield page
