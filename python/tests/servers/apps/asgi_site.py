"""The same site for uvicorn."""

from __future__ import annotations

import os

from clever_sso.asgi import CleverSso, current_identity
from starlette.applications import Starlette
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send


async def who(request: Request) -> JSONResponse:
    identity = current_identity(request)
    return JSONResponse({"id": identity.id if identity else None})


class NameTheProcess:
    """Adds the process id to every response."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"].append((b"x-process", str(os.getpid()).encode()))
            await send(message)

        await self.app(scope, receive, named)


app = Starlette(routes=[Route("/", who)])
app.add_middleware(NameTheProcess)
app.add_middleware(SessionMiddleware, secret_key="a key for tests only")
CleverSso().install(app)
