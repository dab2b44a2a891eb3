"""Log in with Clever in FastAPI: a button, a page that says who you are, and the way out."""

from __future__ import annotations

import os
import secrets
from html import escape
from typing import Annotated

from clever_sso.asgi import CleverSso, SessionIdentity, current_identity
from fastapi import Depends, FastAPI
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.middleware.sessions import SessionMiddleware

clever = CleverSso(after_login="/me")  # CLEVER_CLIENT_ID, CLEVER_CLIENT_SECRET, CLEVER_REDIRECT_URI
app = FastAPI(title="Reading Room")
app.add_middleware(
    SessionMiddleware,
    # Without a key of its own each start makes a new one, which logs everybody out; several processes need the same.
    secret_key=os.environ.get("SESSION_KEY") or secrets.token_urlsafe(32),
    https_only=clever.client.redirect_uris[0].startswith("https:"),
)
clever.install(app)

SignedIn = Annotated[SessionIdentity, Depends(clever.required)]
Teacher = Annotated[SessionIdentity, Depends(clever.role("teacher", "staff"))]
Anybody = Annotated[SessionIdentity | None, Depends(current_identity)]


@app.get("/")
async def home(identity: Anybody) -> HTMLResponse:
    """Offer the button."""
    if identity:
        return RedirectResponse("/me")
    return page("Reading Room", '<p><a href="/clever/login">Log in with Clever</a></p>')


@app.get("/me")
async def me(identity: SignedIn) -> HTMLResponse:
    """Say who is signed in."""
    return page(
        f"Hello, {identity.full_name or 'somebody without a name'}",
        f"<p>{escape(identity.user_type or 'several roles')}, Clever id {escape(identity.id)}</p>"
        '<form action="/clever/logout" method="post"><button>Not you? Log out</button></form>',
    )


@app.get("/lessons")
async def lessons(_: Teacher) -> HTMLResponse:
    """Something for teachers only."""
    return page("Lessons", "<p>Only teachers and staff see this page.</p>")


def page(title: str, content: str) -> HTMLResponse:
    """A small page. What comes from outside is escaped, and what names a person stays in this browser."""
    return HTMLResponse(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"></head>'
        f'<body><main><h1 dir="auto">{escape(title)}</h1>{content}</main></body></html>',
        headers={"Cache-Control": "no-store"},
    )
