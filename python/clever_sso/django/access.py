"""Who is signed in, and guards that decide who may see a view."""

from __future__ import annotations

import functools
import inspect
import json
import sys
from typing import TYPE_CHECKING, Any, Callable, ClassVar, TypeVar, cast

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.contrib import auth
from django.core.exceptions import PermissionDenied, SynchronousOnlyOperation
from django.http import HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject

from clever_sso import _roles
from clever_sso._web import api
from clever_sso._web.identity import SessionIdentity
from clever_sso._web.request import answer_of_guard
from clever_sso.django import conf

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser
    from django.contrib.sessions.backends.base import SessionBase
    from django.http import HttpRequest

View = TypeVar("View", bound="Callable[..., HttpResponse]")
UNKNOWN_ROLES: list[tuple[str, str]] = []
"""Each guard with an unknown role, and that role, for the system checks."""
CONTEXT_PROCESSOR = "clever_sso.django.access.clever"
_KNOWN = "_clever_sso_identity"


def current_identity(request: HttpRequest) -> SessionIdentity | None:
    """Return who logged in with Clever in this session; `None` if no one did, or if the user logged in another way.

    Like `request.user`, it queries the database. In an async view, use `await acurrent_identity(request)`.
    """
    if hasattr(request, _KNOWN):
        session = getattr(request, "session", None)
        return _known(request, session)
    # An error page may be rendered for a request that no middleware has seen.
    user = getattr(request, "user", None)
    try:
        return _of(user, getattr(request, "session", None))
    except SynchronousOnlyOperation:
        raise SynchronousOnlyOperation(
            "current_identity asks the database: in an async view write `await acurrent_identity(request)`, from "
            "clever_sso.django"
        ) from None


async def acurrent_identity(request: HttpRequest) -> SessionIdentity | None:
    """The same for async views. After this call, templates know the person too."""
    identity = await sync_to_async(current_identity)(request)
    setattr(request, _KNOWN, (identity, getattr(request, "user", None)))
    return identity


def look_ahead(request: HttpRequest) -> None:
    """Find out who is signed in, for a template of an async view, which cannot query the database itself.

    This alone does not make the response depend on cookies. Only what a view or a template reads later does.
    """
    session = request.session
    accessed = session.accessed
    # Not `request.user`: it caches its result, and then caches would not see that a page depends on it.
    identity = _of(auth.get_user(request), session)
    session.accessed = accessed
    setattr(request, _KNOWN, (identity, getattr(request, "user", None)))


def _known(request: HttpRequest, session: SessionBase | None) -> SessionIdentity | None:
    identity: SessionIdentity | None
    identity, user = getattr(request, _KNOWN)
    if getattr(request, "user", None) is not user:
        # The person has logged in or out in between.
        delattr(request, _KNOWN)
        return current_identity(request)
    if session is not None:
        session.accessed = True
    return identity


def _of(user: AbstractBaseUser | Any, session: SessionBase | None) -> SessionIdentity | None:  # noqa: ANN401  (a user model may be anything)
    if user is None or session is None or not user.is_authenticated:
        return None
    return SessionIdentity.from_session(cast("dict[str, Any]", session))


def refusal(request: HttpRequest, roles: tuple[str, ...]) -> HttpResponse | None:
    """The response to a person who must not see a view; `None` for a person who may.

    Args:
        request: The request.
        roles: The person needs one of these roles. If empty, any person who is signed in with Clever may see the view.

    Raises:
        PermissionDenied: When the person has none of the roles, or did not log in with Clever.
    """
    from django.contrib.auth.views import redirect_to_login  # noqa: PLC0415  (it needs the apps to be ready)

    identity = current_identity(request)
    if identity is not None and (not roles or identity.has_role(*roles)):
        return None
    answer = answer_of_guard(conf.client_for_guards(), request.method or "", request.headers)
    if request.user.is_authenticated:
        if answer == "json":
            return _json(api.not_allowed(), 403)
        raise PermissionDenied
    if answer == "json":
        return told_to_log_in()
    if answer == "page":
        return HttpResponse(status=401, headers=api.CHALLENGE)
    return redirect_to_login(request.get_full_path())


