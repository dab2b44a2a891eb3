"""A small Starlette app and a browser, for the `before_sign_in` tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import starsessions
from clever_sso.asgi import held_login
from gate import Gate, shown
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient
from test_asgi import make_app


class InAsgi(Gate):
    """A small Starlette app and a browser."""

    def __init__(self, clever: str, folder: Path | None = None) -> None:
        super().__init__(PlainTextResponse, RedirectResponse)
        self.app, self.clever_sso = make_app(clever)

        async def waiting(request: Request) -> Response:
            return PlainTextResponse(shown(held_login(request)))

        async def waiting_one(request: Request) -> Response:
            return PlainTextResponse(shown(held_login(request, request.path_params["key"])))

        async def finish_one(request: Request) -> Response:
            return await self.clever_sso.complete_login(request, request.path_params["key"])

        async def keys(request: Request) -> Response:
            return PlainTextResponse(" ".join(sorted(request.session)))

        self.app.routes.append(Route("/finish", self.clever_sso.complete_login))
        self.app.routes.extend([Route("/finish/{key}", finish_one), Route("/waiting/{key}", waiting_one)])
        self.app.routes.append(Route("/back", lambda _: RedirectResponse("/clever/login?next=/back", 303)))
        self.app.routes.append(Route("/finish-late", self._finish_late))
        self.app.routes.extend([Route("/waiting", waiting), Route("/keys", keys)])
        if folder is None:
            self.app.add_middleware(SessionMiddleware, secret_key="a key for tests only")
        else:
            self.app.add_middleware(starsessions.SessionAutoloadMiddleware)
            self.app.add_middleware(starsessions.SessionMiddleware, store=starsessions.InMemoryStore())
        self.clever_sso.on_sign_in(lambda _, step: self.note(step))
        self.make = lambda: TestClient(
            self.app, "https://testserver", follow_redirects=False, raise_server_exceptions=False
        )

    async def _finish_late(self, request: Request) -> Response:
        self.happen("finish")
        return await self.clever_sso.complete_login(request)

    def copy_session(self, other: Any) -> None:
        other.cookies.set("session", self.browser.cookies["session"])

    def lose_session(self) -> None:
        self.browser.cookies.delete("session")
