"""Reads and checks the settings for all frameworks, by their names in an environment or a configuration.

`CLEVER_CLIENT_ID` stands for the keyword argument `client_id`, and so on for every argument of `Client`. Empty means
unset.

No function here raises while a secret is in a local variable, because error pages and error emails show local
variables.
"""

from __future__ import annotations

import logging
import os
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Callable
from urllib.parse import SplitResult, urlsplit

from clever_sso._native import error_codes, leads_to
from clever_sso.exceptions import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Protocol

    from clever_sso._native import Login

    class _Source(Protocol):
        """An environment, or a configuration whose values may already have their types."""

        def get(self, name: str, /) -> Any: ...  # noqa: ANN401  (it is only known once it is read)

    class _Begins(Protocol):
        """A client of either kind."""

        @property
        def redirect_uris(self) -> tuple[str, ...]: ...

        def begin_login(self) -> Login: ...


PREFIX = "CLEVER_"
NOT_SET = "is not set"
OF_EVERY_FACE = frozenset(
    f"{PREFIX}{name}"
    for name in (
        "AFTER_LOGIN",
        "AFTER_LOGOUT",
        "CALLBACK_PATH",
        "LANGUAGE",
        "SESSION_SECONDS",
        "URL_PREFIX",
        "WAITING_PAGE",
    )
)
"""The settings of a web application that are not arguments of its client; Django has two of them in `urls.py`."""
LANGUAGES = ("en", "es")
_YES, _NO = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}
# Matches a URL with a password, a long word, sixteen hexadecimal digits, or a mix of upper-case letters, lower-case
# letters and digits.
_MAY_BE_SECRET = re.compile(
    r"@|^[^:/.\\]{16,}$|[0-9A-Fa-f]{16}|(?=[\w+=-]*[a-z])(?=[\w+=-]*[A-Z])(?=[\w+=-]*\d)[\w+=-]{20}", re.ASCII
)
# Characters that a URL never contains unencoded, that end a path, or that start a route parameter.
_NOT_IN_URLS, _ENDS_PATH = re.compile(r"[\s\\\x00-\x1f\x7f]"), re.compile(r"[?#<>{}]|//|/\.\.?(/|$)")


def arguments(settings: _Source) -> dict[str, Any]:
    """The keyword arguments of a client.

    Args:
        settings: The settings by name.

    Raises:
        ConfigError: `config_invalid`, when `CLEVER_CLIENT_ID` is missing or a value cannot be read.
    """
    found = _read(settings)
    del settings
    if isinstance(found, str):
        raise invalid(found)
    return found


def _read(settings: _Source) -> dict[str, Any] | str:
    """Returns the keyword arguments of a client, or what is wrong with the settings."""
    found = {}
    for argument, read in _READERS.items():
        name = PREFIX + argument.upper()
        value = settings.get(name)
        if value is None or value == "":
            continue
        found[argument], wrong = _read_one(name, value, read)
        if wrong:
            return wrong
    if "client_id" not in found:
        return f"{PREFIX}CLIENT_ID {NOT_SET}"
    # With this, errors name the settings, not the arguments.
    return {**found, "named_by": "environment"}


def _read_one(name: str, value: object, read: Callable[[Any], Any]) -> tuple[Any, str | None]:
    """Returns a value and what is wrong with it."""
    try:
        return read(value), None
    except _WrongTypeError as wrong:
        return None, f"{name} must be {_KINDS[read]}, not {wrong}"
    except (ValueError, OverflowError):
        return None, f"{name} cannot be read as {_KINDS[read]}"


def as_variable(name: str, value: object) -> tuple[str, str | None]:
    """Returns a setting of the client as text, as an environment variable would have it, and what is wrong with it."""
    if value is None or value == "":
        return "", None
    kind = _READERS[name[len(PREFIX) :].lower()]
    found, wrong = _read_one(name, value, kind)
    text = " ".join(found) if isinstance(found, list) else str(found)
    if not wrong and any("\ud800" <= letter <= "\udfff" for letter in text):
        wrong = f"{name} cannot be read as {_KINDS[kind]}"
    return ("", wrong) if wrong else (text, None)


