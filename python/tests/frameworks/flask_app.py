"""A small Flask app with the extension, called directly without a server."""

from __future__ import annotations

from clever_sso.flask import CleverSso, current_identity, login_required
from flask import Flask
from flask.testing import FlaskClient
from harness.browser import Browser
from running import path_of, refusal, settings
from werkzeug.test import TestResponse

ADA, JOSE = "510001", "510003"


def make_app(clever: str, **others: object) -> tuple[Flask, CleverSso]:
    app = Flask("reading")
    app.secret_key = "a key for tests only"
    app.config.update(settings(clever, **others))
    extension = CleverSso(app)

    @app.route("/who")
    def who() -> str:
        return current_identity.full_name if current_identity else "nobody"

    @app.route("/guarded")
    @login_required
    def guarded() -> str:
        return "in"

    return app, extension


def be_refused(client: FlaskClient) -> TestResponse:
    """Begin a login that Clever refuses."""
    begun = client.get("/clever/login")
    return client.get("/clever/callback" + refusal(begun.headers["Location"]))


def log_in(client: FlaskClient, clever: str, number: str = ADA, login: str = "/clever/login") -> TestResponse:
    begun = client.get(login)
    return client.get(path_of(Browser(clever, number).callback(begun.headers["Location"])))
