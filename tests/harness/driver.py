"""Runs the C driver as a process that obeys line by line, for tests that need the result of a login."""

from __future__ import annotations

import subprocess
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from .browser import Browser
from .paths import ROOT
from .patience import SECONDS
from .programs import compiled, environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .emulator import App

    Ask = Callable[..., dict[str, str]]


@contextmanager
def driver(log: IO[str] | int = subprocess.DEVNULL, **extra: str) -> Iterator[Ask]:
    """Run the driver with `extra` in its environment; yield a function that calls it. Its log goes to `log`."""
    program, pipe = compiled(ROOT / "ffi/tests/c/driver.c"), subprocess.PIPE
    with subprocess.Popen(program, stdin=pipe, stdout=pipe, stderr=log, text=True, env=environment(**extra)) as process:

        def ask(operation: str, **arguments: str) -> dict[str, str]:
            assert process.stdin
            assert process.stdout
            words = [operation, *(f"{name}={value}" for name, value in arguments.items())]
            print("\t".join(words).replace("\n", "\\n"), file=process.stdin)
            process.stdin.flush()
            result, *fields = process.stdout.readline().rstrip("\n").split("\t")
            return {"result": result, **dict(field.split("=", 1) for field in fields)}

        yield ask
        assert process.stdin
        process.stdin.close()
        assert process.wait(SECONDS) == 0


def make_client(ask: Ask, app: App, base_url: str) -> None:
    """Create a client, and use its client id as its name."""
    settings = {"client_id": app.client_id, "secret": app.secret, "redirect_uri": app.redirect_uri}
    made = ask("client", client=app.client_id, base_url=base_url, **settings)
    assert made["result"] == "ok", made


def tokens_of(app: App, clever: str) -> dict[str, str]:
    """Log a person in; return the access token, and the ID token without a nonce if the app uses OpenID Connect."""
    with driver() as ask:
        make_client(ask, app, clever)
        callback = Browser(clever).callback(ask("authorize_url", client=app.client_id)["url"])
        return ask("exchange_code", client=app.client_id, code=parse_qs(urlsplit(callback).query)["code"][0])
