"""A running web server of examples/c, and a browser beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from c_server import (
    CLIENT_ID,
    SECRET,
    Site,
    serving,
)
from harness import emulator, ports
from harness.cookie_browser import Browser

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with ports.reserved() as port:
        url = f"http://127.0.0.1:{port}"
        app = emulator.App(CLIENT_ID, SECRET, f"{url}/callback", oidc=True)
        with emulator.running([app]) as clever, serving(url, clever):
            yield Site(url, clever)


@pytest.fixture
def browser(site: Site) -> Browser:
    return Browser(site.emulator)
