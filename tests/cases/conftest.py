"""Fixtures: a fake Clever, and the package of each language."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from faces import Face, speaking
from harness.clever import Clever, serving

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def clever() -> Iterator[Clever]:
    with serving() as made:
        yield made


@pytest.fixture(scope="module", params=["python", "c"])
def face(request: pytest.FixtureRequest) -> Iterator[Face]:
    with speaking(request.param) as face:
        yield face
