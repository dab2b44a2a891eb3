"""System checks: whether a first login can create a user, and whether other apps still see logins with Clever.

One asks the database: whether the users of another library were imported. Django runs it with `check --database` and
`migrate`.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.checks import Warning  # noqa: A004  (Django's name)
from django.core.exceptions import ImproperlyConfigured
from django.db import Error as DatabaseError
from django.utils.module_loading import import_string

from clever_sso import _settings
from clever_sso.django import accounts, conf, imports
from clever_sso.django.backend import CleverBackend
from clever_sso.django.checks import list_of_texts, safely
from clever_sso.django.user_fields import email_field, is_unique
from clever_sso.exceptions import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from django.core.checks import CheckMessage

_SECOND_FACTORS = {"allauth.mfa": "allauth.mfa", "django_otp": "django-otp"}


def check_users(**_: Any) -> list[CheckMessage]:  # noqa: ANN401  (as Django calls it)
    """System check: whether a first login can create a user, and whether other apps still see logins with Clever."""
    return [*safely(_fields), *safely(_second_factors), *safely(_list_of_sessions)]


def _fields() -> Iterator[CheckMessage]:
    try:
        makes = conf.creates_users()
    except ConfigError:
        # Another check reports this.
        return
    if not makes or any(backend.make is not CleverBackend.make for backend in _backends_of_clever()):
        return
    user_model = get_user_model()
    email = email_field(user_model)
    filled = {user_model.USERNAME_FIELD, email.name if email else "", "password", "first_name", "last_name"}
    for field in user_model._meta.concrete_fields:  # noqa: SLF001  (Django documents it)
        is_made = field.primary_key or field.has_default() or getattr(field, "auto_now", False)
        if field.name in filled or field.null or is_made or getattr(field, "auto_now_add", False):
            continue
        if is_unique(field):
            reason = "which is unique"
        elif not field.empty_strings_allowed:
            reason = "which must have a value"
        else:
            continue
        yield Warning(
            f"a first login fails: it creates a user without {user_model.__name__}.{field.name}, {reason}",
            id="clever_sso.W020",
            hint="Derive a backend from clever_sso.django.CleverBackend and fill the field in its method make().",
        )


def _second_factors() -> Iterator[CheckMessage]:
    if getattr(settings, "CLEVER_BEFORE_SIGN_IN", None):
        return
    for app, name in _SECOND_FACTORS.items():
        if apps.is_installed(app):
            yield Warning(
                f"{name} is installed, and CLEVER_BEFORE_SIGN_IN is not set: Clever signs people in without their "
                "second factor",
                id="clever_sso.W021",
                hint=f"{_settings.guide('Second factors in Django')} shows how to ask for it.",
            )


def check_import(
    databases: Collection[str] | None = None,
    **_: Any,  # noqa: ANN401  (as Django calls it)
) -> list[CheckMessage]:
    """System check of a database: whether an import forgot users of another library. Needs a database to find any."""
    return safely(lambda: _not_imported(databases or ()))


def _not_imported(databases: Collection[str]) -> Iterator[CheckMessage]:
    using = accounts.database()
    matches = conf.matches_users() or any(each.match is not CleverBackend.match for each in _backends_of_clever())
    if using not in databases or matches:
        return
    for source, table in imports.TABLES.items():
        # Django reports a database that cannot be asked.
        with suppress(DatabaseError, ImproperlyConfigured, ConfigError):
            becomes = "creates a second user" if conf.creates_users() else "is refused"
            count = imports.unlinked_users(table, imports.CLEVER, using)
            if count:
                yield Warning(
                    f"the table {table.name!r} has users who logged in with Clever before and are not linked "
                    f"({count}): their next login {becomes}",
                    id="clever_sso.W023",
                    hint=f"Run manage.py clever_import {source} --dry-run. {_settings.guide('Import')} explains it.",
                )
            for provider in sorted({*imports.lookalikes(table, using)} - _others(source)):
                count = imports.unlinked_users(table, provider, using)
                if count:
                    yield Warning(
                        f"the table {table.name!r} has users of the provider {provider!r} who are not linked ({count}),"
                        f" and their ids look like Clever's: if they logged in with Clever, their next login {becomes}",
                        id="clever_sso.W023",
                        hint=f"If this provider is Clever, run manage.py clever_import {source} --provider {provider} "
                        f'--dry-run. If not, set SILENCED_SYSTEM_CHECKS = ["clever_sso.W023"] after the import. '
                        f"{_settings.guide('Import')} explains it.",
                    )


def _others(source: str) -> set[str]:
    """The providers of another library that the settings still have, and that do not lead to Clever."""
    return {name for name, addresses in _SET_UP[source]() if not any(map(_leads_to_clever, addresses))}


def _of_allauth() -> Iterator[tuple[str, list[Any]]]:
    prefix = "allauth.socialaccount.providers."
    for app in apps.get_app_configs():
        name = app.name.removeprefix(prefix)
        # These apps have many providers, each with its own name.
        if name != app.name and name not in {"openid_connect", "saml"}:
            yield name, []
    # allauth reports settings that it cannot read.
    with suppress(AttributeError, TypeError, ValueError):
        for name, values in dict(getattr(settings, "SOCIALACCOUNT_PROVIDERS", None) or {}).items():
            for each in [values.get("APP") or {}, *values.get("APPS", ())]:
                if each:
                    yield str(each.get("provider_id") or name), [dict(each.get("settings") or {}).get("server_url")]


def _of_social_auth() -> Iterator[tuple[str, list[Any]]]:
    attributes = ("OIDC_ENDPOINT", "AUTHORIZATION_URL", "ACCESS_TOKEN_URL")
    for path in list_of_texts("AUTHENTICATION_BACKENDS"):
        # A module of the project may raise any exception. Another check reports it.
        with suppress(Exception):
            backend = import_string(path)
            yield str(backend.name), [getattr(backend, attribute, None) for attribute in attributes]


_SET_UP: dict[str, Callable[[], Iterator[tuple[str, list[Any]]]]] = {
    "allauth": _of_allauth,
    "social-auth": _of_social_auth,
}


def _leads_to_clever(address: object) -> bool:
    with suppress(ValueError):
        host = urlsplit(address).hostname if isinstance(address, str) else None
        return host is not None and (host == "clever.com" or host.endswith(".clever.com"))
    return False


def _list_of_sessions() -> Iterator[CheckMessage]:
    if not apps.is_installed("allauth.usersessions"):
        return
    middleware = "allauth.usersessions.middleware.UserSessionsMiddleware"
    if getattr(settings, "USERSESSIONS_TRACK_ACTIVITY", False) and middleware in list_of_texts("MIDDLEWARE"):
        return
    # It sees logins by a signal of allauth, which only allauth's own logins send.
    yield Warning(
        "allauth.usersessions does not see logins with Clever: its page does not list their sessions, and cannot end "
        "them",
        id="clever_sso.W022",
        hint=f'Set USERSESSIONS_TRACK_ACTIVITY = True, and add "{middleware}" to MIDDLEWARE.',
    )


def _backends_of_clever() -> list[type[CleverBackend]]:
    found = []
    for path in list_of_texts("AUTHENTICATION_BACKENDS"):
        # A module of the project may raise any exception. Another check reports it.
        with suppress(Exception):
            found.append(import_string(path))
    return [backend for backend in found if isinstance(backend, type) and issubclass(backend, CleverBackend)]
