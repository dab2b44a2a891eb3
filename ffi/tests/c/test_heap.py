"""After everything is freed, no part of a token, code or secret is left in the memory of a C program."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from harness import emulator, tls
from harness.console import log_in_with
from harness.paths import ROOT
from harness.programs import compiled, environment

if TYPE_CHECKING:
    from pathlib import Path

OIDC = emulator.App("0d1c" * 5, "5ec4e7a1b2c3d4e5f60718293a4b5c6d7e8f", "http://127.0.0.1:9/callback", oidc=True)
BARE = emulator.App("0d1e" * 5, "5ec4e7ffeeddccbbaa998877665544332211", "http://127.0.0.1:9/callback")


ways = pytest.mark.parametrize("way", ["cookies", "pending"])


@pytest.mark.parametrize("app", [OIDC, BARE], ids=["with an ID token", "without"])
@pytest.mark.parametrize("what", ["free", "keep", "keep-login"])
@ways
def test_no_secret_is_left_in_memory_after_a_login(app: emulator.App, what: str, way: str) -> None:
    heap = compiled(ROOT / "ffi/tests/c/heap.c", "-std=gnu11")
    with emulator.running([app], "ada") as clever:
        ended = log_in_with([str(heap), what, way], app, clever, environment())
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.parametrize("what", ["free", "keep"])
@ways
def test_no_secret_is_left_in_memory_after_a_login_over_tls(tmp_path: Path, what: str, way: str) -> None:
    heap = compiled(ROOT / "ffi/tests/c/heap.c", "-std=gnu11")
    with emulator.running([OIDC], "ada") as clever, tls.in_front_of(clever, tmp_path) as (base_url, certificate):
        surroundings = environment(CA_BUNDLE=certificate.read_text("ascii"), THROUGH=base_url)
        ended = log_in_with([str(heap), what, way], OIDC, clever, surroundings)
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.parametrize("what", ["free", "keep"])
def test_no_secret_is_left_in_memory_after_failed_logins(what: str) -> None:
    heap = compiled(ROOT / "ffi/tests/c/heap.c", "-std=gnu11")
    with emulator.running([OIDC], "ada") as clever:
        ended = log_in_with([str(heap), what, "errors"], OIDC, clever, environment())
    assert (ended.returncode, ended.stderr) == (0, "")
