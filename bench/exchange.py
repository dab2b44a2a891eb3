"""Measures the exchange of a code over TLS in this library and in others: a part of `make bench`."""

from __future__ import annotations

import json
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE, Popen
from typing import TYPE_CHECKING

from contenders import CLOCK, CPU, Contender, measured
from harness.programs import compiled
from harness.tls import certificate
from measures import Chapter, Figure, Program, row
from peers import BENCH, NOT_INSTALLED, locked, ours, php_commands, python_version, rust_program

if TYPE_CHECKING:
    from collections.abc import Iterator

ROUNDS = 7
REDIRECT_URI = "https://app.example/callback"
BARE = "bare socket, Rust"
FORM = "grant_type=authorization_code&code=code&redirect_uri=https%3A%2F%2Fapp.example%2Fcallback"
HEAD = (
    "POST /oauth/tokens HTTP/1.1\r\nHost: {host}\r\nAccept: application/json\r\n"
    "Authorization: Basic Y2xpZW50OnNlY3JldA==\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    f"Content-Length: {len(FORM)}\r\n\r\n{FORM}"
)
TEXT = """\
Every program sends the same code to `/oauth/tokens` over TLS on the loopback interface, and reads the JSON of the
response. The server is another process, which responds to each code at once. It is measured twice. One server keeps its
connections open, so that programs can reuse them. The other closes each connection after its response, so that every
exchange starts with a TLS handshake on a new connection.

A *bare socket* sends prepared bytes, and reads the response. No library can cost much less. The ratios compare with the
bare socket in Rust.

CPU time is that of the client process. Latency is elapsed time. It includes the server's time, which is the same for
all programs.
"""
KEPT_NOTES = """\
Authlib's client for Flask opens a new session for each code, so it never reuses a connection.
"""
FRESH_NOTES = """\
From the second connection on, rustls resumes the TLS session: the server signs nothing, and the client checks no
certificate. Python's `ssl` module resumes sessions only for programs that ask for it, and these libraries don't ask.
"""


@contextmanager
def serving(folder: Path, *, keeps: bool) -> Iterator[tuple[str, str]]:
    """Run the server; yield its base URL and its certificate."""
    made, key = certificate(folder)
    command = [sys.executable, str(BENCH / "exchange_server.py"), str(made), str(key), "keep" if keeps else "close"]
    with Popen(command, stdin=PIPE, stdout=PIPE, text=True) as server:
        assert server.stdin
        assert server.stdout
        try:
            yield f"https://127.0.0.1:{int(server.stdout.readline())}", str(made)
        finally:
            # The server exits at the end of its input.
            server.stdin.close()
            server.wait()


def contenders(base_url: str, authority: str, folder: Path) -> tuple[dict[str, Contender], dict[str, str]]:
    """Return the programs that can run here, and the reason for each one that cannot."""
    wanted = {
        "base_url": base_url,
        "authority": authority,
        "redirect_uri": REDIRECT_URI,
        "request": HEAD.format(host=base_url.partition("://")[2]),
        "form": FORM,
    }
    path = folder / "job.json"
    path.write_text(json.dumps(wanted), "utf-8")
    found = [
        Contender(Program(BARE, f"rustls {locked('rustls')}"), [rust_program(), "socket", str(path)]),
        Contender(ours("Rust"), [rust_program(), "exchange", str(path)]),
        Contender(
            ours("C"), [str(compiled(BENCH / "exchange.c", "-O2", "-pthread")), base_url, authority, REDIRECT_URI]
        ),
    ]
    by_php = php_commands("exchange", path)
    found += [Contender(ours(way), command) for way, command in by_php.items()]
    missing = {} if by_php else {"clever_sso, PHP": "PHP or phpize is not installed"}
    script = [sys.executable, str(BENCH / "exchange_python.py")]
    for program, name in (
        (ours("Python"), "clever_sso"),
        (ours("Python, async"), "clever_sso_async"),
        (Program("bare socket, Python", sys.version.split()[0]), "socket"),
        (Program("http.client, Python", sys.version.split()[0]), "http_client"),
        (Program("urllib3, Python", python_version("urllib3")), "urllib3"),
        (Program("requests, Python", python_version("requests")), "requests"),
        (Program("httpx, Python", python_version("httpx")), "httpx"),
        (Program("aiohttp, Python", python_version("aiohttp")), "aiohttp"),
        (Program("Authlib in Flask", python_version("authlib")), "authlib"),
    ):
        if program.version:
            found.append(Contender(program, [*script, name, str(path)]))
        else:
            missing[program.name] = NOT_INSTALLED
    return {each.program.name: each for each in found}, missing


def measure(budget: float) -> Chapter:
    """Measure all programs in turns, with reused connections and with new ones."""
    figures = []
    missing: dict[str, str] = {}
    for keeps, kind, notes in ((True, "a reused connection", KEPT_NOTES), (False, "a new connection", FRESH_NOTES)):
        with tempfile.TemporaryDirectory(prefix="clever-sso-bench-") as name:
            folder = Path(name)
            with serving(folder, keeps=keeps) as (base_url, authority):
                found, missing = contenders(base_url, authority, folder)
                taken = measured(found, ROUNDS, budget / 2)
        for quantity, what, key in ((CPU, "CPU time", "cpu"), (CLOCK, "Latency", "latency")):
            bare = taken[BARE, 1][quantity]
            rows = [row(each.program, "µs", taken[each.program.name, 1][quantity], bare) for each in found.values()]
            figures.append(
                Figure(
                    f"exchange-{'kept' if keeps else 'fresh'}-{key}",
                    f"{what} of one exchange over {kind}, in microseconds",
                    rows,
                    reference=BARE,
                    notes=notes if quantity == CPU else "",
                )
            )
    return Chapter("Exchange a code", TEXT, figures, missing)
