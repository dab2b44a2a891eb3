"""Turns the outcome of a login into the next step for the browser.

Each result or exception of `begin_login` and `finish_login` becomes one of three steps, so that the views of the
frameworks decide nothing themselves.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Union
from urllib.parse import urlencode

from clever_sso._native import Denied, Restart, SignedIn, error_codes, is_switched_on, leads_to
from clever_sso._web.hosts import redirect_uri_at
from clever_sso._web.request import LONGEST_GOAL, as_sent, as_shown, as_typed, parameters
from clever_sso._web.words import words
from clever_sso.exceptions import ArgumentError, ConfigError, Error, InternalError

if TYPE_CHECKING:
    import logging
    from collections.abc import Iterable
    from typing import Callable

    from clever_sso._native import Client, Identity, Login, SetCookie, Tokens
    from clever_sso._web.copies import IdentityCopy, NoTokens, TokensCopy
    from clever_sso._web.words import Words
    from clever_sso.aio import AsyncClient

LINK_REFUSED = "link_refused"
PAGE_NOT_ALLOWED = "page_not_allowed"
DENIED = "access_denied"
DENIED_SENTENCE = "Clever did not let you into this app. Please ask someone at your school for access."
NOT_ADMITTED = "not_admitted"
NOT_ADMITTED_SENTENCE = "Your account doesn't have access to this app. Please ask someone at your school for help."
NOT_ADMITTED_REASON = "the application did not admit this person"
REDIRECT = 3


class Refused(Exception):  # noqa: N818  (it is not an error: the application decides so)
    """Raise it in your own code to refuse a person who logged in.

    Args:
        sentence: The sentence that the person reads instead of the default.
        reason: The text for the log instead of the default. Never put a name or an email address into it.
    """

    def __init__(self, sentence: str = NOT_ADMITTED_SENTENCE, *, reason: str = NOT_ADMITTED_REASON) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.reason = reason


class LoggedOutError(Exception):
    """The person logged out of this browser's session during a login, so no one is signed in."""


LARGEST_COOKIE = 4093
"""All browsers keep a cookie whose name and value together have at most this many bytes."""


class TooLargeError(Exception):
    """The session of a sign-in does not fit into its cookie.

    Browsers drop such a cookie and keep the old one, so the previous person would stay signed in.

    Args:
        size: The size of the cookie's name and value in bytes.
    """

    def __init__(self, size: int) -> None:
        super().__init__(
            f"the session cookie would have {size} bytes, more than browsers keep ({LARGEST_COOKIE}): put less into "
            "the session, or keep sessions on the server"
        )


def check_size(size: int) -> None:
    """Raise `TooLargeError` if a session cookie whose name and value have this many bytes is too large."""
    if size > LARGEST_COOKIE:
        raise TooLargeError(size)


HANDLED = (LoggedOutError, Refused, TooLargeError, Error)
"""The exceptions of a sign-in that the views turn into a response, with a line in the log."""


@dataclass(frozen=True)
class ToClever:
    """Redirect the browser to Clever, or a signed-in person back to their page."""

    url: str
    set_cookies: tuple[SetCookie, ...]
    needs_page: bool = False
    """Whether to respond with a page that continues to the URL, because the browser has followed many redirects."""

    @classmethod
    def of(cls, login: Login) -> ToClever:
        """The step that begins `login`."""
        return cls(login.url, login.set_cookies, login.needs_page)


@dataclass(frozen=True)
class SignIn:
    """A proven login: this person replaces the person who was signed in on this browser."""

    identity: Identity | IdentityCopy
    """Who it is."""

    tokens: Tokens | TokensCopy | NoTokens = field(repr=False)
    """The tokens of this login. For a login that was held without tokens, this is falsy and its attributes raise."""

    return_to: str | None
    """Where the person wanted to go; `None` for the page after a login."""

    set_cookies: tuple[SetCookie, ...] = field(default=(), repr=False)
    """The cookies to set with the response; the views set them."""

    switch_user: bool = False
    """Whether the login asked Clever to let the person confirm who they are (`switch_user`)."""

    cookies: str = field(default="", repr=False)
    """For a login that was held: the `Cookie` header of the request that completes it."""


