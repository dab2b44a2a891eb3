"""Shared by the tests of the implicit grant: the example, served next to an emulator, and a browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from harness import chromium
from implicit_site import Site, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture(scope="module")
def automatic() -> Iterator[Site]:
    """The site, with an emulator that logs people in without showing a page."""
    with serving("ada") as site:
        yield site


@pytest.fixture(scope="module")
def with_pages() -> Iterator[Site]:
    """The site, with an emulator that shows its sign-in page."""
    with serving(None) as site:
        yield site


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium.launched() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in an empty browser."""
    with chromium.new_page(browser) as page:
        yield page
