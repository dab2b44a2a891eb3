"""The routes, with and without a slash at the end, and the route for misplaced callbacks."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Callable

from starlette.routing import Match, Mount, Route

from clever_sso import _settings
from clever_sso._web.request import is_redirect_uri
from clever_sso.asgi.request import HOST, asked_host, path_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable

    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import Receive, Scope, Send

    Endpoint = Callable[[Request], Awaitable[Response]]


class Page(Route):
    """A route with or without trailing slashes: Starlette would build redirects between them from the Host header."""

    def __init__(self, path: str, endpoint: Endpoint, **options: Any) -> None:  # noqa: ANN401  (those of a route)
        super().__init__(path, endpoint, **options)
        # Every method: the core decides which of them may act, and how to respond to the others.
        self.methods = None
        self.path_regex = re.compile(f"^{re.escape(path.rstrip('/'))}/*$")


class BelowPrefix(Route):
    """A fallback route: finds the callback below the redirect URI's prefix, and reports misplaced callbacks."""

    def __init__(
        self,
        redirect_uris: Callable[[], Iterable[str]],
        callback: Endpoint,
        astray: Endpoint,
        is_astray: Callable[[Scope], str | None],
    ) -> None:
        super().__init__("/{path:path}", callback, name="clever_callback_below_prefix", include_in_schema=False)
        self._redirect_uris = redirect_uris
        self._astray = Route("/{path:path}", astray)
        self._is_astray = is_astray

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Only a partial match, so that any other matching route comes first."""
        if scope["type"] != "http":
            return Match.NONE, {}
        # The redirect URIs of the requested host; the routes may be used without `install`.
        HOST.set(asked_host(scope))
        if is_redirect_uri(path_of(scope), self._redirect_uris()):
            return Match.PARTIAL, {"endpoint": self.endpoint, "path_params": {}}
        if self._is_astray(scope):
            return Match.PARTIAL, {"endpoint": self._astray.endpoint, "path_params": {}}
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond with the view that was found."""
        route = self if scope["endpoint"] is self.endpoint else self._astray
        await route.app(scope, receive, send)


def check_that_it_is_free(app: Starlette, paths: Iterable[tuple[str, str]], host: str) -> None:
    """Checks that no other route responds at the path of the login or the callback.

    Args:
        app: The application.
        paths: The name and path of each page.
        host: The host of the redirect URI.

    Raises:
        ConfigError: `config_invalid`, with the other route.
    """
    for page, path in paths:
        found = None
        # A route of another package may need more than a path.
        with suppress(Exception):
            found = route_of(app, path, host)
        if found is not None and not isinstance(found, (Page, BelowPrefix)):
            name = getattr(found, "name", None) or "without a name"
            raise _settings.invalid(
                f"the route {shown(found)} ({name}) responds at {path}, the path of the {page}, so no one could log "
                "in: if it is the view of another library, remove it, otherwise add it after CleverSso.install"
            )


def shown(route: Any) -> str:  # noqa: ANN401  (any route)
    """A route as a message names it: its path."""
    return repr(getattr(route, "path", type(route).__name__) or "/")


def route_of(app: Starlette, path: str, host: str) -> Any:  # noqa: ANN401  (any route)
    """The route that the application's router finds for a GET to a path."""
    scope: dict[str, Any] = {
        "type": "http",
        "method": "GET",
        "path": path,
        "root_path": "",
        "query_string": b"",
        "headers": [(b"host", host.encode())],
        "app": app,
    }
    return _match(app.routes, scope)


def _match(routes: Iterable[Any], scope: dict[str, Any]) -> Any:  # noqa: ANN401  (any route)
    partial = None
    for route in routes:
        match, child = route.matches(scope)
        if match == Match.NONE:
            continue
        inner = _match(_inside(route), {**scope, **child}) or route
        if match == Match.FULL:
            return inner
        partial = partial or inner
    return partial


def _inside(route: Any) -> Iterable[Any]:  # noqa: ANN401  (any route)
    """The routes in a mounted application, or in a router that newer versions of FastAPI include as one route."""
    if isinstance(route, Mount):
        return route.routes or []
    contexts: Any = getattr(route, "effective_route_contexts", None)
    return list(contexts()) if callable(contexts) else []