def from_environment() -> dict[str, Any]:
    """The keyword arguments of a client, from environment variables. Names that look misspelled are logged.

    Raises:
        ConfigError: `config_invalid`, as `arguments` does.
    """
    logger = logging.getLogger("clever_sso")
    for name, meant in misspelled(os.environ, OF_EVERY_FACE):
        logger.warning("nothing reads %s: a similar setting is %s", name, meant)
    for name, instead in of_other_faces(os.environ, "the environment"):
        logger.warning("nothing reads %s in the environment: %s", name, instead)
    return arguments(os.environ)


class WithEnvironment:
    """Combines a configuration with the environment, for settings that the configuration does not have.

    Args:
        configuration: The configuration. Its settings take precedence.
    """

    def __init__(self, configuration: _Source) -> None:
        self._configuration = configuration

    def get(self, name: str, /) -> Any:  # noqa: ANN401  (as any configuration's)
        """The value of a setting."""
        value = self._configuration.get(name)
        return os.environ.get(name) if value is None or value == "" else value


def given_or_environment(argument: str, given: object) -> tuple[str, object]:
    """Returns an argument, or the environment variable for it if the argument is unset; with its name."""
    name = PREFIX + argument.upper()
    return (name, os.environ.get(name)) if given is None else (f"{argument} ({name})", given)


def boolean(name: str, value: object, *, default: bool) -> bool:
    """Reads a setting that is true or false. Environments have only text, and the text `false` must not count as true.

    Raises:
        ConfigError: `config_invalid`, for any other value.
    """
    if value is None or value == "":
        return default
    try:
        return _boolean(value)
    except _WrongTypeError as error:
        wrong = f"{name} must be {_KINDS[_boolean]}, not {error}"
    except ValueError:
        wrong = f"{name} cannot be read as {_KINDS[_boolean]}"
    raise invalid(wrong)


def language(name: str, value: object) -> str | None:
    """Reads a setting for the language, `en` or `es`; `None` if it is not set.

    Raises:
        ConfigError: `config_invalid`, when it is any other language.
    """
    if value is None or value == "":
        return None
    if value in LANGUAGES:
        return str(value)
    raise invalid(f"{name} must be en or es")


def is_on(value: object) -> bool:
    """Whether a setting is true. A value that cannot be read counts as false: another check reports it."""
    try:
        return boolean("it", value, default=False)
    except ConfigError:
        return False


def addresses(value: object) -> Iterator[SplitResult]:
    """The URLs in a setting, without those that cannot be read: another check reports them."""
    try:
        found = _list(value)
    except _WrongTypeError:
        return
    for address in found:
        with suppress(ValueError):
            yield urlsplit(address)


def is_this_machine(host: str) -> bool:
    """Whether a host is the machine itself."""
    from ipaddress import ip_address  # noqa: PLC0415  (not every program that imports the package pays for it)

    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def session_seconds(name: str, value: object, default: int) -> int:
    """Reads how many seconds a sign-in lasts.

    Raises:
        ConfigError: `config_invalid`, when it is not a whole number above zero.
    """
    if value is None or value == "":
        return default
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        raise invalid(f"{name} must be a whole number of seconds above zero")
    return value


def may_be_secret(value: object) -> bool:
    """Whether a value may be a secret for another setting, and no message may show it. Same rule as in the core."""
    return _MAY_BE_SECRET.search(str(value)) is not None


def found(value: object) -> str:
    """The value for the end of a message; empty if it may be a secret."""
    return "" if may_be_secret(value) else f"; found {value!r}"


def path(name: str, value: object, default: str) -> str:
    """Reads a setting that is a path of the application.

    Raises:
        ConfigError: `config_invalid`, when it is not a path.
    """
    if value is None or value == "":
        return default
    if not isinstance(value, str):
        raise invalid(f"{name} must be a path such as /clever, not {_kind(value)}")
    if not _is_path(value) or _ENDS_PATH.search(value):
        raise invalid(
            f"{name} must be a path of your application that starts with one slash, such as /clever, without host, "
            f"query, parameters or spaces{found(value)}"
        )
    return value


