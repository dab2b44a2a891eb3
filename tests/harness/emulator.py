"""Runs the emulator as a process on a free port, which ends with the `with` block."""

from __future__ import annotations

import os
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import ports
from .paths import EMULATOR
from .patience import SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


@dataclass(frozen=True)
class App:
    """An application that is registered at Clever. Without a secret, it can only use the implicit grant."""

    client_id: str
    secret: str
    redirect_uri: str
    oidc: bool = False
    library: bool = False

    def option(self) -> str:
        """The app in the format of the emulator's option `--app`."""
        suffixes = (",oidc" if self.oidc else "") + (",library" if self.library else "")
        return f"{self.client_id}:{self.secret}:{self.redirect_uri}{suffixes}"


@contextmanager
def known_as(public_url: str, apps: Sequence[App] = (), auto_login: str | None = None) -> Iterator[str]:
    """Run an emulator whose base URL is `public_url`; yield its address on this machine."""
    with ports.reserved() as port, running(apps, auto_login, public_url=public_url, port=port):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def running(
    apps: Sequence[App] = (),
    auto_login: str | None = None,
    world: Path | None = None,
    public_url: str = "",
    port: int = 0,
) -> Iterator[str]:
    """Run an emulator with `apps`, or with the apps of the file `world`; yield its base URL."""
    options = ["--port", str(port)]
    for app in apps:
        options += ["--app", app.option()]
    if auto_login:
        options += ["--auto-login", auto_login]
    if world:
        options += ["--world", str(world)]
    if public_url:
        options += ["--public-url", public_url]
    with started(options, public_url) as base_url:
        yield base_url


@contextmanager
def started(options: Sequence[str], public_url: str = "") -> Iterator[str]:
    """Run an emulator with these options; yield its base URL."""
    command = [os.environ.get("CLEVER_EMULATOR", str(EMULATOR)), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            base_url = process.stdout.readline().strip() if process.stdout else ""
            if not base_url.startswith(public_url or "http://127.0.0.1:"):
                message = f"the emulator did not start: {base_url!r}"
                raise RuntimeError(message)
            yield base_url
        finally:
            process.terminate()
            try:
                process.wait(SECONDS)
            except subprocess.TimeoutExpired:
                # The error message would show the command, which contains the secrets of the apps.
                process.kill()
