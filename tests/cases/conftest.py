"""A Clever made by hand, and each language that asks it."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from faces import CFace, Face, PythonFace
from harness.clever import Clever, serving
from harness.paths import ROOT
from harness.patience import SECONDS
from harness.programs import compiled, environment

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def clever() -> Iterator[Clever]:
    with serving() as made:
        yield made


@pytest.fixture(scope="module", params=["python", "c"])
def face(request: pytest.FixtureRequest) -> Iterator[Face]:
    if request.param == "python":
        yield PythonFace()
        return
    pipe, driver = subprocess.PIPE, compiled(ROOT / "tests/c/driver.c")
    with subprocess.Popen([driver], stdin=pipe, stdout=pipe, encoding="utf-8", env=environment()) as process:
        yield CFace(process)
        assert process.stdin
        process.stdin.close()
        assert process.wait(SECONDS) == 0
