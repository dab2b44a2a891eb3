"""FastAPI with clever_sso."""

from __future__ import annotations

import os
from typing import Annotated

from clever_sso.asgi import CleverSso, SessionIdentity, current_identity
from fastapi import Depends, FastAPI
from fastapi.responses import PlainTextResponse
from starlette.middleware.sessions import SessionMiddleware

application = FastAPI()
application.add_middleware(SessionMiddleware, secret_key=os.environ["SECRET_KEY"])
CleverSso().install(application)


@application.get("/")
async def front(identity: Annotated[SessionIdentity | None, Depends(current_identity)]) -> PlainTextResponse:
    """Show who is signed in."""
    return PlainTextResponse(identity.full_name if identity else "nobody")
