"""A fork while other threads use something for the first time: no child or grandchild hangs, not even at its exit.

The crypto library's random number generator is slow at its first use in each process, and holds locks. At a fork, no
thread may hold one of them, or one of this library's locks.
"""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest
from harness import emulator, tls
from harness.driver import tokens_of
from harness.paths import ROOT
from harness.programs import compiled, environment

if TYPE_CHECKING:
    from pathlib import Path

APP = emulator.App("0d1c" * 5, "5ec4e7" * 6, "http://127.0.0.1:9/callback", oidc=True)
FORKS = 400 if os.environ.get("CLEVER_SSO_TEST_ALL") else 40
PATIENCE_SECONDS = 1200


def forks_in_the_middle_of(what: str, base_url: str, ca_bundle: str = "", id_token: str = "") -> None:
    program = compiled(ROOT / "tests/fork/first_uses.c", "-std=gnu11", "-pthread")
    ended = subprocess.run(
        [program, what, APP.client_id, base_url, ca_bundle, id_token, str(FORKS)],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


@pytest.mark.parametrize("what", ["random", "verify", "name", "keys", "log"])
def test_no_process_hangs_after_a_fork_during_a_first_use(what: str) -> None:
    with emulator.running([APP], "ada") as clever:
        id_token = tokens_of(APP, clever)["id_token"] if what == "verify" else ""
        base_url = clever.replace("127.0.0.1", "localhost") if what == "name" else clever
        forks_in_the_middle_of(what, base_url, id_token=id_token)


def test_no_process_hangs_after_a_fork_during_a_tls_handshake(tmp_path: Path) -> None:
    with tls.serving(tmp_path, APP.client_id) as server:
        forks_in_the_middle_of("tls", server.base_url, server.certificate.read_text("ascii"))
