"""What a callback means for the browser.

Outcomes and exceptions of `finish_login` become one of three steps, so that no framework's view decides anything.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Union
from urllib.parse import urlencode

from clever_sso._native import Denied, Restart, SignedIn
from clever_sso.exceptions import CleverError, Error, InternalError, NetworkError, TokenError

if TYPE_CHECKING:
    from clever_sso._native import Identity, Login, Tokens

DENIED = "access_denied"
DENIED_SENTENCE = "Clever did not let you into this app. Please ask your teacher or your school for access."


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
    """The word for whoever helps: a code word of the catalogue, or `access_denied`."""

    sentence: str
    """What the person reads."""

    status: int
    """The HTTP status of the page."""

    ends_session: bool
    """Whether somebody has proven to sit at this browser whom the app could not let in.

    Then nobody may go on as whoever was signed in before: devices are shared at schools.
    """

    error: Error | Denied
    """What happened, for the log and for those who listen."""

    def __str__(self) -> str:
        """For the log. No secret, and no word that came from outside without quotes."""
        if isinstance(self.error, Error):
            return str(self.error)
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
    # Of these three kinds an error is raised only after the browser proved that the login is its own.
    past_the_state = isinstance(error, (TokenError, CleverError, NetworkError))
    return Problem(error.code, error.user_message, _status(error), ends_session=past_the_state, error=error)


def _status(error: Error) -> int:
    if isinstance(error, (CleverError, NetworkError)):
        return 503
    return 500 if isinstance(error, InternalError) else 400


WAITED = "clever_waited"


def should_wait(parameters: dict[str, str]) -> bool:
    """Whether this callback is one whose login is finished behind a waiting page."""
    return "code" in parameters and WAITED not in parameters


def waited_query(query: str) -> str:
    """The query of the callback for the request that the waiting page makes."""
    return f"{query}&{urlencode({WAITED: '1'})}"
