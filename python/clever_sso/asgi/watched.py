"""Whether the doctor is loading the application. Then the doctor itself reports what is wrong with the sessions."""

from __future__ import annotations

from contextvars import ContextVar

WATCHED: ContextVar[bool] = ContextVar("clever_sso.asgi.watched", default=False)
