"""Looks at a session when it is read, and not before: pages that do not need it ask no database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable

from asgiref.sync import sync_to_async

if TYPE_CHECKING:
    from django.http import HttpRequest

# Where Django's sessions keep what was read.
_CACHE = "_session_cache"


def look_when_it_is_read(request: HttpRequest, look: Callable[[HttpRequest], None]) -> None:
    """Call `look` with the request once its session was read, before anybody sees what is in it.

    Args:
        request: A request with a session.
        look: May end the session.
    """
    session: Any = request.session
    if hasattr(session, _CACHE) or not hasattr(session, "load"):
        # It was read already, or is of another kind than Django's.
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


def _restore(session: Any) -> None:  # noqa: ANN401  (any session)
    for name in ("load", "aload"):
        session.__dict__.pop(name, None)
