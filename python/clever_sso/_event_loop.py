"""Warns when a client blocks the event loop of its thread."""

from __future__ import annotations

import sys


def warn_if_one_runs() -> bool:
    """Warn if an asyncio event loop runs in this thread. Return true if the warning was given."""
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
