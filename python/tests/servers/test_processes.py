"""Several processes log people in at the same time: no login is lost, none hangs, and each gets the right person."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from itertools import cycle, islice

import pytest
from clever_sso.testing import Emulator, Person
from harness.patience import SECONDS
from logins import LOGINS, everyone
from workers import OWN, is_right, join, use

PROCESSES = 4
CHILDREN = 20
# A time limit for each process, for all its logins.
PATIENCE_SECONDS = SECONDS + LOGINS


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator.running() as emulator:
        yield emulator


@pytest.fixture(scope="module")
def people(emulator: Emulator) -> list[Person]:
    return list(islice(cycle(everyone(emulator)), LOGINS))


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_every_login_in_a_process_pool_finishes(method: str, emulator: Emulator, people: list[Person]) -> None:
    use(emulator.client())
    # The inherited client has been used before.
    assert is_right(people[0]) == (True, os.getpid())
    # A spawned process inherits nothing.
    context = multiprocessing.get_context(method)
    arguments = context.Barrier(PROCESSES), emulator.settings() if method == "spawn" else None
    with context.Pool(PROCESSES, join, arguments) as pool:
        pending = pool.map_async(is_right, people, chunksize=5)
        assert is_right(people[0]) == (True, os.getpid())
        answers = pending.get(PATIENCE_SECONDS)
    assert [right for right, _ in answers] == [True] * LOGINS
    processes = {process for _, process in answers}
    assert os.getpid() not in processes
    # Each process waited for the others before its first login, so all of them took part, however fast one was.
    assert len(processes) == PROCESSES


def test_logins_after_a_fork_during_other_threads_logins_finish(emulator: Emulator, people: list[Person]) -> None:
    use(emulator.client())
    assert is_right(people[0])[0]
    done, of_the_parent = threading.Event(), []

    def keep_logging_in() -> None:
        for person in cycle(people):
            if done.is_set():
                return
            of_the_parent.append(is_right(person)[0])

    threads = [threading.Thread(target=keep_logging_in, daemon=True) for _ in range(3)]
    for thread in threads:
        thread.start()
    each = LOGINS // CHILDREN
    try:
        children = [forked(people[turn * each : (turn + 1) * each]) for turn in range(CHILDREN)]
        ended = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    finally:
        done.set()
        for thread in threads:
            thread.join(PATIENCE_SECONDS)
    assert ended == [0] * CHILDREN
    assert len(of_the_parent) > CHILDREN
    assert all(of_the_parent)
    assert not any(thread.is_alive() for thread in threads)


def forked(people: list[Person]) -> int:
    assert OWN.client
    pid = os.fork()
    if pid == 0:
        # If the child hangs, the parent kills it. In any case, no code of pytest runs in the child.
        signal.alarm(PATIENCE_SECONDS)
        try:
            os._exit(0 if all(is_right(person)[0] for person in people) else 1)
        finally:
            os._exit(2)
    return pid
