"""A plain function of the application runs in a thread in ASGI, so it may wait; an async one runs on the event loop."""

from __future__ import annotations

import threading
from functools import partial
from typing import Any

import pytest

pytest.importorskip("starlette")
pytest.importorskip("httpx2")
from clever_sso import AsyncClient
from clever_sso.asgi import CleverSso, Refused
from clever_sso.testing import force_login
from harness.browser import Browser
from running import CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, path_of
from starlette.applications import Starlette
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

ADA = "510001"


class Seen:
    """The threads in which the application's functions ran, by their name."""

    def __init__(self) -> None:
        self.threads: dict[str, threading.Thread] = {}

    def note(self, name: str) -> None:
        self.threads[name] = threading.current_thread()

    async def loop(self, request: Request) -> Response:
        self.note("loop")
        return PlainTextResponse(request.session.get("person", "nobody"))

    def waits(self, name: str) -> bool:
        """Whether this function may wait, because it did not run in the thread of the event loop."""
        return self.threads[name] is not self.threads["loop"]


@pytest.mark.parametrize("kind", ["plain", "async", "partial of async", "object"])
def test_a_plain_hook_runs_in_a_thread_and_an_async_one_on_the_loop(clever: str, kind: str) -> None:
    seen = Seen()

    def noted(name: str, result: Any = None) -> Any:
        def plain(*arguments: Any) -> Any:
            seen.note(name)
            if name == "on_sign_in":
                arguments[0].session["person"] = arguments[1].identity.id
            return result

        async def later(*arguments: Any) -> Any:
            return plain(*arguments)

        class Callable:
            async def __call__(self, *arguments: Any) -> Any:
                return plain(*arguments)

        return {"plain": plain, "async": later, "partial of async": partial(later), "object": Callable()}[kind]

    extension = CleverSso(AsyncClient(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, base_url=clever))
    app: Any = Starlette(routes=[Route("/", seen.loop)])
    app.add_middleware(SessionMiddleware, secret_key="a key for tests only")
    extension.install(app)
    extension.before_sign_in(noted("before_sign_in"))
    extension.on_sign_in(noted("on_sign_in"))
    extension.on_problem(noted("on_problem", PlainTextResponse("sorry", 418)))
    with TestClient(app, follow_redirects=False) as client:
        begun = client.get("/clever/login")
        client.get(path_of(Browser(clever, ADA).callback(begun.headers["location"])))
        assert client.get("/").text != "nobody"
        assert client.get("/clever/callback?error=access_denied").status_code == 418
        names = ["before_sign_in", "on_sign_in", "on_problem"]
        assert [seen.waits(name) for name in names] == [kind == "plain"] * 3
        # The same for a sign-in in a unit test.
        seen.threads.pop("on_sign_in")
        force_login(client)
        client.get("/")
        assert seen.waits("on_sign_in") is (kind == "plain")


def test_a_plain_hook_refuses_a_person_and_may_use_the_client_of_the_host(clever: str) -> None:
    default, other = (AsyncClient(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, base_url=clever) for _ in "ab")
    extension = CleverSso(default, clients={"testserver": other})
    app = Starlette()
    app.add_middleware(SessionMiddleware, secret_key="a key for tests only")
    extension.install(app)
    used: list[Any] = []

    @extension.on_sign_in
    def refuse(request: Request, step: Any) -> None:
        used.append(extension.client)
        request.session["person"] = step.identity.id
        raise Refused("Your account is closed.")

    with TestClient(app, follow_redirects=False) as client:
        begun = client.get("/clever/login")
        answer = client.get(path_of(Browser(clever, ADA).callback(begun.headers["location"])))
        assert (answer.status_code, "Your account is closed." in answer.text) == (403, True)
        assert client.get("/clever/whoami").status_code == 401
    assert used == [other]
