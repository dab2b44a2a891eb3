"""Checks a session when it is first read, so that pages that don't use it need no database query.

It also takes the held login out of a session.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any, Callable

from asgiref.sync import sync_to_async
from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError
from django.contrib.sessions.backends.signed_cookies import SessionStore as InCookies

from clever_sso._web.before import HELD_KEY, HeldLogin

if TYPE_CHECKING:
    from django.http import HttpRequest

# The attribute in which Django's sessions keep the data that was read.
_CACHE = "_session_cache"


def look_when_it_is_read(request: HttpRequest, look: Callable[[HttpRequest], None]) -> None:
    """Call `look` with the request when its session is read, before the session's data is used.

    Args:
        request: A request with a session.
        look: A function that may end the session.
    """
    session: Any = request.session
    if hasattr(session, _CACHE) or not hasattr(session, "load"):
        # The session was already read, or it is not one of Django's.
        look(request)
        return
    load: Any = session.load
    aload: Any = getattr(session, "aload", None)

    def loaded() -> Any:  # noqa: ANN401  (as `load`)
        _restore(session)
        setattr(session, _CACHE, load())
        look(request)
        return getattr(session, _CACHE)

    async def aloaded() -> Any:  # noqa: ANN401  (as `aload`)
        _restore(session)
        setattr(session, _CACHE, await aload())
        await sync_to_async(look)(request)
        return getattr(session, _CACHE)

    session.load = loaded
    if aload is not None:
        session.aload = aloaded


def has_been_read(session: Any, key: str) -> bool:  # noqa: ANN401  (any session)
    """Whether a session has this key, if it was already read."""
    return key in getattr(session, _CACHE, ())


def _restore(session: Any) -> None:  # noqa: ANN401  (any session)
    for name in ("load", "aload"):
        session.__dict__.pop(name, None)


def take_held(session: SessionBase, which: str | None) -> tuple[HeldLogin | None, SessionBase | None]:
    """Take the held login out of a session. This completes it: no other request, in any process, finds it again.

    Returns:
        The login, or `None` if it is gone; and the session that held it, if that is on the server. That session stays
        until the person is signed in or logs out of it.
    """
    if isinstance(session, InCookies):
        return HeldLogin.take(session, which), None
    held, key = HeldLogin.with_key(session, which), session.session_key
    if held is None or key is None:
        return None, None
    # Every session store creates a session atomically, so only one request at a time gets past this line.
    turn = type(session)(sha256(held.key.encode()).hexdigest()[:32])
    try:
        turn.save(must_create=True)
    except CreateError:
        return None, None
    try:
        # Read it again: another request may have logged out, or completed the login, in the meantime.
        waiting = type(session)(key)
        found = HeldLogin.with_key(waiting, which)
        if found is None or found.key != held.key:
            return None, None
        held.leave(waiting)
        others = waiting.pop(HELD_KEY, None)
        waiting.save()
        if others is not None:
            # The other held logins move to the next session.
            waiting[HELD_KEY] = others
    except UpdateError:
        return None, None
    finally:
        turn.delete()
    return held, waiting
