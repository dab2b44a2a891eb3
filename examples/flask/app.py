"""Log in with Clever in Flask: a login button, a page that shows who you are, and a logout button."""

from __future__ import annotations

import os
import secrets

from clever_sso.flask import CleverSso, Problem, current_identity, login_required
from flask import Blueprint, Flask, make_response, redirect, render_template, url_for
from werkzeug.wrappers import Response

clever = CleverSso()
pages = Blueprint("pages", __name__)


def create_app() -> Flask:
    """Make the application, from the settings in the environment."""
    app = Flask(__name__)
    # Without FLASK_SECRET_KEY, each start makes a new key and logs everyone out. Several processes need the same key.
    app.secret_key = os.environ.get("FLASK_SECRET_KEY") or secrets.token_bytes(32)
    app.config.update((name, value) for name, value in os.environ.items() if name.startswith("CLEVER_"))
    app.config.update(CLEVER_URL_PREFIX="/", CLEVER_AFTER_LOGIN="/me")
    if os.environ.get("CLEVER_REDIRECT_URI", "").startswith("https:"):
        # Only this host can set a cookie with this prefix, and only over https.
        app.config["SESSION_COOKIE_NAME"] = "__Host-session"
    clever.init_app(app)
    app.register_blueprint(pages)
    return app


@pages.get("/")
def home() -> Response | str:
    """Show the front page, with the login button."""
    if current_identity:
        return redirect(url_for(".me"))
    return render_template("home.html", district_id=os.environ.get("CLEVER_DISTRICT_ID") or None)


@pages.get("/me")
@login_required
def me() -> str:
    """Show who is signed in."""
    return render_template("me.html")


@pages.get("/lessons")
@login_required("teacher", "staff")
def lessons() -> str:
    """Show a page for teachers only."""
    return render_template("lessons.html")


@clever.on_problem
def problem(what: Problem) -> Response:
    """Show a page in the style of this app, with a link to try again."""
    return make_response(render_template("problem.html", problem=what), what.status)


@pages.after_app_request
def keep_private(response: Response) -> Response:
    """Keep all pages in this browser only: they name a person. This includes the page of a failed login."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"
    )
    return response


if __name__ == "__main__":
    create_app().run("127.0.0.1", int(os.environ.get("PORT", "5000")))
