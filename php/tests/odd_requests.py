"""Requests that no browser sends, but anyone could: any bytes in any place."""

from __future__ import annotations

import http.client
import itertools
import os
import re
import socket
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from harness.patience import SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# Values in a query or a form. Raw bytes too, because servers accept them.
VALUES = [
    *(b"", b"a", b"\x80", b"\xff", b"\xed\xa0\x80", b"%00", b"%80", b"%ff", b"%0d%0aX-Odd:y", b"%", b"%u0100", b"+"),
    *(b"%F0%9F%98%80", b"//evil.example", b"[]", b"=&=", b"a" * 6000),
]
NAMES = ["code", "state", "error", "error_description", "iss", "return_to", "switch_user", "clever_waited"]
# Parameter names that PHP parses as one value, a list, or a nested array.
SHAPES = ["{}=", "{}[]=", "{}[a][b]=", "{}", "{0}=x&{0}="]
PATHS = ["/", "/me", "/login", "/callback", "/logout", "/login/", "/callback/", "/logout/", "/x/callback", "/CALLBACK"]
# Servers refuse a NUL in a header before PHP sees it.
HEADER_VALUES = [
    b"\x80",
    b"\xff",
    b"pre\xfffetch",
    b"\xed\xa0\x80",
    b"%00",
    b"%ff",
    b"",
    b"a" * 6000,
    b"[]",
    b"a, \xff",
]
HEADERS = [
    *("Purpose", "Sec-Purpose", "X-Moz", "Sec-Fetch-Site", "Sec-Fetch-Mode", "Sec-Fetch-Dest", "Origin", "Referer"),
    *("Host", "Accept-Language", "X-Forwarded-Host", "X-Forwarded-Prefix", "X-\xff"),
]
COOKIES = ["{}", "session={}", "session[]={}", "clever_login_x={}", "clever_signed_in={}", "{0}={0}", "=;{};=", " {}"]
TYPES = ["application/x-www-form-urlencoded", "text/plain", "\xff"]


@dataclass(frozen=True)
class OddRequest:
    """One odd request."""

    method: str
    target: bytes
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""


def with_odd_queries() -> Iterator[OddRequest]:
    """One odd parameter, on each of our pages, next to one that makes the request a callback."""
    for name, shape, value in itertools.product(NAMES, SHAPES, VALUES):
        query = shape.format(name).encode() + value
        yield OddRequest("GET", b"/callback?state=x&" + query)
        yield OddRequest("GET", b"/login?" + query)
    for path, value in itertools.product(PATHS, VALUES):
        yield OddRequest("GET", path.encode() + b"?" + value)
        yield OddRequest("GET", path.encode() + b"?code=" + value + b"&error[]=" + value)
        yield OddRequest("GET", path.encode() + value.replace(b"//", b""))


def with_odd_cookies() -> Iterator[OddRequest]:
    """An odd cookie, on pages that read cookies."""
    for form, value in itertools.product(COOKIES, HEADER_VALUES):
        header = [(b"Cookie", form.encode().replace(b"{}", value).replace(b"{0}", value))]
        for method, target in [("GET", b"/me"), ("GET", b"/login"), ("POST", b"/logout")]:
            yield OddRequest(method, target, header)
        yield OddRequest("GET", b"/callback?code=a&state=b", header)


def with_odd_headers() -> Iterator[OddRequest]:
    """An odd header, sent once and twice."""
    for name, value in itertools.product(HEADERS, HEADER_VALUES):
        header = [(name.encode("latin-1"), value)]
        for method, target in [("GET", b"/login"), ("GET", b"/callback?code=a"), ("POST", b"/logout"), ("GET", b"/")]:
            yield OddRequest(method, target, header)
            yield OddRequest(method, target, header * 2)


def with_odd_forms() -> Iterator[OddRequest]:
    """An odd form."""
    for kind, shape, value in itertools.product(TYPES, SHAPES, VALUES):
        header = [(b"Content-Type", kind.encode("latin-1"))]
        for path in ("/logout", "/login", "/callback", "/me"):
            yield OddRequest("POST", path.encode(), header, shape.format("return_to").encode() + value)


KINDS = [with_odd_queries, with_odd_cookies, with_odd_headers, with_odd_forms]
ALL = os.environ.get("CLEVER_SSO_TEST_ALL") == "1"


def check(address: str, clever: str, odd: Iterable[OddRequest]) -> None:
    """Send all of them, or every fourth. None may cause an error or redirect to another site."""
    for request in odd if ALL else itertools.islice(odd, 0, None, 4):
        answer = sent(address, request)
        if answer is None:
            continue
        status, headers, body = answer
        assert status < 500, request
        assert "X-Odd" not in headers, request
        assert not re.search(rb"<b>(Warning|Notice|Deprecated|Fatal error)|Stack trace", body), request
        location = headers["Location"] or "/"
        assert location.startswith(clever) or re.match(r"/(?!/)", location), request


def sent(address: str, asked: OddRequest) -> tuple[int, http.client.HTTPMessage, bytes] | None:
    """Send one request byte for byte and return the response. A Host in the request replaces the right one.

    `None` if the server closed the connection, as PHP's own server does when it cannot parse a request. PHP never sees
    that request.
    """
    parts = urlsplit(address)
    names = {name.lower() for name, _ in asked.headers}
    usual = {b"Host": parts.netloc.encode(), b"Connection": b"close", b"Content-Length": b"%d" % len(asked.body)}
    headers = [(name, value) for name, value in usual.items() if name.lower() not in names] + asked.headers
    lines = [f"{asked.method} ".encode() + asked.target + b" HTTP/1.1", *(b": ".join(header) for header in headers)]
    with socket.create_connection((parts.hostname or "", parts.port or 80), SECONDS) as connection:
        connection.sendall(b"\r\n".join([*lines, b"", asked.body]))
        with http.client.HTTPResponse(connection, method=asked.method) as answer:
            try:
                answer.begin()
            except http.client.RemoteDisconnected:
                return None
            return answer.status, answer.headers, answer.read()
