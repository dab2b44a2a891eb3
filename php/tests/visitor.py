"""A person with their own browser, who logs in on the page. The browser keeps cookies and follows redirects."""

from __future__ import annotations

import http.client
from dataclasses import dataclass, field
from urllib.parse import urlencode, urljoin, urlsplit

from harness.patience import SECONDS

MOST_STEPS = 10


@dataclass(frozen=True)
class Page:
    """A response."""

    url: str
    status: int
    headers: http.client.HTTPMessage
    text: str

    @property
    def path(self) -> str:
        """The path of its URL."""
        return urlsplit(self.url).path

    @property
    def goes_to(self) -> str:
        """The URL that it redirects to; empty without a redirect."""
        return urljoin(self.url, self.headers["Location"]) if self.status in {302, 303} else ""


@dataclass
class Visitor:
    """A browser. Cookies belong to a host with its port, and to a path."""

    cookies: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    visited: list[str] = field(default_factory=list)
    at: str = ""

    def ask(self, url: str, form: dict[str, str] | None = None) -> Page:
        """Send one request."""
        self.at = url
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(parts.netloc, timeout=SECONDS)
        try:
            body = None if form is None else urlencode(form)
            headers = {"Cookie": self._sent_to(parts.netloc, parts.path)}
            if form is not None:
                headers["Content-Type"] = "application/x-www-form-urlencoded"
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("GET" if form is None else "POST", target, body, headers)
            answer = connection.getresponse()
            page = Page(url, answer.status, answer.headers, answer.read().decode())
        finally:
            connection.close()
        self.visited.append(url)
        self._keep(parts.netloc, page)
        return page

    def open(self, url: str, form: dict[str, str] | None = None, person: str = "") -> Page:
        """Open a URL and follow redirects. At Clever, `person` logs in."""
        for _ in range(MOST_STEPS):
            if person and urlsplit(url).path.endswith("/oauth/authorize"):
                url += f"&emulator_login={person}"
            page = self.ask(url, form)
            if not page.goes_to:
                return page
            url, form = page.goes_to, None
        message = "the browser was sent in circles"
        raise RuntimeError(message)

    def names(self) -> set[str]:
        """The names of all cookies."""
        return {name for _, name in self.cookies}

    def _sent_to(self, place: str, path: str) -> str:
        kept = self.cookies.items()
        return "; ".join(
            f"{name}={value}" for (at, name), (value, below) in kept if at == place and path.startswith(below)
        )

    def _keep(self, place: str, page: Page) -> None:
        for line in page.headers.get_all("Set-Cookie") or []:
            pair, *attributes = line.split("; ")
            name, _, value = pair.partition("=")
            below = next((text[5:] for text in attributes if text.lower().startswith("path=")), "/")
            if "Max-Age=0" in attributes:
                self.cookies.pop((place, name), None)
            else:
                self.cookies[place, name] = (value, below)
