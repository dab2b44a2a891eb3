"""Whether the doctor is loading the application. Then it checks the sessions and asks Clever itself."""

from __future__ import annotations

from contextvars import ContextVar

WATCHED: ContextVar[bool] = ContextVar("clever_sso.asgi.watched", default=False)
