"""The settings of a Flask or ASGI application besides those of its client, and the paths that follow from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Callable
from urllib.parse import urlsplit

from clever_sso import _settings
from clever_sso._web.api import OTHER_PAGES
from clever_sso._web.identity import TWELVE_HOURS
from clever_sso._web.request import prefix_of

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Chosen:
    """The settings of an application's login."""

    url_prefix: str
    callback_path: str
    callback_name: str
    """The name of the setting for the callback path."""
    after_login: str
    after_logout: str
    goal_names: tuple[str, str]
    """The names of these two settings."""
    waiting_page: bool
    language: str | None
    """The language of all pages; `None` for the language that the browser asks for."""
    session_seconds: int

    @classmethod
    def of(cls, read: Callable[[str], tuple[str, object]]) -> Chosen:
        """Reads and checks the settings.

        Args:
            read: Given the name of a setting such as `url_prefix`, returns its name in the framework, and its value.

        Raises:
            ConfigError: `config_invalid`; the message names the setting and what is wrong with it.
        """
        callback_name, callback_path = read("callback_path")
        return cls(
            _settings.path(*read("url_prefix"), "/clever"),
            _settings.path(callback_name, callback_path, ""),
            callback_name,
            _settings.target(*read("after_login"), "/"),
            _settings.target(*read("after_logout"), "/"),
            (read("after_login")[0], read("after_logout")[0]),
            _settings.boolean(*read("waiting_page"), default=False),
            _settings.language(*read("language")),
            _settings.session_seconds(*read("session_seconds"), TWELVE_HOURS),
        )


@dataclass(frozen=True)
class Paths:
    """The paths of the login."""

    prefix: str
    """The path prefix of login and logout inside the application."""
    callback: str
    """The path of the callback inside the application."""
    known_prefix: str
    """The path prefix that a proxy removes, if the callback has another path inside the application."""
    likely_prefix: str
    """The same prefix, found from the redirect URI alone: the login is served below it as well."""
    to_tell: str | None = None
    """A warning to log when the application starts."""

    @classmethod
    def of(cls, chosen: Chosen, redirect_uris: Sequence[str], *, prefix_name: str) -> Paths:
        """The paths that follow from the settings and from the redirect URIs of the client.

        Args:
            chosen: The settings.
            redirect_uris: The redirect URIs of the client.
            prefix_name: The name of the setting for `url_prefix`.

        Raises:
            ConfigError: `config_invalid`, with the names of the settings that contradict each other.
        """
        prefix = chosen.url_prefix.rstrip("/")
        callback = chosen.callback_path or urlsplit(redirect_uris[0]).path or "/"
        known = prefix_of(redirect_uris, chosen.callback_path) if chosen.callback_path else ""
        likely = known or prefix_of(redirect_uris, f"{prefix}/callback")
        _settings.check_callback(
            redirect_uris,
            callback,
            [f"{above}{prefix}/{name}" for above in ("", likely) for name in OTHER_PAGES],
            chosen=chosen.callback_name if chosen.callback_path else "",
            prefix=prefix_name,
        )
        roots = ("", likely)
        told = _settings.check_goals(
            (chosen.goal_names[0], chosen.after_login),
            (chosen.goal_names[1], chosen.after_logout),
            [f"{above}{prefix}/login" for above in roots],
            [callback, *(f"{above}{prefix}/{name}" for above in roots for name in OTHER_PAGES if name != "login")],
            redirect_uris,
        )
        return cls(prefix, callback, known, likely, told)
