"""The doctor for frameworks: the core checks their settings, and the framework adds its own checks."""

from __future__ import annotations

import platform
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Optional
from urllib.parse import urlsplit

from clever_sso import _settings
from clever_sso._native import doctor_of_settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from clever_sso._native import Report

Found = tuple[str, str, str, Optional[str]]
"""A finding: the check, its level, what was found, and what to do."""
SETTINGS, APPLICATION, CALLBACK, SESSION = "settings", "application", "callback", "session"
VERSIONS = "versions"
_CORRECT = "correct this setting, or remove it"


def report_of(settings: Mapping[str, Any], found: Iterable[Found]) -> Report:
    """Checks the setup in these settings, even if they can't create a client.

    Args:
        settings: The settings by their names.
        found: The framework's own findings.
    """
    own, texts = list(found), []
    for name in sorted(_settings.CLIENT_SETTINGS):
        text, wrong = _settings.as_variable(name, settings.get(name))
        if wrong:
            own.append((SETTINGS, "problem", wrong, _CORRECT))
        elif text:
            texts.append((name, text))
    return doctor_of_settings(texts, own)


def versions(*frameworks: str) -> Found:
    """The versions of Python and of the frameworks here."""
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415  (only the doctor pays for it)

    found = [f"{platform.python_implementation()} {platform.python_version()}"]
    for framework in frameworks:
        with suppress(PackageNotFoundError):
            found.append(f"{framework} {version(framework)}")
    return VERSIONS, "ok", ", ".join(found), None


def misspelled(settings: Mapping[str, Any], others: Iterable[str]) -> Iterator[Found]:
    """Findings about settings that no code reads.

    Args:
        settings: The settings by their names.
        others: The names that are read in addition to the client's settings.
    """
    for name, meant in _settings.misspelled(settings, others):
        is_missing = meant in _settings.CLIENT_SETTINGS and not settings.get(meant)
        level = "problem" if is_missing else "warning"
        yield (
            SETTINGS,
            level,
            f"nothing reads {name}: a similar setting is {meant}",
            "rename this setting, or remove it",
        )


def _shown(value: object) -> str:
    """A value of a setting, unless it may be a secret."""
    return "one that is not shown" if _settings.may_be_secret(value) else repr(value)


def domain_problem(
    domain: object, redirect_uris: Iterable[str], *, setting: str = "SESSION_COOKIE_DOMAIN"
) -> str | None:
    """Why browsers refuse a session cookie with this domain after a login; `None` if they accept it.

    Args:
        domain: The domain of the session cookie.
        redirect_uris: The redirect URIs, where logins come back to.
        setting: The name of the setting for the domain.
    """
    if not isinstance(domain, str) or not domain.strip("."):
        return None
    wanted = domain.strip(".").lower()
    for uri in redirect_uris:
        host = urlsplit(uri).hostname or ""
        if host != wanted and not host.endswith(f".{wanted}"):
            return (
                f"{setting} is {_shown(domain)}, but logins come back to {host!r}: browsers refuse the session cookie "
                "there, and no one stays signed in"
            )
    return None


def secure_problem(redirect_uris: Iterable[str], *, setting: str = "SESSION_COOKIE_SECURE") -> str | None:
    """Why browsers refuse a Secure cookie after a login; `None` if they accept it.

    Args:
        redirect_uris: The redirect URIs, where logins come back to.
        setting: The name of the setting that makes the cookie Secure.
    """
    for uri in redirect_uris:
        parts = urlsplit(uri)
        # Browsers trust this machine without TLS.
        if parts.scheme == "http" and not _settings.is_this_machine(parts.hostname or ""):
            return (
                f"{setting} is True, but logins come back to {parts.hostname!r} over plain http: browsers refuse the "
                "session cookie there"
            )
    return None


@dataclass(frozen=True)
class CookieSettings:
    """The names of the settings for the session cookie."""

    name: str = "SESSION_COOKIE_NAME"
    domain: str = "SESSION_COOKIE_DOMAIN"
    path: str = "SESSION_COOKIE_PATH"
    same_site: str = "SESSION_COOKIE_SAMESITE"
    secure: str = "SESSION_COOKIE_SECURE"


def attributes_problem(  # noqa: PLR0913  (they are keyword arguments)
    name: str,
    *,
    domain: object,
    path: object,
    secure: bool,
    same_site: object,
    settings: CookieSettings = CookieSettings(),
) -> str | None:
    """Why browsers refuse a session cookie with these attributes on any site; `None` if they accept it.

    Args:
        name: Its name.
        domain: Its domain.
        path: Its path.
        secure: Whether it is Secure.
        same_site: Its SameSite.
        settings: The names of the settings for these attributes.
    """
    consequence = "browsers refuse the session cookie, and no one stays signed in"
    if isinstance(same_site, str) and same_site.lower() == "none" and not secure:
        return f"{settings.same_site} is None, and {settings.secure} is False: {consequence}"
    prefix = next((prefix for prefix in ("__Host-", "__Secure-") if name.lower().startswith(prefix.lower())), None)
    if prefix and not secure:
        return f"{settings.name} begins with {prefix}, and {settings.secure} is False: {consequence}"
    if prefix == "__Host-" and domain:
        return f"{settings.name} begins with {prefix}, and {settings.domain} is {_shown(domain)}: {consequence}"
    if prefix == "__Host-" and path != "/":
        return f"{settings.name} begins with {prefix}, and {settings.path} is {_shown(path)}: {consequence}"
    return None


def path_problem(path: object, redirect_uris: Iterable[str]) -> str | None:
    """Why browsers don't send a session cookie with this path to the callback; `None` if they do (RFC 6265 5.1.4).

    Args:
        path: The path of the session cookie.
        redirect_uris: The redirect URIs, where logins come back to.
    """
    if not isinstance(path, str) or not path.startswith("/"):
        return None
    for uri in redirect_uris:
        callback = urlsplit(uri).path or "/"
        if callback != path and not callback.startswith(f"{path.rstrip('/')}/"):
            return (
                f"the session cookie has the path {_shown(path)}, but the callback is at {callback!r}: browsers send "
                "it to pages below its path only, and people seem signed out everywhere else"
            )
    return None
