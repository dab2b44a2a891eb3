"""Measures how costs grow with the size of tokens, key sets and so on: a part of `make bench`."""

from __future__ import annotations

import json
import random
import statistics
import sys
import tempfile
import time
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from contenders import CPU, Contender, measured
from harness import emulator
from harness.programs import compiled
from measures import Chapter, Figure, Program, in_turns, row
from peers import BENCH, ours, python_version
from side_by_side import job, jwk, new_key, published, python_command

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from measures import Row

ROUNDS = 7
KIB_OF_CLAIMS = (0, 4, 8, 16)
KEYS = (1, 8, 32, 128)
THREADS = (1, 2, 4, 8, 16)
CLIENTS = (1, 10, 100, 1000)
TABS = (0, 2, 4, 8)
PEOPLE = (10, 1_000, 5_000, 20_000)
LOGINS_OF_A_TURN = 50
APP = emulator.App("0a" * 10, "0b" * 20, "http://127.0.0.1:9/callback", oidc=True)
# The installed libraries, by their names in `side_by_side_python.py`.
IN_PYTHON = {
    name: program
    for name, program in (
        ("clever_sso", ours("Python")),
        ("pyjwkclient", Program("PyJWKClient, Python", python_version("pyjwt"))),
        ("authlib", Program("Authlib, Python", python_version("authlib"))),
        ("joserfc", Program("joserfc, Python", python_version("joserfc"))),
    )
    if program.version
}
TEXT = """\
One size doesn't show how a cost grows, so each of these was measured at several sizes. The last column of each table is
the cost of one additional unit: the slope of the line that fits the medians best (least squares).
"""
THREADS_NOTES = """\
CPU time doesn't include waiting for a processor. It grows here because threads share memory and processors.
"""
CLIENTS_NOTES = """\
A process needs only one client, which its threads share. The clients in this figure send nothing, so they have no
connections.
"""
TABS_NOTES = """\
Each login in progress has a cookie in the browser. `begin_login` reads all of them and keeps at most eight.
"""
PEOPLE_NOTES = """\
The time from the start of the process until it accepts connections, with a world file of this many people. A world file
can have up to 8 MiB.
"""


def lines(taken: dict[float, Sequence[float]], program: Program, unit: str) -> list[Row]:
    """Return the rows of a program."""
    return [row(program, unit, values, x=x) for x, values in taken.items()]


def by_size(jobs: dict[float, dict[str, object]], rounds: int, budget: float) -> list[Row]:
    """Measure verifying in Python for each job, by the job's size."""
    with tempfile.TemporaryDirectory(prefix="clever-sso-bench-") as name:
        sets = [each["jwks"] for each in jobs.values()]
        with published(*sets) as addresses:
            contenders = {}
            for (x, each), address in zip(jobs.items(), addresses):
                path = Path(name) / f"{len(contenders)}.json"
                path.write_text(json.dumps({**each, "jwks_url": address}), "utf-8")
                for verifier, program in IN_PYTHON.items():
                    contenders[f"{verifier} {x}"] = Contender(program, python_command(verifier, path))
            taken = measured(contenders, rounds, budget)
    return [
        row(program, "µs", taken[f"{verifier} {x}", 1][CPU], x=x)
        for verifier, program in IN_PYTHON.items()
        for x in jobs
    ]


def tokens(budget: float) -> Figure:
    """Measure by the size of the token."""
    key, now = new_key(), int(time.time())
    made = [job(key, now, more={"a": "x" * 3 * 256 * kib}) for kib in KIB_OF_CLAIMS]
    rows = by_size({round(len(each["token"]) / 1024, 1): each for each in made}, ROUNDS, budget)
    return Figure(
        "slope-tokens",
        "CPU time of an ID token by the size of the token, in microseconds",
        rows,
        x_title="KiB",
        slope="µs per KiB",
    )


def keys(budget: float) -> Figure:
    """Measure by the number of keys."""
    key, now = new_key(), int(time.time())
    wanted = job(key, now)
    own = wanted["jwks"]["keys"]
    # Each key has another modulus. No token is signed with them.
    others = [jwk(new_key(), f"other-{number}") for number in range(3)]
    jobs = {}
    for count in KEYS:
        filling = [{**others[number % 3], "kid": f"other-{number}"} for number in range(count - 1)]
        jobs[float(count)] = {**wanted, "jwks": {"keys": [*filling, *own]}}
    rows = by_size(jobs, ROUNDS, budget)
    return Figure(
        "slope-keys",
        "CPU time of an ID token by the number of keys, in microseconds",
        rows,
        x_title="keys",
        slope="µs per key",
    )


def threads(budget: float) -> Figure:
    """Measure by the number of threads."""
    wanted = job(new_key(), int(time.time()))
    with tempfile.TemporaryDirectory(prefix="clever-sso-bench-") as name:
        path = Path(name) / "job.json"
        path.write_text(json.dumps(wanted), "utf-8")
        program = compiled(BENCH / "side_by_side.c", "-O2", "-pthread")
        names = ("token", "nonce", "issuer", "client_id", "now")
        members = [json.dumps(wanted["jwks"]), *(str(wanted[each]) for each in names)]
        pyjwt = Program("PyJWT, Python", python_version("pyjwt"))
        found = {
            "C": Contender(ours("C"), [str(program), *members], THREADS),
            "Python": Contender(ours("Python"), python_command("clever_sso", path), THREADS),
            "PyJWT": Contender(pyjwt, python_command("pyjwt", path), THREADS),
        }
        taken = measured(found, ROUNDS, budget)
    rows = [
        row(each.program, "µs", taken[name, count][CPU], x=count) for name, each in found.items() for count in THREADS
    ]
    return Figure(
        "slope-threads",
        "CPU time of an ID token by the number of threads, in microseconds",
        rows,
        x_title="threads",
        slope="µs per thread",
        notes=THREADS_NOTES,
    )


