"""The settings, and the clients that are created from them."""

from __future__ import annotations

import inspect
from contextlib import suppress
from contextvars import ContextVar
from functools import cache
from typing import TYPE_CHECKING, Any, Callable

from asgiref.sync import async_to_sync
from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.core.signals import setting_changed
from django.shortcuts import resolve_url
from django.urls import NoReverseMatch, get_script_prefix, reverse
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from clever_sso import _settings
from clever_sso._native import Client
from clever_sso._web.hosts import HOSTS, at_host, clients_of_hosts, settings_of_hosts
from clever_sso._web.identity import TWELVE_HOURS
from clever_sso._web.request import prefix_of, prefix_on_this_host
from clever_sso.django import imported
from clever_sso.exceptions import ConfigError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterator

    from django.http import HttpRequest


def names() -> dict[str, Any]:
    """Every setting that begins with our prefix."""
    return {name: getattr(settings, name) for name in dir(settings) if name.startswith(_settings.PREFIX)}


REQUEST: ContextVar[HttpRequest | None] = ContextVar("clever_sso.request", default=None)
"""The current request, for code that Django does not pass it to but that needs its host or session."""


def host() -> str | None:
    """The host of the current request, if Django allows it."""
    request = REQUEST.get()
    if request is None:
        return None
    with suppress(DisallowedHost):
        return request.get_host()
    return None


def _value(name: str) -> Any:  # noqa: ANN401  (any setting)
    return getattr(settings, name, None)


def client() -> Client:
    """The client for the requested host. Forked workers may use the clients of their parent."""
    clients = _clients()
    shared = clients[""]
    return at_host(clients, host(), shared) if len(clients) > 1 else shared


@cache
def _clients() -> dict[str, Client]:
    """The clients by host. The client for all other hosts has an empty name."""
    shared = Client(**_settings.arguments(names()))
    return {**clients_of_hosts(names()), "": shared}


def redirect_uris() -> tuple[str, ...]:
    """The redirect URIs for the requested host; empty if the settings cannot be read."""
    by_host = _redirect_uris()
    shared = by_host.get("", ())
    return at_host(by_host, host(), shared) if len(by_host) > 1 else shared


@cache
def _redirect_uris() -> dict[str, tuple[str, ...]]:
    with suppress(ConfigError):
        all_hosts = {**settings_of_hosts(names()), "": _settings.arguments(names())}
        return {name: tuple(arguments.get("redirect_uri", ())) for name, arguments in all_hosts.items()}
    return {}


def prefix() -> str:
    """The path prefix of the site in the browser, taken from the redirect URI if Django does not know it."""
    if get_script_prefix() != "/":
        return ""
    try:
        return prefix_of(redirect_uris(), reverse("clever_sso:callback"))
    except NoReverseMatch:
        return ""


def forget() -> None:
    """Create new clients, because the settings have changed."""
    _clients.cache_clear()
    _redirect_uris.cache_clear()


def _forget(*, setting: str, **_: object) -> None:
    # Tests change settings while the process runs.
    if setting.startswith(_settings.PREFIX):
        forget()


setting_changed.connect(_forget)


def after_login() -> str:
    """Where to go after a login."""
    return _place("CLEVER_AFTER_LOGIN", "LOGIN_REDIRECT_URL")


def after_logout() -> str:
    """Where to go after a logout."""
    return _place("CLEVER_AFTER_LOGOUT", "LOGOUT_REDIRECT_URL")


def _place(name: str, name_in_django: str) -> str:
    chosen = getattr(settings, name, None)
    # Django's own default is the address of a view that few projects have.
    if not chosen and settings.is_overridden(name_in_django):
        chosen = getattr(settings, name_in_django)
    return resolve_url(chosen) if chosen else f"{prefix_on_this_host(get_script_prefix())}/"


def waiting_page() -> bool:
    """Whether the callback responds with a waiting page."""
    return _settings.boolean("CLEVER_WAITING_PAGE", _value("CLEVER_WAITING_PAGE"), default=False)


def client_for_guards() -> Client:
    """The client. If its settings are missing, as in unit tests, a client that can only tell scripts from pages."""
    with suppress(ConfigError):
        return client()
    return _client_without_settings()


@cache
def _client_without_settings() -> Client:
    return Client("unset")


def session_seconds() -> int:
    """How long a sign-in lasts."""
    return _settings.session_seconds("CLEVER_SESSION_SECONDS", _value("CLEVER_SESSION_SECONDS"), TWELVE_HOURS)


def problem_template() -> Any:  # noqa: ANN401  (the checks look at it)
    """The template of a failed login."""
    return _value("CLEVER_PROBLEM_TEMPLATE")


def link_template() -> Any:  # noqa: ANN401  (the checks look at it)
    """The template of the page that asks before a link is made."""
    return _value("CLEVER_LINK_TEMPLATE")


def creates_users() -> bool:
    """Whether to create an account for a person who has none."""
    return _settings.boolean("CLEVER_CREATE_USERS", _value("CLEVER_CREATE_USERS"), default=True)


def role_groups() -> dict[str, str]:
    """The group for each role."""
    return dict(getattr(settings, "CLEVER_ROLE_GROUPS", None) or {})


def allows_staff() -> bool:
    """Whether users with `is_staff` or `is_superuser` may sign in with Clever."""
    return _settings.boolean("CLEVER_ALLOW_STAFF", _value("CLEVER_ALLOW_STAFF"), default=False)


def keeps_names() -> bool:
    """Whether to keep a user's existing name."""
    return _settings.boolean("CLEVER_KEEP_NAMES", _value("CLEVER_KEEP_NAMES"), default=False)


