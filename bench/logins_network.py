"""Plays the network between a site and Clever: it delays every byte. `logins_servers.py` starts it.

    python logins_network.py PORT [CERTIFICATE KEY]

It listens on a free port, and forwards everything to the emulator at PORT on this machine. With a certificate it speaks
TLS to the site. It prints its own port, then responds to each line of its input, and exits when its input ends:

- `pace MILLISECONDS SHARE`: from now on, a round trip takes this long, and this share of the requests gets status 503
  (only without TLS).
- `count`: prints the number of new connections, and of their round trips, since the last `count`.
"""

from __future__ import annotations

import asyncio
import random
import ssl
import sys
from contextlib import suppress

CHUNK = 64 * 1024
BUSY = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
REQUESTS = (b"GET ", b"POST ")


class Network:
    """The network in front of the emulator.

    Args:
        port: The port of the emulator.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self.round_trip = 0.0
        self.failing = 0.0
        self.connections = 0
        self.waits = 0
        # The same seed each time, so that every site meets the same errors.
        self.random = random.Random(1)

    async def accept(self, near: asyncio.StreamReader, answers: asyncio.StreamWriter) -> None:
        """Forward one connection."""
        self.connections += 1
        # A TCP handshake takes a round trip. On this machine it is instant, so delay the first bytes instead.
        self.waits += 1
        connected = asyncio.get_running_loop().time() + self.round_trip
        with suppress(OSError):
            far, requests = await asyncio.open_connection("127.0.0.1", self.port)
            way = _Way(self, connected)
            await asyncio.gather(way.there(near, requests, answers), way.back(far, answers))
        answers.close()

    def answer(self, line: str) -> str:
        """Obey a line of the input; return the response."""
        word, *numbers = line.split()
        if word == "pace":
            self.round_trip, self.failing = float(numbers[0]) / 1000, float(numbers[1])
            return "done"
        said = f"{self.connections} {self.waits}"
        self.connections = self.waits = 0
        return said


class _Way:
    """Both directions of one connection."""

    def __init__(self, network: Network, connected: float) -> None:
        self.network, self.connected = network, connected
        self.site_waits = False
        self.refused = False

    async def there(self, near: asyncio.StreamReader, to: asyncio.StreamWriter, answers: asyncio.StreamWriter) -> None:
        """Forward bytes from the site to Clever."""
        network = self.network

        async def send(data: bytes) -> None:
            if not self.refused and data.startswith(REQUESTS) and network.random.random() < network.failing:
                self.refused = True
                await asyncio.sleep(network.round_trip / 2)
                answers.write(BUSY)
                to.close()
            elif not self.refused:
                to.write(data)

        def seen() -> None:
            if not self.site_waits:
                self.site_waits = True
                network.waits += 1

        await self._carry(near, send, seen)
        to.close()

    async def back(self, far: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
        """Forward bytes from Clever to the site."""

        async def send(data: bytes) -> None:
            self.site_waits = False
            to.write(data)

        await self._carry(far, send, lambda: None)
        if not self.refused and to.can_write_eof():
            to.write_eof()

    async def _carry(self, source: asyncio.StreamReader, send, seen) -> None:  # noqa: ANN001  (functions)
        held: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        sending = asyncio.ensure_future(self._send(held, send))
        clock = asyncio.get_running_loop().time
        data = b"more"
        while data:
            data = b""
            with suppress(OSError):
                data = await source.read(CHUNK)
            if data:
                seen()
            held.put_nowait((max(clock(), self.connected) + self.network.round_trip / 2, data))
        await sending

    async def _send(self, held: asyncio.Queue[tuple[float, bytes]], send) -> None:  # noqa: ANN001  (a function)
        clock = asyncio.get_running_loop().time
        while True:
            due, data = await held.get()
            await asyncio.sleep(max(due - clock(), 0))
            if not data:
                return
            with suppress(OSError, RuntimeError):
                await send(data)


async def _plain(port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Forward the decrypted bytes to Clever."""
    with suppress(OSError):
        far, to = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(_copy(reader, to), _copy(far, writer))
    writer.close()


async def _copy(source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await source.read(CHUNK):
            to.write(data)
            await to.drain()
    to.close()


async def main(port: int, *certificate: str) -> None:
    """Forward connections and obey the input until it ends."""
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        clever = port
        ends = await asyncio.start_server(lambda *pair: _plain(clever, *pair), "127.0.0.1", 0, ssl=context)
        port = ends.sockets[0].getsockname()[1]
    network = Network(port)
    server = await asyncio.start_server(network.accept, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := await lines.readline():
        print(network.answer(line.decode()), flush=True)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), *sys.argv[2:]))
