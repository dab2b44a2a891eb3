"""Measures a login at a site, from the button to the session, at several distances from Clever.

Each site is a separate server. It reaches the emulator over TLS, through `logins_network.py`. The sites take turns.
Each turn starts a new server process, so its first login is the first one of the process.
"""

from __future__ import annotations

import statistics
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

import logins_apache
from harness import ports, tls
from harness.paths import VERSION
from logins_browser import log_in
from logins_servers import Clever, Site, clever, gunicorn, installed, open_folder, serving, uvicorn
from measures import Chapter, Figure, Program, Row, row

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LATENCIES = (0, 20, 50)
"""The round trips to measure with, in milliseconds."""
WARM_LOGINS = 4
LEAST_ROUNDS = 2
FIRST, WARM, CPU, CONNECTIONS, TRIPS, FIRST_TRIPS = "first", "warm", "cpu", "connections", "trips", "first trips"
TEXT = """
One person logs in at a site. The time of a login is the time that the site takes for two requests: its login page,
which sends the browser to Clever, and its callback, which starts the session. The time that the browser and the person
spend at Clever is not included. A round trip between the site and Clever takes {distances} ms, connections use TLS 1.3,
and Clever responds at once. WSGI sites run in gunicorn with one process, ASGI sites in uvicorn. Django has its sessions
and users in an SQLite database in memory.

The *first* login is the first one of a new process, which has served one page before. The *warm* logins are the next
ones of the same process, by the same person. The libraries do not do the same work: django-allauth and Python Social
Auth read the person from Clever's API and use no ID token. Authlib and mod_auth_openidc verify the ID token.
mozilla-django-oidc does both. clever_sso verifies the ID token; in Django it also reads a new person from the API, to
find an existing account by an older id of this person.

Each server was started {rounds} times. The figures are the medians and quartiles of these {rounds} runs.
"""

Measured = dict[str, list[float]]


def sites() -> dict[str, tuple[Program, Site]]:
    """Return the sites, each with its program."""

    def ours(framework: str) -> Program:
        return Program(f"clever_sso, {framework}", VERSION, is_ours=True)

    def django(library: str, login: str, callback: str) -> Site:
        site = gunicorn("django_site", DJANGO_LIBRARY=library)
        return Site(site.command, login, callback, environment=site.environment)

    allauth, social = "django-allauth", "Python Social Auth"
    found = {
        "flask": (ours("Flask"), gunicorn("flask_ours")),
        "flask authlib": (Program("Authlib, Flask", installed("Authlib")), gunicorn("flask_authlib")),
        "django": (ours("Django"), django("clever_sso", "/clever/login", "/clever/callback")),
        "allauth": (
            Program(allauth, installed("django-allauth")),
            django("allauth", "/accounts/clever/login/", "/accounts/clever/login/callback/"),
        ),
        "social": (
            Program(social, installed("social-auth-app-django")),
            django("social", "/enter", "/complete/clever/"),
        ),
        "mozilla": (
            Program("mozilla-django-oidc", installed("mozilla-django-oidc")),
            django("mozilla", "/oidc/authenticate/", "/oidc/callback/"),
        ),
        "fastapi": (ours("FastAPI"), uvicorn("fastapi_ours")),
        "fastapi authlib": (Program("Authlib, FastAPI", installed("Authlib")), uvicorn("fastapi_authlib")),
    }
    module = logins_apache.module()
    if module is not None:
        found["apache"] = (Program("mod_auth_openidc", logins_apache.version()), logins_apache.site(module))
    return found


def turn(site: Site, number: int, port: int, known: Clever, latency: float) -> dict[str, float]:
    """Start a site, log in several times, and return the results."""
    with open_folder() as folder, serving(site, number, port, known, folder) as server:
        known.network.pace(latency)
        known.network.count()
        first, _ = log_in(site, server, known)
        _, first_trips = known.network.count()
        warm = [log_in(site, server, known) for _ in range(WARM_LOGINS)]
        connections, trips = known.network.count()
    return {
        FIRST: first * 1000,
        WARM: statistics.median(took for took, _ in warm) * 1000,
        CPU: statistics.median(used for _, used in warm) * 1000,
        CONNECTIONS: connections / WARM_LOGINS,
        TRIPS: trips / WARM_LOGINS,
        FIRST_TRIPS: first_trips,
    }


def measure(budget: float) -> Chapter:
    """Measure all sites at all distances, in turns, for about `budget` seconds."""
    end = time.monotonic() + budget
    taking = sites()
    taken: dict[tuple[str, int], Measured] = {(name, latency): {} for name in taking for latency in LATENCIES}
    with ExitStack() as stack:
        certificate = tls.certificate(stack.enter_context(open_folder()))
        reserved = {name: stack.enter_context(ports.reserved()) for name in taking}
        uris = [f"http://127.0.0.1:{reserved[name]}{site.callback}" for name, (_, site) in taking.items()]
        known = stack.enter_context(clever(uris, *certificate))
        rounds, longest = 0, 0.0
        while rounds < LEAST_ROUNDS or time.monotonic() + longest < end:
            begun = time.monotonic()
            for latency in LATENCIES:
                for number, (name, (_, site)) in enumerate(taking.items()):
                    for quantity, value in turn(site, number, reserved[name], known, latency).items():
                        taken[name, latency].setdefault(quantity, []).append(value)
            rounds, longest = rounds + 1, max(longest, time.monotonic() - begun)
    programs = {name: program for name, (program, _) in taking.items()}
    return chapter(programs, taken, rounds)


def chapter(programs: Mapping[str, Program], taken: Mapping[tuple[str, int], Measured], rounds: int) -> Chapter:
    """Return the chapter of the page."""

    def lines(quantity: str) -> Sequence[Row]:
        return [row(programs[name], "ms", found[quantity], x=latency) for (name, latency), found in taken.items()]

    def bars(quantity: str, unit: str, latency: int) -> Sequence[Row]:
        return [row(program, unit, taken[name, latency][quantity]) for name, program in programs.items()]

    nearer, farthest = ", ".join(map(str, LATENCIES[:-1])), LATENCIES[-1]
    missing = {} if "apache" in programs else {"mod_auth_openidc": "Apache or its module is not installed"}
    return Chapter(
        "A whole login at a site",
        TEXT.format(distances=f"{nearer} and {farthest}", rounds=rounds).strip(),
        [
            Figure(
                "login-warm",
                "A warm login, in milliseconds",
                lines(WARM),
                x_title="round trip in ms",
                slope="round trips",
                notes="The last column is the number of round trips that the person waits for.",
            ),
            Figure(
                "login-first",
                "The first login of a process, in milliseconds",
                lines(FIRST),
                x_title="round trip in ms",
                slope="round trips",
                notes="At 0 ms, most of this time goes to code that the process runs for the first time.",
            ),
            Figure("login-cpu", "CPU time of a warm login, in milliseconds", bars(CPU, "ms", 0)),
            Figure(
                "login-trips",
                f"Round trips of a warm login, at {farthest} ms each",
                bars(TRIPS, "round trips", farthest),
                notes="A TCP handshake counts as one round trip. So does each wait for bytes from Clever.",
            ),
            Figure(
                "login-connections",
                "New connections to Clever in a warm login",
                bars(CONNECTIONS, "connections", farthest),
            ),
        ],
        missing,
    )