def refuses_unlinked() -> bool:
    """Whether to refuse a person whose link was deleted."""
    return _choice("CLEVER_AFTER_UNLINK", AFTER_UNLINK) == "refuse"


def matches_users() -> bool:
    """Whether a function matches new people to existing users."""
    return bool(_value("CLEVER_MATCH_USER"))


def user_email() -> str:
    """How to set the email address of a new user."""
    return _choice("CLEVER_USER_EMAIL", USER_EMAIL)


def check_choices() -> None:
    """Checks that the settings above can be read.

    Raises:
        ConfigError: `config_invalid`; the message names the setting that cannot be read.
    """
    for setting in (allows_staff, keeps_names, refuses_unlinked, user_email):
        setting()


def _choice(name: str, choices: tuple[str, ...]) -> str:
    value = getattr(settings, name, None) or choices[0]
    if not isinstance(value, str) or value not in choices:
        raise _settings.invalid(f"{name} must be one of {', '.join(map(repr, choices))}")
    return str(value)


# The first is the default.
AFTER_UNLINK = ("new", "refuse")
USER_EMAIL = ("auto", "placeholder", "unverified")
HOOKS = {
    "CLEVER_BEFORE_SIGN_IN": ("proven",),
    "CLEVER_MATCH_USER": ("identity",),
    "CLEVER_PROVISION_USER": ("user", "identity", "created"),
}
"""The settings that name functions, and the arguments of each function."""
OWN_SETTINGS = {
    *HOOKS,
    HOSTS,
    "CLEVER_AFTER_LOGIN",
    "CLEVER_AFTER_LOGOUT",
    "CLEVER_AFTER_UNLINK",
    "CLEVER_ALLOW_STAFF",
    "CLEVER_CREATE_USERS",
    "CLEVER_KEEP_NAMES",
    "CLEVER_LINK_TEMPLATE",
    "CLEVER_PROBLEM_TEMPLATE",
    "CLEVER_ROLE_GROUPS",
    "CLEVER_SESSION_SECONDS",
    "CLEVER_USER_EMAIL",
    "CLEVER_WAITING_PAGE",
}


def hook(name: str) -> Callable[..., Any] | None:
    """The function that a setting names.

    Raises:
        ImportError: When there is no function at that path.
    """
    value = getattr(settings, name, None)
    return import_string(value) if isinstance(value, str) else value


def result_of(value: Any) -> Any:  # noqa: ANN401  (the return value of a hook)
    """The value, awaited if possible. Without that, an async hook could not refuse anyone."""
    return async_to_sync(_awaited)(value) if inspect.isawaitable(value) else value


async def _awaited(value: Awaitable[Any]) -> Any:  # noqa: ANN401  (as above)
    return await value


def unreadable_hooks() -> Iterator[str]:
    """The problem with each setting whose function cannot be imported or takes the wrong arguments."""
    for name in HOOKS:
        reason = _unreadable(name)
        if reason:
            yield reason


def _unreadable(name: str) -> str | None:
    value = getattr(settings, name, None)
    if isinstance(value, str):
        wrong = imported.problem(value, "function")
        if wrong:
            return f"{name} {wrong}"
    found = hook(name)
    return None if found is None else _settings.hook_problem(name, found, *HOOKS[name])


PLACES = (("CLEVER_AFTER_LOGIN", "LOGIN_REDIRECT_URL"), ("CLEVER_AFTER_LOGOUT", "LOGOUT_REDIRECT_URL"))


def unreadable_places() -> Iterator[tuple[str, str]]:
    """The redirect settings that lead to no page, each with the reason."""
    for name, name_in_django in PLACES:
        used = name if _value(name) else name_in_django
        chosen = _value(used) if used == name or settings.is_overridden(used) else None
        reason = _unreadable_place(chosen) if chosen else None
        if reason:
            yield used, reason


def goals() -> tuple[tuple[str, str], tuple[str, str]]:
    """The settings for the page after a login and after a logout, and the URLs in them."""
    names = [name if _value(name) else name_in_django for name, name_in_django in PLACES]
    return (names[0], after_login()), (names[1], after_logout())


def no_place(chosen: Any) -> str | None:  # noqa: ANN401  (any setting)
    """Why this value cannot be a redirect target, by its type alone."""
    if isinstance(chosen, (str, Promise)) or callable(chosen) or hasattr(chosen, "get_absolute_url"):
        return None
    kind = "None" if chosen is None else type(chosen).__name__
    return f"must be the name of a view, a path or a URL, not {kind}"


def _is(chosen: object) -> str:
    return "is one that is not shown" if _settings.may_be_secret(chosen) else f"is {chosen!r}"


def _unreadable_place(chosen: Any) -> str | None:  # noqa: ANN401  (any setting)
    wrong = no_place(chosen)
    if wrong:
        return wrong
    try:
        resolved = resolve_url(chosen)
    except NoReverseMatch:
        return f"{_is(chosen)}, and no URL pattern has that name"
    try:
        _settings.target("it", resolved, "/")
    except ConfigError:
        return f"{_is(chosen)}, which is neither the name of a view, nor a path that starts with one slash, nor a URL"
    return None


class Hidden(str):
    """A text with a password. Error pages and error emails show settings, but this one as stars."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'********************'"


def hidden(value: object) -> Any:  # noqa: ANN401  (any setting)
    """A setting in a form that may be shown: the URL of a proxy may contain a password."""
    return Hidden(value) if isinstance(value, str) and "@" in value else value
