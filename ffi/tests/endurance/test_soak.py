"""People log in for an hour, with threads, forks, new keys and faults: no login is lost, and nothing grows.

`make soak` runs this for an hour (`MINUTES=` changes that) and draws docs/images/soak.svg. In `make test-all` it takes
two minutes, in `make test` a few seconds.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import soak_plot
from harness import emulator, faults
from harness.length import whole_or_short
from harness.paths import ROOT
from harness.programs import compiled, environment

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET, REDIRECT_URI = "5ec4e7" * 6, "http://127.0.0.1:9/callback"
OIDC = emulator.App("0d1c" * 5, SECRET, REDIRECT_URI, oidc=True)
BARE = emulator.App("0d1e" * 5, SECRET, REDIRECT_URI)
THREADS = 64
MINUTES = float(os.environ.get("CLEVER_SSO_SOAK_MINUTES", whole_or_short(2, 0)))
# Where to write the picture; empty for no picture.
PLOT = os.environ.get("CLEVER_SSO_SOAK_PLOT", "")
ROUND_SECONDS = 10 if MINUTES else 0.5

# Each fault affects 2% of the requests to its route. The word is the outcome of the attempt to log in. It is empty if
# the login continues, because a GET is retried or an unusual response is accepted.
FAULTS = {
    "/oauth/authorize": {
        "callback-denied": "denied",
        "callback-temporarily-unavailable": "callback_unavailable",
        "callback-server-error": "callback_unavailable",
        "callback-duplicate-code": "callback_duplicate",
        "callback-code-and-error": "callback_contradictory",
        "callback-empty": "callback_malformed",
        "callback-foreign-iss": "callback_issuer",
        "callback-no-state": "state_missing",
        "callback-foreign-state": "state_mismatch",
    },
    "/oauth/tokens": {
        "tokens-500": "clever_unavailable",
        "tokens-502-html": "clever_unavailable",
        "tokens-503": "clever_unavailable",
        "tokens-429-retry-after": "rate_limited",
        "tokens-429-empty": "rate_limited",
        "tokens-reset": "network_interrupted",
        "tokens-truncated": "network_interrupted",
        "tokens-wrong-content-type": "response_html",
        "tokens-html-200": "response_html",
        "tokens-redirect": "response_redirect",
        "tokens-unknown-token-type": "response_malformed",
        "tokens-no-access-token": "response_malformed",
        "tokens-invalid-grant": "code_rejected",
        "tokens-invalid-client": "client_rejected",
        faults.SLOW: "",
    },
    "/v3.0/me": {"me-500": "", "me-401": "token_rejected", "me-without-id": "response_malformed"},
    "/v3.0/users": {"user-500": "", "user-404-html": "", "user-id-only": ""},
    "/.well-known": {"discovery-html-502": ""},
    "/oauth/certs": {"certs-junk": "", "certs-no-kid": "", "certs-leading-zero": "", "certs-padded": ""},
}
# The allowed growth from the first third of the rounds to the last third. soak.c measures with the same number of open
# connections each time, so even two single rounds, as in the short form, differ by at most 12 KiB if nothing leaks.
MOST_BYTES, MOST_RESIDENT_KIB, MOST_DESCRIPTORS = 32 * 1024, 8 * 1024, 4


@contextmanager
def bad_days() -> Iterator[tuple[faults.Faults, dict[str, str]]]:
    """Run an emulator with faults. Returns the faults and the settings of soak.c."""
    kinds = faults.Faults({route: list(kinds) for route, kinds in FAULTS.items()})
    barrier = faults.Barrier("/oauth/tokeninfo", THREADS)
    with faults.in_front_of_an_emulator([OIDC, BARE], kinds, barrier) as (base_url, address):
        yield (
            kinds,
            {
                "CLEVER_CLIENT_ID": OIDC.client_id,
                "CLEVER_CLIENT_SECRET": SECRET,
                "CLEVER_REDIRECT_URI": REDIRECT_URI,
                "CLEVER_BASE_URL": base_url,
                "EMULATOR": address,
                "PEOPLE": " ".join(
                    f"{name}={added(address, name)}" for name in (f"person-{n}" for n in range(THREADS + 1))
                ),
            },
        )


def added(address: str, handle: str) -> str:
    """Add a person to the emulator. Returns the id."""
    request = urllib.request.Request(f"{address}/_emulator/people", json.dumps({"handle": handle}).encode())
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
        person: str = json.load(answer)["id"]
    return person


def soaked(settings: dict[str, str]) -> Iterator[list[str]]:
    """Run soak.c. Yields the words of its lines as they arrive; pytest -s shows them."""
    program = compiled(ROOT / "ffi/tests/endurance/soak.c", "-std=gnu11", "-pthread")
    command = [program, str(MINUTES * 60), str(ROUND_SECONDS), BARE.client_id]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with subprocess.Popen(command, env=environment(**settings), text=True, **pipes) as running:
        for line in running.stdout or ():
            sys.stdout.write(line)
            sys.stdout.flush()
            yield line.split()
    assert running.returncode == 0


def test_a_long_run_loses_no_login_and_leaks_nothing() -> None:
    rounds, rotations, found = [], [], Counter[str]()
    with bad_days() as (kinds, settings):
        for kind, *numbers in soaked(settings):
            if kind == "round":
                rounds.append(soak_plot.Round.read(numbers))
            elif kind == "rotated":
                rotations.append(float(numbers[0]))
            else:
                assert kind == "ended", (kind, numbers)
                found[numbers[0]] += int(numbers[1])
    if PLOT:
        Path(PLOT).write_text(soak_plot.drawn(rounds, rotations), "utf-8")
    expected: Counter[str] = Counter()
    for fault, word in {fault: word for words in FAULTS.values() for fault, word in words.items()}.items():
        expected[word] += kinds.happened[fault]
    del expected[""]
    # Each attempt that failed met one of these faults, and each of these faults failed one attempt. On a very busy
    # machine, a code can expire before it meets a fault. Then the attempt may end with another error code.
    late = found.pop("late", 0)
    # The third rejection in a row ends the attempt.
    found["code_rejected"] += found.pop("login_loop", 0)
    assert sum((expected - found).values()) <= late, (found, expected)
    assert sum((found - expected).values()) <= late, (found, expected)
    assert rotations
    # The first round warms up.
    third = len(rounds) // 3
    early, late = rounds[1 : third + 1], rounds[-third:]
    for name, most in (("held", MOST_BYTES), ("resident_kib", MOST_RESIDENT_KIB), ("descriptors", MOST_DESCRIPTORS)):
        before, after = (median(getattr(one, name) for one in part) for part in (early, late))
        assert after - before <= most, (name, before, after)
