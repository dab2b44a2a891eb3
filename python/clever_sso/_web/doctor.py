"""The doctor of a framework: its settings as the core reads them, and what only the framework can find out."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING, Any, Optional
from urllib.parse import urlsplit

from clever_sso import _settings
from clever_sso._native import doctor_of_settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from clever_sso._native import Report

Found = tuple[str, str, str, Optional[str]]
"""The check, its level, what was found, and what to do."""
SETTINGS, APPLICATION, CALLBACK, SESSION = "settings", "application", "callback", "session"
VERSIONS = "versions"
_CORRECT = "correct this setting, or remove it"


def report_of(settings: Mapping[str, Any], found: Iterable[Found]) -> Report:
    """Checks the setup that these settings describe, also where they make no client.

    Args:
        settings: The settings by their names.
        found: What the framework found itself.
    """
    own, texts = list(found), []
    for name in sorted(_settings.CLIENT_SETTINGS):
        text, wrong = _settings.as_variable(name, settings.get(name))
        if wrong:
            own.append((SETTINGS, "problem", wrong, _CORRECT))
        elif text:
            texts.append((name, text))
    return doctor_of_settings(texts, own)


def versions(framework: str) -> Found:
    """Which Python and which framework run here."""
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415  (only the doctor pays for it)

    try:
        found = f", {framework} {version(framework)}"
    except PackageNotFoundError:
        found = ""
    return VERSIONS, "ok", f"{platform.python_implementation()} {platform.python_version()}{found}", None


def misspelled(settings: Mapping[str, Any], others: Iterable[str]) -> Iterator[Found]:
    """Settings that nothing reads.

    Args:
        settings: The settings by their names.
        others: What is read besides the settings of the client.
    """
    for name, meant in _settings.misspelled(settings, others):
        is_missing = meant in _settings.CLIENT_SETTINGS and not settings.get(meant)
        level = "problem" if is_missing else "warning"
        yield SETTINGS, level, f"nothing reads {name}: is it {meant}?", "rename this setting, or remove it"


def domain_problem(domain: object, redirect_uris: Iterable[str]) -> str | None:
    """Why browsers refuse a session cookie of this domain after a login; `None` when they take it.

    Args:
        domain: `SESSION_COOKIE_DOMAIN`.
        redirect_uris: Where logins come back to.
    """
    if not isinstance(domain, str) or not domain.strip("."):
        return None
    wanted = domain.strip(".").lower()
    for uri in redirect_uris:
        host = urlsplit(uri).hostname or ""
        if host != wanted and not host.endswith(f".{wanted}"):
            return (
                f"SESSION_COOKIE_DOMAIN is {domain!r}, but logins come back to {host!r}: browsers refuse the session "
                "cookie there, and nobody stays signed in"
            )
    return None


def secure_problem(redirect_uris: Iterable[str]) -> str | None:
    """Why browsers refuse a Secure cookie after a login; `None` when they take it.

    Args:
        redirect_uris: Where logins come back to.
    """
    for uri in redirect_uris:
        parts = urlsplit(uri)
        # Browsers trust this machine without TLS.
        if parts.scheme == "http" and not _settings.is_this_machine(parts.hostname or ""):
            return (
                f"SESSION_COOKIE_SECURE is True, but logins come back to {parts.hostname!r} over plain http: browsers "
                "refuse the session cookie there"
            )
    return None


def attributes_problem(name: str, *, domain: object, path: object, secure: bool, same_site: object) -> str | None:
    """Why browsers refuse a session cookie with these attributes everywhere; `None` when they take it.

    Args:
        name: `SESSION_COOKIE_NAME`.
        domain: `SESSION_COOKIE_DOMAIN`.
        path: `SESSION_COOKIE_PATH`.
        secure: Whether it is Secure.
        same_site: `SESSION_COOKIE_SAMESITE`.
    """
    consequence = "browsers refuse the session cookie, and nobody stays signed in"
    if isinstance(same_site, str) and same_site.lower() == "none" and not secure:
        return f"SESSION_COOKIE_SAMESITE is None, and SESSION_COOKIE_SECURE is False: {consequence}"
    prefix = next((prefix for prefix in ("__Host-", "__Secure-") if name.lower().startswith(prefix.lower())), None)
    if prefix and not secure:
        return f"SESSION_COOKIE_NAME begins with {prefix}, and SESSION_COOKIE_SECURE is False: {consequence}"
    if prefix == "__Host-" and domain:
        return f"SESSION_COOKIE_NAME begins with {prefix}, and SESSION_COOKIE_DOMAIN is {domain!r}: {consequence}"
    if prefix == "__Host-" and path != "/":
        return f"SESSION_COOKIE_NAME begins with {prefix}, and SESSION_COOKIE_PATH is {path!r}: {consequence}"
    return None


def path_problem(path: object, redirect_uris: Iterable[str]) -> str | None:
    """Why browsers send no session cookie of this path to the callback; `None` when they send it (RFC 6265 5.1.4).

    Args:
        path: `SESSION_COOKIE_PATH`.
        redirect_uris: Where logins come back to.
    """
    if not isinstance(path, str) or not path.startswith("/"):
        return None
    for uri in redirect_uris:
        callback = urlsplit(uri).path or "/"
        if callback != path and not callback.startswith(f"{path.rstrip('/')}/"):
            return (
                f"the session cookie has the path {path!r}, but the callback is at {callback!r}: browsers send it to "
                "pages below its path only, and people seem signed out everywhere else"
            )
    return None