@dataclass(frozen=True)
class Problem:
    """What went wrong, with a way to log in again."""

    code: str
    """The error code for support: from `error_codes()`, `access_denied` (by Clever) or `not_admitted` (by the app)."""

    sentence: str
    """The sentence that the person reads."""

    status: int
    """The HTTP status of the page."""

    ends_session: bool
    """Whether a login that this browser began has failed or was refused.

    Then the old session must end, because people share devices at schools. A failure without proof that this browser
    began the login, for example from a link, does not end the session.
    """

    error: Error | Denied | Refused = field(repr=False)
    """The cause, for the log and for signal receivers."""

    set_cookies: tuple[SetCookie, ...] = field(default=(), repr=False)
    """The cookies to set with the page; the views set them."""

    return_to: str | None = field(default=None, repr=False)
    """Where the person wanted to go, if that is known."""

    switch_user: bool = False
    """Whether the failed login asked Clever to let the person confirm who they are. "Try again" does so too."""

    retry_after: int | None = None
    """How many seconds to wait before the next try, if Clever said so; the views send it as `Retry-After`."""

    clever_id: str | None = None
    """The Clever id of the person, if the login was proven; for the log."""

    login_url: str = field(default="", repr=False)
    """The "Try again" link. After the login, it leads to the page that the person wanted."""

    switch_user_url: str = field(default="", repr=False)
    """The same link, but Clever asks the person to confirm who they are."""

    language: str = "en"
    """The language of the sentence, for `<html lang>`."""

    home_url: str = field(default="", repr=False)
    """Where to continue if the person stays signed in (`page_not_allowed`, or a failed link). Otherwise empty."""

    def linked(self, login: str, home: str) -> Problem:
        """Returns a copy with its links.

        Args:
            login: The path of the login.
            home: Where people go after a login.
        """
        # The same encoding that guards use: a URL that is encoded twice is too long for servers.
        shown = as_typed(self.return_to) if self.return_to else ""
        goal = {"next": shown} if shown and len(shown.encode()) <= LONGEST_GOAL else {}
        switching = f"{login}?{urlencode({**goal, 'switch_user': '1'})}"
        again = f"{login}?{urlencode(goal)}" if goal else login
        home_url = home if self.code == PAGE_NOT_ALLOWED else self.home_url
        again = switching if self.switch_user else again
        return replace(self, login_url=again, switch_user_url=switching, home_url=home_url)

    def spoken(self, language: str | None) -> Problem:
        """Returns a copy with its sentence in this language. Every language except Spanish gets English.

        A sentence of your own, from `Refused`, stays unchanged. The `Problem` that you get is already in the language
        of the page: from Django's active language, Flask-Babel, `CLEVER_LANGUAGE`, or the browser.

        Args:
            language: The language of your page: a tag such as `es` or `es-MX`, or the value of `Accept-Language`.
        """
        return self.in_words(words(language))

    def in_words(self, words: Words) -> Problem:
        """Returns a copy with its sentence in the language of the page."""
        return replace(self, sentence=words.say(self.sentence), language=words.language)

    def __str__(self) -> str:
        """The text for the log. It has no secrets, and text from outside is quoted."""
        person = f" (Clever id {self.clever_id})" if self.clever_id else ""
        if isinstance(self.error, Error):
            return f"{self.error}{person}"
        if isinstance(self.error, Refused):
            return f"{self.code}: {self.error.reason}{person}"
        return f"{self.code}: Clever responded with {self.error.error!r}"


Step = Union[ToClever, SignIn, Problem]


def begun(  # noqa: PLR0913  (they are keyword arguments)
    client: Client | AsyncClient,
    query: str,
    *,
    own_pages: Callable[[], Iterable[str]],
    cookies: str | None,
    has_session: bool,
    home: str,
    logger: logging.Logger,
    session_cookie: Callable[[], str],
    host: Callable[[], str | None],
) -> Step:
    """Begin a login.

    Args:
        client: The client.
        query: The query of the request, one character for each byte. `next` is where the person goes afterwards,
            `district_id` skips Clever's school picker, and `switch_user` makes Clever ask the person to confirm who
            they are.
        own_pages: Returns the paths of the login, callback and logout: a login must not return to them.
        cookies: The `Cookie` header of the request.
        has_session: Whether a person is signed in.
        home: Where people go after a login without a `next`.
        logger: The logger for problems.
        session_cookie: Returns a description of how the application sets its session cookie.
        host: Returns the host of the request. If this host has its own redirect URI, the login comes back to it.
    """
    asked = parameters(query)
    redirect_uri = _redirect_uri_here(client, host)

    def login(**wishes: str) -> Step:
        try:
            return ToClever.of(
                client.begin_login(
                    cookies=cookies,
                    switch_user=is_switched_on(asked.get("switch_user")),
                    has_session=has_session,
                    redirect_uri=redirect_uri,
                    home=home,
                    **wishes,
                )
            )
        except ArgumentError as error:
            # The author of the link gets no error, and no one is redirected there.
            refused = "return_to" if error.code == "return_to_unsafe" else "district_id"
            if refused not in wishes:
                raise
            name = "next" if refused == "return_to" else refused
            logger.warning("a login continues without its `%s`: %s", name, error)
            del wishes[refused]
            return login(**wishes)

    wishes = {"return_to": as_shown(asked.get("next", "")), "district_id": asked.get("district_id", "")}
    if wishes["return_to"] and any(leads_to(wishes["return_to"], path) for path in own_pages()):
        logger.warning("a login continues without its `next`: it leads to the login, the callback or the logout itself")
        del wishes["return_to"]
    try:
        return login(**{name: value for name, value in wishes.items() if value})
    except Error as error:
        # If the session had come back, the cookie that marks the last sign-in would be deleted by now.
        is_marked = any(not cookie.max_age for cookie in client.session_kept_cookies(cookies))
        if error.code == "session_not_kept" and is_marked:
            logger.error("the session cookie does not come back; it is set with %s", session_cookie())  # noqa: TRY400
        return problem_of(error)