def in_python(name: str, sizes: Sequence[int], budget: float) -> dict[float, list[float]]:
    """Run `slopes_python.py` with each size."""
    script = [sys.executable, str(BENCH / "slopes_python.py"), name]
    found = {str(size): Contender(ours("Python"), [*script, str(size)]) for size in sizes}
    taken = measured(found, ROUNDS, budget)
    return {float(size): taken[str(size), 1][CPU] for size in sizes}


def clients(budget: float) -> Figure:
    """Measure by the number of clients."""
    taken = in_python("clients", CLIENTS, budget)
    return Figure(
        "slope-clients",
        "CPU time of `begin_login` by the number of clients in a process, in microseconds",
        lines(taken, ours("Python"), "µs"),
        x_title="clients",
        slope="µs per client",
        notes=CLIENTS_NOTES,
    )


def tabs(budget: float) -> Figure:
    """Measure by the number of logins in progress in one browser."""
    taken = in_python("tabs", TABS, budget)
    return Figure(
        "slope-tabs",
        "CPU time of `begin_login` by the number of logins in progress, in microseconds",
        lines(taken, ours("Python"), "µs"),
        x_title="tabs",
        slope="µs per tab",
        notes=TABS_NOTES,
    )


# ---------------------------------------------------------------- the emulator


def world(people: int) -> str:
    """A world file."""
    district, school = "64c1f0a2d3b94e5f60718300", "64c1f0a2d3b94e5f60718321"
    parts = [
        f'[[district]]\nid = "{district}"\nname = "Hill Valley Schools"\nshort_name = "hill-valley"\n',
        f'[[school]]\nid = "{school}"\nname = "Hill Valley School"\ndistrict = "{district}"\n',
        f'[[app]]\nclient_id = "{APP.client_id}"\nclient_secret = "{APP.secret}"\noidc = true\n',
        f'redirect_uris = ["{APP.redirect_uri}"]\n',
    ]
    parts += [
        f'[[person]]\nhandle = "p{number}"\nid = "{0x64C20B1E8F3A7D0019000000 + number:x}"\nnumber = "{number}"\n'
        f'given_name = "P{number}"\nfamily_name = "Q"\ndistrict = "{district}"\n'
        f'roles = [{{ user_type = "student", schools = ["{school}"] }}]\n'
        for number in range(people)
    ]
    return "".join(parts)


def start(file: Path) -> dict[str, float]:
    """Measure the startup of the emulator, then the median login of some people."""
    begun = time.perf_counter()
    with emulator.running(world=file, auto_login="p0") as clever:
        started = time.perf_counter()
        connection = HTTPConnection(urlsplit(clever).netloc)
        names = [line.split('"')[1] for line in file.read_text("utf-8").splitlines() if line.startswith("handle")]
        people = random.Random(1).choices(names, k=LOGINS_OF_A_TURN)
        took = [login(connection, person) for person in people]
        connection.close()
    return {"start": (started - begun) * 1000, "login": statistics.median(took)}


def login(connection: HTTPConnection, person: str) -> float:
    """Return the microseconds from the app's link to the code, without pages."""
    query = urlencode(
        {
            "response_type": "code",
            "client_id": APP.client_id,
            "redirect_uri": APP.redirect_uri,
            "scope": "openid",
            "state": "state",
            "emulator_login": person,
        }
    )
    begun = time.perf_counter()
    connection.request("GET", f"/oauth/authorize?{query}")
    answer = connection.getresponse()
    answer.read()
    took = time.perf_counter() - begun
    if answer.status not in {302, 303}:
        raise RuntimeError(f"the emulator responds with {answer.status}")
    return took * 1e6


def people() -> list[Figure]:
    """Measure by the number of people in the emulator's world."""
    with tempfile.TemporaryDirectory(prefix="clever-sso-bench-") as folder:
        turns: dict[str, Callable[[], dict[str, float]]] = {}
        for count in PEOPLE:
            file = Path(folder) / f"{count}.toml"
            file.write_text(world(count), "utf-8")
            turns[str(count)] = lambda file=file: start(file)
        taken = in_turns(turns, ROUNDS)
    program = Program("clever-emulator", ours("").version, is_ours=True)
    return [
        Figure(
            f"slope-people-{quantity}",
            title,
            lines({float(count): taken[str(count)][quantity] for count in PEOPLE}, program, unit),
            x_title="people",
            slope=f"{unit} per person",
            notes=notes,
        )
        for quantity, title, unit, notes in (
            (
                "start",
                "Startup time of the emulator by the number of people, in milliseconds",
                "ms",
                PEOPLE_NOTES,
            ),
            (
                "login",
                "Latency of a login at the emulator by the number of people, in microseconds",
                "µs",
                "",
            ),
        )
    ]


def measure(budget: float) -> Chapter:
    """Measure all figures, one after the other."""
    share = budget / 6
    figures = [tokens(share), keys(share), threads(share), clients(share / 2), tabs(share / 2), *people()]
    return Chapter("How cost grows", TEXT, figures)
