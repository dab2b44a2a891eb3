"""Runs the examples in axum and actix, each in its own process, behind an application that forwards requests."""

from __future__ import annotations

import os
import subprocess
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import TYPE_CHECKING

import pytest

from . import ports
from .paths import TARGET
from .patience import SECONDS, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

RUST = ("axum", "actix")
OF_A_CONNECTION = {"connection", "keep-alive", "transfer-encoding", "date", "server"}


@contextmanager
def running(example: str, environment: Mapping[str, str]) -> Iterator[WSGIApplication]:
    """Run an example; yield an application that forwards requests to it."""
    with ports.reserved() as port, listening(example, environment, port):
        yield forwarding(port)


@contextmanager
def listening(example: str, environment: Mapping[str, str], port: int) -> Iterator[None]:
    """Run an example on a port."""
    program = TARGET / "debug" / f"example-{example}"
    if not program.exists():
        pytest.skip(f"there is no example at {program}: build it with `make rust-examples`")
    with subprocess.Popen([program], env={**os.environ, **environment, "PORT": str(port)}) as process:
        try:
            wait_for(lambda: ports.listens(port), f"the example in {example} to listen", process)
            yield
        finally:
            process.terminate()
            process.wait(SECONDS)


def forwarding(port: int) -> WSGIApplication:
    """An application that forwards each request, and its response, without changes."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        connection = HTTPConnection("127.0.0.1", port, timeout=SECONDS)
        try:
            connection.putrequest(
                environ["REQUEST_METHOD"], environ["RAW_URI"], skip_host=True, skip_accept_encoding=True
            )
            for name, value in environ.items():
                header = name.removeprefix("HTTP_").replace("_", "-").title()
                if name.startswith("HTTP_") and header != "Connection":
                    connection.putheader(header, value.encode("latin-1"))
            size = int(environ.get("CONTENT_LENGTH") or 0)
            if size:
                connection.putheader("Content-Type", environ["CONTENT_TYPE"])
                connection.putheader("Content-Length", str(size))
            connection.endheaders(environ["wsgi.input"].read(size) if size else None)
            found = connection.getresponse()
            body = found.read()
            headers = [(name, value) for name, value in found.getheaders() if name.lower() not in OF_A_CONNECTION]
            start_response(f"{found.status} {found.reason}", headers)
            return [body]
        finally:
            connection.close()

    return answer
