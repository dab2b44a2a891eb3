"""The checks of a project's settings for `manage.py clever_doctor`."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.core.checks import ERROR
from django.http.request import validate_host
from django.urls import get_script_prefix, resolve, reverse

from clever_sso import _settings
from clever_sso._native import Client
from clever_sso._web.doctor import (
    APPLICATION,
    CALLBACK,
    SESSION,
    SETTINGS,
    Found,
    attributes_problem,
    misspelled,
    path_problem,
    report_of,
    versions,
)
from clever_sso.django import checks, conf
from clever_sso.django.imported import why
from clever_sso.exceptions import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clever_sso._native import Report

_CHECKS = {
    "E001": SETTINGS,
    "W005": SETTINGS,
    "E002": CALLBACK,
    "E003": CALLBACK,
    "W012": CALLBACK,
    **dict.fromkeys(("E010", "E016", "W001", "W002", "W003", "W013"), SESSION),
}


def report() -> Report:
    """Checks the whole setup of the project."""
    found = sorted(_found(), key=lambda found: _ORDER.index(found[0]))
    return report_of(conf.names(), [*found, versions("Django")])


_ORDER = (SETTINGS, APPLICATION, CALLBACK, SESSION)


def _found() -> Iterator[Found]:
    """The findings of the system checks, except those that the core reports itself."""
    yield from misspelled(conf.names(), conf.OWN_SETTINGS)
    told = _told_by_the_core()
    seen = set()
    for message in checks.check():
        check = _CHECKS.get(str(message.id).rpartition(".")[2], APPLICATION)
        is_misspelled = check == SETTINGS and str(message.hint).startswith("Is it ")
        if message.msg != told and not is_misspelled:
            level = "problem" if message.level >= ERROR else "warning"
            yield check, level, str(message.msg), str(message.hint) if message.hint else None
        seen.add(check)
    for found in (*_of_route(), *_of_hosts(), *_of_cookie(), *_of_engine()):
        yield found
        seen.add(found[0])
    if not told and CALLBACK not in seen:
        yield CALLBACK, "ok", "the redirect URI leads to the callback", None
    if not told and SESSION not in seen:
        yield SESSION, "ok", "browsers keep the session cookie where logins come back to", None


def _told_by_the_core() -> str | None:
    """Why no client can be created; `None` if one can."""
    try:
        # Skip discovery, which asks Clever: the core checks that.
        Client(**{**_settings.arguments(conf.names()), "discover": False})
    except ConfigError as error:
        return error.message
    return None


def _redirect_uris() -> list[str]:
    """The redirect URIs, as far as the settings can be read."""
    return [parts.geturl() for parts in _settings.addresses(conf.names().get("CLEVER_REDIRECT_URI"))]


def _of_route() -> Iterator[Found]:
    """Whether a general route, such as one for all paths, comes before the callback."""
    try:
        path = reverse("clever_sso:callback")
        inside = f"/{path[len(get_script_prefix()) :]}"
        match, beside = resolve(inside), resolve(f"{inside.rpartition('/')[0]}/clever-sso-doctor")
    except Exception:  # noqa: BLE001  (a module of the project may raise anything; the system checks report it)
        return
    # A view of the project that is only at the callback's path may call the callback itself.
    if match.route == beside.route:
        found = f"the callback is at {path!r}, where the route {match.route!r} answers first"
        yield CALLBACK, "problem", found, "list the addresses of clever_sso.django before that route in urlpatterns"


def _of_hosts() -> Iterator[Found]:
    """Whether Django accepts requests to the host of the callback."""
    allowed = settings.ALLOWED_HOSTS
    if settings.DEBUG and not allowed:
        allowed = [".localhost", "127.0.0.1", "[::1]"]
    for uri in _redirect_uris():
        name = urlsplit(uri).hostname or ""
        host = f"[{name}]" if ":" in name else name
        if host and not validate_host(host, allowed):
            found = f"ALLOWED_HOSTS does not have {host!r}, where logins come back to: Django answers them with 400"
            yield CALLBACK, "warning", found, "add that host, unless a proxy in front of Django changes the Host header"
            return


def _of_cookie() -> Iterator[Found]:
    """Attributes of the session cookie that work on no site, or not on this one."""
    refused = attributes_problem(
        str(settings.SESSION_COOKIE_NAME),
        domain=settings.SESSION_COOKIE_DOMAIN,
        path=settings.SESSION_COOKIE_PATH,
        secure=bool(settings.SESSION_COOKIE_SECURE),
        same_site=settings.SESSION_COOKIE_SAMESITE,
    )
    narrow = path_problem(settings.SESSION_COOKIE_PATH, _redirect_uris())
    if refused:
        yield SESSION, "problem", refused, "correct these settings, or leave them out"
    if narrow:
        yield SESSION, "warning", narrow, 'set SESSION_COOKIE_PATH to "/"'


_IN_A_CACHE = ("django.contrib.sessions.backends.cache", "django.contrib.sessions.backends.cached_db")


def _of_engine() -> Iterator[Found]:
    """Whether sessions are stored anywhere, as far as the settings show."""
    engine = settings.SESSION_ENGINE
    try:
        import_module(engine)
    except Exception as error:  # noqa: BLE001  (a module of the project may raise anything)
        shown, reason = ("", "") if _settings.may_be_secret(engine) else (f" {engine!r}", f": {why(error)}")
        yield SESSION, "problem", f"SESSION_ENGINE{shown} cannot be imported{reason}", "correct SESSION_ENGINE"
        return
    if engine == "django.contrib.sessions.backends.db" and not apps.is_installed("django.contrib.sessions"):
        found = "sessions are kept in the database, but INSTALLED_APPS does not have django.contrib.sessions"
        yield SESSION, "problem", found, "add it, and run manage.py migrate"
    if engine in _IN_A_CACHE and settings.SESSION_CACHE_ALIAS not in settings.CACHES:
        found = "sessions are kept in the cache that SESSION_CACHE_ALIAS names, but CACHES has none of that name"
        yield SESSION, "problem", found, "name a cache of CACHES, or leave SESSION_CACHE_ALIAS out"
    elif engine == "django.contrib.sessions.backends.cache":
        cache = str(settings.CACHES.get(settings.SESSION_CACHE_ALIAS, {}).get("BACKEND"))
        if cache.endswith(".DummyCache"):
            found = "sessions are kept in a cache that stores nothing (DummyCache): no one stays signed in"
            yield SESSION, "problem", found, "keep them in the database, or in a cache such as Redis"
        elif cache.endswith(".LocMemCache"):
            found = "sessions are kept in the memory of each process: another process does not know who is signed in"
            yield SESSION, "warning", found, "keep them in the database, or in a cache such as Redis"
