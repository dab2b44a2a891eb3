"""Copies of an `Identity` and its `Tokens`. The client's own objects are frozen and cannot be stored in a session."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clever_sso._native import Identity


@dataclass(frozen=True)
class NameCopy:
    """A copy of a `Name`."""

    first: str | None = None
    middle: str | None = None
    last: str | None = None

    @property
    def full(self) -> str:
        """First, middle and last name, separated by spaces; empty when nothing is known."""
        return " ".join(name for name in (self.first, self.middle, self.last) if name)


@dataclass(frozen=True)
class RoleCopy:
    """A copy of a `Role`."""

    name: str
    legacy_id: str | None = None


@dataclass(frozen=True)
class IdentityCopy:
    """A copy of an `Identity`, with the same attributes."""

    issuer: str
    id: str
    district_id: str | None
    user_type: str | None
    roles: tuple[RoleCopy, ...]
    name: NameCopy = field(repr=False)
    legacy_ids: tuple[str, ...] = field(repr=False)
    authorized_by: str | None
    proven_by: Literal["id_token", "me"]
    loginas_by_admin: bool
    unverified_email: str | None = field(default=None, repr=False)
    claims: dict[str, Any] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, identity: Identity | IdentityCopy) -> IdentityCopy:
        """A copy of `identity`."""
        return cls(
            issuer=identity.issuer,
            id=identity.id,
            district_id=identity.district_id,
            user_type=identity.user_type,
            roles=tuple(RoleCopy(role.name, role.legacy_id) for role in identity.roles),
            name=NameCopy(identity.name.first, identity.name.middle, identity.name.last),
            legacy_ids=tuple(identity.legacy_ids),
            authorized_by=identity.authorized_by,
            proven_by=identity.proven_by,
            loginas_by_admin=identity.loginas_by_admin,
            unverified_email=identity.unverified_email,
            claims=identity.claims,
        )

    def without_details(self) -> IdentityCopy:
        """A copy without the email address and the claims, which do not belong in a browser's cookie."""
        return replace(self, unverified_email=None, claims={})

    def to_session(self) -> dict[str, Any]:
        """The data as a dict for JSON."""
        name, roles = self.name, self.roles
        return {
            **{member: getattr(self, member) for member in self.__dataclass_fields__},
            "name": [name.first, name.middle, name.last],
            "roles": [[role.name, role.legacy_id] for role in roles],
            "legacy_ids": list(self.legacy_ids),
        }

    @classmethod
    def from_session(cls, kept: Mapping[str, Any]) -> IdentityCopy:
        """Restores a copy from the dict of `to_session`.

        Raises:
            KeyError, TypeError, ValueError: When another version wrote it.
        """
        members = {member: kept[member] for member in cls.__dataclass_fields__}
        return cls(
            **{
                **members,
                "name": NameCopy(*members["name"]),
                "roles": tuple(RoleCopy(name, legacy_id) for name, legacy_id in members["roles"]),
                "legacy_ids": tuple(members["legacy_ids"]),
            }
        )


@dataclass(frozen=True)
class TokensCopy:
    """A copy of `Tokens`."""

    access_token: str = field(repr=False)
    id_token: str | None = field(default=None, repr=False)


class NoTokens:
    """Stands for the tokens of a login that was held without them. It is falsy and its attributes raise."""

    _MESSAGE = "this login was held without its tokens: call hold(keep_tokens=True), with sessions on the server"

    def __bool__(self) -> bool:
        return False

    @property
    def access_token(self) -> str:
        """Raises `RuntimeError`, and says what to change."""
        raise RuntimeError(self._MESSAGE)

    @property
    def id_token(self) -> str | None:
        """Raises `RuntimeError`, and says what to change."""
        raise RuntimeError(self._MESSAGE)
