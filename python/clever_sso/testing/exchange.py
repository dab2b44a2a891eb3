"""One request to the emulator. It is on this machine: it uses no proxy and follows no redirect."""

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
        """What a page of the emulator says is wrong, to the person and to developers."""
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
