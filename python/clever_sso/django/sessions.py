"""Looks at a session when it is read, and not before: pages that do not need it ask no database.

And takes the login out of it that waits there.
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
    """Call `look` with the request once its session was read, before its contents are used.

    Args:
        request: A request with a session.
        look: May end the session.
    """
    session: Any = request.session
    if hasattr(session, _CACHE) or not hasattr(session, "load"):
        # It was already read, or it is not one of Django's sessions.
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
    """Whether a session has this key, as far as it was read already."""
    return key in getattr(session, _CACHE, ())


def _restore(session: Any) -> None:  # noqa: ANN401  (any session)
    for name in ("load", "aload"):
        session.__dict__.pop(name, None)


def take_held(session: SessionBase, which: str | None) -> tuple[HeldLogin | None, SessionBase | None]:
    """The login that waits in a session, and it is completed: no other request, in no other process, finds it again.

    Returns:
        The login, `None` where there is none anymore. And the session in which it waited, when it lives on the server:
        it is there until the person is signed in or logs out of it.
    """
    if isinstance(session, InCookies):
        return HeldLogin.take(session, which), None
    held, key = HeldLogin.with_key(session, which), session.session_key
    if held is None or key is None:
        return None, None
    # Every store of sessions makes a new one at once or not at all: so one request at a time has its turn.
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
            # The other waiting logins move to the next session.
            waiting[HELD_KEY] = others
    except UpdateError:
        return None, None
    finally:
        turn.delete()
    return held, waiting
