"""The step between login and sign-in: Clever confirmed the person, and the application decides what happens next.

The application's hook may accept the person, refuse them, or respond with its own page. With `hold`, the login waits in
the browser's session until the application completes it, at most ten minutes.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Any, Callable, Generic, TypeVar, cast

from clever_sso._web.arrival import LARGEST_COOKIE, REDIRECT, SignIn
from clever_sso._web.copies import IdentityCopy, NoTokens, TokensCopy
from clever_sso._web.identity import SESSION_KEY, SessionIdentity

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping

    from clever_sso._native import Identity, Tokens

    Waiting = dict[str, Any]  # The waiting logins of one person, as the session stores them.

HELD_KEY = "clever_sso_held"
TEN_MINUTES = 10 * 60
_FORMAT = 2
_MOST_HELD = 8
_MOST_SPENT = 10_000

OF_A_LOGIN = (SESSION_KEY, HELD_KEY)
"""A session that has one of these keys was not lost: a person is signed in, or a login is or was held."""

ClientType = TypeVar("ClientType")


@dataclass
class ProvenLogin(Generic[ClientType]):
    """A proven login, before the person is signed in: the argument of `before_sign_in`."""

    identity: Identity | IdentityCopy
    """Who it is."""

    tokens: Tokens = field(repr=False)
    """The tokens of this login."""

    request: Any = field(repr=False)
    """The callback's request, in the framework's own type. No one is signed in on it yet."""

    client: ClientType = field(repr=False)
    """The client, for calls to Clever's API. Don't catch its errors: the person gets an error page."""

    return_to: str | None
    """Where the person wanted to go; `None` for the page after a login."""

    user: Any = None
    """Django: the existing user of this person; `None` for a new person. The lookup wrote nothing."""

    switch_user: bool = False
    """Whether a "Not you?" link started the login."""

    link_to: Any = None
    """Django: the signed-in user who asked to connect this person; `None` for a sign-in. `user` is `None` then."""

    _session: MutableMapping[str, Any] = field(default_factory=dict, repr=False)
    _in_browser: bool = field(default=False, repr=False)
    _others: Waiting | None = field(default=None, repr=False)

    @classmethod
    def of(  # noqa: PLR0913  (they are keyword arguments)
        cls,
        step: SignIn,
        *,
        request: object,
        client: ClientType,
        session: MutableMapping[str, Any],
        in_browser: bool,
        others: Waiting | None = None,
        user: object = None,
        link_to: object = None,
    ) -> ProvenLogin[ClientType]:
        """The argument of the hook.

        Args:
            step: The sign-in that the hook decides about.
            request: The request of the callback.
            client: The client.
            session: The session of this browser, without a signed-in person.
            in_browser: Whether the browser stores the session.
            others: The logins of the same person that other tabs hold.
            user: Django: the existing user of this person.
            link_to: Django: the user who asked to connect this person.
        """
        return cls(
            step.identity,
            cast("Tokens", step.tokens),
            request,
            client,
            step.return_to,
            user=user,
            switch_user=step.switch_user,
            link_to=link_to,
            _session=session,
            _in_browser=in_browser,
            _others=others,
        )

    def hold(self, *, keep_tokens: bool = False) -> str:
        """Hold this login in the browser's session for up to ten minutes, until you call `complete_login`.

        After `hold`, return a response, such as a page for a second factor. `complete_login` signs the person in. Each
        tab can hold its own login, up to eight.

        Args:
            keep_tokens: Whether to keep the tokens, the email address and the claims as well. By default, the completed
                login has none of them.

        Returns:
            The key of this login, for `held_login` and `complete_login`: put it into the URL of your page, so that each
            tab ends at its own page. It is not a secret: it works only for a login of this session.

        Raises:
            ValueError: When the tokens would be kept in a session that the browser stores, or the login is for a link.
        """
        if self.link_to is not None:
            raise ValueError("hold() is for sign-ins: let a login with link_to go on, refuse it, or return a page")
        if keep_tokens and self._in_browser:
            raise ValueError("hold(keep_tokens=True) needs sessions on the server: the browser stores these")
        identity = IdentityCopy.of(self.identity)
        login = {
            "key": token_urlsafe(12),
            "ends_at": int(time.time()) + TEN_MINUTES,
            "return_to": self.return_to,
            "switch_user": self.switch_user,
        }
        others = self._others["logins"] if self._others else []
        self._session[HELD_KEY] = {
            "format": _FORMAT,
            "identity": (identity if keep_tokens else identity.without_details()).to_session(),
            "tokens": [self.tokens.access_token, self.tokens.id_token] if keep_tokens else None,
            "logins": [*others, login][-_MOST_HELD:],
        }
        return str(login["key"])

    @property
    def is_held(self) -> bool:
        """Whether `hold` was called."""
        return HELD_KEY in self._session

    def check_held(self, answer: object) -> None:
        """Raise if the hook called `hold` and then let the person in immediately: it forgot to return a response."""
        if answer is None and self.is_held:
            raise RuntimeError("the hook before the sign-in called hold() and returned no response")

    def note_redirect(self, status: int) -> None:
        """Mark the session, so that we see it come back, if the hook sent a redirect and held no login.

        If the hook sent a page, the person is not in a redirect loop and may log in as often as they like.
        """
        if status // 100 == REDIRECT and not self.is_held:
            self._session[HELD_KEY] = None


@dataclass(frozen=True)
class HeldLogin:
    """A login that is held in the browser's session until the application completes it."""

    identity: IdentityCopy
    """The person. The email address and claims are there only after `hold(keep_tokens=True)`."""

    tokens: TokensCopy | NoTokens = field(repr=False)
    """The tokens, after `hold(keep_tokens=True)`. Otherwise this is falsy and its attributes raise."""

    return_to: str | None
    """Where the person wanted to go."""

    switch_user: bool = False
    """Whether a "Not you?" link started the login."""

    user: Any = None
    """Django: the existing user of this person; `None` for a new person."""

    key: str = field(default="", repr=False)
    """The key of this login, as `hold` returned it. The login can be completed once."""

    ends_at: int = 0
    """When this login expires, in Unix seconds."""

    is_signed_in: bool = False
    """Whether another tab has signed this person in. Then ask nothing again: `complete_login` leads to their page."""

    @classmethod
    def of(cls, session: Mapping[str, Any]) -> HeldLogin | None:
        """The oldest held login in a session; `None` if there is none or it has expired."""
        return next(iter(cls.all_of(session)), None)

    @classmethod
    def with_key(cls, session: Mapping[str, Any], key: str | None) -> HeldLogin | None:
        """The login with this key; without a key, the same as `of`."""
        if key is None:
            return cls.of(session)
        return next((held for held in cls.all_of(session) if held.key == key), None)

    @classmethod
    def all_of(cls, session: Mapping[str, Any]) -> list[HeldLogin]:
        """All logins that are held in a session, oldest first."""
        found = _alive(session)
        if found is None:
            return []
        identity, tokens, logins = found
        person = SessionIdentity.from_session(session)
        is_signed_in = person is not None and (person.issuer, person.id) == (identity.issuer, identity.id)
        return [
            cls(
                identity,
                tokens,
                login["return_to"],
                switch_user=login["switch_user"],
                key=login["key"],
                ends_at=login["ends_at"],
                is_signed_in=is_signed_in,
            )
            for login in logins
        ]

    @classmethod
    def take_of_person_in(cls, session: Mapping[str, Any], key: str | None) -> HeldLogin | None:
        """A login whose person another tab has already signed in. This call completes it."""
        held = cls.with_key(session, key)
        return held if held is not None and held.is_signed_in and held.spend() else None

    def step(self, cookies: str | None) -> SignIn:
        """The sign-in that completes this login, in a request with this `Cookie` header."""
        return SignIn(self.identity, self.tokens, self.return_to, switch_user=self.switch_user, cookies=cookies or "")

    @classmethod
    def take(cls, session: MutableMapping[str, Any], key: str | None = None) -> HeldLogin | None:
        """Return the same sign-in and complete this login, so it is not found again. Other logins stay held."""
        held = cls.with_key(session, key)
        if held is None:
            if HELD_KEY in session and _alive(session) is None:
                del session[HELD_KEY]
            return None
        held.leave(session)
        return held if held.spend() else None

    def leave(self, session: MutableMapping[str, Any]) -> None:
        """Remove this login from a session."""
        kept = session[HELD_KEY]
        _keep(session, [login for login in kept["logins"] if login.get("key") != self.key])

    def spend(self) -> bool:
        """Record that this login is completed. Return whether it was not completed before."""
        return _SPENT.add(self.key, self.ends_at)


