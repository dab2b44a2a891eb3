"""Says that a client blocks the event loop it is used in."""

from __future__ import annotations

import sys


def warn_if_one_runs() -> bool:
    """Warn when an asyncio event loop runs in this thread. True if the warning was given, and is not needed again."""
    # A program without asyncio has no event loop, and should not import it.
    asyncio = sys.modules.get("asyncio")
    running = getattr(asyncio, "_get_running_loop", None)
    if running is None or running() is None:
        return False
    import warnings  # noqa: PLC0415  (asyncio has imported it already)

    warnings.warn(
        "clever_sso.Client waits for the network, and blocks the event loop of this thread: use "
        "clever_sso.AsyncClient in async code",
        RuntimeWarning,
        stacklevel=2,
    )
    return True
