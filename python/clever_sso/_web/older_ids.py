"""The older ids of a person, for all roles: an ID token has only the older id of the login's role."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from clever_sso._web.before import ProvenLogin
from clever_sso._web.copies import IdentityCopy

if TYPE_CHECKING:
    import logging
    from collections.abc import Iterable

    from clever_sso._native import Identity, Role, Tokens
    from clever_sso._web.arrival import SignIn
    from clever_sso._web.copies import NoTokens, RoleCopy, TokensCopy
    from clever_sso.exceptions import Error


def may_have_more(identity: Identity | IdentityCopy, tokens: Tokens | TokensCopy | NoTokens | None) -> bool:
    """Whether Clever may know more older ids than this login has, and can be asked."""
    return bool(tokens) and identity.proven_by == "id_token"


def older_ids(identity: Identity | IdentityCopy, roles: Iterable[Role | RoleCopy]) -> tuple[str, ...]:
    """The older ids of this person: those from the login, then those of all roles in their record."""
    told = [*identity.legacy_ids, *(role.legacy_id for role in roles)]
    return tuple(dict.fromkeys(one for one in told if one and one != identity.id))


def remembered(login: SignIn | ProvenLogin[Any], ids: tuple[str, ...]) -> tuple[str, ...]:
    """The same ids, kept in `login`: if it is held afterwards, it may have no tokens to ask Clever again."""
    if isinstance(login, ProvenLogin):
        login.identity = replace(IdentityCopy.of(login.identity), legacy_ids=ids)
    return ids


def without_more(identity: Identity | IdentityCopy, error: Error, logger: logging.Logger) -> tuple[str, ...]:
    """Only the older ids from the login, for when Clever does not send more.

    Raises:
        Error: `error`, if it is temporary: otherwise a known person would look like a new one.
    """
    if error.retryable:
        raise error
    # Clever does not give this application the record of this person. That must not stop the login.
    logger.warning("Clever does not tell the older ids of Clever id %s: %s", identity.id, error)
    return tuple(identity.legacy_ids)
