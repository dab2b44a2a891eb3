"""A small browser for logins: it keeps cookies, follows redirects at Clever, and fills in the login form.

It stops when Clever redirects it to the application, and returns that address: the URL of the callback.
"""

from __future__ import annotations

import urllib.error
import urllib.request
from http.cookiejar import CookieJar
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

from .patience import SECONDS

if TYPE_CHECKING:
    from http.client import HTTPResponse

MOST_STEPS = 10


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follows no redirect by itself, so that each step can be checked."""

    def redirect_request(self, *_: object) -> None:
        return None


class Browser:
    """A browser with its own cookies, for a person with this sign-in number."""

    def __init__(self, clever: str, sign_in_number: str = "") -> None:
        self.clever = clever
        self.sign_in_number = sign_in_number
        # No proxy, because all servers are on this machine.
        no_proxy = urllib.request.ProxyHandler({})
        cookies = urllib.request.HTTPCookieProcessor(CookieJar())
        self._opener = urllib.request.build_opener(no_proxy, cookies, _Stay)

    def go(self, url: str) -> tuple[int, str]:
        """Open `url`; return the status and the page, or the address where Clever redirects the browser to the app."""
        form: dict[str, str] | None = None
        for _ in range(MOST_STEPS):
            if not url.startswith(self.clever + "/"):
                return 302, url
            status, location, page = self._step(url, form)
            form = None
            if location:
                url = urljoin(url, location)
            elif status == 200 and (target := self._target(url)) is not None and self.sign_in_number:
                form = {"username": self.sign_in_number, "password": self.sign_in_number, "target": target}
                url = f"{self.clever}/login"
            else:
                return status, page
        message = "the browser was redirected forever"
        raise RuntimeError(message)

    def callback(self, url: str) -> str:
        """Open `url`; return the address at the application where the browser ends up."""
        status, address = self.go(url)
        if status != 302:
            message = f"Clever shows a page with status {status} instead of sending the browser back"
            raise RuntimeError(message)
        return address

    def _target(self, url: str) -> str | None:
        """Return the address that follows a sign-in, if `url` is the login page or the school picker."""
        parts = urlsplit(url)
        if parts.path == "/login":
            return parse_qs(parts.query).get("target", [""])[0]
        if parts.path.endswith("/oauth/district-picker"):
            return f"{parts.path.removesuffix('district-picker')}authorize?{parts.query}"
        return None

    def _step(self, url: str, form: dict[str, str] | None) -> tuple[int, str | None, str]:
        body = urlencode(form).encode() if form is not None else None
        try:
            response: HTTPResponse | urllib.error.HTTPError = self._opener.open(url, body, SECONDS)
        except urllib.error.HTTPError as answer:
            response = answer
        with response:
            return response.status or 0, response.headers.get("Location"), response.read().decode()


def portal_link(clever: str, client_id: str, redirect_uri: str, district_id: str) -> str:
    """Return the link of an app in the Clever portal. It has no state and no nonce."""
    query = {
        "channel": "clever-portal",
        "client_id": client_id,
        "confirmed": "true",
        "district_id": district_id,
        "redirect_uri": redirect_uri,
        "response_type": "code",
    }
    return f"{clever}/oauth/authorize?{urlencode(query)}"
