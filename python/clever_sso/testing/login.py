"""Logs in without a browser: goes from the application to the emulator and back, with the same steps as a browser."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

from clever_sso.testing import exchange
from clever_sso.testing.clients import adapted

if TYPE_CHECKING:
    from collections.abc import Awaitable, Generator

    from clever_sso.testing.clients import AppClient
    from clever_sso.testing.emulator import Emulator

Response = TypeVar("Response")
LOGIN_PATH = "/clever/login"
MOST_STEPS = 12
# The base URL that the test clients use by default.
TEST_HOSTS = {"localhost", "testserver", "127.0.0.1"}


class LoginNotFinished(AssertionError):  # noqa: N818  (a word that says it)
    """Raised when a login does not finish: it never went to Clever, or did not come back to the application."""


class LogIn(Protocol):
    """The type of the fixture `clever_login`."""

    def __call__(
        self, client: AppClient[Response], person: str, *, path: str = LOGIN_PATH, by_admin: bool = False
    ) -> Response:
        """The same as `log_in`."""


class LogInAsync(Protocol):
    """The type of the fixture `clever_login_async`."""

    async def __call__(
        self,
        client: AppClient[Awaitable[Response]],
        person: str,
        *,
        path: str = LOGIN_PATH,
        by_admin: bool = False,
    ) -> Response:
        """The same as `log_in_async`."""


def log_in(
    client: AppClient[Response],
    person: str,
    emulator: Emulator,
    *,
    path: str = LOGIN_PATH,
    by_admin: bool = False,
) -> Response:
    """Log a person in.

    Args:
        client: A test client of Flask, Django or Starlette; it keeps the cookies.
        person: The person's handle, Clever id or sign-in number.
        emulator: The emulator where the application is registered.
        path: Where the browser goes first: the login, a page that redirects there, or a link of the emulator.
        by_admin: Whether an administrator at Clever logs in as that person.

    Returns:
        The application's response to the callback, as the test client returns it: a redirect if the person is signed
        in, a page if something went wrong. If the application restarts the login, the new login is followed to its end
        first.

    Raises:
        LoginNotFinished: If the application does not redirect to Clever, or the emulator does not redirect back.
        TypeError: For an unknown test client.
    """
    adapter = adapted(client, secure=_secure(emulator), waits=False)
    steps = _steps(emulator, person, path, by_admin=by_admin)
    page = next(steps)
    while True:
        answer = adapter.get(page)
        try:
            page = steps.send(_seen(answer))
        except StopIteration:
            return answer


async def log_in_async(
    client: AppClient[Awaitable[Response]],
    person: str,
    emulator: Emulator,
    *,
    path: str = LOGIN_PATH,
    by_admin: bool = False,
) -> Response:
    """The same as `log_in`, with `httpx.AsyncClient` and its `ASGITransport`, or with `django.test.AsyncClient`."""
    adapter = adapted(client, secure=_secure(emulator), waits=True)
    steps = _steps(emulator, person, path, by_admin=by_admin)
    page = next(steps)
    while True:
        answer = await adapter.get(page)
        try:
            page = steps.send(_seen(answer))
        except StopIteration:
            return answer


def _secure(emulator: Emulator) -> bool:
    return urlsplit(emulator.redirect_uris[0]).scheme == "https"


def _seen(answer: object) -> exchange.Reply:
    """The parts of a response that a browser uses."""
    known = cast("Any", answer)
    text = b"" if getattr(known, "streaming", False) else getattr(known, "data", None) or known.content
    return exchange.Reply(known.status_code, known.headers.get("Location"), text.decode("utf-8", "replace"))


def _steps(emulator: Emulator, person: str, path: str, *, by_admin: bool) -> Generator[str, exchange.Reply, None]:
    """Yields each page of the application that the browser requests, and receives the response."""
    url, returned = path, False
    for _ in range(MOST_STEPS):
        if url.startswith(emulator.base_url + "/"):
            url, returned = _through_clever(url, person, by_admin=by_admin), True
        page = _own_page(url, emulator)
        reply = yield page
        onwards = reply.location or _after_waiting(reply.text)
        if onwards is None and not returned:
            raise LoginNotFinished(
                f"the application responds to {_bare(page)} with status {reply.status} and does not redirect to Clever"
            )
        if onwards is None or (returned and not _goes_on(onwards, emulator)):
            return
        url = onwards if urlsplit(onwards).netloc else urljoin(page, onwards)
    raise LoginNotFinished("the application redirects the browser in a loop")


def _through_clever(url: str, person: str, *, by_admin: bool) -> str:
    """The URL that the emulator redirects this person to."""
    choice = {"emulator_login": person, **({"emulator_admin": "true"} if by_admin else {})}
    reply = exchange.request("GET", f"{url}&{urlencode(choice)}")
    if reply.location is None:
        raise LoginNotFinished(f"the emulator does not redirect back, but responds with {reply.status}: {reply.alert}")
    return reply.location


def _own_page(url: str, emulator: Emulator) -> str:
    """The path and query of a page of the application."""
    parts = urlsplit(url)
    own = {urlsplit(uri).hostname for uri in emulator.redirect_uris} | TEST_HOSTS
    if (parts.netloc and parts.hostname not in own) or parts.path == "/oauth/authorize":
        raise LoginNotFinished(
            f"the application sends the browser to {parts.scheme}://{parts.netloc}, not to the emulator at "
            f"{emulator.base_url}: give it the settings that the emulator's settings() returns"
        )
    return f"{parts.path}?{parts.query}" if parts.query else parts.path or "/"


def _goes_on(onwards: str, emulator: Emulator) -> bool:
    """Whether the login is not finished yet: it restarts, or its code is passed on to another URL."""
    return onwards.startswith(emulator.base_url + "/") or "code" in parse_qs(urlsplit(onwards).query)


def _after_waiting(text: str) -> str | None:
    """Where a waiting page leads, which is shown while the login finishes."""
    found = re.search(r'<meta http-equiv="refresh" content="0; url=([^"]*)"', text)
    return unescape(found[1]) if found else None


def _bare(page: str) -> str:
    return page.partition("?")[0]
