"""What the tests in a browser share: the scene, one browser for all of them, and a page of its own for each."""

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


# What people do with a login, in each language; the other tests look at pages of the emulator, or of one example.
OF_EVERY_EXAMPLE = {
    "test_cookies_blocked",
    "test_history",
    "test_neighbors",
    "test_refusals",
    "test_shared_device",
    "test_tabs",
    "test_ways_in",
}
# Most of these pages are the emulator's, and the examples have similar ones: `make test` uses one example.
OF_ONE_EXAMPLE = {"test_every_page", "test_keyboard"}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Try the examples in Rust as well."""
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


# Of this folder: while playwright runs, no other test could run an event loop.
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
    """A page with scripts, and one without: what people see needs none."""
    with opened(browser, script=request.param) as page:
        yield page