def target(name: str, value: object, default: str) -> str:
    """Reads a setting that says where to redirect to: a path of the application, or a whole URL.

    Raises:
        ConfigError: `config_invalid`, for any other value.
    """
    if value is None or value == "":
        return default
    if not isinstance(value, str):
        raise invalid(f"{name} must be a path such as /home, or a whole URL, not {_kind(value)}")
    if not _is_path(value) and not _is_url(value):
        raise invalid(
            f"{name} must be a path that starts with one slash, such as /home, or a whole URL with https://{found(value)}"
        )
    return value


def check_goals(
    after_login: tuple[str, str],
    after_logout: tuple[str, str],
    login: Iterable[str],
    others: Iterable[str],
    redirect_uris: Iterable[str],
) -> str | None:
    """Checks that login and logout redirect to pages of the application, not to pages of the login itself.

    Args:
        after_login: The name of the setting, and the path or URL in it.
        after_logout: The same, for logout.
        login: The paths of the login.
        others: The paths of the callback, the logout and so on.
        redirect_uris: The redirect URIs. Their hosts are those of the application.

    Returns:
        A warning if the logout signs the person in again at once; otherwise `None`.

    Raises:
        ConfigError: `config_invalid`, with the name of the setting.
    """
    begins, pages, hosts = _bare(login), _bare(others), {"", *(urlsplit(uri).netloc for uri in redirect_uris)}
    for name, goal in (after_login, after_logout):
        if _leads_to_any(goal, pages, hosts) or (name == after_login[0] and _leads_to_any(goal, begins, hosts)):
            raise invalid(f"{name} leads to {goal!r}, a page of the login itself: set it to a page of your application")
    name, goal = after_logout
    if _leads_to_any(goal, begins, hosts) and "switch_user=" not in goal:
        return (
            f"{name} leads to {goal!r}: people who log out are signed in again at once, because Clever remembers them. "
            "Set it to a page without a guard"
        )
    return None


def _leads_to_any(goal: str, pages: set[str], hosts: set[str]) -> bool:
    """Whether a path, or a URL of this application, leads to one of these pages, however it is written."""
    return urlsplit(goal).netloc.lower() in hosts and any(leads_to(goal, page) for page in pages)


def _bare(paths: Iterable[str]) -> set[str]:
    return {path.rstrip("/") for path in paths} - {""}


def _is_path(value: str) -> bool:
    return value.startswith("/") and not value.startswith("//") and not _NOT_IN_URLS.search(value)


def _is_url(value: str) -> bool:
    try:
        parts = urlsplit(value)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and not _NOT_IN_URLS.search(value)
    except ValueError:
        return False


def check_callback(
    redirect_uris: Iterable[str], callback: str, others: Iterable[str], *, chosen: str = "", prefix: str = ""
) -> None:
    """Checks that the redirect URI leads to the callback, and to no other page of the login.

    Args:
        redirect_uris: Those of the client.
        callback: The path of the callback inside the application.
        others: The paths of login, log out and so on.
        chosen: The name of the setting for the path of the callback, when it is set.
        prefix: The name of the setting for the path below which the others are.

    Raises:
        ConfigError: `config_invalid`, with the names of the settings that contradict each other.
    """
    inside = callback.rstrip("/")
    found = [(f"{PREFIX}REDIRECT_URI", urlsplit(uri).path) for uri in redirect_uris]
    paths = [path.rstrip("/") for _, path in found]
    if chosen and not any(path.endswith(inside) or inside.endswith(path) for path in paths):
        raise invalid(
            f"{chosen} is {callback!r}, but {PREFIX}REDIRECT_URI leads to {paths[0]!r}: make them equal, or, if a "
            "proxy removes a prefix, set the first to the second without that prefix"
        )
    if chosen:
        # If a proxy removes a prefix, the redirect URI may only seem to lead to another page.
        found = [(chosen, callback), *(each for each in found if not each[1].rstrip("/").endswith(inside))]
    pages = {other.rstrip("/") for other in others}
    for name, path in found:
        if path.rstrip("/") in pages:
            raise invalid(
                f"{name} leads to {path!r}, which is not the callback but another page of the login: register a "
                f"redirect URI that ends in /callback, or set {prefix} to another path"
            )


