"""Many logins in 64 threads, with forks and new keys: nothing fails, and memory and file descriptors do not grow."""

from __future__ import annotations

import os
import subprocess
import sys

from harness import emulator
from harness.paths import ROOT
from harness.programs import compiled, environment

APP = emulator.App("0d1c" * 5, "5ec4e7" * 6, "http://127.0.0.1:9/callback", oidc=True)
ALL = os.environ.get("CLEVER_SSO_TEST_ALL") == "1"
LOGINS, FORKS, KEYS = (39_000, 10_000, 1_000) if ALL else (1_000, 100, 30)
# Only a program that hangs takes this long.
PATIENCE_SECONDS = 3600


def test_many_logins_forks_and_key_changes_leak_nothing() -> None:
    program = compiled(ROOT / "ffi/tests/endurance/endurance.c", "-std=gnu11", "-pthread")
    with emulator.running([APP], "ada") as clever:
        settings = {
            "CLEVER_CLIENT_ID": APP.client_id,
            "CLEVER_CLIENT_SECRET": APP.secret,
            "CLEVER_REDIRECT_URI": APP.redirect_uri,
            "CLEVER_BASE_URL": clever,
        }
        ended = subprocess.run(
            [program, str(LOGINS), str(FORKS), str(KEYS)],
            env=environment(**settings),
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
    # pytest shows it with -s and when the test fails.
    sys.stdout.write(ended.stdout)
    assert (ended.returncode, ended.stderr) == (0, "")
