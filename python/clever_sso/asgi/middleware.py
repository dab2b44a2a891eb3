"""Middleware around every route, and around all other middleware."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection, Request

from clever_sso import _settings
from clever_sso._web import log_lines, pages
from clever_sso._web.api import NO_STORE
from clever_sso._web.arrival import LARGEST_COOKIE, problem_of_setup
from clever_sso._web.identity import SessionIdentity
from clever_sso._web.request import kept_cookies, without_disguised_cookies
from clever_sso.asgi.request import (
    ASKED,
    CAME_BACK,
    HOST,
    NAMES_A_PERSON,
    SIGNED_IN,
    WHEN_FAILED,
    asked_host,
    cookies_of,
)
from clever_sso.asgi.sessions import holds_sign_in

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from clever_sso._native import SetCookie
    from clever_sso._web.arrival import Step
    from clever_sso._web.words import Words
    from clever_sso.aio import AsyncClient
    from clever_sso.exceptions import ConfigError

logger = logging.getLogger("clever_sso.asgi")


class RouteMiddleware:
    """Ends expired sessions, and records that the session of the last sign-in came back."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond to one request."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        if holds_sign_in(scope):
            # However the request ends, even with the app's own logout, the session was not lost.
            scope.get(CAME_BACK, set()).add(True)
            session: Any = scope["session"]
            if SessionIdentity.is_stale(dict(session)):
                session.clear()
        await self.app(scope, receive, send)


def look_after_sessions(installed: list[Middleware]) -> None:
    """Check the session right where it is created: a middleware further inside may end it and respond."""
    sessions = [at for at, each in enumerate(installed) if "Session" in getattr(each.cls, "__name__", "")]
    if sessions:
        installed.insert(sessions[-1] + 1, Middleware(RouteMiddleware))


class Refusing:
    """Replaces an application with a wrong setup. It reports the error when the server starts.

    If it raised an exception then, the server would assume that the application does not support startup events.

    Args:
        error: The error in the setup.
    """

    def __init__(self, error: ConfigError) -> None:
        self.error = error

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse to start, or to respond."""
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.failed", "message": str(self.error)})
        raise self.error


class OutermostMiddleware:
    """Removes disguised cookies, and stops the redirect loop of a middleware that redirects the login to the login.

    It deletes the marker of the last sign-in once a session has come back, whichever middleware responds.

    Args:
        app: The application with all its middleware.
        client: Returns the client for the requested host.
        judge: Describes the wrong setup, given the scope, the status and the `Location` of a response.
        answer: Makes the error page about it.
        at_start: Returns why the application must not start.
        words: Returns the texts of pages in the language of a request.
    """

    def __init__(  # noqa: PLR0913  (they are keyword arguments)
        self,
        app: ASGIApp,
        *,
        client: Callable[[], AsyncClient],
        judge: Callable[[Scope, int, str | None], str | None],
        answer: Callable[[Request, Step], Awaitable[Response]],
        at_start: Callable[[], list[str]],
        words: Callable[[HTTPConnection], Words],
    ) -> None:
        self.app = app
        self.client = client
        self.judge = judge
        self.answer = answer
        self.at_start = at_start
        self.words = words

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond to one request."""
        if scope["type"] != "http":
            # A mounted application gets no lifespan events, and may use the sessions of the outer application.
            problems = self.at_start() if scope["type"] == "lifespan" else []
            app = Refusing(_settings.invalid(problems[0])) if problems else self.app
            await app(scope, receive, send)
            return
        HOST.set(asked_host(scope))
        for name in (ASKED, CAME_BACK, SIGNED_IN, NAMES_A_PERSON):
            scope[name] = set()
        scope[WHEN_FAILED] = []
        scope["headers"] = [
            (name, _undisguised(value) if name == b"cookie" else value) for name, value in scope["headers"]
        ]
        wrong: list[str] = []
        page: list[bytes] = []

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                reason = self.judge(scope, message["status"], headers.get("location"))
                wrong.extend([reason] if reason else [])
                if not scope[ASKED] and (scope[CAME_BACK] or holds_sign_in(scope)):
                    _set_cookies(headers, self._kept(HTTPConnection(scope), message["status"]))
                _set_cookies(headers, scope[WHEN_FAILED])
                _keep_private(headers, scope)
                _drop_too_large(headers, scope)
                if scope[ASKED] and "location" in headers and pages.does_not_fit(headers.items()):
                    page.append(_moved(message, headers, self.words(HTTPConnection(scope))))
            elif page and message["type"] == "http.response.body":
                message = {**message, "body": page.pop()}
            if not wrong:
                await send(message)

        await self.app(scope, receive, watched)
        if wrong:
            problem = await self.answer(Request(scope, receive), problem_of_setup(wrong[0]))
            await problem(scope, receive, send)

    def _kept(self, request: HTTPConnection, status: int) -> tuple[SetCookie, ...]:
        method, headers = request.scope["method"], request.headers
        return kept_cookies(self.client(), cookies_of(request), method=method, headers=headers, status=status)


def _set_cookies(headers: MutableHeaders, cookies: Iterable[SetCookie]) -> None:
    for cookie in cookies:
        headers.append("Set-Cookie", cookie.header)


def _keep_private(headers: MutableHeaders, scope: Scope) -> None:
    """Keep pages for a signed-in person out of caches (and the back button), unless the view sets caching itself."""
    if scope[NAMES_A_PERSON]:
        headers.setdefault("Cache-Control", NO_STORE)


def _drop_too_large(headers: MutableHeaders, scope: Scope) -> None:
    """Delete the old cookie if browsers would drop the new one: a middleware may have made the session too large."""
    all_cookies = headers.getlist("set-cookie") if scope[SIGNED_IN] else []
    if not any(len(cookie) > LARGEST_COOKIE for cookie in all_cookies):
        return
    came = HTTPConnection(scope).cookies
    kept: list[str] = []
    for cookie in all_cookies:
        pair, _, attributes = cookie.partition(";")
        name = pair.partition("=")[0].strip()
        if len(pair) > LARGEST_COOKIE and name in came:
            logger.error("%s", log_lines.too_large(scope.get("session", {}), len(pair)))
            kept.append(f"{name}=;{attributes}; expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0")
        else:
            kept.append(cookie)
    del headers["set-cookie"]
    for cookie in kept:
        headers.append("set-cookie", cookie)


def _moved(message: Message, headers: MutableHeaders, words: Words) -> bytes:
    """Replace a redirect whose headers are too long with a page."""
    page = pages.moved(headers["location"], words).encode()
    message["status"] = 200
    del headers["location"]
    headers.update({**pages.OWN_HEADERS, "Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(page))})
    return page


def _undisguised(cookies: bytes) -> bytes:
    return without_disguised_cookies(cookies.decode("latin-1")).encode("latin-1")
