"""A process that ends while calls wait ends at once, without output."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from typing import Callable

import pytest
from canned_clever import serving
from harness.gate import Gate
from harness.patience import SECONDS

BEGINNING = """
    import asyncio, sys, threading
    import clever_sso

    id, secret, uri = "0a" * 10, "0b" * 20, "http://127.0.0.1:9/"
    client = clever_sso.AsyncClient(id, secret, uri, base_url=sys.argv[1], timeout=1200)
    blocking = clever_sso.Client(id, secret, uri, base_url=sys.argv[1], timeout=1200)

    async def begin_some():
        global tasks
        tasks = [asyncio.ensure_future(ask_forever()) for _ in range(20)]
        await asyncio.get_running_loop().run_in_executor(None, told_that_requests_came)

    def told_that_requests_came():
        sys.stdin.readline()

    async def ask_forever():
        while True:
            try:
                await client.me("token")
            except clever_sso.Error:
                pass

    async def many_ask_forever():
        await asyncio.gather(*(ask_forever() for _ in range(50)))

    def block_forever():
        while True:
            try:
                blocking.me("token")
            except clever_sso.Error:
                pass
"""

ENDINGS = {
    "the main coroutine returns": "asyncio.run(begin_some())",
    "sys.exit in a coroutine": """
        async def leave():
            await begin_some()
            sys.exit()

        asyncio.run(leave())
    """,
    "a loop that was not closed": """
        loop = asyncio.new_event_loop()
        loop.run_until_complete(begin_some())
        for task in tasks:
            task._log_destroy_pending = False
    """,
    "a loop of a daemon thread": """
        threading.Thread(target=lambda: asyncio.run(many_ask_forever()), daemon=True).start()
        told_that_requests_came()
    """,
    "a daemon thread that blocks": """
        threading.Thread(target=block_forever, daemon=True).start()
        told_that_requests_came()
    """,
    "a client used by an exit handler": """
        import atexit

        @atexit.register
        def say_goodbye():
            try:
                blocking.me("token")
            except clever_sso.CleverError:
                pass
            try:
                asyncio.run(client.me("token"))
            except (RuntimeError, clever_sso.CleverError):
                pass
    """,
}


# How many requests are running when each program begins to end.
REQUESTS = {"a loop of a daemon thread": 50, "a daemon thread that blocks": 1, "a client used by an exit handler": 0}


def end_of(ending: str, base_url: str, wait_for: Callable[[int], object]) -> None:
    """Let the program end once its requests have arrived. Its timeouts are long, so it does not wait for responses."""
    program = textwrap.dedent(BEGINNING) + textwrap.dedent(ENDINGS[ending])
    command = [sys.executable, "-W", "ignore", "-c", program, base_url]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            wait_for(REQUESTS.get(ending, 20))
            told, complaints = process.communicate("\n", timeout=SECONDS)
        finally:
            process.kill()
    assert (process.returncode, told, complaints) == (0, "", "")


@pytest.mark.parametrize("ending", [ending for ending in ENDINGS if "handler" not in ending])
def test_a_process_ends_at_once_while_calls_wait_for_a_response(ending: str) -> None:
    gate = Gate()
    with serving({}, gate) as silent:
        end_of(ending, silent, gate.wait_for)


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_process_ends_at_once_while_responses_arrive(ending: str) -> None:
    gate = Gate()
    gate.open()
    with serving({}, gate) as base_url:
        for _ in range(3):
            end_of(ending, base_url, gate.wait_for)
