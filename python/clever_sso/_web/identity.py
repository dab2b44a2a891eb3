"""Who is signed in, as a session stores it."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, MutableMapping

    from clever_sso._native import Identity
    from clever_sso._web.copies import IdentityCopy

SESSION_KEY = "clever_sso"
# A session with another format was written by another version of this package, and its person must log in again.
FORMAT = 2
TWELVE_HOURS = 12 * 60 * 60
"""How long a session lasts by default: a school day."""
A_MINUTE = 60
"""How long a session lasts after a new sign-in of the same person: other tabs may still use it."""
_MOST_REPLACED = 16
_LONGEST_KEY = 128
_TEXTS = ("issuer", "id", "full_name")
_OPTIONAL_TEXTS = ("district_id", "user_type", "first_name", "last_name")


@dataclass(frozen=True)
class SessionIdentity:
    """Who is signed in: the part of an `Identity` that a session stores.

    Use the pair of `issuer` and `id` as the key of a user. There is no email address: Clever's is unverified and may
    belong to another person, and sessions are often stored in a cookie that the owner of the browser can read.
    """

    issuer: str
    """The issuer that confirmed who this person is."""

    id: str
    """The Clever id."""

    district_id: str | None
    """Clever's id of the district; `None` for people of Clever Library."""

    user_type: str | None
    """The role of this login, such as `student`; `None` when a person has several roles and did not pick one."""

    roles: tuple[str, ...]
    """The names of all known roles."""

    full_name: str
    """First, middle and last name; empty when nothing is known."""

    first_name: str | None
    """The first name."""

    last_name: str | None
    """The last name; for a student in Clever Library, only the initial."""

    loginas_by_admin: bool
    """Whether an administrator logged in as this person. This comes from the callback and is not proven."""

    ends_at: int
    """When this session ends, in Unix seconds."""

    def has_role(self, *names: str) -> bool:
        """Whether the person logged in with one of these roles.

        This checks the role of the login. If Clever did not say which role that is, it checks all roles of the person.
        """
        if self.user_type is not None:
            return self.user_type in names
        return any(role in names for role in self.roles)

    @classmethod
    def of(cls, identity: Identity | IdentityCopy, seconds: int = TWELVE_HOURS) -> SessionIdentity:
        """The data of `identity` for a session that lasts this many seconds."""
        name = identity.name
        return cls(
            issuer=identity.issuer,
            id=identity.id,
            district_id=identity.district_id,
            user_type=identity.user_type,
            roles=tuple(role.name for role in identity.roles),
            full_name=name.full,
            first_name=name.first,
            last_name=name.last,
            loginas_by_admin=identity.loginas_by_admin,
            ends_at=int(time.time()) + seconds,
        )

    def is_person_of(self, session: Mapping[str, Any]) -> bool:
        """Whether this person is signed in, according to a session."""
        other = self.from_session(session)
        return other is not None and (other.issuer, other.id) == (self.issuer, self.id)

    @classmethod
    def shorten(cls, session: MutableMapping[str, Any], successor: str) -> None:
        """Make a session that was replaced expire in a minute.

        Args:
            session: The session.
            successor: The id of the session that replaces it: a logout from another successor ends that session, too.
        """
        identity = cls.from_session(session)
        if identity is not None:
            ends_at = min(identity.ends_at, int(time.time()) + A_MINUTE)
            session[SESSION_KEY] = replace(identity, ends_at=ends_at).replacing(session, successor)

    def replacing(self, session: Mapping[str, Any], key: str) -> dict[str, Any]:
        """What to keep about the replaced `session`, which stays valid for another minute: a logout ends it, too.

        Args:
            session: The data of the replaced session.
            key: Its id on the server. A long one is not an id but the session itself, in a cookie, and ends with the
                cookie.
        """
        replaced = [*self.replaced(session), key][-_MOST_REPLACED:] if len(key) <= _LONGEST_KEY else []
        return {**self.to_session(), "replaced": replaced}

    @classmethod
    def without_room(cls, session: Mapping[str, Any]) -> list[str]:
        """The ids that `replacing` drops to make room for one more: these sessions end at once."""
        return cls.replaced(session)[: 1 - _MOST_REPLACED]

    @staticmethod
    def replaced(session: Mapping[str, Any]) -> list[str]:
        """The ids of the sessions that this session replaced and that may still be valid."""
        kept = session.get(SESSION_KEY)
        keys = kept.get("replaced") if isinstance(kept, dict) else None
        return [key for key in keys if isinstance(key, str)] if isinstance(keys, list) else []

    def to_session(self) -> dict[str, Any]:
        """The data as a dict for JSON, so that any session can store it.

        Data that follows from the rest is left out: the session may be a cookie, and servers limit the length of
        headers.
        """
        kept = {"format": FORMAT, **vars(self), "roles": list(self.roles)}
        if self.full_name == _joined(self.first_name, self.last_name):
            del kept["full_name"]
        if not self.loginas_by_admin:
            del kept["loginas_by_admin"]
        return kept

    @classmethod
    def is_stale(cls, session: Mapping[str, Any]) -> bool:
        """Whether the person in a session is no longer signed in: then do not use any of its data."""
        return SESSION_KEY in session and cls.from_session(session) is None

    @classmethod
    def from_session(cls, session: Mapping[str, Any]) -> SessionIdentity | None:
        """Who is signed in, according to a session.

        `None` if the session has no person, has expired, or was written by another version of this package.
        """
        kept = session.get(SESSION_KEY)
        if not isinstance(kept, dict) or kept.get("format") != FORMAT:
            return None
        whole = {"loginas_by_admin": False, "full_name": _joined(kept.get("first_name"), kept.get("last_name")), **kept}
        members = {name: whole.get(name) for name in cls.__dataclass_fields__}
        roles = members["roles"]
        # This package did not write this session.
        if not (
            isinstance(roles, (list, tuple))
            and all(isinstance(text, str) for text in [*(members[name] for name in _TEXTS), *roles])
            and all(isinstance(members[name], (str, type(None))) for name in _OPTIONAL_TEXTS)
            and isinstance(members["loginas_by_admin"], bool)
            and isinstance(members["ends_at"], int)
            and members["ends_at"] > time.time()
        ):
            return None
        checked: dict[str, Any] = {**members, "roles": tuple(roles)}
        return cls(**checked)


class Linked:
    """The ids of the sessions that end together, each once, including those found on the way.

    Tabs that come back at the same moment replace one session with several. These are linked only through the replaced
    one.

    Args:
        keys: The ids to start from.
    """

    def __init__(self, keys: Iterable[str]) -> None:
        self._known: set[str] = set()
        self._left = [*keys]

    def __iter__(self) -> Iterator[str]:
        """Yield one id after another. Call `follow` with each session's data before you take the next id."""
        while self._left:
            key = self._left.pop()
            if key not in self._known:
                self._known.add(key)
                yield key

    def follow(self, session: Mapping[str, Any]) -> None:
        """Continue with the sessions that this session replaced, and those that replaced it."""
        self._left += SessionIdentity.replaced(session)


def _joined(*names: object) -> str:
    return " ".join(name for name in names if isinstance(name, str) and name)
