"""The data that the extension stores with each application."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Callable, cast

from flask import current_app, has_request_context, request, session

from clever_sso._web.hosts import at_host

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Flask, Request
    from flask.sessions import SessionMixin
    from flask.typing import ResponseReturnValue
    from werkzeug.local import LocalProxy

    from clever_sso._native import Client
    from clever_sso._web.arrival import Problem, SignIn
    from clever_sso._web.before import ProvenLogin
    from clever_sso._web.chosen import Chosen, Paths

    Rotate = Callable[[SessionMixin], object]

EXTENSION = "clever_sso"
SET_UP: ContextVar[list[tuple[Flask, bool]] | None] = ContextVar("clever_sso.set_up", default=None)
"""The applications that were set up, and whether each reads the environment, if the doctor asks for them."""


@dataclass
class Hooks:
    """The application's own behavior instead of the default."""

    before_sign_in: Callable[[ProvenLogin[Client]], ResponseReturnValue | None] | None = None
    sign_in: Callable[[SignIn], ResponseReturnValue | None] | None = None
    problem: Callable[[Problem], ResponseReturnValue] | None = None


@dataclass(frozen=True)
class State:
    """The data that the extension stores with each application."""

    default_client: Client
    clients: Mapping[str, Client]
    """The clients of hosts that have their own."""
    chosen: Chosen
    paths: Paths
    hooks: Hooks
    rotate_session: Rotate | None

    @property
    def client(self) -> Client:
        """The client for the requested host."""
        return at_host(self.clients, host(), self.default_client) if self.clients else self.default_client


# The objects behind Flask's proxies. A proxy looks its object up again for each use, and signals must come from the
# application itself.


def app_here() -> Flask:
    """The current application."""
    return cast("LocalProxy[Flask]", current_app)._get_current_object()  # noqa: SLF001  (Flask documents it)


def request_here() -> Request:
    """The current request."""
    return cast("LocalProxy[Request]", request)._get_current_object()  # noqa: SLF001  (Flask documents it)


def session_here() -> SessionMixin:
    """The session of the current request."""
    return cast("LocalProxy[SessionMixin]", session)._get_current_object()  # noqa: SLF001  (Flask documents it)


def host() -> str | None:
    """The host of the current request."""
    # `request.host` fails for an invalid host.
    return request.headers.get("Host") if has_request_context() else None


def state() -> State:
    """The state of the current application."""
    return cast("State", current_app.extensions[EXTENSION])
