"""Compares the tables in docs/browser.md with the library in PHP, with the extension and with FFI."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cases.faces import Face, driven
from harness.browser_page import CALLBACKS, HOSTS, check_callbacks, check_cookies
from installed import SCRIPTS, Installed, settings
from php_sites import WAYS

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module", params=WAYS)
def face(installed: Installed, request: pytest.FixtureRequest) -> Iterator[Face]:
    """A PHP process that responds like the driver in C."""
    before = [] if request.param == "extension" else ["-dffi.enable=1"]
    classes = [str(installed.classes("ffi"))] if request.param == "ffi" else []
    options = ["-ddisplay_errors=stderr", *before, str(SCRIPTS / "driver.php"), *classes]
    command = installed.php(*options, extension=request.param == "extension")
    with driven(command, settings("", "", LD_LIBRARY_PATH=str(installed.library))) as face:
        yield face


@pytest.mark.parametrize("host", HOSTS)
def test_the_cookies_match_the_table(face: Face, host: str) -> None:
    check_cookies(face, host)


@pytest.mark.parametrize("title", CALLBACKS)
def test_a_callback_changes_cookies_as_in_the_table(face: Face, title: str) -> None:
    check_callbacks(face, title)
