"""Whether the doctor loads the application: then it says itself what is wrong with the sessions."""

from __future__ import annotations

from contextvars import ContextVar

WATCHED: ContextVar[bool] = ContextVar("clever_sso.asgi.watched", default=False)
