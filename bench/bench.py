"""Measures the cost of verifying an ID token in Rust, C and Python, compared with bare RSA: `make bench`.

The languages take turns. Each round also measures its own floor: SHA-256 and `RSA_verify` of aws-lc with a parsed key,
in `bench/verify.rs`. A result is the median of the rounds' ratios to the floor. All figures are CPU time.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import clever_sso
import durations
from harness.paths import ROOT
from harness.programs import compiled, environment

ROUNDS = 9
REPEATS = 200
INNER_ROUNDS = 51
FLOOR = "SHA-256 + RSA_verify"
# A client uses the machine's clock, so it verifies a new token from the emulator, with a floor of its own.
# Operations that clear freed memory are compared with the same operations that don't.
FLOOR_OF = {
    **dict.fromkeys(["client, keys cached", "floor of the client's token"], "floor of the client's token"),
    "verify, memory cleared": "verify_id_token_with",
    **dict.fromkeys(["begin_login", "begin_login, memory cleared"], "begin_login"),
}
LIMITS = {"verify_id_token_with": 1.10, "client, keys cached": 1.10, "C": 1.15, "Python": 1.25}


def sample() -> tuple[dict[str, Any], str, dict[str, Any]]:
    """Return a valid token, its keys, and the expected claims."""
    folder = ROOT / "tests/vectors"
    cases = json.loads((folder / "hostile-id-tokens.json").read_text("utf-8"))
    keys = json.loads((folder / "hostile-jwks.json").read_text("utf-8"))
    good = next(case for case in cases if case["name"] == "ok-iat-inside-leeway")
    return good, json.dumps(keys["sets"]["main"]), keys["params"]


def in_rust(program: str) -> dict[str, float]:
    """Run the Rust benchmark. Each line has a name and microseconds."""
    lines = subprocess.run([program, "--bench"], check=True, capture_output=True, text=True).stdout.splitlines()
    return {line[:28].strip(): float(line[28:].split()[0]) for line in lines}


def in_c(program: Path) -> float:
    """Run the C benchmark; return microseconds."""
    good, jwks, expected = sample()
    arguments = [jwks, good["token"], good["nonce"], expected["issuer"], expected["client_id"], str(expected["now"])]
    shown = subprocess.run([program, *arguments], check=True, capture_output=True, text=True, env=environment()).stdout
    return float(shown)


def in_python() -> float:
    """Run the Python benchmark; return microseconds."""
    good, jwks, expected = sample()
    keys, token = clever_sso.KeySet(jwks), good["token"]
    settings = {"issuer": expected["issuer"], "client_id": expected["client_id"], "now": expected["now"]}

    def once() -> float:
        start = time.thread_time()
        for _ in range(REPEATS):
            clever_sso.verify_id_token(token, keys=keys, nonce=good["nonce"], **settings)
        return (time.thread_time() - start) / REPEATS * 1e6

    return statistics.median(once() for _ in range(INNER_ROUNDS))


def rust_program() -> str:
    """Build the Rust benchmark and find it."""
    command = ["cargo", "bench", "-p", "clever-sso", "--bench", "verify", "--no-run", "--message-format=json"]
    lines = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout.splitlines()
    built = [json.loads(line) for line in lines]
    return next(str(found["executable"]) for found in built if found.get("target", {}).get("name") == "verify")


def main() -> int:
    """Measure, print, and check the limits."""
    rust, c = rust_program(), compiled(ROOT / "bench/verify.c")
    rounds = [{**in_rust(rust), "C": in_c(c), "Python": in_python()} for _ in range(ROUNDS)]
    good = True
    for name in rounds[0]:
        microseconds = statistics.median(figures[name] for figures in rounds)
        floor = FLOOR_OF.get(name, FLOOR)
        ratio = statistics.median(figures[name] / figures[floor] for figures in rounds)
        limit = LIMITS.get(name)
        good = good and (limit is None or ratio <= limit)
        print(f"{name:<28} {microseconds:8.2f} us   {ratio:.3f} x{f'   at most {limit:.2f} x' if limit else ''}")
    return max(0 if good else 1, durations.main())


if __name__ == "__main__":
    sys.exit(main())
