"""Log in with Clever in FastAPI: a button, a page that says who you are, and the way out."""

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
    # Without a key of its own each start makes a new one, which logs everyone out; several processes need the same.
    secret_key=os.environ.get("SESSION_KEY") or secrets.token_urlsafe(32),
    # A cookie of this name comes from this host only, and over https only.
    session_cookie="__Host-session" if https else "session",
    https_only=https,
)
clever.install(app)

SignedIn = Annotated[SessionIdentity, Depends(clever.required)]
Teacher = Annotated[SessionIdentity, Depends(clever.role("teacher", "staff"))]
Anybody = Annotated[Optional[SessionIdentity], Depends(current_identity)]


@app.get("/")
async def home(identity: Anybody) -> Response:
    """Offer the button."""
    return RedirectResponse("/me") if identity else pages.welcome()


@app.get("/me")
async def me(identity: SignedIn) -> HTMLResponse:
    """Say who is signed in."""
    return pages.me(identity)


@app.get("/lessons")
async def lessons(_: Teacher) -> HTMLResponse:
    """Something for teachers only."""
    return pages.lessons()


@clever.on_problem
async def problem(_: Request, what: Problem) -> HTMLResponse:
    """Show a page in the looks of this application, with a way to try again."""
    return pages.problem(what)
