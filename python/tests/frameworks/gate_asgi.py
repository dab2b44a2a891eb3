"""A small app in Starlette, and a browser before it, for the tests of what decides before a sign-in."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import starsessions
from clever_sso.asgi import held_login
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient
from test_asgi import make_app


class InAsgi:
    """A small app in Starlette, and a browser."""

    def __init__(self, clever: str, folder: Path | None = None) -> None:

        self.app, self.clever_sso = make_app(clever)

        async def waiting(request: Request) -> Response:
            return PlainTextResponse(shown(held_login(request)))

        async def keys(request: Request) -> Response:
            return PlainTextResponse(" ".join(sorted(request.session)))

        self.app.routes.append(Route("/finish", self.clever_sso.complete_login))
        self.app.routes.append(Route("/back", lambda _: RedirectResponse("/clever/login?next=/back", 303)))
        self.app.routes.append(Route("/finish-late", self._finish_late))
        self.meanwhile: list[tuple[str, Callable[[], object]]] = []
        self.app.routes.extend([Route("/waiting", waiting), Route("/keys", keys)])
        if folder is None:
            self.app.add_middleware(SessionMiddleware, secret_key="a key for tests only")
        else:
            self.app.add_middleware(starsessions.SessionAutoloadMiddleware)
            self.app.add_middleware(starsessions.SessionMiddleware, store=starsessions.InMemoryStore())
        self.response: Callable[[str, int], Any] = PlainTextResponse
        self.redirect: Callable[[str], Any] = RedirectResponse
        self.told: list[str] = []
        self.clever_sso.on_sign_in(self._note)
        self.make = lambda: TestClient(
            self.app, "https://testserver", follow_redirects=False, raise_server_exceptions=False
        )
        self.browser = self.make()

    def _note(self, _: Any, step: Any) -> None:
        self.told.append(step.identity.name.full)
        self.happen("sign-in")

    async def _finish_late(self, request: Request) -> Response:
        self.happen("finish")
        return await self.clever_sso.complete_login(request)

    def happen(self, when: str) -> None:
        """What happens while the application is busy."""
        for each in [happens for moment, happens in self.meanwhile if moment == when]:
            thread = threading.Thread(target=each)
            thread.start()
            thread.join()

    def get(self, path: str) -> tuple[int, str, str | None]:
        answer = self.browser.get(path)
        return answer.status_code, answer.text, answer.headers.get("location")

    def lose_session(self) -> None:
        self.browser.cookies.delete("session")

    def post(self, path: str) -> None:
        self.browser.post(path)

    def copy_of_the_browser(self) -> Any:
        other = self.make()
        other.cookies.set("session", self.browser.cookies["session"])
        return lambda path: (other.get(path).status_code, other.get("/who").text)

    def other_tab(self) -> Any:
        """Another tab with the cookies that this browser has now: it sends a form and tells who is signed in."""
        other = self.make()
        other.cookies.set("session", self.browser.cookies["session"])

        def send(path: str) -> str:
            other.post(path) if "logout" in path else other.get(path)
            return other.get("/who").text

        return send


def shown(held: Any) -> str:
    return f"{held.identity.name.full} {held.return_to} {bool(held.tokens)}" if held else "-"
