"""Decides who may see a page: dependencies, and the responses to people and scripts that may not."""

from __future__ import annotations

import inspect
import json
import logging
import sys
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from clever_sso._web import api
from clever_sso._web.identity import SessionIdentity
from clever_sso._web.request import answer_of_guard, login_address
from clever_sso.asgi.addresses import here, login_path
from clever_sso.asgi.request import result_of
from clever_sso.asgi.sessions import current_identity

if TYPE_CHECKING:
    from starlette.responses import Response

    from clever_sso.asgi.settings import Settings

logger = logging.getLogger("clever_sso.asgi")


class Guards:
    """The guards of one application, one for each set of roles."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._made: dict[tuple[str, ...], Guard] = {}
        self._session_cookie_name = "session"

    def of(self, roles: tuple[str, ...]) -> Guard:
        """The guard that lets these roles in, or all signed-in people."""
        if roles not in self._made:
            # If the application uses FastAPI, it is imported by now, because FastAPI creates the routes.
            kind = _documented_guard() if "fastapi" in sys.modules else Guard
            self._made[roles] = kind(self._settings, roles)
            self._made[roles].name_cookie(self._session_cookie_name)
        return self._made[roles]

    def name_cookie(self, name: str) -> None:
        """Set the name of the session cookie."""
        self._session_cookie_name = name
        for guard in self._made.values():
            guard.name_cookie(name)


class Guard:
    """A dependency that lets signed-in people in, with one of these roles if there are any."""

    def __init__(self, settings: Settings, roles: tuple[str, ...]) -> None:
        self._settings = settings
        self._roles = roles
        # FastAPI cannot resolve the names in annotations of an object that is not a function.
        request = inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Request)
        self.__signature__ = inspect.Signature([request], return_annotation=SessionIdentity)

    async def __call__(self, request: Request) -> SessionIdentity:
        """Returns who is signed in. If no one is, raises the response for the browser or script."""
        identity = current_identity(request)
        if identity is not None and (not self._roles or identity.has_role(*self._roles)):
            return identity
        raise _refusal(self._settings, request, is_signed_in=identity is not None)

    def name_cookie(self, name: str) -> None:
        """Set the name of the session cookie, for the docs page of FastAPI."""


@cache
def _documented_guard() -> type[Guard]:
    """The same guard as an OpenAPI security scheme, for FastAPI."""
    models: Any = import_module("fastapi.openapi.models")
    base: Any = import_module("fastapi.security.base").SecurityBase

    def name_cookie(guard: Any, name: str) -> None:  # noqa: ANN401  (the class below)
        where = {"in": models.APIKeyIn.cookie}
        guard.scheme_name = "LogInWithClever"
        guard.model = models.APIKey(
            **where, name=name, description="The session of a person who logged in with Clever."
        )

    return type("_DocumentedGuard", (Guard, base), {"name_cookie": name_cookie})


def _refusal(settings: Settings, request: Request, *, is_signed_in: bool) -> HTTPException:
    """The response to a person who is not let in."""
    answer = answer_of_guard(settings.client, request.method, request.headers)
    if is_signed_in:
        return _not_let_in(request, api.not_allowed(), 403) if answer == "json" else HTTPException(403)
    login = login_path(settings, request.scope)
    if answer == "json":
        return _not_let_in(request, api.not_signed_in(login), 401, api.CHALLENGE)
    if answer == "page":
        return HTTPException(401, headers=dict(api.CHALLENGE))
    login = login_address(login, here(settings, request), logger)
    return HTTPException(303, headers={"Location": login, "Cache-Control": "no-store"})


class NotLetInError(HTTPException):
    """The response to a script that a guard does not let in.

    Args:
        content: The JSON.
        status: The status.
        headers: More headers.
    """

    def __init__(self, content: dict[str, str], status: int, headers: dict[str, str] | None = None) -> None:
        super().__init__(status, content["detail"], {**(headers or {}), "Cache-Control": "no-store"})
        self.content = content


def _not_let_in(
    request: Request, content: dict[str, str], status: int, headers: dict[str, str] | None = None
) -> HTTPException:
    """The error for a script that a guard does not let in."""
    app = request.scope.get("app")
    if isinstance(app, Starlette) and NotLetInError not in app.exception_handlers and not hasattr(app, "openapi"):
        # The routes are used without `install`. Starlette sends the detail unchanged; FastAPI converts it to JSON.
        return HTTPException(status, json.dumps(content), {**api.JSON_HEADERS, **(headers or {})})
    return NotLetInError(content, status, headers)


async def tell_script(request: Request, error: Exception) -> Response:
    """Respond to a script that a guard did not let in, if the application has no handler for these errors."""
    own: Any = request.app.exception_handlers.get(HTTPException)
    if own is not None and str(getattr(own, "__module__", "")).partition(".")[0] not in {"fastapi", "starlette"}:
        answer: Response = await result_of(own, request, error)
        return answer
    refused = cast("NotLetInError", error)
    return JSONResponse(refused.content, refused.status_code, {**api.JSON_HEADERS, **(refused.headers or {})})
