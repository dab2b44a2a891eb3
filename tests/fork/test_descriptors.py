"""The first call of a forked child closes the parent's connections there, and nothing else. The parent keeps them."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from harness import emulator
from harness.paths import ROOT
from harness.patience import MANY_STEPS_SECONDS
from harness.programs import compiled, environment

if TYPE_CHECKING:
    from collections.abc import Iterator

APP = emulator.App("0d1c" * 5, "5ec4e7" * 6, "http://127.0.0.1:9/callback", oidc=True)
PYTHON = """
import asyncio, os, sys
import clever_sso

blocking = clever_sso.Client("0d1c" * 5, base_url=sys.argv[1])
waiting = clever_sso.AsyncClient("0d1c" * 5, base_url=sys.argv[1])

def ask():
    for call in (blocking.me, lambda token: asyncio.run(waiting.me(token))):
        try:
            call("unknown")
        except clever_sso.TokenError:
            pass

def descriptors():
    found = {}
    for number in os.listdir("/proc/self/fd"):
        try:
            found[int(number)] = os.readlink(f"/proc/self/fd/{number}")
        except FileNotFoundError:
            pass
    return sorted(text for number, text in found.items() if number > 2)

def descend(generations, inherited, many):
    child = os.fork()
    if child == 0:
        ask()
        now = descriptors()
        sockets = {text for text in inherited if text.startswith("socket:")}
        assert not sockets & set(now), (inherited, now)
        assert len(now) == many, (inherited, now)
        if generations > 1:
            descend(generations - 1, now, many)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0

ask()
descend(5, descriptors(), len(descriptors()))
ask()
"""


@pytest.fixture(scope="module")
def clever() -> Iterator[str]:
    with emulator.running([APP], "ada") as base_url:
        yield base_url


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lists the descriptors of a process")
@pytest.mark.parametrize("what", ["closes", "reused", "deep"])
def test_a_child_closes_its_parents_connections_and_no_other_descriptor(what: str, clever: str) -> None:
    program = compiled(ROOT / "tests/fork/descriptors.c", "-std=gnu11", "-pthread")
    ended = subprocess.run(
        [program, what, APP.client_id, clever],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=MANY_STEPS_SECONDS,
        check=False,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lists the descriptors of a process")
def test_later_generations_of_forks_have_no_more_descriptors_than_the_first(clever: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PYTHON, clever],
        capture_output=True,
        text=True,
        timeout=MANY_STEPS_SECONDS,
        check=False,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