def check_login(client: _Begins) -> None:
    """Checks, before the first person logs in, that logins can begin with this client.

    Raises:
        ConfigError: `config_invalid`, with the name of the setting that is missing.
    """
    if not client.redirect_uris:
        raise invalid(f"{PREFIX}REDIRECT_URI {NOT_SET}")
    try:
        client.begin_login()
    except ConfigError as error:
        if error.code != "client_secret_missing":
            raise
    else:
        return
    raise invalid(f"{PREFIX}CLIENT_SECRET {NOT_SET}")


def is_missing(error: ConfigError) -> bool:
    """Whether an error is about a missing setting that every login needs."""
    return error.message.endswith(f" {NOT_SET}")


def misspelled(names: Iterable[str], others: Iterable[str] = ()) -> Iterator[tuple[str, str]]:
    """Unknown setting names that look like a known one, each with the known name.

    Args:
        names: The settings that are set.
        others: Settings that are read in addition to the arguments of the client.
    """
    from difflib import get_close_matches  # noqa: PLC0415  (not every program that imports the package pays for it)

    known = CLIENT_SETTINGS | set(others)
    for name in names:
        if name.startswith(PREFIX) and name not in known and name not in _OF_SOME_FACE:
            if name in _MEANT:
                yield name, _MEANT[name]
                continue
            habits = [_MEANT[habit] for habit in get_close_matches(name, _MEANT, 1, 0.9)]
            for meant in habits or get_close_matches(name, known, 1, 0.78):
                yield name, meant


def instead_of(name: object) -> str:
    """What to do about a name that is not a client setting, as the end of a sentence."""
    from difflib import get_close_matches  # noqa: PLC0415  (as above)

    word = str(name).upper()
    if word in _OF_SOME_FACE:
        return ": all hosts share it"
    word = word if word.startswith(PREFIX) else PREFIX + word
    nearest = get_close_matches(word, CLIENT_SETTINGS, 1, 0.78)
    return f": a similar setting is {nearest[0]}" if nearest else ""


def of_other_faces(names: Iterable[str], face: str) -> Iterator[tuple[str, str]]:
    """Setting names that only another framework reads, each with the name to use instead.

    Args:
        names: The settings that are set.
        face: `Django`, `Flask`, or `the environment`.
    """
    instead = _INSTEAD[face]
    for name in names:
        if name in instead:
            yield name, instead[name]


# Names that people use by habit, but that look like a different setting from the one they mean.
_MEANT = {
    f"{PREFIX}ID": "CLEVER_CLIENT_ID",
    f"{PREFIX}SECRET": "CLEVER_CLIENT_SECRET",
    f"{PREFIX}LOGIN_REDIRECT_URL": "CLEVER_AFTER_LOGIN",
    f"{PREFIX}LOGOUT_REDIRECT_URL": "CLEVER_AFTER_LOGOUT",
}
_NO_SCOPE = "Clever decides what an application may read, so there is no scope to ask for"
_OF_NO_FACE = {f"{PREFIX}SCOPE": _NO_SCOPE, f"{PREFIX}SCOPES": _NO_SCOPE}
_ON_SIGN_IN = "it is a setting of Django; decide in a function with the decorator on_sign_in"
_INSTEAD_OF_DJANGO = {
    "CLEVER_AFTER_UNLINK": _ON_SIGN_IN,
    "CLEVER_ALLOW_STAFF": _ON_SIGN_IN,
    "CLEVER_BEFORE_SIGN_IN": "it is a setting of Django; use the decorator before_sign_in",
    "CLEVER_CREATE_USERS": _ON_SIGN_IN,
    "CLEVER_KEEP_NAMES": _ON_SIGN_IN,
    "CLEVER_LINK_TEMPLATE": _ON_SIGN_IN,
    "CLEVER_MATCH_USER": _ON_SIGN_IN,
    "CLEVER_PROBLEM_TEMPLATE": "it is a setting of Django; make the page in a function with the decorator on_problem",
    "CLEVER_PROVISION_USER": _ON_SIGN_IN,
    "CLEVER_ROLE_GROUPS": _ON_SIGN_IN,
    "CLEVER_USER_EMAIL": _ON_SIGN_IN,
}
_SESSION_NAME = "it is a setting of PHP and C; set SESSION_COOKIE_NAME"
_INSTEAD = {
    "Django": {
        **_OF_NO_FACE,
        "CLEVER_CALLBACK_PATH": "the callback is where urls.py includes clever_sso.django.urls; set FORCE_SCRIPT_NAME "
        "if a proxy removes a prefix",
        "CLEVER_LANGUAGE": "the pages are in Django's active language; set LANGUAGE_CODE, or use LocaleMiddleware",
        "CLEVER_SESSION_NAME": _SESSION_NAME,
        "CLEVER_URL_PREFIX": 'urls.py says it: path("clever/", include("clever_sso.django.urls"))',
    },
    "Flask": {**_OF_NO_FACE, **_INSTEAD_OF_DJANGO, "CLEVER_SESSION_NAME": _SESSION_NAME},
    "the environment": {
        **_OF_NO_FACE,
        **_INSTEAD_OF_DJANGO,
        "CLEVER_HOSTS": "it is a setting of Flask and Django; write CleverSso(clients={...})",
        "CLEVER_SESSION_NAME": "it is a setting of PHP and C; name the cookie in SessionMiddleware(session_cookie=...)",
    },
}
_OF_SOME_FACE = frozenset(name for instead in _INSTEAD.values() for name in instead) | OF_EVERY_FACE


