"""How large an answer's headers are. nginx takes 4 KiB of them from an application by default, and answers 502 else."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from http.client import HTTPMessage

MOST_HEADER_BYTES = 4096
# What some servers take of a request's first line, and so of a link.
MOST_LINK_BYTES = 4000
# Addresses of a page, and whether a login leads back to them: they have 1,024 bytes at most, as a browser shows them.
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
    """The bytes of an answer's headers, with its first line."""
    return len("HTTP/1.1 303 See Other\r\n\r\n") + sum(
        len(f"{name}: {value}\r\n".encode("latin-1")) for name, value in headers.items()
    )
