"""Flask with Authlib, set up for discovery like in Authlib's documentation."""

from __future__ import annotations

import os

from authlib.integrations.flask_client import OAuth
from flask import Flask, redirect, session
from werkzeug.wrappers import Response

application = Flask(__name__)
application.secret_key = os.environ["SECRET_KEY"]
oauth = OAuth(application)
oauth.register(
    "clever",
    client_id=os.environ["CLEVER_CLIENT_ID"],
    client_secret=os.environ["CLEVER_CLIENT_SECRET"],
    server_metadata_url=f"{os.environ['CLEVER_BASE_URL']}/.well-known/openid-configuration",
    client_kwargs={"scope": "openid"},
)


@application.get("/")
def front() -> str:
    """Show who is signed in."""
    return session["person"]["sub"] if "person" in session else "nobody"


@application.get("/clever/login")
def login() -> Response:
    """Begin a login."""
    return oauth.clever.authorize_redirect(os.environ["CLEVER_REDIRECT_URI"])


@application.get("/clever/callback")
def callback() -> Response:
    """Finish it."""
    session["person"] = oauth.clever.authorize_access_token()["userinfo"]
    return redirect("/")
