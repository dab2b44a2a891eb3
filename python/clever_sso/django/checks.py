"""System checks: what is wrong with the settings, before anybody logs in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import Error, Warning  # noqa: A004  (Django's names)
from django.urls import NoReverseMatch, reverse
from django.utils.module_loading import import_string

from clever_sso import exceptions
from clever_sso.django import conf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.core.checks import CheckMessage


def check(**_: Any) -> list[CheckMessage]:  # noqa: ANN401  (as Django calls it)
    """Everything that can be known without asking Clever."""
    try:
        redirect_uri = conf.client().redirect_uris[0]
    except exceptions.ConfigError as error:
        return [
            Error(error.message, id="clever_sso.E001", hint="See the settings in clever_sso.django's documentation.")
        ]
    return [*_addresses(redirect_uri), *_backends(), *_hooks(), *_cookies(redirect_uri)]


def _addresses(redirect_uri: str) -> Iterator[CheckMessage]:
    try:
        expected = reverse("clever_sso:callback")
    except NoReverseMatch:
        yield Error(
            "the addresses of clever_sso.django are not in ROOT_URLCONF",
            id="clever_sso.E002",
            hint='Add path("clever/", include("clever_sso.django.urls")).',
        )
        return
    found = urlsplit(redirect_uri).path
    # A proxy may take a prefix off.
    if not found.endswith(expected):
        yield Error(
            f"CLEVER_REDIRECT_URI leads to {found!r}, but the callback is at {expected!r}",
            id="clever_sso.E003",
            hint="Make them equal, and register the same redirect URI with Clever.",
        )


def _backends() -> Iterator[CheckMessage]:
    from clever_sso.django.backend import CleverBackend  # noqa: PLC0415  (it needs the apps to be ready)

    backends = map(import_string, settings.AUTHENTICATION_BACKENDS)
    if not any(issubclass(backend, CleverBackend) for backend in backends):
        yield Error(
            "AUTHENTICATION_BACKENDS has no backend of Clever's: nobody could sign in",
            id="clever_sso.E004",
            hint='Add "clever_sso.django.CleverBackend".',
        )


def _hooks() -> Iterator[CheckMessage]:
    for name, reason in conf.unreadable_hooks():
        yield Error(f"{name} names no function: {reason}", id="clever_sso.E005")


def _cookies(redirect_uri: str) -> Iterator[CheckMessage]:
    over_https = urlsplit(redirect_uri).scheme == "https"
    if over_https and not settings.SESSION_COOKIE_SECURE:
        yield Warning(
            "SESSION_COOKIE_SECURE is False although the redirect URI is https: sessions can be read on the way",
            id="clever_sso.W001",
        )
    if settings.SESSION_COOKIE_SAMESITE not in {"Lax", "Strict"}:
        yield Warning(
            "SESSION_COOKIE_SAMESITE is neither Lax nor Strict: other sites can act as who is signed in",
            id="clever_sso.W002",
        )
    if not settings.SESSION_COOKIE_HTTPONLY:
        yield Warning(
            "SESSION_COOKIE_HTTPONLY is False: scripts can read the session of who is signed in",
            id="clever_sso.W003",
        )
