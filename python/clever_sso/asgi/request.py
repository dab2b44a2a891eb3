"""Data of requests and responses."""

from __future__ import annotations

import inspect
from contextvars import ContextVar
from functools import partial
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool

from clever_sso._web import pages
from clever_sso._web.request import prefix_on_this_host
from clever_sso._web.words import words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from starlette.requests import HTTPConnection
    from starlette.responses import Response
    from starlette.types import Scope

    from clever_sso._native import SetCookie
    from clever_sso._web.words import Words

# Keys in the scope of a request. The values are sets, because a middleware may copy the scope. They tell whether login,
# callback or logout was requested, whether the request had a session, and whether a person signed in.
ASKED, CAME_BACK, SIGNED_IN = "clever_sso.asked", "clever_sso.came_back", "clever_sso.signed_in"
# Likewise: whether the application asked who is signed in, and whether a person was.
NAMES_A_PERSON = "clever_sso.names_a_person"
# A list: the cookies to set when a sign-in failed and other code responds.
WHEN_FAILED = "clever_sso.when_failed"
HOST: ContextVar[str | None] = ContextVar("clever_sso.host", default=None)
"""The requested host."""


async def result_of(function: Callable[..., Any], *arguments: object) -> Any:  # noqa: ANN401  (what a hook returns)
    """Call a function of the application: a plain one in a thread, as Starlette and FastAPI do, so that it may wait."""
    inner: Any = function
    while isinstance(inner, partial):
        inner = inner.func
    if any(map(inspect.iscoroutinefunction, (inner, getattr(inner, "__call__", None)))):  # noqa: B004  (async or not)
        return await function(*arguments)
    value = await run_in_threadpool(function, *arguments)
    return await value if inspect.isawaitable(value) else value


def root_path(scope: Scope) -> str:
    """The path prefix at which the application is mounted."""
    return prefix_on_this_host(scope.get("root_path", ""))


def path_of(scope: Scope) -> str:
    """The path of this request in the browser."""
    path: str = scope["path"]
    # ASGI puts the root into the path. A server behind a proxy that removes the root may not do so.
    return path if path.startswith(root_path(scope) + "/") else root_path(scope) + path


def query_of(scope: Scope) -> str:
    """The query as it came, one character for each byte."""
    query: bytes = scope.get("query_string", b"")
    return query.decode("latin-1")


def asked_host(scope: Scope) -> str:
    """The requested host, as it came."""
    return b"".join(value for name, value in scope["headers"] if name == b"host").decode("latin-1")


def cookies_of(request: HTTPConnection) -> str:
    """The `Cookie` header."""
    # HTTP/2 allows a separate header for each cookie.
    return "; ".join(request.headers.getlist("cookie"))


def words_of_person(request: HTTPConnection, fixed: str | None) -> Words:
    """The texts of the pages, in the language that the application sets or the browser asks for."""
    return words(fixed or ", ".join(request.headers.getlist("accept-language")))


def with_cookies(response: Response, cookies: Iterable[SetCookie]) -> Response:
    """Adds these cookies to the response."""
    for cookie in cookies:
        response.headers.append("Set-Cookie", cookie.header)
    return response


def private(response: Response) -> Response:
    """Adds the headers of an uncacheable page to the response."""
    for name, value in pages.HEADERS.items():
        response.headers.setdefault(name, value)
    return response
