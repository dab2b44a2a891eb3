"""The first Monday of a school year: many people log in at once, and Clever is slow. A part of `make bench`.

Logins begin at a fixed rate, even if earlier ones haven't finished: people do not wait for each other. Clever takes a
tenth of a second longer to respond, and one response in a hundred is an error.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from math import isnan
from typing import TYPE_CHECKING, Callable
from urllib.parse import urlsplit

import monday_c
import monday_php
from harness import ports
from harness.paths import VERSION
from logins_browser import HEADERS, REDIRECTS, Jar, LoginFailedError, log_in, path_of
from logins_servers import Clever, Server, Site, clever, gunicorn, installed, open_folder, serving, uvicorn
from measures import Chapter, Figure, Program, Row

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

RATES = (10, 30, 90, 180)
"""Logins that begin in a second."""
ROUNDS = 2
CLEVER_MILLISECONDS, CLEVER_FAILS = 100, 0.01
# How long a person waits. Servers also have this long to finish before the next rate.
PATIENCE_SECONDS = 6
LEAST_SECONDS = 1.5
# The rest of a turn: the server starts and ends, and the last people wait.
AROUND_SECONDS = 6.5
PROCESSES = "4"
TEXT = """
Logins begin at a fixed rate, and each person has a connection of their own. A round trip to Clever takes {delay} ms.
One in a hundred requests to Clever fails; the site can retry it, or show an error to the person. A login has failed if
it ends with the site's error page, or if it takes longer than {patience} s. If more than half of the logins fail at one
rate, higher rates are not tried.

The time of a login is the time that the site takes for two requests: its login page, which sends the browser to Clever,
and its callback, which starts the session. Only successful logins have a time. Every server was measured in {rounds}
rounds, and the times and failures are those of all people of these rounds together. {rounds} rounds are too few for
quartiles.

The server, the people, the network and Clever share the two cores of this machine, so the highest rates show which
server needs less processor time. gunicorn has {processes} processes (sync), or two with 16 threads each (gthread).
uvicorn has one process. PHP-FPM has eight, behind nginx. The C server has a thread for each connection.