def found_in(where: str, error: ConfigError) -> ConfigError:
    """Returns the same error, with the name of the setting added."""
    sentence, colon, rest = error.message.partition(": ")
    message = f"{sentence}: {where}: {rest}" if colon else f"{where}: {sentence}"
    return ConfigError(error.code, message, error.user_message, error.retryable, error.actor)


def invalid(message: str) -> ConfigError:
    """Returns the error for a wrong setting."""
    entry = error_codes()["config_invalid"]
    return ConfigError(
        "config_invalid", f"{entry.sentence}: {message}", entry.user_message, entry.retryable, entry.actor
    )


def guide(heading: str) -> str:
    """Where a section of the guide is, for a message. The address comes from the metadata of the package.

    Args:
        heading: The heading in docs/python.md.
    """
    from importlib.metadata import PackageNotFoundError, metadata  # noqa: PLC0415  (only messages need it)

    try:
        told = dict(url.split(", ", 1) for url in metadata("clever_sso").get_all("Project-URL") or ())
    except PackageNotFoundError:
        # Packed into one file, or copied.
        told = {}
    page = told.get("Documentation", "docs/python.md")
    return f'"{heading}" ({page}#{re.sub(r"[^a-z0-9 _-]", "", heading.lower()).replace(" ", "-")})'


# ---------------------------------------------------------------- session keys

SHORTEST_KEY = 16
"""The fewest characters of a key that signs sessions."""

MAKE_A_KEY = 'make one with: python -c "import secrets; print(secrets.token_hex(32))"'

# Keys from tutorials and quickstarts, in lower case and without punctuation. Attackers who forge sessions try lists of
# them.
_SAMPLE_KEYS = frozenset(
    {
        "192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf",
        "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
        "5y2lf4q8znxec",
        "5y2lf4q8z\xec",
        "a0zr98j3yxrxhhjmnlwxrt",
        "keyboardcat",
        "youwillneverguess",
        "hardtoguess",
        "hardtoguessstring",
        "correcthorsebatterystaple",
        "onlyfortryingit",
        "0123456789abcdef0123456789abcdef",
    }
)
# Keys that consist only of these words are refused too.
_SAMPLE_WORDS = re.compile(
    "(?:a|an|any|app|application|auth0|be|bit|changed?|cookie|default|dev|development|django|example|extremely|fastapi|"
    "flask|here|in|insecure|is|it|jwt|key|keep|local|long|longer|me|my|needs?|none|not|null|of|passw0rd|password|"
    "placeholder|please|prod|production|put|random|randomly|generated|real|really|replace|sample|secret|"
    "sekrit|session|should|signing|so|some|something|starlette|string|super|test|testing|that|the|this|to|top|"
    "unsafe|value|very|with|you|your)+[0-9]{0,8}|(?:1234567890)+[0-9]*"
)


