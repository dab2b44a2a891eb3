"""The exceptions: one class for each kind of failure, one error code for each failure.

`clever_sso.error_codes()` lists every error code, with its class and its sentences.
"""

from __future__ import annotations

import sys

# The same as `typing.TYPE_CHECKING`, without importing `typing`.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from clever_sso._native import SetCookie


class Error(Exception):
    """The base class of all exceptions of this package.

    It never contains a token, code, secret, name or email address: you may log all of it.
    """

    # Defaults for a subclass in an application that does not call `__init__`.
    code: str = "internal"
    """The error code, for example `id_token_expired`. It never changes its meaning."""

    message: str = ""
    """A sentence for the log: what happened, what was expected and what was found."""

    user_message: str = "This app has a problem with Clever. Please tell someone at your school."
    """A sentence in English that you can show to the person who logs in."""

    retryable: bool = False
    """Whether the same call, or a new try of the same login, may succeed later without a change."""

    actor: str = "app"
    """Who can fix it: `user`, `app`, `clever` or `network`."""

    http_status: int | None = None
    """The HTTP status of the response that caused this failure, if there was one."""

    retry_after: int | None = None
    """How many seconds to wait before the next try, if the server said so."""

    set_cookies: tuple[SetCookie, ...] = ()
    """The cookies to set with the response to the browser, when a login failed."""

    ends_session: bool = False
    """Whether to end the browser's old session: true when a login that this browser began has failed.

    Devices are shared, so the session of the previous person must end.
    """

    return_to: str | None = None
    """The `return_to` of the failed login: pass it again to the login behind your "Try again" link."""

    switch_user: bool = False
    """Whether the failed login began with `switch_user`: pass it again to the login behind your "Try again" link."""

    def __init__(
        self,
        code: str,
        message: str,
        user_message: str,
        retryable: bool,
        actor: str,
        http_status: int | None = None,
        retry_after: int | None = None,
    ) -> None:
        # Everything is in `args`, so that a worker can pickle the error and send it to another process.
        super().__init__(code, message, user_message, retryable, actor, http_status, retry_after)
        self.code = code
        self.message = message
        self.user_message = user_message
        self.retryable = retryable
        self.actor = actor
        self.http_status = http_status
        self.retry_after = retry_after

    @property
    def page_status(self) -> int:
        """The HTTP status for the page that shows this error: 400, 403, 500 or 503."""
        from clever_sso._native import error_codes  # noqa: PLC0415  (it imports this module)

        entry = error_codes().get(self.code)
        return entry.page_status if entry else 500

    def user_message_in(self, language: str | None) -> str:
        """Return the user message in the person's language. Every language except Spanish gets English.

        Args:
            language: A tag such as `es` or `es-MX`, or the value of the browser's `Accept-Language` header.
        """
        from clever_sso._native import translated  # noqa: PLC0415  (it imports this module)

        return translated(self.user_message, language)

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"


class ConfigError(Error):
    """The configuration is wrong or incomplete."""


class ArgumentError(Error, ValueError):
    """An argument of the call is invalid."""


class LoginError(Error):
    """The browser came back with a request that cannot finish a login."""


class TokenError(Error):
    """A token is invalid."""


class CleverError(Error):
    """Clever refused the request, or its response cannot be read."""


# This is deliberately not a ConnectionError: web servers would think that the browser closed its connection, and drop
# the request silently.
class NetworkError(Error):
    """Clever could not be reached."""


class InternalError(Error):
    """A bug in this library, or a problem of the machine it runs on."""


if not TYPE_CHECKING:

    def _raised():  # noqa: ANN202  (checkers of types must not see it: they would lose the classes)
        """The classes that the compiled part of the package raises, by name, once it has found them.

        This file runs again with `importlib.reload`, or when it is imported after its removal from `sys.modules`.
        """
        native = sys.modules.get("clever_sso._native") or getattr(sys.modules.get("clever_sso"), "_native", None)
        try:
            entries = native.error_codes().values()
        except (AttributeError, ImportError):
            # The native module is being imported now, and reads its classes from here.
            return {}
        classes = {base for entry in entries for base in entry.exception.__mro__ if base.__module__ == __name__}
        return {base.__name__: base for base in classes}

    # Use the classes that the compiled part raises: `except` with new classes would catch nothing.
    globals().update(_raised())
