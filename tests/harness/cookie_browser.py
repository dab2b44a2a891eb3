"""A small browser for the tests: it keeps cookies, follows redirects and remembers its addresses."""

from __future__ import annotations

from dataclasses import dataclass
from http.client import HTTPMessage, HTTPResponse
from http.cookiejar import CookieJar
from typing import IO
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, ProxyHandler, Request, build_opener

from .patience import SECONDS


@dataclass(frozen=True)
class Page:
    """The page where the redirects ended."""

    url: str
    status: int
    text: str

    @property
    def path(self) -> str:
        """The path of the address."""
        return urlsplit(self.url).path


class Remembering(HTTPRedirectHandler):
    """Follows redirects and records their targets."""

    def __init__(self, visited: list[str]) -> None:
        self.visited = visited

    def redirect_request(  # noqa: PLR0913, PLR0917  (its base class has as many)
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        """Record the target."""
        self.visited.append(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


class Browser:
    """One browser, with cookies of its own."""

    def __init__(self, emulator: str) -> None:
        self.emulator = emulator
        self.visited: list[str] = []
        self.cookies = CookieJar()
        handlers = [ProxyHandler({}), HTTPCookieProcessor(self.cookies), Remembering(self.visited)]
        self.opener = build_opener(*handlers)

    def open(self, url: str, form: dict[str, str] | None = None) -> Page:
        """Go to an address, or send a form there."""
        data = None if form is None else urlencode(form).encode()
        try:
            response = self.opener.open(Request(url, data), timeout=SECONDS)
        except HTTPError as error:
            with error:
                return Page(error.url, error.code, error.read().decode())
        assert isinstance(response, HTTPResponse)
        with response:
            return Page(response.url, response.status, response.read().decode())

    def sign_in(self, number: str, page: Page | None = None) -> Page:
        """Sign in at the emulator: from `page`, its school picker or login page, or from the login page."""
        parts = urlsplit(page.url if page else f"{self.emulator}/login?target=/login")
        if parts.path.endswith("/oauth/district-picker"):
            target = f"{parts.path.removesuffix('district-picker')}authorize?{parts.query}"
        else:
            target = parse_qs(parts.query)["target"][0]
        form = {"username": number, "password": number, "target": target}
        return self.open(self.emulator + "/login", form)

    def sign_out(self) -> Page:
        """Log out of the emulator, but not of the app."""
        return self.open(self.emulator + "/logout", {})