def arrived(client: Client | AsyncClient, query: str, host: Callable[[], str | None]) -> str:
    """Returns the callback for `finish_login`. A login that began at Clever continues on the host where it arrives.

    Args:
        client: The client.
        query: The query of the request, one character for each byte.
        host: Returns the host of the request.
    """
    uri = _redirect_uri_here(client, host) or ""
    return f"{uri.partition('?')[0]}?{query}"


def _redirect_uri_here(client: Client | AsyncClient, host: Callable[[], str | None]) -> str | None:
    """The redirect URI of this host, if it is not the primary one. With only one redirect URI, the host is not read."""
    uris = client.redirect_uris
    return redirect_uri_at(uris, host()) if len(uris) > 1 else None


def step_of(outcome: SignedIn | Restart | Denied) -> Step:
    """Returns the next step after a login.

    Args:
        outcome: What `finish_login` returned.
    """
    if isinstance(outcome, SignedIn):
        return SignIn(outcome.identity, outcome.tokens, outcome.return_to, outcome.set_cookies, outcome.switch_user)
    if isinstance(outcome, Restart):
        return ToClever.of(outcome.login)
    return Problem(
        DENIED,
        DENIED_SENTENCE,
        403,
        outcome.ends_session,
        outcome,
        outcome.set_cookies,
        outcome.return_to,
        outcome.switch_user,
    )


def problem_of(error: Error) -> Problem:
    """The error page of a failed login."""
    return Problem(
        error.code,
        error.user_message,
        error.page_status,
        error.ends_session,
        error,
        error.set_cookies,
        error.return_to,
        error.switch_user,
        error.retry_after,
    )


def problem_of_sign_in(client: Client | AsyncClient, step: SignIn, error: Exception) -> Problem:
    """The error page when Clever confirmed a login and the application refused the person.

    Args:
        client: The client.
        step: The sign-in that was not completed.
        error: A `Refused`, an `Error` from a call to Clever's API, or a `TooLargeError`. Any other exception is a bug
            in the application's own code.
    """
    if isinstance(error, Refused):
        problem = Problem(NOT_ADMITTED, error.sentence, 403, ends_session=True, error=error)
    elif isinstance(error, Error):
        problem = problem_of(error)
    elif isinstance(error, TooLargeError):
        problem = problem_of_setup(str(error))
    else:
        problem = problem_of_fault()
    return replace(
        problem,
        ends_session=True,
        set_cookies=without_sign_in(client, step),
        return_to=step.return_to,
        switch_user=step.switch_user,
        clever_id=step.identity.id,
    )


def problem_of_fault() -> Problem:
    """The error page when the application's own code fails during a sign-in."""
    entry = error_codes()["internal"]
    message = "the application's own code failed during a sign-in"
    return problem_of(InternalError(entry.word, message, entry.user_message, entry.retryable, entry.actor))


def problem_of_setup(message: str) -> Problem:
    """The error page when no one can log in because the setup is wrong."""
    entry = error_codes()["config_invalid"]
    error = ConfigError(entry.word, f"{entry.sentence}: {message}", entry.user_message, entry.retryable, entry.actor)
    return problem_of(error)


def without_sign_in(client: Client | AsyncClient, step: SignIn) -> tuple[SetCookie, ...]:
    """The cookies to set when Clever confirmed a login but the application signs no one in."""
    return _later(step.set_cookies, client.log_out_cookies(_kept_by(step)))


def with_answer(client: Client | AsyncClient, step: SignIn, *, is_held: bool, status: int) -> tuple[SetCookie, ...]:
    """The cookies to set with the application's response before the sign-in.

    The cookies that count sign-ins stay until the browser shows a page. So a redirect loop through this response ends
    too.

    Args:
        client: The client.
        step: The sign-in that is held or refused.
        is_held: Whether it is held in the session.
        status: The status of the response.
    """
    if status // 100 == REDIRECT:
        return step.set_cookies
    if not is_held:
        return without_sign_in(client, step)
    # The next request shows whether the browser kept the session.
    seen = tuple(cookie for cookie in client.session_kept_cookies(_kept_by(step)) if cookie.max_age)
    return _later(step.set_cookies, seen)


def _kept_by(step: SignIn) -> str:
    """The `Cookie` header that the browser sends from now on."""
    cookies = [f"{cookie.name}={cookie.value}" for cookie in step.set_cookies if cookie.max_age]
    return "; ".join([*cookies, step.cookies] if step.cookies else cookies)


def _later(*cookies: Iterable[SetCookie]) -> tuple[SetCookie, ...]:
    # One header for each name (RFC 6265 4.1.1): the last one wins.
    return tuple({cookie.name: cookie for each in cookies for cookie in each}.values())


WAITED = "clever_waited"


def should_wait(query: str) -> bool:
    """Whether to show a waiting page while the login of this callback finishes.

    A callback without a state only restarts, which takes no time.
    """
    said = parameters(query)
    return "code" in said and "state" in said and WAITED not in said


def onwards(query: str) -> str:
    """Where the waiting page leads: the same URL, as the browser sees it, with one more parameter."""
    return f"?{as_sent(query)}&{urlencode({WAITED: '1'})}"
