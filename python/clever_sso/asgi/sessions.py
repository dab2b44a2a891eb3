"""Who is signed in, and the sessions that store it, in the browser or on the server."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Any

from starlette.requests import HTTPConnection  # noqa: TC002  (FastAPI reads it)

from clever_sso._web.arrival import LoggedOutError
from clever_sso._web.before import HELD_KEY, OF_A_LOGIN, TEN_MINUTES, HeldLogin
from clever_sso._web.identity import A_MINUTE, SESSION_KEY, Linked, SessionIdentity
from clever_sso.asgi.request import NAMES_A_PERSON, SIGNED_IN, result_of
from clever_sso.asgi.stores import NEEDS_SESSIONS, is_starlettes, middleware_of, options_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import Scope

# `itsdangerous` adds the time and a SHA-1 to a value.
_SIGNATURE_BYTES = len(".aaaaaa") + len(".") + 27


def current_identity(request: HTTPConnection) -> SessionIdentity | None:
    """Return who is signed in, or `None`. You can use it as a dependency, also for websockets."""
    session = session_of(request)
    if SessionIdentity.is_stale(session):
        session.clear()
    identity = SessionIdentity.from_session(session)
    if identity is not None:
        request.scope.get(NAMES_A_PERSON, set()).add(True)
    return identity


def held_login(request: HTTPConnection, key: str | None = None) -> HeldLogin | None:
    """The login that is held in this session until `CleverSso.complete_login`; `None` if there is none.

    Args:
        request: The request.
        key: The key of the login, from `hold`. Default: the oldest held login.
    """
    return HeldLogin.with_key(session_of(request), key)


def session_of(request: HTTPConnection) -> dict[str, Any]:
    """The session of a request.

    Raises:
        RuntimeError: When no middleware provides sessions.
    """
    if "session" not in request.scope:
        raise RuntimeError(NEEDS_SESSIONS)
    return request.session


def holds_sign_in(scope: Scope) -> bool:
    """Whether the session has a signed-in person or a held login."""
    # Not with the session's own methods: just checking must not make the response depend on cookies.
    session: Any = scope.get("session")
    return isinstance(session, dict) and any(dict.__contains__(session, key) for key in OF_A_LOGIN)


async def check_that_it_is_there(request: Request, key: str) -> None:
    """A new sign-in of the same person leaves a session of starsessions in place. A logout deletes it."""
    handler: Any = request.scope["session_handler"]
    if not await handler.store.read(session_id=key, lifetime=handler.lifetime):
        raise LoggedOutError


async def end_session(request: Request) -> None:
    """Delete the whole session, and the sessions that it replaced."""
    await end_linked(request, SessionIdentity.replaced(session_of(request)))
    session_of(request).clear()


async def end_linked(request: Request, keys: Iterable[str]) -> None:
    """End the sessions that the session of this request replaced, and those linked with them."""
    linked = Linked(keys)
    for key in linked:
        handler: Any = request.scope["session_handler"]
        data = await handler.store.read(session_id=key, lifetime=handler.lifetime)
        linked.follow(handler.serializer.deserialize(data) if data else {})
        await handler.store.remove(key)


async def end_replaced(request: Request, keys: Iterable[str]) -> None:
    """End sessions that the session of this request replaced."""
    for key in keys:
        await request.scope["session_handler"].store.remove(key)


async def take_held(
    request: Request, rotate_session: Callable[[Request], Any] | None, which: str | None
) -> tuple[HeldLogin | None, str | None]:
    """Take the held login out of this session. This completes it: no other request finds it again.

    Returns:
        The login, or `None` if it is gone; and the id of the starsessions session that held it. That session stays
        until the person is signed in or logs out of it.
    """
    handler: Any = request.scope.get("session_handler")
    if rotate_session is not None or handler is None:
        return HeldLogin.take(session_of(request), which), None
    # Read it again: since this request read it, the person may have logged out or completed the login.
    key = handler.session_id
    data = await handler.store.read(session_id=key, lifetime=handler.lifetime) if key else b""
    found = HeldLogin.with_key(handler.serializer.deserialize(data) if data else {}, which)
    held = HeldLogin.with_key(session_of(request), which)
    if held is None or found is None or found.key != held.key:
        if held is not None:
            # The session that this request read has ended. It must not be saved again.
            session_of(request).clear()
            handler.initially_empty = True
        return None, None
    held = HeldLogin.take(session_of(request), which)
    if held is not None:
        # A logout ignores an empty session. Other held logins move to the next session.
        others = session_of(request).get(HELD_KEY)
        session_of(request)[HELD_KEY] = None
        await handler.save(TEN_MINUTES)
        session_of(request)[HELD_KEY] = others
    return held, key


async def replace_session(
    request: Request,
    identity: SessionIdentity,
    rotate_session: Callable[[Request], Any] | None,
    waiting: str | None,
) -> list[str]:
    """Forget the person who was signed in on this device: nothing of their session is carried over.

    Returns:
        The ids of the person's sessions that stay valid for another minute. Otherwise tabs that sign in together would
        find no one signed in.

    Raises:
        LoggedOutError: When the person has logged out of it since this request arrived.
    """
    # An attacker may know the id of a session on the server. This is how starsessions changes the id.
    handler: Any = request.scope.get("session_handler")
    if rotate_session is None and handler is not None and identity.is_person_of(session_of(request)):
        await check_that_it_is_there(request, handler.session_id)
        kept = identity.replacing(session_of(request), handler.session_id)
        replaced = SessionIdentity.replaced({SESSION_KEY: kept})
        await end_replaced(request, SessionIdentity.without_room(session_of(request)))
        old, new = handler.session_id, handler.regenerate_id()
        SessionIdentity.shorten(session_of(request), new)
        handler.session_id = old
        await handler.save(A_MINUTE)
        session_of(request).clear()
        handler.session_id = new
        session_of(request)[SESSION_KEY] = kept
        return replaced
    await end_session(request)
    if rotate_session is not None:
        await result_of(rotate_session, request)
    elif handler is not None:
        if waiting is None:
            # The session that held a login stays until the person is signed in, so that we notice a logout in between.
            await handler.destroy()
        handler.regenerate_id()
    session_of(request)[SESSION_KEY] = identity.to_session()
    return []


def is_in_browser(request: Request) -> bool:
    """Whether the browser stores the session."""
    is_known = type(session_of(request)).__module__.partition(".")[0] in {"builtins", "starlette"}
    return is_known and "session_handler" not in request.scope


def cookie_size(request: Request) -> int:
    """About how many bytes the name and value of Starlette's session cookie have.

    0 for a session that is not stored in the browser.
    """
    session = session_of(request)
    if not is_in_browser(request):
        return 0
    names = [
        str(options_of(each).get("session_cookie", "")) for each in middleware_of(request) if is_starlettes(each.cls)
    ]
    try:
        value = b64encode(json.dumps(session).encode())
    except (TypeError, ValueError):
        # The middleware reports this.
        return 0
    return len((names and names[0]) or "session") + len("=") + len(value) + _SIGNATURE_BYTES


def delete_old_session(request: Request, response: Response) -> None:
    """Delete the session cookie of the request before the middleware sets the new one.

    A middleware may still make the session too large. If the browser drops the new cookie, it then has none. `install`
    prevents this case.
    """
    is_known = type(session_of(request)).__module__.partition(".")[0] in {"builtins", "starlette"}
    if SIGNED_IN in request.scope or not is_known:
        return
    options = next((options_of(each) for each in middleware_of(request) if is_starlettes(each.cls)), {})
    name = options.get("session_cookie", "session")
    for each, value in request.cookies.items():
        if each == name or _holds_starlettes_session(value):
            where = {"path": options.get("path", "/"), "domain": options.get("domain")}
            response.delete_cookie(each, **where, secure=options.get("https_only", False), httponly=True)


def _holds_starlettes_session(cookie: str) -> bool:
    """Whether a cookie is a session with a person in it. The signature is not checked: the cookie is only deleted."""
    try:
        session = json.loads(b64decode(cookie.partition(".")[0]))
    except ValueError:
        return False
    return isinstance(session, dict) and SESSION_KEY in session
