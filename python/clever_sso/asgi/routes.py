"""The routes, with and without a slash at the end, and the route for misplaced callbacks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Callable

from starlette.routing import Match, Route

from clever_sso._web.request import is_redirect_uri
from clever_sso.asgi.request import HOST, asked_host, path_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable

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
