"""An AsyncClient that was used before a fork: the child makes threads of its own, the parent's go on."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import clever_sso
import pytest
from harness import emulator
from harness.browser import Browser
from harness.patience import MANY_STEPS_SECONDS, SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator

CHILDREN, AT_ONCE = 20, 20
REDIRECT_URI = "http://127.0.0.1:9/"
OURS, THEIRS = "0a" * 10, "0b" * 10


@pytest.fixture(scope="module")
def clever() -> Iterator[str]:
    apps = [emulator.App(client_id, "", REDIRECT_URI) for client_id in (OURS, THEIRS)]
    with emulator.running(apps, "ada") as base_url:
        yield base_url


def token(clever: str, client_id: str) -> str:
    client = clever_sso.Client(client_id, redirect_uri=REDIRECT_URI, base_url=clever)
    callback = Browser(clever).callback(client.authorize_url(response_type="token", without_state=True))
    access_token = clever_sso.parse_callback(callback).access_token
    assert access_token
    return access_token


async def answers(client: clever_sso.AsyncClient, access_token: str) -> set[str]:
    """The results of asking many times at once."""

    async def one() -> str:
        try:
            return (await client.check_token(access_token)).client_id
        except clever_sso.TokenError as error:
            return error.code

    return set(await asyncio.gather(*(one() for _ in range(AT_ONCE))))


def in_a_new_loop(work: Coroutine[Any, Any, set[str]]) -> set[str]:
    return asyncio.run(asyncio.wait_for(work, SECONDS))


def fork_and(call: Callable[[], bool]) -> int:
    pid = os.fork()
    if pid == 0:
        # Ended from outside if it hangs; and whatever happens, nothing of pytest runs in the child.
        signal.alarm(SECONDS)
        try:
            os._exit(0 if call() else 1)
        finally:
            os._exit(2)
    return pid


def ended_well(pid: int) -> bool:
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def test_forked_processes_ask_at_once_and_so_does_the_parent(clever: str) -> None:
    client = clever_sso.AsyncClient(OURS, redirect_uri=REDIRECT_URI, base_url=clever)
    ours, theirs = token(clever, OURS), token(clever, THEIRS)
    assert in_a_new_loop(answers(client, ours)) == {OURS}
    children = [fork_and(lambda: in_a_new_loop(answers(client, theirs)) == {"token_foreign"}) for _ in range(CHILDREN)]
    assert in_a_new_loop(answers(client, ours)) == {OURS}
    ended = [ended_well(child) for child in children]
    assert all(ended)


def test_a_fork_while_a_loop_asks_and_cancels_disturbs_nobody(clever: str) -> None:
    client = clever_sso.AsyncClient(OURS, redirect_uri=REDIRECT_URI, base_url=clever)
    ours, theirs = token(clever, OURS), token(clever, THEIRS)
    done, right = threading.Event(), []

    async def keep_asking() -> None:
        while not done.is_set():
            doomed = [asyncio.ensure_future(client.check_token(ours)) for _ in range(AT_ONCE)]
            # One turn of the loop, in which they begin.
            await asyncio.sleep(0)
            for task in doomed:
                task.cancel()
            right.append(await answers(client, ours) == {OURS})
            await asyncio.gather(*doomed, return_exceptions=True)

    thread = threading.Thread(target=lambda: asyncio.run(keep_asking()))
    thread.start()
    ended = [
        ended_well(fork_and(lambda: in_a_new_loop(answers(client, theirs)) == {"token_foreign"}))
        for _ in range(CHILDREN)
    ]
    done.set()
    thread.join()
    assert all(ended)
    assert right
    assert all(right)


def test_a_child_that_ends_like_any_process_does_so_at_once(clever: str) -> None:
    # An exit handler closes the door to Python, and waits for threads that a child does not have.
    program = """
import asyncio, os, sys
import clever_sso

client = clever_sso.AsyncClient("0a" * 10, redirect_uri="http://127.0.0.1:9/", base_url=sys.argv[1])

async def ask():
    try:
        await client.check_token("unknown")
    except clever_sso.TokenError:
        pass

asyncio.run(ask())
for _ in range(20):
    child = os.fork()
    if child == 0:
        asyncio.run(ask())
        sys.exit(0)
    assert os.waitpid(child, 0)[1] == 0
"""
    command = [sys.executable, "-W", "ignore", "-c", program, clever]
    done = subprocess.run(command, capture_output=True, text=True, timeout=MANY_STEPS_SECONDS, check=False)
    assert (done.returncode, done.stderr) == (0, "")
