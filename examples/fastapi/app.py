"""Log in with Clever in FastAPI: a login button, a page that shows who you are, and a logout button."""

from __future__ import annotations

import os
import secrets
from typing import Annotated, Optional

import pages
from clever_sso.asgi import CleverSso, Problem, SessionIdentity, current_identity
from fastapi import Depends, FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.middleware.sessions import SessionMiddleware

clever = CleverSso(after_login="/me")  # CLEVER_CLIENT_ID, CLEVER_CLIENT_SECRET, CLEVER_REDIRECT_URI
https = clever.client.redirect_uris[0].startswith("https:")
app = FastAPI(title="Reading Room")
app.add_middleware(
    SessionMiddleware,
    # Without SESSION_KEY, each start makes a new key, which logs everyone out. Several processes need the same key.
    secret_key=os.environ.get("SESSION_KEY") or secrets.token_urlsafe(32),
    # Only this host can set a cookie with this prefix, and only over https.
    session_cookie="__Host-session" if https else "session",
    https_only=https,
)
clever.install(app)

SignedIn = Annotated[SessionIdentity, Depends(clever.required)]
Teacher = Annotated[SessionIdentity, Depends(clever.role("teacher", "staff"))]
Anyone = Annotated[Optional[SessionIdentity], Depends(current_identity)]


@app.get("/")
async def home(identity: Anyone) -> Response:
    """Show the front page, with the login button."""
    return RedirectResponse("/me") if identity else pages.welcome()


@app.get("/me")
async def me(identity: SignedIn) -> HTMLResponse:
    """Show who is signed in."""
    return pages.me(identity)


@app.get("/lessons")
async def lessons(_: Teacher) -> HTMLResponse:
    """Show a page for teachers only."""
    return pages.lessons()


@clever.on_problem
async def problem(_: Request, what: Problem) -> HTMLResponse:
    """Show a page in the style of this app, with a link to try again."""
    return pages.problem(what)
