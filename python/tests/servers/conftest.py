"""Shared by these tests: the folder of their applications, and the emulator that was built here."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness import ports
from harness.paths import EMULATOR
from processes import program, serving

APPS = Path(__file__).with_name("apps")


@pytest.fixture(scope="session", autouse=True)
def built_here() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLEVER_EMULATOR", os.environ.get("CLEVER_EMULATOR", str(EMULATOR)))
        patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [str(APPS), os.environ.get("PYTHONPATH")])))
        yield


@pytest.fixture(scope="session")
def redis_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Run a Redis that stores nothing on disk."""
    pytest.importorskip("redis")
    with ports.reserved() as port:
        options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        with serving([program("redis-server"), *options], tmp_path_factory.mktemp("redis"), port):
            yield port
