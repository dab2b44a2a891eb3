"""The emulator as a process of its own: started on a free port, gone when the block is left."""

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
    """An application as Clever knows it; without a secret it may only use the implicit grant."""

    client_id: str
    secret: str
    redirect_uri: str
    oidc: bool = False
    library: bool = False

    def option(self) -> str:
        """The app as the emulator's `--app` wants it."""
        suffixes = (",oidc" if self.oidc else "") + (",library" if self.library else "")
        return f"{self.client_id}:{self.secret}:{self.redirect_uri}{suffixes}"


@contextmanager
def known_as(public_url: str, apps: Sequence[App] = (), auto_login: str | None = None) -> Iterator[str]:
    """Run an emulator whose base URL is `public_url`; give its address on this machine."""
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
    """Run an emulator that knows `apps`, or those of the file `world`; give its base URL."""
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
    """Run an emulator with these options; give its base URL."""
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
                # The error would show the command, and the secrets of the apps in it.
                process.kill()
