"""Sends one request to the emulator, without a proxy (it is on this machine) and without following redirects."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from http.client import HTTPConnection
from urllib.parse import urlsplit

PATIENCE_SECONDS = 30


@dataclass(frozen=True)
class Reply:
    """A response."""

    status: int
    location: str | None
    text: str

    @property
    def alert(self) -> str:
        """The error on a page of the emulator, for the person and for developers."""
        words = r'(?:role="alert">|class="developer"[^>]*><strong>.*?</strong>)(.*?)</p>'
        found = re.findall(words, self.text, re.DOTALL)
        return unescape(" ".join(found)) or "a page that says nothing more"


def request(method: str, url: str, body: str | None = None) -> Reply:
    """Send it and read the whole reply."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE_SECONDS)
    try:
        connection.request(method, f"{parts.path}?{parts.query}" if parts.query else parts.path, body)
        reply = connection.getresponse()
        return Reply(reply.status, reply.headers["Location"], reply.read().decode("utf-8", "replace"))
    finally:
        connection.close()
