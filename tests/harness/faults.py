"""A Clever that sometimes fails: a proxy in front of the emulator sends some requests to its failure scenarios."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from . import emulator, ports
from .patience import PAUSE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

# Of this many requests to a route, one gets each kind of fault: 2%.
PLACES = 50
SLOW_SECONDS = 1
# Not a scenario of the emulator, because that would have its own issuer: the proxy itself delays the response.
SLOW = "slow"
# The step from one request's place to the next. It shares no divisor with the number of places.
STRIDE = 7


class Faults:
    """Decides which request gets which fault, by the start of its path, and counts the faults."""

    def __init__(self, of_routes: Mapping[str, Sequence[str]]) -> None:
        self._of_routes = of_routes
        self._requests: Counter[str] = Counter()
        self.happened: Counter[str] = Counter()

    def next(self, path: str) -> str:
        """Return the fault for the next request to `path`; an empty string for none."""
        route = next((route for route in self._of_routes if path.startswith(route)), "")
        kinds = self._of_routes.get(route, ())
        place = self._requests[route] * STRIDE % PLACES
        self._requests[route] += 1
        fault = kinds[place] if place < len(kinds) else ""
        if fault:
            self.happened[fault] += 1
        return fault


class Barrier:
    """Holds the requests to `path` until `size` different ones have arrived, then lets these go on.

    A request that is the same as an earlier one was sent again. It does not count.
    """

    def __init__(self, path: str, size: int) -> None:
        self._path, self._size = path, size
        self._held: set[bytes] = set()
        self._released: set[bytes] = set()
        self._full = asyncio.Event()

    async def wait(self, path: str, request: bytes) -> None:
        """Return when the request may go on."""
        if path != self._path or request in self._released:
            return
        self._held.add(request)
        full = self._full
        if len(self._held) == self._size:
            self._held, self._released, self._full = set(), self._held, asyncio.Event()
            full.set()
        await full.wait()


@contextmanager
def in_front_of_an_emulator(
    apps: Sequence[emulator.App], faults: Faults, barrier: Barrier
) -> Iterator[tuple[str, str]]:
    """Run an emulator behind the proxy; yield the base URL of the proxy, and the one of the emulator."""
    with ports.reserved() as port:
        base_url = f"http://127.0.0.1:{port}"
        with emulator.known_as(base_url, apps, "ada") as address, _proxy(port, address, faults, barrier):
            yield base_url, address


@contextmanager
def _proxy(port: int, address: str, faults: Faults, barrier: Barrier) -> Iterator[None]:
    behind = urlsplit(address)
    loop = asyncio.new_event_loop()
    listening, stop = threading.Event(), asyncio.Event()

    # The event loop holds only weak references to tasks, so keep them here.
    kept: set[asyncio.Task[None] | None] = set()

    async def carry(client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        kept.add(asyncio.current_task())
        try:
            await exchange(client, to_client)
        except (asyncio.IncompleteReadError, OSError):
            # The client or the emulator has closed the connection.
            pass
        finally:
            to_client.close()
            kept.discard(asyncio.current_task())

    async def exchange(client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        server, to_server = await asyncio.open_connection(behind.hostname, behind.port)
        back = asyncio.ensure_future(_copy(server, to_client))
        try:
            while not client.at_eof():
                to_server.write(await _request(client, faults, barrier))
                await to_server.drain()
        finally:
            to_server.close()
            await back

    async def serve() -> None:
        async with await asyncio.start_server(carry, "127.0.0.1", port, reuse_address=True):
            listening.set()
            await stop.wait()
        # A task that is connecting starts another task before it ends.
        while carried := asyncio.all_tasks() - {asyncio.current_task()}:
            for task in carried:
                task.cancel()
            await asyncio.wait(carried, timeout=PAUSE_SECONDS)
        # The task of a closed connection ends in the next iteration of the event loop.
        for _ in range(3):
            await asyncio.sleep(0)

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    try:
        listening.wait()
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


async def _request(client: asyncio.StreamReader, faults: Faults, barrier: Barrier) -> bytes:
    """Read the next request of this connection; its path leads to a scenario if it gets a fault."""
    head = await client.readuntil(b"\r\n\r\n")
    method, path, rest = head.split(b" ", 2)
    lines = (line.partition(b":") for line in rest.lower().split(b"\r\n"))
    length = next((int(value) for name, _, value in lines if name == b"content-length"), 0)
    body = await client.readexactly(length)
    await barrier.wait(path.decode("ascii"), head)
    fault = faults.next(path.decode("ascii"))
    if fault == SLOW:
        await asyncio.sleep(SLOW_SECONDS)
    elif fault:
        path = b"/s/" + fault.encode("ascii") + path
    return b" ".join([method, path, rest]) + body


async def _copy(server: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
    try:
        while piece := await server.read(65536):
            to_client.write(piece)
            await to_client.drain()
    except OSError:
        # The client has closed the connection.
        pass
    finally:
        to_client.close()