def key_problem(key: object) -> str | None:
    """Why a key is too weak to sign sessions: anyone could sign in as any person. `None` when no problem is known.

    Args:
        key: A str, bytes, or an object whose `str()` is the key.
    """
    text = key.decode("latin-1") if isinstance(key, bytes) else str(key or "")
    if not text.strip():
        return "is empty"
    letters = re.sub(r"[\W_]", "", text).lower()
    if letters in _SAMPLE_KEYS or _SAMPLE_WORDS.fullmatch(letters):
        return "is a sample key that is public"
    if len(text) < SHORTEST_KEY:
        return f"has {len(text)} characters, fewer than {SHORTEST_KEY}"
    return None


# ---------------------------------------------------------------- hooks and arguments


def hook_problem(name: str, function: Any, *arguments: str) -> str | None:  # noqa: ANN401  (a setting)
    """What is wrong with a function of the application that the library will call with these arguments.

    Args:
        name: The setting or decorator that names the function.
        function: The function.
        arguments: The arguments of the call, by names that explain them.
    """
    import inspect  # noqa: PLC0415  (not every program that imports the package pays for it)

    if not callable(function):
        return f"{name} must be a function, not {_kind(function)}"
    try:
        inspect.signature(function).bind(*arguments)
    except ValueError:
        # A function written in C has no signature.
        return None
    except TypeError:
        shown = getattr(function, "__name__", type(function).__name__)
        return f"{name} is called with ({', '.join(arguments)}), which {shown} does not take"
    return None


def check_hook(name: str, function: object, *arguments: str) -> None:
    """Raise if `hook_problem` finds a problem.

    Raises:
        TypeError: With what is wrong.
    """
    wrong = hook_problem(name, function, *arguments)
    if wrong:
        raise TypeError(wrong)


def check_keywords(function: str, found: Iterable[str], known: Iterable[str]) -> None:
    """Raise if a call has unknown keyword arguments.

    Raises:
        TypeError: The message names the most similar known argument.
    """
    from difflib import get_close_matches  # noqa: PLC0415  (as above)

    known = sorted(known)
    for name in found:
        nearest = next(iter(get_close_matches(name, known, 1)), None)
        advice = f"is it {nearest!r}?" if nearest else f"it has {', '.join(known)}"
        raise TypeError(f"{function} has no argument {name!r}: {advice}")


# ---------------------------------------------------------------- how values are read


class _WrongTypeError(Exception):
    """Raised when a value has a type that the setting cannot have. The message says which type it must have."""


def _kind(value: object) -> str:
    return "None" if value is None else type(value).__name__


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise _WrongTypeError(_kind(value))
    return value


def _list(value: object) -> list[str]:
    """Splits one or several values, separated by spaces: neither URIs nor keys contain spaces."""
    if isinstance(value, str):
        return value.split()
    if isinstance(value, (list, tuple)):
        wrong = [item for item in value if not isinstance(item, str)]
        if wrong:
            raise _WrongTypeError(f"{_kind(value)} with {_kind(wrong[0])} in it")
        return list(value)
    raise _WrongTypeError(_kind(value))


def _text_or_path(value: object) -> str:
    return _text(os.fspath(value) if isinstance(value, os.PathLike) else value)


def _boolean(value: object) -> bool:
    if isinstance(value, bool):
        return value
    word = _text(value).strip().lower()
    if word not in _YES | _NO:
        raise ValueError
    return word in _YES


def _seconds(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise _WrongTypeError(_kind(value))
    return float(_digits(value))


def _whole_seconds(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise _WrongTypeError(_kind(value))
    return int(_digits(value))


def _digits(value: str | float) -> str | float:
    """Rejects text that only Python reads as a number, such as `1_000`: the doctor reads the same value in the core."""
    if isinstance(value, str) and ("_" in value or not value.strip().isascii()):
        raise ValueError
    return value


_KINDS: dict[Callable[[Any], Any], str] = {
    _text: "text",
    _text_or_path: "PEM text, or the path of a PEM file",
    _list: "text, several separated by spaces",
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

CLIENT_SETTINGS = frozenset(PREFIX + argument.upper() for argument in _READERS)
"""The names of the settings of a client."""
ARGUMENTS = frozenset(_READERS)
"""The same, as arguments."""
