"""A client that was used before a fork works in the child at once, in C and in Python.

The children ask about a token of another application, and the parent about its own, so a response that reaches the
wrong process is noticed.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import threading
from typing import TYPE_CHECKING, Any

import clever_sso
import pytest
from harness import emulator
from harness.browser import Browser
from harness.paths import ROOT
from harness.patience import MANY_STEPS_SECONDS, SECONDS
from harness.programs import compiled, environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CHILDREN = 20
CALLS = 10
REDIRECT_URI = "http://127.0.0.1:9/"
OURS, THEIRS = "0a" * 10, "0b" * 10
# The workers of a pool inherit this client: it cannot be pickled.
SHARED: dict[str, Any] = {}


@pytest.fixture(scope="module")
def clever() -> Iterator[str]:
    apps = [emulator.App(client_id, "", REDIRECT_URI) for client_id in (OURS, THEIRS)]
    with emulator.running(apps, "ada") as base_url:
        yield base_url


def client(clever: str, client_id: str) -> clever_sso.Client:
    return clever_sso.Client(client_id, redirect_uri=REDIRECT_URI, base_url=clever)


def token(clever: str, client_id: str) -> str:
    url = client(clever, client_id).authorize_url(response_type="token", without_state=True)
    access_token = clever_sso.parse_callback(Browser(clever).callback(url)).access_token
    assert access_token
    return access_token


def answered_as_ours(asking: clever_sso.Client, access_token: str) -> bool:
    return all(asking.check_token(access_token).client_id == OURS for _ in range(CALLS))


def answered_as_foreign(asking: clever_sso.Client, access_token: str) -> bool:
    for _ in range(CALLS):
        with pytest.raises(clever_sso.TokenError) as caught:
            asking.check_token(access_token)
        if caught.value.code != "token_foreign":
            return False
    return True


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


def test_a_python_client_works_in_forked_children_and_in_the_parent_at_once(clever: str) -> None:
    asking, ours, theirs = client(clever, OURS), token(clever, OURS), token(clever, THEIRS)
    assert answered_as_ours(asking, ours)
    children = [fork_and(lambda: answered_as_foreign(asking, theirs)) for _ in range(CHILDREN)]
    assert answered_as_ours(asking, ours)
    ended = [ended_well(child) for child in children]
    assert all(ended)


def test_a_fork_while_other_python_threads_use_the_client_breaks_neither_process(clever: str) -> None:
    asking, ours, theirs = client(clever, OURS), token(clever, OURS), token(clever, THEIRS)
    done, right = threading.Event(), []

    def keep_asking() -> None:
        while not done.is_set():
            right.append(answered_as_ours(asking, ours))

    threads = [threading.Thread(target=keep_asking) for _ in range(3)]
    for thread in threads:
        thread.start()
    ended = [ended_well(fork_and(lambda: answered_as_foreign(asking, theirs))) for _ in range(CHILDREN)]
    done.set()
    for thread in threads:
        thread.join()
    assert all(ended)
    assert right
    assert all(right)


def test_a_multiprocessing_pool_that_forks_uses_the_parents_client(clever: str) -> None:
    SHARED.update(asking=client(clever, OURS), access_token=token(clever, OURS))
    assert answered_as_ours(**SHARED)
    with multiprocessing.get_context("fork").Pool(4) as pool:
        assert all(pool.map_async(ask_with_shared, range(40)).get(SECONDS))


def ask_with_shared(_: int) -> bool:
    return answered_as_ours(**SHARED)


def test_a_c_client_works_in_forked_children_and_in_the_parent_at_once(clever: str) -> None:
    program = compiled(ROOT / "tests/fork/fork.c")
    command = [program, clever, OURS, token(clever, OURS), token(clever, THEIRS)]
    ended = subprocess.run(command, env=environment(), timeout=MANY_STEPS_SECONDS, capture_output=True, check=False)
    assert ended.returncode == 0, ended.stderr.decode()