def others_of(session: Mapping[str, Any], identity: Identity | IdentityCopy) -> Waiting | None:
    """The held logins of this person, to keep when the session is replaced; `None` if there are none."""
    found = _alive(session)
    if found is None:
        return None
    held, _, logins = found
    is_same = (held.issuer, held.id) == (identity.issuer, identity.id)
    return {**session[HELD_KEY], "logins": logins} if is_same and logins else None


def make_room(session: MutableMapping[str, Any], size: Callable[[], int], least: int) -> None:
    """Drop the oldest held logins until the session cookie is small enough.

    Args:
        session: The session.
        size: Returns the size of the session cookie in bytes.
        least: How many logins to keep in any case.
    """
    while isinstance(session.get(HELD_KEY), dict) and size() > LARGEST_COOKIE:
        logins = session[HELD_KEY]["logins"][1:]
        if len(logins) < least:
            return
        _keep(session, logins)


def _keep(session: MutableMapping[str, Any], logins: list[Any]) -> None:
    if logins:
        session[HELD_KEY] = {**session[HELD_KEY], "logins": logins}
    else:
        del session[HELD_KEY]


def _alive(session: Mapping[str, Any]) -> tuple[IdentityCopy, TokensCopy | NoTokens, list[dict[str, Any]]] | None:
    """The person whose logins are held in a session, and those logins. `None` if unreadable or all expired."""
    kept = session.get(HELD_KEY)
    if not isinstance(kept, dict) or kept.get("format") != _FORMAT:
        return None
    try:
        tokens = kept["tokens"]
        identity, copy = IdentityCopy.from_session(kept["identity"]), TokensCopy(*tokens) if tokens else NoTokens()
        logins = [
            {
                "key": str(login["key"]),
                "ends_at": int(login["ends_at"]),
                "return_to": login["return_to"],
                "switch_user": bool(login["switch_user"]),
            }
            for login in kept["logins"]
        ]
    except (KeyError, TypeError, ValueError):
        return None
    alive = [each for each in logins if each["ends_at"] > time.time() and not _SPENT.has(each["key"])]
    return (identity, copy, alive) if alive else None


class _Spent:
    """Logins that this process completed. A browser can send an old session cookie again."""

    def __init__(self) -> None:
        # Each operation on this dict is atomic. There is no lock, because a fork could happen while it is locked.
        self._ends: dict[str, tuple[int, object]] = {}

    def has(self, key: str) -> bool:
        return key in self._ends

    def add(self, key: str, ends_at: int) -> bool:
        """Record a login. Return whether it was not recorded before."""
        if len(self._ends) >= _MOST_SPENT:
            now = time.time()
            for each, (end, _) in list(self._ends.items()):
                if end <= now:
                    self._ends.pop(each, None)
        mark = object()
        return self._ends.setdefault(key, (ends_at, mark))[1] is mark


_SPENT = _Spent()
