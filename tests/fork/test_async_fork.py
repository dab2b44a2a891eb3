"""An AsyncClient that was used before a fork works in both processes: the child starts its own threads."""

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
    """Return the results of many requests at once."""

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
        # The alarm ends a child that hangs. The child must never return into pytest.
        signal.alarm(SECONDS)
        try:
            os._exit(0 if call() else 1)
        finally:
            os._exit(2)
    return pid


def ended_well(pid: int) -> bool:
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def test_an_async_client_works_in_forked_children_and_in_the_parent_at_once(clever: str) -> None:
    client = clever_sso.AsyncClient(OURS, redirect_uri=REDIRECT_URI, base_url=clever)
    ours, theirs = token(clever, OURS), token(clever, THEIRS)
    assert in_a_new_loop(answers(client, ours)) == {OURS}
    children = [fork_and(lambda: in_a_new_loop(answers(client, theirs)) == {"token_foreign"}) for _ in range(CHILDREN)]
    assert in_a_new_loop(answers(client, ours)) == {OURS}
    ended = [ended_well(child) for child in children]
    assert all(ended)


def test_a_fork_while_a_loop_sends_and_cancels_requests_breaks_neither_process(clever: str) -> None:
    client = clever_sso.AsyncClient(OURS, redirect_uri=REDIRECT_URI, base_url=clever)
    ours, theirs = token(clever, OURS), token(clever, THEIRS)
    done, right = threading.Event(), []

    async def keep_asking() -> None:
        while not done.is_set():
            doomed = [asyncio.ensure_future(client.check_token(ours)) for _ in range(AT_ONCE)]
            # One iteration of the loop, so that the requests begin.
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


def test_a_child_with_an_async_client_exits_without_waiting(clever: str) -> None:
    # The exit handler must not wait for threads of the parent, which a child does not have.
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
