"""A small browser for logins: it keeps cookies, and opens a connection for each request."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from harness.patience import SECONDS

if TYPE_CHECKING:
    from logins_servers import Clever, Server, Site

HEADERS = {
    "User-Agent": "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "en-US,en;q=0.9",
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Site": "none",
}
REDIRECTS = {301, 302, 303, 307}


class LoginFailedError(RuntimeError):
    """The person isn't signed in after the login."""


@dataclass
class Answer:
    """A response."""

    status: int
    location: str
    cookies: list[str]
    body: str


@dataclass
class Jar:
    """The cookies of one site."""

    kept: dict[str, str] = field(default_factory=dict)

    def take(self, headers: list[str]) -> None:
        """Obey the `Set-Cookie` headers of a response."""
        for header in headers:
            pair, _, attributes = header.partition(";")
            name, _, value = pair.strip().partition("=")
            if re.search(r"(?i)max-age=(?:0|-)", attributes) or not value.strip('"'):
                self.kept.pop(name, None)
            else:
                self.kept[name] = value

    def header(self) -> str:
        """The `Cookie` header."""
        return "; ".join(f"{name}={value}" for name, value in self.kept.items())


def get(port: int, target: str, cookies: str = "", host: str = "") -> Answer:
    """Send a request to a server on this machine."""
    connection = HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    try:
        headers = {**HEADERS, **({"Cookie": cookies} if cookies else {}), **({"Host": host} if host else {})}
        connection.request("GET", target, headers=headers)
        answer = connection.getresponse()
        body = answer.read().decode("utf-8", "replace")
        return Answer(
            answer.status, answer.getheader("Location") or "", answer.headers.get_all("Set-Cookie") or [], body
        )
    finally:
        connection.close()


def path_of(url: str) -> str:
    """Return the path and query of a URL."""
    parts = urlsplit(url)
    return f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"


def log_in(site: Site, server: Server, clever: Clever) -> tuple[float, float]:
    """Log in once.

    Returns:
        The seconds that the site took for its login page and its callback: elapsed time and CPU time.

    Raises:
        LoginFailedError: When the person isn't signed in afterwards.
    """
    jar, port, took, used = Jar(), server.port, 0.0, 0.0

    def asked(target: str) -> Answer:
        nonlocal took, used
        cpu, begun = server.cpu(), time.perf_counter()
        answer = get(port, target, jar.header())
        took += time.perf_counter() - begun
        used += server.cpu() - cpu
        jar.take(answer.cookies)
        return answer

    answer = asked(site.login)
    if answer.status not in REDIRECTS or not answer.location.startswith(clever.public):
        raise LoginFailedError(f"the login page responds with {answer.status} {answer.location.partition('?')[0]}")
    at_clever, host = path_of(answer.location), urlsplit(answer.location).netloc
    back = get(clever.port, at_clever, host=host)
    if back.status not in REDIRECTS:
        raise LoginFailedError(f"the emulator responds with {back.status}")
    answer = asked(path_of(back.location))
    page = get(port, site.front, jar.header())
    if answer.status not in REDIRECTS or page.status != 200 or page.body.strip() in {"nobody", ""}:
        raise LoginFailedError(f"the callback responds with {answer.status}, and no one is signed in")
    return took, used
