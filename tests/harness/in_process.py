"""Calls an application in this process, without a server. Requests to other addresses share a connection.

For tests with thousands of requests. It calls the application like a server, with all its middleware. Other tests use a
real server.
"""

from __future__ import annotations

import asyncio
import io
import sys
from email.message import Message
from http import HTTPStatus
from http.client import HTTPConnection
from typing import Any, Callable
from urllib.parse import unquote, urlsplit
from urllib.request import HTTPHandler, Request
from urllib.response import addinfourl

from .patience import SECONDS

# A response (status, headers, body), and a function that returns one for a method, a target, headers and a body.
Answer = tuple[int, list[tuple[str, str]], bytes]
Call = Callable[[str, str, dict[str, str], bytes], Answer]


class InProcess(HTTPHandler):
    """Sends requests for `site` to the application by calling it.

    Args:
        site: The address of the application, where nothing listens.
        call: Calls it with method, target, headers and body.
    """

    def __init__(self, site: str, call: Call) -> None:
        super().__init__()
        self.site = urlsplit(site).netloc
        self.call = call
        self.others: dict[str, Call] = {}

    def http_open(self, request: Request) -> Any:  # noqa: ANN401  (as its base class)
        """One request."""
        body = request.data if isinstance(request.data, bytes) else b""
        headers = {"Host": request.host, **dict(request.header_items())}
        ask = self.call if request.host == self.site else self._ask(request.host)
        status, fields, content = ask(request.get_method(), request.selector, headers, body)
        message = Message()
        for name, value in fields:
            message.add_header(name, value)
        answer: Any = addinfourl(io.BytesIO(content), message, request.full_url, status)
        answer.msg = HTTPStatus(status).phrase
        return answer

    def _ask(self, host: str) -> Call:
        return self.others.setdefault(host, connected(host))


def connected(host: str) -> Call:
    """Return a function that calls the server at this host and port over one connection."""
    connection = HTTPConnection(host, timeout=SECONDS)

    def ask(method: str, target: str, headers: dict[str, str], body: bytes) -> Answer:
        connection.request(method, target, body or None, headers)
        answer = connection.getresponse()
        return answer.status, answer.getheaders(), answer.read()

    return ask


def wsgi(app: Any) -> Call:  # noqa: ANN401  (of any framework)
    """Return a function that calls a WSGI application (PEP 3333)."""

    def call(method: str, target: str, headers: dict[str, str], body: bytes) -> Answer:
        path, _, query = target.partition("?")
        host, _, port = headers["Host"].partition(":")
        environ = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote(path, "latin-1"),
            "QUERY_STRING": query,
            "SERVER_NAME": host,
            "SERVER_PORT": port,
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_LENGTH": str(len(body)),
            "CONTENT_TYPE": headers.get("Content-type", ""),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": False,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()},
        }
        started: list[Any] = []
        chunks = app(environ, lambda status, fields, *_: started.append((int(status[:3]), fields)))
        try:
            content = b"".join(chunks)
        finally:
            if hasattr(chunks, "close"):
                chunks.close()
        status, fields = started[-1]
        return status, fields, content

    return call


def asgi(app: Any, loop: asyncio.AbstractEventLoop) -> Call:  # noqa: ANN401  (of any framework)
    """Return a function that calls an ASGI application."""

    def call(method: str, target: str, headers: dict[str, str], body: bytes) -> Answer:
        path, _, query = target.partition("?")
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote(path),
            "raw_path": path.encode(),
            "query_string": query.encode("latin-1"),
            "root_path": "",
            "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()],
            "client": ("127.0.0.1", 0),
            "server": tuple(headers["Host"].split(":")),
        }
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        loop.run_until_complete(app(scope, receive, send))
        start = sent[0]
        fields = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in start["headers"]]
        return start["status"], fields, b"".join(message.get("body", b"") for message in sent[1:])

    return call
