"""Measures the first login of a process over a slow network, in Rust, C and Python: `make bench-login`.

`bench/cold_login.rs` provides the slow network and begins the logins. With arguments, this program finishes logins like
`cold_login.c`, and prints how long each took, in microseconds.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import clever_sso
from harness.paths import ROOT
from harness.programs import compiled, environment


def logins(base_url: str, authority: str, *browsers: str) -> None:
    """Finish logins with a blocking client."""
    client = clever_sso.Client(
        "client", "secret", "http://127.0.0.1:9/callback", base_url=base_url, ca_bundle=authority or None
    )
    for callback, pending in zip(browsers[::2], browsers[1::2]):
        begun = time.perf_counter()
        outcome = client.finish_login(callback, pending=pending)
        took = time.perf_counter() - begun
        if not isinstance(outcome, clever_sso.SignedIn):
            raise TypeError(outcome)
        print(round(took * 1e6))


def main() -> int:
    """Start the Rust benchmark, which measures all three."""
    program = compiled(ROOT / "bench/cold_login.c")
    faces = ["--face", "C", str(program), "--face", "Python", sys.executable, str(Path(__file__))]
    command = ["cargo", "bench", "-p", "clever-sso", "--bench", "cold_login", "--", *faces]
    return subprocess.run(command, cwd=ROOT, env=environment(), check=False).returncode


if __name__ == "__main__":
    sys.exit(logins(*sys.argv[1:]) if sys.argv[1:] else main())
