"""Uses the console login of examples/c like a person."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from .browser import Browser
from .patience import MANY_STEPS_SECONDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .emulator import App


def log_in_with(
    command: Sequence[str], app: App, clever: str, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run the program, open its login URL, and type in the address where the browser ends up."""
    settings = {
        **environment,
        "CLEVER_CLIENT_ID": app.client_id,
        "CLEVER_CLIENT_SECRET": app.secret,
        "CLEVER_REDIRECT_URI": app.redirect_uri,
        "CLEVER_BASE_URL": clever,
    }
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=settings) as run:
        assert run.stdout
        assert run.stdin
        url = run.stdout.readline().removeprefix("open ").strip()
        if not url:
            out, err = run.communicate(timeout=MANY_STEPS_SECONDS)
            return subprocess.CompletedProcess(command, run.returncode, out, err)
        out, err = run.communicate(Browser(clever).callback(url) + "\n", timeout=MANY_STEPS_SECONDS)
    return subprocess.CompletedProcess(command, run.returncode, out, err)
