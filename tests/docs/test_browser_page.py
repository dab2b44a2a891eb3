"""The library does what the tables of docs/browser.md say, in Python and in C. PHP has a separate test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cases.faces import Face, speaking
from harness.browser_page import ARRIVALS, CALLBACKS, HOSTS, check_callbacks, check_cookies

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module", params=["python", "c"])
def face(request: pytest.FixtureRequest) -> Iterator[Face]:
    with speaking(request.param) as face:
        yield face


@pytest.mark.parametrize("host", HOSTS)
def test_a_login_sets_the_cookies_of_the_table(face: Face, host: str) -> None:
    check_cookies(face, host)


@pytest.mark.parametrize("title", CALLBACKS)
def test_a_callback_changes_what_the_table_says(face: Face, title: str) -> None:
    check_callbacks(face, title)


def test_every_row_about_callbacks_is_tested() -> None:
    assert len(CALLBACKS) == len(ARRIVALS)
