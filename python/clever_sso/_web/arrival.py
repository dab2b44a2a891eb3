"""What a callback means for the browser.

Outcomes and exceptions of `finish_login` become one of three steps, so that no framework's view decides anything.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Union
from urllib.parse import urlencode

from clever_sso._native import Denied, Restart, SignedIn, error_codes
from clever_sso.exceptions import CleverError, ConfigError, Error, InternalError, NetworkError, TokenError

if TYPE_CHECKING:
    from collections.abc import Container

    from clever_sso._native import Identity, Login, Tokens

DENIED = "access_denied"
DENIED_SENTENCE = "Clever did not let you into this app. Please ask your teacher or your school for access."
NOT_ADMITTED = "not_admitted"
NOT_ADMITTED_SENTENCE = "This app has no place for you. Please ask your teacher or your school for access."


class Refused(Exception):  # noqa: N818  (it is no error: the application decides so)
    """Raised by an application's own code when it does not admit somebody who logged in.

    Args:
        sentence: What the person reads, if the usual sentence will not do.
    """

    def __init__(self, sentence: str = NOT_ADMITTED_SENTENCE) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True)
class ToClever:
    """Redirect the browser to Clever, and let it keep the pending login."""

    url: str
    pending: str = field(repr=False)

    @classmethod
    def of(cls, login: Login) -> ToClever:
        """The step that begins `login`."""
        return cls(login.url, login.pending)


@dataclass(frozen=True)
class SignIn:
    """Replace whoever is signed in on this browser by this person."""

    identity: Identity
    tokens: Tokens = field(repr=False)
    return_to: str | None


@dataclass(frozen=True)
class Problem:
    """Show what went wrong, with a way to log in again."""

    code: str
    """The word for helpers: a code word of the catalogue, `access_denied` (Clever) or `not_admitted` (the app)."""

    sentence: str
    """What the person reads."""

    status: int
    """The HTTP status of the page."""

    ends_session: bool
    """Whether somebody came from Clever whom the app could not let in.

    Then nobody may go on as whoever was signed in before: devices are shared at schools. That Clever refused somebody
    cannot be proven, for it may come without a state; a link that says so costs its reader a new login, no more.
    """

    error: Error | Denied | Refused = field(repr=False)
    """What happened, for the log and for those who listen."""

    def __str__(self) -> str:
        """For the log. No secret, and no word that came from outside without quotes."""
        if isinstance(self.error, Error):
            return str(self.error)
        if isinstance(self.error, Refused):
            return f"{self.code}: the application did not admit this person"
        return f"{self.code}: Clever answered {self.error.error!r}"


Step = Union[ToClever, SignIn, Problem]


def step_of(outcome: SignedIn | Restart | Denied) -> Step:
    """What to do with what came of a login."""
    if isinstance(outcome, SignedIn):
        return SignIn(outcome.identity, outcome.tokens, outcome.return_to)
    if isinstance(outcome, Restart):
        return ToClever.of(outcome.login)
    return Problem(DENIED, DENIED_SENTENCE, 403, ends_session=True, error=outcome)


def problem_of(error: Error) -> Problem:
    """What to show when a login fails."""
    # Errors of these kinds are raised only after the browser proved that the login is its own; no link makes one.
    past_the_state = isinstance(error, (TokenError, CleverError, NetworkError, InternalError))
    return Problem(error.code, error.user_message, _status(error), ends_session=past_the_state, error=error)


def problem_of_refusal(refused: Refused) -> Problem:
    """What to show when the application does not admit somebody."""
    return Problem(NOT_ADMITTED, refused.sentence, 403, ends_session=True, error=refused)


def problem_of_fault() -> Problem:
    """What to show when the application's own code falls over while somebody signs in."""
    entry = error_codes()["internal"]
    message = "the application's own code failed while somebody signed in"
    error = InternalError(entry.word, message, entry.user_message, entry.retryable, entry.actor)
    return Problem(entry.word, entry.user_message, 500, ends_session=True, error=error)


def _status(error: Error) -> int:
    if isinstance(error, (CleverError, NetworkError)):
        return 503
    return 500 if isinstance(error, (InternalError, ConfigError)) else 400


WAITED = "clever_waited"


def should_wait(parameters: Container[str]) -> bool:
    """Whether this callback is one whose login is finished behind a waiting page.

    One without a state is only begun anew, which takes no time.
    """
    return "code" in parameters and "state" in parameters and WAITED not in parameters


def onwards(query: str) -> str:
    """Where the waiting page leads: the same address, whatever it is for the browser, with one parameter more."""
    return f"?{query}&{urlencode({WAITED: '1'})}"
