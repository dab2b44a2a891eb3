"""The settings of a web application that are not its client's, and the paths from them, for Flask and ASGI."""

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
    """The name of the setting for the path of the callback."""
    after_login: str
    after_logout: str
    goal_names: tuple[str, str]
    """The names of these two settings."""
    waiting_page: bool
    language: str | None
    """The language of all pages; `None` for the one that the browser asks for."""
    session_seconds: int

    @classmethod
    def of(cls, read: Callable[[str], tuple[str, object]]) -> Chosen:
        """What the settings say.

        Args:
            read: Given the name of a setting such as `url_prefix`, returns its name in the framework, and its value.

        Raises:
            ConfigError: `config_invalid`, with what is wrong about which setting.
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
    """Where the login is."""

    prefix: str
    """Below which path login and logout are, inside the application."""
    callback: str
    """The path of the callback inside the application."""
    known_prefix: str
    """Below which path the browser sees the application, where the callback has another path inside."""
    likely_prefix: str
    """The same, as the redirect URI alone tells it: the login is served there as well."""
    to_tell: str | None = None
    """What to log when the application starts."""

    @classmethod
    def of(cls, chosen: Chosen, redirect_uris: Sequence[str], *, prefix_name: str) -> Paths:
        """The paths that the settings and the redirect URIs of the client make.

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
        )
        return cls(prefix, callback, known, likely, told)
