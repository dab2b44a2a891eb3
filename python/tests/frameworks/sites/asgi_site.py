"""The site in FastAPI."""

from __future__ import annotations

import os
from urllib.parse import urlencode

from clever_sso.asgi import CleverSso, Refused, SessionIdentity, SignIn, current_identity
from fastapi import Depends, FastAPI
from markupsafe import escape
from starlette.authentication import AuthCredentials, requires
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response


class Guard(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        if current_identity(request) or request.scope["path"] in {"/", "/clever/login"}:
            return await call_next(request)
        return RedirectResponse(f"/clever/login?{urlencode({'next': request.scope['path']})}")


class AnswerBefore(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        if request.scope["path"] == "/leave":
            return await bye(request)
        if request.scope["path"] == "/expel":
            request.session.clear()
            return RedirectResponse("/clever/login?next=/expel")
        request.scope["auth"] = AuthCredentials(["authenticated"] if current_identity(request) else [])
        return PlainTextResponse("here") if request.scope["path"] == "/stay" else await call_next(request)


class AddLater(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        response = await call_next(request)
        identity = current_identity(request)
        if identity and identity.last_name == os.environ["MORE_LATER_OF"]:
            request.session["more"] = "x" * 4000
        return response


@requires("open the vault", redirect="clever_login")
async def vault(request: Request) -> PlainTextResponse:
    del request
    return PlainTextResponse("gold")


async def bye(request: Request) -> PlainTextResponse:
    request.session.clear()
    return PlainTextResponse("bye")


def set_up(app: FastAPI) -> None:
    """Add the sessions after the login, the features for some tests, and the application's own logout."""
    app.add_route("/bye", bye)
    app.add_route("/vault", vault)
    app.add_middleware(AnswerBefore)
    if "MORE_LATER_OF" in os.environ:
        app.add_middleware(AddLater)
    if "GUARD" in os.environ:
        app.add_middleware(Guard)
    # The options of the cookie; the rest are the middleware's defaults.
    said = {"path": os.environ["SESSION_PATH"]} if "SESSION_PATH" in os.environ else {}
    same_site = os.environ.get("SAME_SITE", "Lax").lower()
    app.add_middleware(SessionMiddleware, secret_key="a key for tests only", same_site=same_site, **said)


async def admit_known_people(request: Request, step: SignIn) -> None:
    if step.identity.name.last == os.environ.get("UNWELCOME"):
        raise Refused
    if step.identity.name.last == os.environ.get("BREAKING"):
        raise RuntimeError("the hook is broken")
    if "MUCH" in os.environ and step.identity.name.last == os.environ.get("MUCH_OF", step.identity.name.last):
        request.session["much"] = os.environ["MUCH"]


def make_app() -> FastAPI:
    app = FastAPI()
    clever = CleverSso(
        waiting_page=os.environ.get("CLEVER_WAITING_PAGE") == "true",
        callback_path=os.environ.get("CLEVER_CALLBACK_PATH"),
    )
    clever.install(app)
    set_up(app)

    clever.on_sign_in(admit_known_people)

    @app.get("/")
    async def home(request: Request) -> HTMLResponse:
        identity = current_identity(request)
        said = f"signed in: {identity.full_name}" if identity else "nobody"
        return HTMLResponse(f'{escape(said)}<form action="/clever/logout" method="post"></form>')

    @app.api_route("/private", methods=["GET", "POST"])
    async def private(identity: SessionIdentity = Depends(clever.required)) -> PlainTextResponse:  # noqa: B008  (FastAPI's way)
        return PlainTextResponse(f"Hello, {identity.full_name} ({identity.user_type})")

    @app.get("/shelf/{name:path}", dependencies=[Depends(clever.required)])
    async def shelf(name: str, request: Request) -> PlainTextResponse:
        return PlainTextResponse(f"shelf {name} {dict(request.query_params)}")

    @app.get("/staffroom", dependencies=[Depends(clever.role("teacher", "staff"))])
    async def staffroom() -> PlainTextResponse:
        return PlainTextResponse("coffee")

    @app.get("/cart")
    async def cart(request: Request) -> PlainTextResponse:
        if "thing" in request.query_params:
            request.session["thing"] = request.query_params["thing"]
        return PlainTextResponse(f"in the cart: {request.session.get('thing', 'nothing')}")

    return app
