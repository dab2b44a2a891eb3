"""Who is signed in, and who may see a view."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Callable, TypeVar, cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied

from clever_sso._web.identity import SessionIdentity

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

View = TypeVar("View", bound="Callable[..., HttpResponse]")


def current_identity(request: HttpRequest) -> SessionIdentity | None:
    """Who logged in with Clever in this session; `None` for nobody, and for users who logged in otherwise."""
    if not request.user.is_authenticated:
        return None
    return SessionIdentity.from_session(request.session)


def role_required(*roles: str) -> Callable[[View], View]:
    """Decorator of a view: only who logged in with one of these roles gets in.

    Who is not signed in is sent to `LOGIN_URL`; who has none of the roles, or did not log in with Clever, gets 403.
    """

    def decorator(view: View) -> View:
        @login_required
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ANN401  (as any view's)
            identity = current_identity(request)
            if identity is None or not identity.has_role(*roles):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return cast("View", guarded)

    return decorator


def clever(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `current_identity` in every template."""
    return {"current_identity": current_identity(request)}
