# ruff: noqa: B008, FAST002  (names inside a function cannot be in an annotation that is text)
"""FastAPI's docs page shows which routes need a login, and the guards are ordinary dependencies."""

from __future__ import annotations

from typing import Any

import pytest

fastapi = pytest.importorskip("fastapi")
pytest.importorskip("httpx2")
from clever_sso import AsyncClient
from clever_sso.asgi import CleverSso, SessionIdentity, current_identity
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse
from harness.browser import Browser
from running import CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, path_of
from starlette.exceptions import HTTPException as AnyHTTPException
from starlette.middleware.sessions import SessionMiddleware
from starlette.testclient import TestClient

ADA, GRACE = "510001", "610001"


def make_app(clever: str) -> FastAPI:
    app = FastAPI()
    extension = CleverSso(AsyncClient(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, base_url=clever))

    @app.get("/private")
    async def private(identity: SessionIdentity = Depends(extension.required)) -> dict[str, Any]:
        return {"name": identity.full_name}

    @app.get("/staffroom", dependencies=[Depends(extension.role("teacher", "staff"))])
    async def staffroom() -> str:
        return "coffee"

    @app.get("/maybe")
    async def maybe(identity: Any = Depends(current_identity)) -> str:
        return identity.full_name if identity else "nobody"

    extension.install(app)
    app.add_middleware(SessionMiddleware, secret_key="a key for tests only", session_cookie="reading")
    return app


@pytest.fixture
def app(clever: str) -> FastAPI:
    return make_app(clever)


@pytest.fixture
def client(app: FastAPI) -> TestClient:
    return TestClient(app, follow_redirects=False)


def log_in(client: TestClient, clever: str, number: str) -> None:
    begun = client.get("/clever/login")
    assert client.get(path_of(Browser(clever, number).callback(begun.headers["location"]))).status_code == 303


def test_the_schema_has_the_session_as_a_security_scheme(client: TestClient) -> None:
    schema = client.get("/openapi.json").json()
    assert schema["components"]["securitySchemes"] == {
        "LogInWithClever": {
            "type": "apiKey",
            "in": "cookie",
            "name": "reading",
            "description": "The session of a person who logged in with Clever.",
        }
    }
    for path in ("/private", "/staffroom"):
        assert schema["paths"][path]["get"]["security"] == [{"LogInWithClever": []}]
        # The request is not a parameter of the API.
        assert "parameters" not in schema["paths"][path]["get"]
    assert "security" not in schema["paths"]["/maybe"]["get"]
    assert "swagger" in client.get("/docs").text


def test_the_guards_let_in_the_right_people_only(client: TestClient, clever: str) -> None:
    assert client.get("/private").headers["location"] == "/clever/login?next=%2Fprivate"
    refused = client.get("/private", headers={"accept": "application/json"})
    assert (refused.status_code, refused.json()["login_url"]) == (401, "/clever/login")
    log_in(client, clever, ADA)
    assert client.get("/private").json() == {"name": "Ada Ashworth"}
    assert client.get("/maybe").json() == "Ada Ashworth"
    assert client.get("/staffroom", headers={"accept": "application/json"}).json()["code"] == "not_allowed"
    log_in(client, clever, GRACE)
    assert client.get("/staffroom").json() == "coffee"


def test_the_apps_own_error_handler_is_used(app: FastAPI, client: TestClient) -> None:
    @app.exception_handler(AnyHTTPException)
    async def own(_: Request, error: HTTPException) -> JSONResponse:
        return JSONResponse({"problem": error.detail}, error.status_code)

    answer = client.get("/private", headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()) == (401, {"problem": "You are not signed in."})


def test_a_guard_can_be_overridden_as_a_dependency(app: FastAPI, clever: str) -> None:
    extension = CleverSso(AsyncClient(CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, base_url=clever))
    assert extension.required is extension.required
    assert extension.role("teacher") is extension.role("teacher")

    @app.get("/other")
    async def other(identity: Any = Depends(extension.required)) -> str:
        return str(identity)

    app.dependency_overrides[extension.required] = lambda: "a person of a test"
    assert TestClient(app).get("/other").json() == "a person of a test"