def told_to_log_in() -> HttpResponse:
    """The response to a script if no one is signed in."""
    try:
        login = reverse("clever_sso:login")
    except NoReverseMatch:
        login = ""
    return _json(api.not_signed_in(login), 401, api.CHALLENGE)


def _json(content: dict[str, str], status: int, headers: dict[str, str] | None = None) -> HttpResponse:
    return HttpResponse(json.dumps(content), status=status, headers={**api.JSON_HEADERS, **(headers or {})})


def role_required(*roles: str) -> Callable[[View], View]:
    """Decorator for a view: only people who logged in with one of these roles get in.

    People who are not signed in are redirected to `LOGIN_URL`. A script (`fetch`, `XMLHttpRequest`, a POST, or a
    request that does not accept HTML) gets 401 with JSON, and so does a frame. A person who has none of the roles, or
    did not log in with Clever, gets 403; a script gets 403 with JSON.

    Raises:
        TypeError: When there is no role, or a role is not a string.
    """
    check_roles("role_required", roles)

    def decorator(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ANN401  (as any view's)
            return refusal(request, roles) or view(request, *args, **kwargs)

        @functools.wraps(view)
        async def guarded_async(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ANN401  (as any view's)
            # Finding out who is signed in may need the database.
            answer = await sync_to_async(refusal)(request, roles)
            return answer or await cast("Any", view)(request, *args, **kwargs)

        return cast("View", guarded_async if iscoroutinefunction(view) else guarded)

    return decorator


class CleverRequiredMixin:
    """Mixin for a class-based view: only people who logged in with Clever get in. List it before the view's class.

        class Lessons(CleverRequiredMixin, ListView):
            required_roles = ("teacher", "staff")

    It responds to other people as `role_required` does, and works with async views.
    """

    required_roles: ClassVar[tuple[str, ...] | str] = ()
    """The person needs one of these roles. If empty, any role is enough."""

    def __init_subclass__(cls, **kwargs: Any) -> None:  # noqa: ANN401  (as any class's)
        super().__init_subclass__(**kwargs)
        if "required_roles" in cls.__dict__ and cls._roles():
            name = f"required_roles of {cls.__module__}.{cls.__qualname__}"
            check_roles("required_roles", cls._roles(), name)

    @classmethod
    def _roles(cls) -> tuple[str, ...]:
        roles = cls.required_roles
        return (roles,) if isinstance(roles, str) else tuple(roles)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  (as any view's)
        """Respond, or call the view."""
        view = cast("Any", super()).dispatch
        if getattr(self, "view_is_async", False):
            return self._dispatch_async(view, request, *args, **kwargs)
        return refusal(request, self._roles()) or view(request, *args, **kwargs)

    async def _dispatch_async(self, view: Any, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  (as any view's)
        answer = await sync_to_async(refusal)(request, self._roles())
        if answer is not None:
            return answer
        response = view(request, *args, **kwargs)
        return await response if inspect.isawaitable(response) else response


def check_roles(function: str, roles: tuple[object, ...], place: str = "") -> None:
    """Checks the roles of a guard. The system checks report unknown roles.

    Args:
        function: The name of the guard, for messages.
        roles: The roles that were passed to it.
        place: The source line of the guard. Default: the line that calls the caller of this function.

    Raises:
        TypeError: When there is no role, or a role is not a string.
    """
    if not roles:
        message = f'{function} needs the name of a role: {function}("teacher", "staff")'
        raise TypeError(message)
    _roles.check_role_types(function, roles)
    unknown = [str(role) for role in roles if role not in _roles.KNOWN_ROLES]
    if unknown:
        caller = sys._getframe(2)  # noqa: SLF001  (`inspect` would read the source of each frame)
        place = place or f"{function} in {caller.f_code.co_filename}, line {caller.f_lineno}"
        UNKNOWN_ROLES.extend((place, role) for role in unknown)


def clever(request: HttpRequest) -> dict[str, Any]:
    """Context processor: adds `current_identity` to every template. It is falsy if no one is signed in.

    The lookup happens only when a template uses it.
    """
    return {"current_identity": SimpleLazyObject(functools.partial(current_identity, request))}
