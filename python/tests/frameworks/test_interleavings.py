"""Two, three, five and ten tabs of one browser in random order, on each site. Every tab must reach its page.

`make test` tries a few orders for each number, `make test-all` two hundred. The sites in Python run without a server,
each in its own process.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from harness import ports
from harness.emulator import App, running
from harness.length import whole_or_short
from harness.patience import MANY_STEPS_SECONDS
from interleavings import STARTS, TABS
from running import CLIENT_ID, CLIENT_SECRET, SITES_IN_RUST, process

SEEDS = whole_or_short(200, 2)
PROGRAM = Path(__file__).with_name("interleavings.py")


@pytest.mark.parametrize("waiting_page", ["false", "true"], ids=["at_once", "waiting_page"])
def test_tabs_in_random_order_all_arrive_at_the_page_they_wanted(
    framework: str, waiting_page: str, tmp_path: Path
) -> None:
    with ports.reserved() as port:
        site = f"http://127.0.0.1:{port}"
        redirect_uri = f"{site}/clever/callback"
        with running([App(CLIENT_ID, CLIENT_SECRET, redirect_uri, oidc=True)]) as emulator:
            environment = {
                **os.environ,
                "CLEVER_CLIENT_ID": CLIENT_ID,
                "CLEVER_CLIENT_SECRET": CLIENT_SECRET,
                "CLEVER_REDIRECT_URI": redirect_uri,
                "CLEVER_BASE_URL": emulator,
                "CLEVER_WAITING_PAGE": waiting_page,
                "FOLDER": str(tmp_path),
                "DATABASE": ":memory:",
                "SESSION_ENGINE": "django.contrib.sessions.backends.cache",
            }
            with listening(framework, port, environment, tmp_path):
                done = subprocess.run(
                    [sys.executable, str(PROGRAM), framework, site, str(SEEDS)],
                    env=environment,
                    capture_output=True,
                    text=True,
                    check=False,
                    timeout=MANY_STEPS_SECONDS * len(TABS),
                )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines() == [f"{tabs} tabs: {len(STARTS) * SEEDS} orders" for tabs in TABS]


@contextmanager
def listening(framework: str, port: int, environment: dict[str, str], folder: Path) -> Iterator[None]:
    """The site in Rust, at this port. The other sites run inside the program."""
    with ExitStack() as stack:
        if framework in SITES_IN_RUST:
            listener = stack.enter_context(socket.create_server(("127.0.0.1", port)))
            stack.enter_context(process(framework, listener, environment, folder / f"{framework}.log"))
        yield
