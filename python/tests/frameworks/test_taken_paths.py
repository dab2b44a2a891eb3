"""Another view at the path of the login or the callback is named when the application starts."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("starting")
from clever_sso import AsyncClient, Client
from clever_sso.asgi import CleverSso as InAsgi
from clever_sso.exceptions import ConfigError
from clever_sso.flask import CleverSso as InFlask
from fastapi import APIRouter, FastAPI
from flask import Blueprint, Flask
from running import CLIENT_ID, CLIENT_SECRET
from starlette.applications import Starlette
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.testclient import TestClient
from starting import KEY

REDIRECT_URI = "http://localhost/login/clever/authorized"
PATHS = {"callback": "/login/clever/authorized", "login": "/clever/login"}


def flask_app() -> Flask:
    app = Flask("reading")
    app.secret_key = KEY
    return app


@pytest.mark.parametrize("page", PATHS)
def test_flask_names_the_view_that_is_at_the_path_of_a_login(page: str) -> None:
    app = flask_app()
    old = Blueprint("clever", "old")
    old.add_url_rule(PATHS[page], "authorized", lambda: "the old one")
    app.register_blueprint(old)
    with pytest.raises(ConfigError, match=f"'clever.authorized' is at {PATHS[page]}, the path of the {page}"):
        InFlask(app, client=Client(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI))


def test_flask_accepts_views_that_do_not_take_the_login() -> None:
    app = flask_app()
    for number, (rule, options) in enumerate(
        [
            ("/<path:rest>", {}),
            ("/login/clever/<name>", {}),
            ("/login/clever/authorized/", {}),
            ("/login/clever/authorized", {"methods": ["POST"]}),
            ("/login/clever/authorized", {"build_only": True}),
            ("/login/clever/authorized", {"subdomain": "api"}),
        ]
    ):
        app.add_url_rule(rule, f"other{number}", lambda **_: "another page", **options)
    InFlask(app, client=Client(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI))
    app.add_url_rule("/login/clever/authorized", "later", lambda: "another page")
    answer = app.test_client().get("/login/clever/authorized?code=c")
    assert (answer.status_code, answer.text == "another page") == (303, False)


def old(_: Request) -> PlainTextResponse:
    return PlainTextResponse("the old one")


def installed(app: Starlette) -> Starlette:
    app.add_middleware(SessionMiddleware, secret_key=KEY, max_age=None)
    InAsgi(AsyncClient(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI)).install(app)
    return app


def included(app: FastAPI, path: str) -> FastAPI:
    router = APIRouter()
    router.add_api_route(path, lambda: "the old one", name="authorized")
    app.include_router(router)
    return app


def api(app: FastAPI, path: str) -> FastAPI:
    app.add_api_route(path, lambda: "the old one", name="authorized")
    return app


TAKEN: dict[str, Any] = {
    "starlette": lambda path: Starlette(routes=[Route(path, old, name="authorized")]),
    "parameter": lambda path: Starlette(routes=[Route(path.rpartition("/")[0] + "/{name}", old, name="authorized")]),
    "mount": lambda path: Starlette(
        routes=[Mount("/", name="authorized", routes=[Route(path, old, name="authorized")])]
    ),
    "files": lambda _: Starlette(routes=[Mount("/", PlainTextResponse("the old one"), name="authorized")]),
    "fastapi": lambda path: api(FastAPI(), path),
    "router": lambda path: included(FastAPI(), path),
}


@pytest.mark.parametrize("page", PATHS)
@pytest.mark.parametrize("kind", TAKEN)
def test_asgi_names_the_route_that_responds_at_the_path_of_a_login(kind: str, page: str) -> None:
    app = installed(TAKEN[kind](PATHS[page]))
    with pytest.raises(ConfigError) as raised, TestClient(app):
        pass
    # A mount at `/` takes both pages, and the callback is named.
    page = "callback" if kind in {"mount", "files"} else page
    assert f"responds at {PATHS[page]}, the path of the {page}" in raised.value.message
    assert "(authorized)" in raised.value.message


def test_asgi_accepts_routes_that_do_not_take_the_login() -> None:
    class Unusual(Route):
        def matches(self, scope: Any) -> Any:
            if "user" not in scope:
                raise KeyError("user")
            return super().matches(scope)

    app = Starlette(routes=[Route(PATHS["callback"], old, methods=["POST"])])
    installed(app)
    app.router.routes.append(Route(PATHS["callback"], old))
    with TestClient(app, follow_redirects=False) as client:
        answer = client.get(f"{PATHS['callback']}?code=c")
        assert (answer.status_code, answer.text == "the old one") == (303, False)
    unusual = installed(Starlette(routes=[Unusual("/", old)]))
    with TestClient(unusual):
        pass
