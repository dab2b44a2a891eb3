"""Every call of `AsyncClient` ends: whatever happens to threads, loops and handlers, no caller waits forever."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import Any

import clever_sso
import pytest
from canned_clever import ADA_ID, CLIENT_ID, CLIENT_SECRET, REDIRECT_URI
from harness.gate import Gate
from harness.patience import SECONDS


def make_client(base_url: str) -> clever_sso.AsyncClient:
    return clever_sso.AsyncClient(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, base_url=base_url, timeout=SECONDS)


class Failing(asyncio.SelectorEventLoop):
    """An event loop that refuses work from other threads this many times, starting at a given call."""

    failures: list[BaseException]

    def call_soon_threadsafe(self, *arguments: object, **keywords: object) -> asyncio.Handle:
        if threading.current_thread() is not threading.main_thread() and self.failures:
            raise self.failures.pop()
        return super().call_soon_threadsafe(*arguments, **keywords)  # type: ignore[arg-type]


def failing(*failures: BaseException) -> Failing:
    loop = Failing()
    loop.failures = list(failures)
    return loop


@pytest.mark.parametrize("failure", [MemoryError(), RuntimeError("busy"), SystemExit(3), KeyboardInterrupt()], ids=repr)
def test_delivery_to_a_loop_that_fails_once_is_retried(clever: str, failure: BaseException) -> None:
    loop = failing(failure)
    try:
        assert loop.run_until_complete(asyncio.wait_for(make_client(clever).me("token"), SECONDS)).id == ADA_ID
    finally:
        loop.close()


def test_a_loop_that_always_fails_does_not_block_other_loops(clever: str, monkeypatch: pytest.MonkeyPatch) -> None:
    client, told = make_client(clever), threading.Event()
    unraisable: list[Any] = []

    def hook(args: object) -> None:
        unraisable.append(type(getattr(args, "exc_value", None)))
        told.set()

    monkeypatch.setattr("sys.unraisablehook", hook)
    loop = failing(MemoryError(), MemoryError())
    asking = loop.create_task(client.me("token"))
    loop.run_until_complete(asyncio.sleep(0))
    assert told.wait(SECONDS)
    assert unraisable == [MemoryError]
    # The same client and threads then serve another loop, and this loop as well.
    assert asyncio.run(asyncio.wait_for(client.me("token"), SECONDS)).id == ADA_ID
    assert loop.run_until_complete(asyncio.wait_for(client.me("token"), SECONDS)).id == ADA_ID
    asking.cancel()
    loop.run_until_complete(asyncio.gather(asking, return_exceptions=True))
    loop.close()


def test_closed_loops_and_canceled_tasks_do_not_block_other_loops(slow: str, gate: Gate) -> None:
    client = make_client(slow)

    def leave() -> None:
        loop = asyncio.new_event_loop()
        tasks = [loop.create_task(client.me("token")) for _ in range(5)]
        loop.run_until_complete(asyncio.sleep(0))
        tasks[0].cancel()
        loop.run_until_complete(asyncio.gather(tasks[0], return_exceptions=True))
        for task in tasks:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        loop.close()

    async def ask() -> list[str]:
        asking = [asyncio.ensure_future(client.me("token")) for _ in range(20)]
        await asyncio.sleep(0)
        loop = asyncio.get_running_loop()
        await asyncio.gather(*(loop.run_in_executor(None, leave) for _ in range(3)))
        await loop.run_in_executor(None, gate.wait_for, 20)
        asking[7].cancel()
        gate.open()
        found = await asyncio.gather(*asking, return_exceptions=True)
        assert isinstance(found.pop(7), asyncio.CancelledError)
        return [me.id for me in found]

    assert asyncio.run(asyncio.wait_for(ask(), SECONDS)) == [ADA_ID] * 19


def test_a_stopped_loop_gets_its_results_when_it_continues(slow: str, gate: Gate) -> None:
    client, loop = make_client(slow), asyncio.new_event_loop()
    asking = loop.create_task(client.me("token"))
    loop.run_until_complete(asyncio.sleep(0))
    gate.wait_for()
    gate.open()
    # Another loop gets its results while the first one is stopped.
    assert asyncio.run(asyncio.wait_for(client.me("token"), SECONDS)).id == ADA_ID
    assert loop.run_until_complete(asyncio.wait_for(asking, SECONDS)).id == ADA_ID
    loop.close()


@pytest.mark.parametrize("raised", [KeyboardInterrupt, SystemExit, ValueError])
@pytest.mark.parametrize("method", ["done", "set_result"])
def test_an_exception_raised_by_a_future_reaches_the_caller(
    clever: str, raised: type[BaseException], method: str
) -> None:
    class Future(asyncio.Future):  # type: ignore[type-arg]
        failures = 1

        def done(self) -> bool:
            self.fail("done")
            return super().done()

        def set_result(self, result: object) -> None:
            self.fail("set_result")
            super().set_result(result)

        def fail(self, name: str) -> None:
            if name == method and self.failures:
                self.failures -= 1
                raise raised

    loop = asyncio.new_event_loop()
    client = make_client(clever)

    async def start() -> list[Any]:
        # Only the futures of the client raise, not those of asyncio itself.
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(loop, "create_future", lambda: Future(loop=loop))
            return [client._calls.me("token") for _ in range(3)]  # noqa: SLF001  (a coroutine would start later)

    others = loop.run_until_complete(start())

    async def wait_for_all() -> None:
        await asyncio.wait(others, timeout=SECONDS)
        loop.stop()

    waiting = loop.create_task(wait_for_all())
    while not waiting.done():
        # An exception that ends a program propagates out of the loop, as in any callback. This test continues after it.
        with contextlib.suppress(KeyboardInterrupt, SystemExit):
            loop.run_forever()
    assert [task.done() for task in others] == [True] * 3
    failures = [task.exception() for task in others]
    assert {type(failure) for failure in failures} <= {type(None), raised}
    loop.close()
