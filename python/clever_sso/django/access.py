"""Who is signed in, and who may see a view."""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Any, Callable, TypeVar, cast

from asgiref.sync import sync_to_async
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse

from clever_sso._web.identity import SessionIdentity
from clever_sso._web.request import can_be_sent_to_log_in
from clever_sso.django import conf

if TYPE_CHECKING:
    from django.http import HttpRequest

View = TypeVar("View", bound="Callable[..., HttpResponse]")


def current_identity(request: HttpRequest) -> SessionIdentity | None:
    """Who logged in with Clever in this session; `None` for nobody, and for users who logged in otherwise."""
    # An error page may be made for a request that no middleware has seen.
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return None
    return SessionIdentity.from_session(request.session)


def role_required(*roles: str) -> Callable[[View], View]:
    """Decorator of a view: only who logged in with one of these roles gets in.

    Who is not signed in is sent to `LOGIN_URL`. A request that cannot be repeated by following a link, a POST for
    example, or that a script or a frame made, gets 401. Who has none of the roles, or did not log in with Clever, gets
    403.
    """

    def refusal(request: HttpRequest) -> HttpResponse | None:
        from django.contrib.auth.views import redirect_to_login  # noqa: PLC0415  (it needs the apps to be ready)

        if not request.user.is_authenticated:
            if not can_be_sent_to_log_in(conf.client(), request.method or "", request.headers):
                return HttpResponse(status=401)
            return redirect_to_login(request.get_full_path())
        identity = current_identity(request)
        if identity is None or not identity.has_role(*roles):
            raise PermissionDenied
        return None

    def decorator(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ANN401  (as any view's)
            return refusal(request) or view(request, *args, **kwargs)

        @functools.wraps(view)
        async def guarded_async(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ANN401  (as any view's)
            # Who is signed in may be in the database.
            answer = await sync_to_async(refusal)(request)
            return answer or await cast("Any", view)(request, *args, **kwargs)

        return cast("View", guarded_async if inspect.iscoroutinefunction(view) else guarded)

    return decorator


def clever(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `current_identity` in every template."""
    return {"current_identity": current_identity(request)}
