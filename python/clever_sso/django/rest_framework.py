"""Authentication and permissions for Django REST framework.

    from clever_sso.django.rest_framework import CleverAuthentication, IsSignedInWithClever, has_role

    class Lessons(ListAPIView):
        authentication_classes = [CleverAuthentication]
        permission_classes = [has_role("teacher", "staff")]

If no one is signed in, the response is 401 with JSON. A person without the role gets 403. `request.auth` is the
`SessionIdentity`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework.authentication import (  # type: ignore[import-not-found,import-untyped,unused-ignore]
    SessionAuthentication,
)
from rest_framework.permissions import (  # type: ignore[import-not-found,import-untyped,unused-ignore]
    BasePermission,
)

from clever_sso._web import api
from clever_sso.django.access import check_roles, current_identity

if TYPE_CHECKING:
    from clever_sso._web.identity import SessionIdentity

__all__ = ["CleverAuthentication", "IsSignedInWithClever", "has_role"]


class CleverAuthentication(SessionAuthentication):  # type: ignore[misc,unused-ignore]
    """Authenticates people who logged in with Clever, by the session. A form or script needs Django's CSRF token."""

    def authenticate(self, request: Any) -> tuple[Any, SessionIdentity] | None:  # noqa: ANN401  (as DRF calls it)
        """The user, and their identity at Clever."""
        # Not `request.user`, which would call this class again.
        identity = current_identity(request._request)  # noqa: SLF001  (DRF's own classes do the same)
        found = super().authenticate(request) if identity is not None else None
        return None if found is None or identity is None else (found[0], identity)

    def authenticate_header(self, request: Any) -> str:  # noqa: ANN401, ARG002  (as DRF calls it)
        """Lets DRF respond with 401 instead of 403 if no one is signed in."""
        return api.CHALLENGE["WWW-Authenticate"]


class IsSignedInWithClever(BasePermission):  # type: ignore[misc,unused-ignore]
    """Lets in people who logged in with Clever, whichever class authenticated them."""

    message = api.NOT_ALLOWED_SENTENCE
    code = api.NOT_ALLOWED
    roles: tuple[str, ...] = ()
    """The person needs one of these roles; `has_role` sets them."""

    def has_permission(self, request: Any, view: Any) -> bool:  # noqa: ANN401, ARG002  (as DRF calls it)
        """Whether this person has access."""
        identity = current_identity(request._request)  # noqa: SLF001  (as above)
        return identity is not None and (not self.roles or identity.has_role(*self.roles))


def has_role(*roles: str) -> type[IsSignedInWithClever]:
    """A permission class for people who logged in with one of these roles. It can be combined with `&`, `|` and `~`.

    Raises:
        TypeError: When there is no role, or a role is not a string.
    """
    check_roles("has_role", roles)
    return type("HasRole", (IsSignedInWithClever,), {"roles": roles})
