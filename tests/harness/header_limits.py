"""Measures a response's headers. By default, nginx accepts 4 KiB from an application, and otherwise sends 502."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from http.client import HTTPMessage

MOST_HEADER_BYTES = 4096
# The limit of some servers for a request's first line, and so for a link.
MOST_LINK_BYTES = 4000
# Addresses of a page, and whether a login leads back there: it must have at most 1,024 bytes, as the browser shows it.
LONG_PAGES = {
    "/me?x=" + quote("ш" * 500): True,
    "/me?x=" + quote("ш" * 509): True,
    "/me?x=" + quote("ш" * 510): False,
    "/me?x=" + quote("学" * 339): True,
    "/me?x=" + quote("😀" * 254): True,
    "/me?x=a" + quote("ш" * 3 + "\u3000" * 100): True,
    "/me?x=%80%D1" + "%ED%A0%80%C0%AF%F4%90%80%80" * 37: True,
    "/me?x=" + "%22" * 339: True,
    "/me?" + ";" * 1020: True,
    "/me?" + ";" * 1021: False,
    "/me?x=" + "a" * 3900: False,
}


def header_bytes(headers: HTTPMessage) -> int:
    """Return the number of bytes of a response's headers, with its first line."""
    return len("HTTP/1.1 303 See Other\r\n\r\n") + sum(
        len(f"{name}: {value}\r\n".encode("latin-1")) for name, value in headers.items()
    )
