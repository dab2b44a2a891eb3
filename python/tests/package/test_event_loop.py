"""A client that waits, used in an event loop, says so once."""

from __future__ import annotations

import subprocess
import sys

from harness.patience import SECONDS

PROGRAM = """
import asyncio
import contextlib
import threading
import warnings

import clever_sso

client = clever_sso.Client("id", "secret", "https://app.example/callback", base_url="http://127.0.0.1:9", timeout=0.05)


def ask():
    for call in (lambda: client.me("token"), lambda: client.finish_login("code=a&state=b"), client.export_keys):
        with contextlib.suppress(clever_sso.Error):
            call()


async def wrong():
    client.begin_login()  # asks nobody
    with contextlib.suppress(clever_sso.Error):
        client.warm_up()  # once, while a server starts
    print("before", len(caught))
    ask()
    ask()
    print("after", len(caught), [warning.filename for warning in caught])


async def right():
    await asyncio.get_running_loop().run_in_executor(None, ask)


with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    ask()
    asyncio.run(right())
    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    asyncio.run(wrong())
    print(caught[0].category.__name__, caught[0].message)
"""


def run(*options: str, program: str = PROGRAM) -> str:
    command = [sys.executable, *options, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS)
    return done.stdout + done.stderr


def test_a_client_that_waits_in_an_event_loop_warns_once() -> None:
    said = run().splitlines()
    assert said[:2] == ["before 0", "after 1 ['<string>']"], said
    assert said[2].startswith("RuntimeWarning clever_sso.Client waits for the network")
    assert said[2].endswith("use clever_sso.AsyncClient in async code")


def test_who_turns_warnings_into_errors_gets_one() -> None:
    program = """
import asyncio
import clever_sso

client = clever_sso.Client("id", "secret", "https://app.example/callback", base_url="http://127.0.0.1:9", timeout=0.05)


async def wrong():
    client.me("token")


asyncio.run(wrong())
"""
    said = run("-W", "error", program=program)
    assert said.splitlines()[-1].startswith("RuntimeWarning: clever_sso.Client waits for the network")
