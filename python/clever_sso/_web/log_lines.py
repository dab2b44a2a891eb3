"""The log lines about a person whose login is proven: how it ended, and the Clever id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clever_sso._web.arrival import TooLargeError
from clever_sso._web.identity import SessionIdentity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clever_sso._native import Identity
    from clever_sso._web.copies import IdentityCopy


def signed_in(identity: Identity | IdentityCopy) -> str:
    """The line for a sign-in."""
    return f"signed in with Clever: {_person(identity)}"


def responded(identity: Identity | IdentityCopy, status: int, *, is_held: bool) -> str:
    """The line when the application responds instead of the sign-in.

    Args:
        identity: The person.
        status: The status of the response.
        is_held: Whether the application holds the login.
    """
    if is_held:
        return f"login with Clever on hold: {_person(identity)}"
    return f"not signed in with Clever, the application responded with status {status}: {_person(identity)}"


def not_linked(identity: Identity | IdentityCopy, status: int) -> str:
    """The line when the application responds instead of a link.

    Args:
        identity: The person.
        status: The status of the response.
    """
    return f"not linked with Clever, the application responded with status {status}: {_person(identity)}"


def logged_out(identity: Identity | IdentityCopy) -> str:
    """The line when the person logged out during the login."""
    return f"not signed in with Clever, the person logged out during the login: {_person(identity)}"


def raised(identity: Identity | IdentityCopy, error: BaseException) -> str:
    """The line when the application's own code raised an exception that the framework handles.

    Args:
        identity: The person.
        error: The exception. Its message may contain anything, so only its type is in the line.
    """
    return f"login with Clever failed: the application raised {type(error).__name__} (Clever id {identity.id})"


def too_large(session: Mapping[str, Any], size: int) -> str:
    """The line when browsers would drop the session of a sign-in.

    Args:
        session: The session.
        size: The size of its cookie in bytes.
    """
    person = SessionIdentity.from_session(session)
    return f"login with Clever failed: {TooLargeError(size)}{f' (Clever id {person.id})' if person else ''}"


def _person(identity: Identity | IdentityCopy) -> str:
    return f"Clever id {identity.id} ({identity.user_type or 'role unknown'})"
