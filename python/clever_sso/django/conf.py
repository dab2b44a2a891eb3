"""The settings, and the client that they describe."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Callable

from django.conf import settings
from django.core.signals import setting_changed
from django.shortcuts import resolve_url
from django.utils.module_loading import import_string

from clever_sso import _settings
from clever_sso._native import Client
from clever_sso._web.cookie import PendingCookie

if TYPE_CHECKING:
    from collections.abc import Iterator


class _Names:
    """Django's settings, read as `_settings.arguments` wants to read them."""

    def get(self, name: str) -> Any:  # noqa: ANN401  (a setting may be anything)
        return getattr(settings, name, None)


def arguments() -> dict[str, Any]:
    """The keyword arguments of the client. Raises `ConfigError` as `clever_sso.Client` does."""
    found = _settings.arguments(_Names())
    if not found.get("redirect_uri"):
        raise _settings.invalid("CLEVER_REDIRECT_URI is not set")
    return found


@cache
def client() -> Client:
    """The one client of this process. Forked workers may use the one of their parent."""
    return Client(**arguments())


@cache
def cookie() -> PendingCookie:
    """The cookie of a pending login."""
    return PendingCookie.of(client().redirect_uris[0])


def _forget(*, setting: str, **_: object) -> None:
    # Tests change settings while the process runs.
    if setting.startswith(_settings.PREFIX):
        client.cache_clear()
        cookie.cache_clear()


setting_changed.connect(_forget)


def after_login() -> str:
    """Where to go after a login."""
    return resolve_url(getattr(settings, "CLEVER_AFTER_LOGIN", None) or settings.LOGIN_REDIRECT_URL)


def after_logout() -> str:
    """Where to go after a logout."""
    return resolve_url(getattr(settings, "CLEVER_AFTER_LOGOUT", None) or settings.LOGOUT_REDIRECT_URL or "/")


def waiting_page() -> bool:
    """Whether the callback answers with a page that waits."""
    return bool(getattr(settings, "CLEVER_WAITING_PAGE", False))


def problem_template() -> str | None:
    """The template of a failed login."""
    return getattr(settings, "CLEVER_PROBLEM_TEMPLATE", None)


def creates_users() -> bool:
    """Whether somebody without an account gets one."""
    return bool(getattr(settings, "CLEVER_CREATE_USERS", True))


def role_groups() -> dict[str, str]:
    """Which group each role stands for."""
    return dict(getattr(settings, "CLEVER_ROLE_GROUPS", None) or {})


HOOKS = ("CLEVER_MATCH_USER", "CLEVER_PROVISION_USER")


def hook(name: str) -> Callable[..., Any] | None:
    """The function that a setting names.

    Raises:
        ImportError: When there is none at that path.
    """
    value = getattr(settings, name, None)
    return import_string(value) if isinstance(value, str) else value


def unreadable_hooks() -> Iterator[tuple[str, str]]:
    """The settings whose functions cannot be found or called, each with the reason."""
    for name in HOOKS:
        reason = _unreadable(name)
        if reason:
            yield name, reason


def _unreadable(name: str) -> str | None:
    try:
        found = hook(name)
    except ImportError as error:
        return str(error)
    return None if found is None or callable(found) else "what is there cannot be called"
