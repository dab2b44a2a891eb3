"""The paths of the application in the browser, and setups that prevent a login."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import TYPE_CHECKING

from starlette.requests import HTTPConnection
from starlette.routing import NoMatchFound

from clever_sso._web.request import address, inside, is_redirect_uri, misplaced, root_of, sends_to_log_in
from clever_sso._web.request import own_pages as pages_at
from clever_sso.asgi.request import ASKED, asked_host, cookies_of, path_of, query_of, root_path

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import Scope

    from clever_sso.asgi.settings import Settings

logger = logging.getLogger("clever_sso.asgi")


def root(settings: Settings, scope: Scope) -> str:
    """The path prefix of the application in the browser."""
    return root_of(root_path(scope), scope["path"], settings.paths.known_prefix)


def home(settings: Settings, request: Request) -> str:
    """Where people go after a login without a `next`."""
    return inside(root(settings, request.scope), settings.chosen.after_login)


def login_path(settings: Settings, scope: Scope) -> str:
    """The path of the login in the browser."""
    # Not `request.url_for`, which builds a whole URL from the Host header.
    own, known = f"{settings.paths.prefix}/login", root_path(scope)
    with suppress(KeyError, NoMatchFound):
        path: str = scope["router"].url_path_for("clever_login")
        known = scope.get("app_root_path", known).rstrip("/") + path.removesuffix(own)
    return root_of(known, scope["path"], settings.paths.likely_prefix) + own


def here(settings: Settings, request: Request) -> str:
    """The path and query of this request as the browser shows them."""
    path, above = path_of(request.scope), root(settings, request.scope)
    return address("" if f"{path}/".startswith(f"{above}/") else above, path, query_of(request.scope))


def own_pages(settings: Settings, scope: Scope) -> frozenset[str]:
    """The pages that a login must not return to."""
    views = [f"{settings.paths.prefix}/{name}" for name in ("login", "callback", "logout")]
    below = login_path(settings, scope).removesuffix(views[0])
    roots = {"", below, root(settings, scope), root_path(scope), settings.paths.likely_prefix}
    return pages_at(roots, [*views, settings.paths.callback])


def misplaced_callback(settings: Settings, scope: Scope) -> str | None:
    """Describes the wrong setup when a callback arrives at a path without a route."""
    return misplaced(
        path_of(scope),
        settings.client.redirect_uris,
        query_of(scope),
        cookies=cookies_of(HTTPConnection(scope)),
        expected=f"{settings.paths.prefix}/callback",
        setting="CleverSso(callback_path=...)",
    )


def keeps_from_logging_in(settings: Settings, scope: Scope, status: int, location: str | None) -> str | None:
    """Describes the wrong setup when other code responded instead of the login or the callback."""
    # Most responses are ruled out without looking up the route of the login.
    if scope[ASKED] or (location is None and status not in {401, 403}):
        return None
    path = path_of(scope).rstrip("/")
    own = {f"{settings.paths.prefix}/login", settings.paths.callback.rstrip("/")}
    if path.removeprefix(root_path(scope)) not in own and not is_redirect_uri(path, settings.client.redirect_uris):
        return None
    login = login_path(settings, scope)
    advice = f"a middleware responded instead of the login: exclude {login} and the path of the redirect URI from it"
    if location is None:
        logger.warning("%s", advice)
        return None
    # Starlette's own URL class fails for an invalid Host header.
    asked = f"{scope.get('scheme', 'http')}://{asked_host(scope)}{path}"
    return advice if sends_to_log_in(asked, location, {login}) else None
