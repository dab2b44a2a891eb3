"""What the tests of the implicit grant share: the example, served beside an emulator."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from implicit_site import Site, serving


@pytest.fixture(scope="module")
def automatic() -> Iterator[Site]:
    """The site, where people log in without a page."""
    with serving("ada") as site:
        yield site


@pytest.fixture(scope="module")
def with_pages() -> Iterator[Site]:
    """The site, where people sign in on the emulator's page."""
    with serving(None) as site:
        yield site
