"""The settings of a client by their names in an environment or a configuration: one table for all who read them.

`CLEVER_CLIENT_ID` is the keyword argument `client_id`, and so on for every argument of `Client`. What is empty counts
as left out.
"""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Any, Callable

from clever_sso._native import error_codes
from clever_sso.exceptions import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Protocol

    from clever_sso._native import Login

    class _Source(Protocol):
        """An environment, or a configuration whose values may be of their own types already."""

        def get(self, name: str, /) -> Any: ...  # noqa: ANN401  (it is only known once it is read)

    class _Begins(Protocol):
        """A client of either kind."""

        @property
        def redirect_uris(self) -> tuple[str, ...]: ...

        def begin_login(self) -> Login: ...


PREFIX = "CLEVER_"
_YES, _NO = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


def arguments(settings: _Source) -> dict[str, Any]:
    """The keyword arguments of a client.

    Args:
        settings: Where they stand by their names.

    Raises:
        ConfigError: `config_invalid`, when `CLEVER_CLIENT_ID` is missing or a value cannot be read.
    """
    found = {}
    for argument, read in _READERS.items():
        name = PREFIX + argument.upper()
        value = settings.get(name)
        if value is None or value == "":
            continue
        try:
            found[argument] = read(value)
        except (ValueError, TypeError, OverflowError):
            raise invalid(f"{name} cannot be read as {_KINDS[read]}") from None
    if "client_id" not in found:
        raise invalid(f"{PREFIX}CLIENT_ID is not set")
    # Errors then name the settings, not the arguments.
    return {**found, "named_by": "environment"}


def from_environment() -> dict[str, Any]:
    """The keyword arguments of a client, from environment variables. Names that look misspelt are logged.

    Raises:
        ConfigError: `config_invalid`, as `arguments` does.
    """
    for name, meant in misspelt(os.environ):
        logging.getLogger("clever_sso").warning("nothing reads %s: is it %s?", name, meant)
    return arguments(os.environ)


def boolean(settings: _Source, name: str, *, default: bool) -> bool:
    """A setting that is true or false: environments have only texts, and the text `false` must not count as true.

    Raises:
        ConfigError: `config_invalid`, when it is neither.
    """
    value = settings.get(name)
    if value is None or value == "":
        return default
    try:
        return _boolean(value)
    except (ValueError, TypeError, AttributeError):
        raise invalid(f"{name} cannot be read as {_KINDS[_boolean]}") from None


def session_seconds(value: object, default: int) -> int:
    """For how many seconds a sign-in lasts: the setting `CLEVER_SESSION_SECONDS`.

    Raises:
        ConfigError: `config_invalid`, when it is no whole number above zero.
    """
    if value is None or value == "":
        return default
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        raise invalid(f"{PREFIX}SESSION_SECONDS must be a whole number of seconds above zero")
    return value


def check_login(client: _Begins) -> None:
    """Whether logins can begin with this client; better to know it before anybody comes.

    Raises:
        ConfigError: `config_invalid`, with the name of the setting that is missing.
    """
    if not client.redirect_uris:
        raise invalid(f"{PREFIX}REDIRECT_URI is not set")
    try:
        client.begin_login()
    except ConfigError as error:
        if error.code == "client_secret_missing":
            raise invalid(f"{PREFIX}CLIENT_SECRET is not set") from None
        raise


def misspelt(names: Iterable[str], others: Iterable[str] = ()) -> Iterator[tuple[str, str]]:
    """Names of settings that nothing reads but that look like one which something does, with that one.

    Args:
        names: What is set.
        others: What is read besides the arguments of the client.
    """
    from difflib import get_close_matches  # noqa: PLC0415  (not every program that imports the package pays for it)

    known = {PREFIX + argument.upper() for argument in _READERS} | set(others)
    for name in names:
        if name.startswith(PREFIX) and name not in known:
            for meant in get_close_matches(name, known, 1, 0.85):
                yield name, meant


def invalid(message: str) -> ConfigError:
    """The error of a wrong setting."""
    entry = error_codes()["config_invalid"]
    return ConfigError(
        "config_invalid", f"{entry.sentence}: {message}", entry.user_message, entry.retryable, entry.actor
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _list(value: object) -> list[str]:
    """One value, or several with blanks between them: neither URIs nor keys have blanks inside."""
    if isinstance(value, str):
        return value.split()
    if isinstance(value, (list, tuple)):
        return [_text(item) for item in value]
    raise TypeError


def _text_or_path(value: object) -> str:
    return _text(os.fspath(value) if isinstance(value, os.PathLike) else value)


def _boolean(value: object) -> bool:
    if isinstance(value, bool):
        return value
    word = _text(value).lower()
    if word not in _YES | _NO:
        raise ValueError
    return word in _YES


def _seconds(value: str | float) -> float:
    if isinstance(value, (bool, bytes)):
        raise TypeError
    return float(value)


def _whole_seconds(value: str | float) -> int:
    if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
        raise TypeError
    return int(value)


_KINDS: dict[Callable[[Any], Any], str] = {
    _text: "text",
    _text_or_path: "PEM text, or the path of a PEM file",
    _list: "texts with blanks between them",
    _boolean: "true or false",
    _seconds: "a number of seconds",
    _whole_seconds: "a whole number of seconds",
}

_READERS: dict[str, Callable[[Any], Any]] = {
    "client_id": _text,
    "client_secret": _text,
    "redirect_uri": _list,
    "issuer": _text,
    "api_base": _text,
    "base_url": _text,
    "timeout": _seconds,
    "leeway": _whole_seconds,
    "pending_key": _text,
    "old_pending_keys": _list,
    "return_to_origins": _list,
    "development": _boolean,
    "authorization_endpoint": _text,
    "token_endpoint": _text,
    "tokeninfo_endpoint": _text,
    "userinfo_endpoint": _text,
    "jwks_uri": _text,
    "discover": _boolean,
    "ca_bundle": _text_or_path,
    "proxy": _text,
}
