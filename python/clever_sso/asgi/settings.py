"""The settings of an application, checked when it starts."""

from __future__ import annotations

import inspect
import logging
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Callable

from clever_sso import _settings
from clever_sso._web.chosen import Chosen, Paths
from clever_sso._web.hosts import at_host, check_clients, host_of, misplaced, raise_named
from clever_sso.aio import AsyncClient
from clever_sso.asgi.request import HOST
from clever_sso.asgi.watched import WATCHED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from clever_sso._web.arrival import Problem, SignIn
    from clever_sso._web.before import ProvenLogin

logger = logging.getLogger("clever_sso.asgi")


@dataclass
class Hooks:
    """The application's own behavior instead of the default."""

    before_sign_in: Callable[[ProvenLogin[AsyncClient]], Any] | None = None
    sign_in: Callable[[Request, SignIn], Any] | None = None
    problem: Callable[[Request, Problem], Any] | None = None


@dataclass(frozen=True)
class Settings:
    """The settings of one application."""

    default_client: AsyncClient
    clients: Mapping[str, AsyncClient]
    """The clients of hosts that have their own."""
    chosen: Chosen
    paths: Paths
    rotate_session: Callable[[Request], Any] | None
    is_from_env: bool
    """Whether the default client was made from the environment."""
    hooks: Hooks = field(default_factory=Hooks)

    @property
    def client(self) -> AsyncClient:
        """The client for the requested host."""
        return at_host(self.clients, HOST.get(), self.default_client)

    @classmethod
    def of(
        cls,
        client: AsyncClient | None,
        clients: Mapping[str, AsyncClient],
        rotate_session: Callable[[Request], Any] | None,
        given: Mapping[str, object],
    ) -> Settings:
        """Reads the settings from the arguments and the environment.

        Raises:
            ConfigError: `config_invalid`; the message names the setting and what is wrong with it.
            TypeError: When an argument has the wrong type.
        """
        _check_client("client", client)
        check_clients(clients, "AsyncClient", _check_client)
        if rotate_session is not None:
            _settings.check_hook("rotate_session", rotate_session, "request")
        chosen = Chosen.of(lambda name: _settings.given_or_environment(name, given[name]))
        is_from_env = client is None
        # The doctor fetches the discovery document itself, within its own time.
        changed = {"discover": False} if WATCHED.get() else {}
        client = client or AsyncClient(**{**_settings.from_environment(), **changed})
        own = {host_of(host): each for host, each in clients.items()}
        paths = _paths(client, chosen)
        for host, each in own.items():
            raise_named(f"clients[{host!r}]", partial(_paths, each, chosen))
        for told in (paths.to_tell, *misplaced(client, own, lambda host: f"clients[{host!r}]")):
            if told:
                logger.warning("%s", told)
        return cls(client, own, chosen, paths, rotate_session, is_from_env)


def _paths(client: AsyncClient, chosen: Chosen) -> Paths:
    _settings.check_login(client)
    return Paths.of(chosen, client.redirect_uris, prefix_name="url_prefix (CLEVER_URL_PREFIX)")


def _check_client(name: str, client: object) -> None:
    """Checks that this is an async client."""
    if isinstance(client, type):
        raise TypeError(
            f"{name} must be a clever_sso.AsyncClient, not the class {client.__name__}: write AsyncClient(...)"
        )
    if (client is None and name == "client") or inspect.iscoroutinefunction(getattr(client, "finish_login", None)):
        return
    kind = type(client).__name__
    if hasattr(client, "finish_login"):
        raise TypeError(f"{name} must be a clever_sso.AsyncClient, not {kind}, which would block the event loop")
    if callable(client):
        raise TypeError(f"{name} must be a clever_sso.AsyncClient, not {kind}: write CleverSso().install(app)")
    raise TypeError(f"{name} must be a clever_sso.AsyncClient, not {kind}")