The whole measurement took {seconds:.0f} s.
"""
P50, P99, P999 = 0.5, 0.99, 0.999


@dataclass
class Load:
    """What a server did at one rate."""

    seconds: list[float] = field(default_factory=list)
    """The time of each successful login."""
    failed: int = 0
    begun: int = 0
    finished_a_second: float = 0.0

    def quantile(self, share: float) -> float:
        """How many milliseconds this share of the logins took at most."""
        ordered = sorted(self.seconds)
        return ordered[min(int(share * len(ordered)), len(ordered) - 1)] * 1000 if ordered else float("nan")


class Crowd:
    """People who log in at a site.

    Args:
        site: The site.
        server: Its server.
        known: The emulator that the site uses.
    """

    def __init__(self, site: Site, server: Server, known: Clever) -> None:
        self.site = site
        self.server = server
        self.known = known

    async def come(self, rate: float, seconds: float) -> Load:
        """Let people begin logins at random times and this rate, for `seconds`; then wait for all of them."""
        load, loop = Load(), asyncio.get_running_loop()
        people: list[asyncio.Task[None]] = []
        # The same seed for every server, so the same times.
        times, start = random.Random(7), loop.time()
        due = start
        while due < start + seconds:
            await asyncio.sleep(max(due - loop.time(), 0))
            people.append(loop.create_task(self._one(load)))
            due += times.expovariate(rate)
        await asyncio.gather(*people)
        load.finished_a_second = len(load.seconds) / (loop.time() - start)
        return load

    async def _one(self, load: Load) -> None:
        load.begun += 1
        try:
            load.seconds.append(await asyncio.wait_for(self._log_in(), PATIENCE_SECONDS))
        except (OSError, asyncio.TimeoutError, LoginFailedError, asyncio.IncompleteReadError):
            load.failed += 1

    async def _log_in(self) -> float:
        jar, clock = Jar(), asyncio.get_running_loop().time
        begun = clock()
        location = await _redirected(self.server.port, self.site.login, jar)
        took = clock() - begun
        at_clever = await _redirected(self.known.port, path_of(location), Jar(), urlsplit(location).netloc)
        begun = clock()
        location = await _redirected(self.server.port, path_of(at_clever), jar)
        if location.startswith(self.known.public) or "login" in urlsplit(location).path:
            # The site restarts the login.
            raise LoginFailedError
        return took + clock() - begun


async def _redirected(port: int, target: str, jar: Jar, host: str = "") -> str:
    """Where a server sends the browser.

    Raises:
        LoginFailedError: When the server shows a page instead.
    """
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        headers = {**HEADERS, "Host": host or f"127.0.0.1:{port}", "Connection": "close"}
        if jar.kept:
            headers["Cookie"] = jar.header()
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        writer.write(f"GET {target} HTTP/1.1\r\n{lines}\r\n".encode())
        head, *fields = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        said = [(name.strip().lower(), value.strip()) for name, _, value in (line.partition(":") for line in fields)]
        jar.take([value for name, value in said if name == "set-cookie"])
        location = next((value for name, value in said if name == "location"), "")
        if int(head.split()[1]) not in REDIRECTS or not location:
            raise LoginFailedError
        return location
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


def sites() -> tuple[dict[str, tuple[Program, Site]], dict[str, str]]:
    """The sites that take part, and the reason for each one that does not."""

    def ours(what: str) -> Program:
        return Program(f"clever_sso, {what}", VERSION, is_ours=True)

    def peer(what: str) -> Program:
        return Program(f"Authlib, {what}", installed("Authlib"))

    sync, threads = ("--workers", PROCESSES), ("--workers", "2", "--worker-class", "gthread", "--threads", "16")
    found = {
        "sync": (ours("sync"), gunicorn("flask_ours", *sync)),
        "authlib sync": (peer("sync"), gunicorn("flask_authlib", *sync)),
        "gthread": (ours("gthread"), gunicorn("flask_ours", *threads)),
        "authlib gthread": (peer("gthread"), gunicorn("flask_authlib", *threads)),
        "uvicorn": (ours("uvicorn"), uvicorn("fastapi_ours")),
        "authlib uvicorn": (peer("uvicorn"), uvicorn("fastapi_authlib")),
    }
    missing = {}
    for name, module in (("PHP-FPM", monday_php), ("C server", monday_c)):
        reason = module.missing()
        if reason is None:
            found[name] = (ours(name), module.site())
        else:
            missing[f"clever_sso, {name}"] = reason
    return found, missing


@dataclass
class Taken:
    """The results of a server: its loads by rate, one for each round, and its memory after each round, in MiB."""

    loads: dict[int, list[Load]] = field(default_factory=dict)
    memory: list[float] = field(default_factory=list)

    def add(self, other: Taken) -> None:
        """Add the results of another round."""
        for rate, loads in other.loads.items():
            self.loads.setdefault(rate, []).extend(loads)
        self.memory += other.memory


def turn(site: Site, number: int, port: int, known: Clever, seconds: float) -> Taken:
    """Start a server, log in once, then let people log in at each rate."""
    taken = Taken()
    known.network.pace(0)
    with open_folder() as folder, serving(site, number, port, known, folder) as server:
        log_in(site, server, known)
        known.network.pace(CLEVER_MILLISECONDS, CLEVER_FAILS)
        crowd = Crowd(site, server, known)
        for rate in RATES:
            load = asyncio.run(crowd.come(rate, seconds))
            taken.loads[rate] = [load]
            if load.failed * 2 > load.begun:
                # Higher rates would only fail more.
                break
        taken.memory.append(server.memory())
    return taken


def measure(budget: float) -> Chapter:
    """Measure all servers at all rates, in turns, for about `budget` seconds."""
    taking, missing = sites()
    turns = ROUNDS * len(taking)
    seconds = max((budget / turns - AROUND_SECONDS) / len(RATES), LEAST_SECONDS)
    taken = {name: Taken() for name in taking}
    begun = time.monotonic()
    with ExitStack() as stack:
        reserved = {name: stack.enter_context(ports.reserved()) for name in taking}
        uris = [f"http://127.0.0.1:{reserved[name]}{site.callback}" for name, (_, site) in taking.items()]
        known = stack.enter_context(clever(uris))
        numbers = {name: number for number, name in enumerate(taking)}
        for name in _in_order(list(taking)):
            taken[name].add(turn(taking[name][1], numbers[name], reserved[name], known, seconds))
    programs = {name: program for name, (program, _) in taking.items()}
    return chapter(programs, taken, missing, time.monotonic() - begun)


def _in_order(names: Sequence[str]) -> Iterator[str]:
    """Each name once in every round; every second round goes backwards."""
    for number in range(ROUNDS):
        yield from names if number % 2 == 0 else reversed(names)


def chapter(
    programs: Mapping[str, Program], taken: Mapping[str, Taken], missing: Mapping[str, str], seconds: float
) -> Chapter:
    """The chapter of the page."""

    def one(program: Program, unit: str, value: float, rate: float | None = None) -> Row:
        return Row(program.name, unit, value, is_ours=program.is_ours, version=program.version, x=rate)

    def at_rates(unit: str, value_of: Callable[[Sequence[Load]], float]) -> Sequence[Row]:
        found = (
            one(program, unit, value_of(loads), rate)
            for name, program in programs.items()
            for rate, loads in taken[name].loads.items()
        )
        # Where no one got in, there is no time to show.
        return [row for row in found if not isnan(row.median)]

    def times(share: float) -> Sequence[Row]:
        # All rounds together: a single round has too few people to find the slowest of a thousand.
        return at_rates("ms", lambda loads: _together(loads).quantile(share))

    def memory() -> Sequence[Row]:
        return [one(program, "MiB", statistics.median(taken[name].memory)) for name, program in programs.items()]

    x_title = "logins per second"
    begun = max(_together(loads).begun for each in taken.values() for loads in each.loads.values())
    numbers = {"delay": CLEVER_MILLISECONDS, "patience": PATIENCE_SECONDS, "processes": PROCESSES}
    text = TEXT.format(**numbers, seconds=seconds, rounds=ROUNDS)
    few = f"At most {begun} people logged in at one rate, so p99.9 is close to the slowest login."
    return Chapter(
        "The first Monday",
        text.strip(),
        [
            Figure(
                "monday-p50",
                "Time of a login, in milliseconds: half of the logins took at most this long (p50)",
                times(P50),
                x_title,
                is_logarithmic=True,
            ),
            Figure(
                "monday-p99",
                "Time of a login, in milliseconds: 99 of 100 logins took at most this long (p99)",
                times(P99),
                x_title,
                is_logarithmic=True,
            ),
            Figure(
                "monday-p999",
                "Time of a login, in milliseconds: 999 of 1,000 logins took at most this long (p99.9)",
                times(P999),
                x_title,
                is_logarithmic=True,
                notes=few,
            ),
            Figure(
                "monday-finished",
                "Successful logins per second",
                at_rates(
                    "logins/s",
                    lambda loads: statistics.median(load.finished_a_second for load in loads),
                ),
                x_title,
                notes="The time runs until the last person is signed in or gives up, so slow servers score lower.",
            ),
            Figure(
                "monday-failed",
                "Failed logins, in percent",
                at_rates("%", lambda loads: _failed(_together(loads))),
                x_title,
            ),
            Figure(
                "monday-memory",
                "Memory after all logins, in MiB",
                memory(),
                notes="Memory that several processes share is divided among them.",
            ),
        ],
        missing,
    )


def _together(loads: Sequence[Load]) -> Load:
    seconds = [second for load in loads for second in load.seconds]
    return Load(seconds, sum(load.failed for load in loads), sum(load.begun for load in loads))


def _failed(load: Load) -> float:
    return load.failed / max(load.begun, 1) * 100
