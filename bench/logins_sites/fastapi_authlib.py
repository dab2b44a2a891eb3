"""FastAPI with Authlib, set up for discovery like in Authlib's documentation."""

from __future__ import annotations

import os

from authlib.integrations.starlette_client import OAuth
from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse, RedirectResponse
from starlette.middleware.sessions import SessionMiddleware

application = FastAPI()
application.add_middleware(SessionMiddleware, secret_key=os.environ["SECRET_KEY"])
oauth = OAuth()
oauth.register(
    "clever",
    client_id=os.environ["CLEVER_CLIENT_ID"],
    client_secret=os.environ["CLEVER_CLIENT_SECRET"],
    server_metadata_url=f"{os.environ['CLEVER_BASE_URL']}/.well-known/openid-configuration",
    client_kwargs={"scope": "openid"},
)


@application.get("/")
async def front(request: Request) -> PlainTextResponse:
    """Show who is signed in."""
    person = request.session.get("person")
    return PlainTextResponse(person["sub"] if person else "nobody")


@application.get("/clever/login")
async def login(request: Request) -> RedirectResponse:
    """Begin a login."""
    return await oauth.clever.authorize_redirect(request, os.environ["CLEVER_REDIRECT_URI"])


@application.get("/clever/callback")
async def callback(request: Request) -> RedirectResponse:
    """Finish it."""
    request.session["person"] = dict((await oauth.clever.authorize_access_token(request))["userinfo"])
    return RedirectResponse("/", 303)
