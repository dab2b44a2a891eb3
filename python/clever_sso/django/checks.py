"""System checks: what is wrong with the settings, before anybody logs in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.checks import Error, Warning  # noqa: A004  (Django's names)
from django.core.exceptions import FieldDoesNotExist
from django.shortcuts import resolve_url
from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.template.loader import get_template
from django.urls import NoReverseMatch, Resolver404, resolve, reverse
from django.utils.module_loading import import_string

from clever_sso import _settings, exceptions
from clever_sso._native import Client
from clever_sso._web.hosts import settings_of_hosts
from clever_sso.django import conf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.core.checks import CheckMessage

KNOWN_ROLES = {"student", "teacher", "staff", "district_admin", "contact"}


def check(**_: Any) -> list[CheckMessage]:  # noqa: ANN401  (as Django calls it)
    """Everything that can be known without asking Clever."""
    messages = list(_misspelt())
    try:
        # Discovery asks Clever, which may be down while an application is set up.
        client = Client(**{**_settings.arguments(conf.names()), "discover": False})
        _settings.check_login(client)
        for arguments in settings_of_hosts(conf.names()).values():
            _settings.check_login(Client(**{**arguments, "discover": False}))
        conf.waiting_page()
        conf.creates_users()
        conf.check_choices()
        conf.session_seconds()
    except exceptions.ConfigError as error:
        hint = "See the settings in clever_sso.django's documentation."
        return [Error(error.message, id="clever_sso.E001", hint=hint), *messages]
    redirect_uri = client.redirect_uris[0]
    for part in (_addresses(redirect_uri), _backends(), _hooks(), _middleware(), _template(), _groups(), _login_url()):
        messages += part
    return [*messages, *_cookies(redirect_uri)]


def _misspelt() -> Iterator[CheckMessage]:
    for name, meant in _settings.misspelt(conf.names(), conf.OWN_SETTINGS):
        yield Warning(f"nothing reads {name}", id="clever_sso.W005", hint=f"Is it {meant}?")


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
    if not found.rstrip("/").endswith(expected.rstrip("/")):
        yield Error(
            f"CLEVER_REDIRECT_URI leads to {found!r}, but the callback is at {expected!r}",
            id="clever_sso.E003",
            hint="Make them equal, and register the same redirect URI with Clever.",
        )


def _backends() -> Iterator[CheckMessage]:
    from clever_sso.django.backend import CleverBackend  # noqa: PLC0415  (it needs the apps to be ready)

    try:
        backends = [import_string(path) for path in settings.AUTHENTICATION_BACKENDS]
    except ImportError as error:
        yield Error(f"AUTHENTICATION_BACKENDS: {error}", id="clever_sso.E004")
        return
    if not any(issubclass(backend, CleverBackend) for backend in backends):
        yield Error(
            "AUTHENTICATION_BACKENDS has no backend of Clever's: nobody could sign in",
            id="clever_sso.E004",
            hint='Add "clever_sso.django.CleverBackend".',
        )


def _hooks() -> Iterator[CheckMessage]:
    for name, reason in conf.unreadable_hooks():
        yield Error(f"{name} names no function: {reason}", id="clever_sso.E005")


def _middleware() -> Iterator[CheckMessage]:
    for name, needed in (
        ("SessionMiddleware", "django.contrib.sessions.middleware.SessionMiddleware"),
        ("AuthenticationMiddleware", "django.contrib.auth.middleware.AuthenticationMiddleware"),
    ):
        # A project may have its own, derived from Django's.
        if not any(path == needed or path.endswith(name) for path in settings.MIDDLEWARE):
            yield Error(
                f"MIDDLEWARE has no {name}: nobody could stay signed in", id="clever_sso.E006", hint=f"Add {needed!r}."
            )


def _template() -> Iterator[CheckMessage]:
    template = conf.problem_template()
    if not template:
        return
    try:
        get_template(template)
    except (TemplateDoesNotExist, TemplateSyntaxError) as error:
        yield Error(
            f"CLEVER_PROBLEM_TEMPLATE cannot be used: {type(error).__name__}: {error}",
            id="clever_sso.E007",
            hint="Without the setting people see a plain page.",
        )


def _groups() -> Iterator[CheckMessage]:
    try:
        roles = conf.role_groups()
    except (TypeError, ValueError):
        yield Error('CLEVER_ROLE_GROUPS is no dict like {"teacher": "Teachers"}', id="clever_sso.E008")
        return
    if not roles:
        return
    try:
        get_user_model()._meta.get_field("groups")  # noqa: SLF001  (Django documents it)
    except FieldDoesNotExist:
        yield Error(
            "CLEVER_ROLE_GROUPS is set, but AUTH_USER_MODEL has no groups",
            id="clever_sso.E009",
            hint="Derive the model from PermissionsMixin, or use CLEVER_PROVISION_USER.",
        )
    for role in sorted(set(roles) - KNOWN_ROLES):
        yield Warning(
            f"CLEVER_ROLE_GROUPS names {role!r}, which is no role that Clever is known to have",
            id="clever_sso.W006",
            hint=f"The known ones are {', '.join(sorted(KNOWN_ROLES))}.",
        )


def _login_url() -> Iterator[CheckMessage]:
    target = resolve_url(settings.LOGIN_URL)
    if not target.startswith("/"):
        return
    try:
        resolve(urlsplit(target).path)
    except Resolver404:
        yield Warning(
            f"LOGIN_URL leads to {target!r}, where nothing is: login_required would send people there",
            id="clever_sso.W007",
            hint='Set LOGIN_URL = "clever_sso:login", or to a page that links there.',
        )


def _cookies(redirect_uri: str) -> Iterator[CheckMessage]:
    over_https = urlsplit(redirect_uri).scheme == "https"
    if over_https and not settings.SESSION_COOKIE_SECURE:
        yield Warning(
            "SESSION_COOKIE_SECURE is False although the redirect URI is https: sessions can be read on the way",
            id="clever_sso.W001",
        )
    same_site = str(settings.SESSION_COOKIE_SAMESITE).lower()
    if same_site not in {"lax", "strict"}:
        yield Warning(
            "SESSION_COOKIE_SAMESITE is neither Lax nor Strict: other sites can act as who is signed in",
            id="clever_sso.W002",
        )
    if not settings.SESSION_COOKIE_HTTPONLY:
        yield Warning(
            "SESSION_COOKIE_HTTPONLY is False: scripts can read the session of who is signed in",
            id="clever_sso.W003",
        )
    if same_site == "strict" and not conf.waiting_page():
        yield Error(
            "SESSION_COOKIE_SAMESITE is Strict: a browser that comes from Clever brings no such cookie along, and "
            "whoever logs in would be sent to and fro without end",
            id="clever_sso.E010",
            hint="Use Lax, or set CLEVER_WAITING_PAGE = True, which makes the last step your own site's.",
        )
