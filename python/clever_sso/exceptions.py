"""What can go wrong: one class for each kind of failure, one error code for each failure.

`clever_sso.error_codes()` lists every word, with its class and its sentences.
"""

from __future__ import annotations

import sys

# What `typing.TYPE_CHECKING` says, without importing it.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from clever_sso._native import SetCookie


class Error(Exception):
    """A failure of Log in with Clever; the base of all others.

    It never contains a token, code, secret, name or email address: you may log all of it.
    """

    # The values for an application's subclass that does not call `__init__`.
    code: str = "internal"
    """The error code, for example `id_token_expired`. It never changes its meaning."""

    message: str = ""
    """A sentence for the log: what happened, what was expected and what was found."""

    user_message: str = "This app has a problem with Clever. Please tell your teacher or school."
    """A sentence that may be shown to the person who logs in, in English."""

    retryable: bool = False
    """Whether the same call, or the same login started again, may succeed without any change."""

    actor: str = "app"
    """Who can fix it: `user`, `app`, `clever` or `network`."""

    http_status: int | None = None
    """The HTTP status of the answer that led to this failure, if there was one."""

    retry_after: int | None = None
    """How many seconds the server asks to wait before the next attempt, if it said so."""

    set_cookies: tuple[SetCookie, ...] = ()
    """The cookies to set with the answer to the browser, when a login failed."""

    ends_session: bool = False
    """Whether the session that the browser had must end: a login that this browser began has failed.

    Devices are shared, so the session of the previous person must end.
    """

    return_to: str | None = None
    """Where the login that failed wanted to go, so that another try leads there."""

    switch_user: bool = False
    """Whether the login that failed was begun with `switch_user`, so that another try begins with it too."""

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
        """The HTTP status of the page that says what went wrong: 400, 403, 500 or 503."""
        from clever_sso._native import error_codes  # noqa: PLC0415  (it imports this module)

        entry = error_codes().get(self.code)
        return entry.page_status if entry else 500

    def user_message_in(self, language: str | None) -> str:
        """The same sentence in the language of the person. All languages but Spanish get English.

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
    """The configuration is wrong or lacks something."""


class ArgumentError(Error, ValueError):
    """An argument of the call cannot be used."""


class LoginError(Error):
    """The browser came back with something that cannot finish a login."""


class TokenError(Error):
    """A token is not what it must be."""


class CleverError(Error):
    """Clever refused, or its response cannot be read."""


# This is not a ConnectionError on purpose: web servers would think that the browser closed its connection, and drop the
# request silently.
class NetworkError(Error):
    """Clever could not be reached."""


class InternalError(Error):
    """A fault of this library or of the machine it runs on."""


if not TYPE_CHECKING:

    def _raised():  # noqa: ANN202  (checkers of types must not see it: they would lose the classes)
        """The classes by name that the compiled part of the package raises, once it has found them.

        This file runs again under `importlib.reload`, and when it is imported after it was removed from `sys.modules`.
        """
        native = sys.modules.get("clever_sso._native") or getattr(sys.modules.get("clever_sso"), "_native", None)
        try:
            entries = native.error_codes().values()
        except (AttributeError, ImportError):
            # The native module is being imported now, and reads its classes from here.
            return {}
        classes = {base for entry in entries for base in entry.exception.__mro__ if base.__module__ == __name__}
        return {base.__name__: base for base in classes}

    # Use the classes that are raised: `except` with newly made classes would catch nothing.
    globals().update(_raised())
