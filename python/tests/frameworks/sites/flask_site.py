"""The site in Flask."""

from __future__ import annotations

import logging
import os
import secrets
from urllib.parse import quote

from clever_sso.flask import CleverSso, Refused, SignIn, current_identity, login_required
from flask import Flask, Response, redirect, request, session
from flask.typing import ResponseReturnValue
from markupsafe import escape
from werkzeug.middleware.proxy_fix import ProxyFix


def make_app() -> Flask:
    logging.basicConfig(level=logging.INFO)
    app = Flask(__name__)
    app.secret_key = "a key for tests only"
    app.config.update((name, value) for name, value in os.environ.items() if name.startswith("CLEVER_"))
    app.config["SESSION_COOKIE_SAMESITE"] = os.environ.get("SAME_SITE")
    app.config["SESSION_COOKIE_PATH"] = os.environ.get("SESSION_PATH")
    set_up(app)
    clever = CleverSso(app)

    clever.on_sign_in(admit_known_people)

    @app.get("/")
    def home() -> str:
        said = f"signed in: {current_identity.full_name}" if current_identity else "nobody"
        return f'{escape(said)}<form action="/clever/logout" method="post"></form>'

    @app.route("/private", methods=["GET", "POST"])
    @login_required
    def private() -> str:
        return f"Hello, {current_identity.full_name} ({current_identity.user_type})"

    @app.get("/shelf/<path:name>")
    @login_required
    def shelf(name: str) -> Response:
        return Response(f"shelf {name} {request.args.to_dict()}", mimetype="text/plain")

    @app.get("/staffroom")
    @login_required("teacher", "staff")
    def staffroom() -> str:
        return "coffee"

    @app.get("/vault")
    def vault() -> ResponseReturnValue:
        if not current_identity or not current_identity.has_role("keeper"):
            # As in many applications, the redirect does not say where to go afterwards.
            return redirect("/clever/login" if "bare" in request.args else "/clever/login?next=/vault")
        return "gold"

    @app.get("/cart")
    def cart() -> str:
        if "thing" in request.args:
            session["thing"] = request.args["thing"]
        return f"in the cart: {session.get('thing', 'nothing')}"

    return app


def admit_known_people(step: SignIn) -> None:
    if step.identity.name.last == os.environ.get("UNWELCOME"):
        raise Refused
    if step.identity.name.last == os.environ.get("BREAKING"):
        raise RuntimeError("the hook is broken")
    if "MUCH" in os.environ and step.identity.name.last == os.environ.get("MUCH_OF", step.identity.name.last):
        session["much"] = os.environ["MUCH"]


def set_up(app: Flask) -> None:
    """Add the features for some tests, and the application's own logout."""
    app.add_url_rule("/bye", view_func=bye)
    app.before_request(answer_before)
    app.after_request(add_later)
    if "SESSION_FOLDER" in os.environ:
        keep_sessions_in_files(app, os.environ["SESSION_FOLDER"])
    if "PROXY" in os.environ:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_prefix=1)
    if "GUARD" in os.environ:
        app.before_request(guard)


def keep_sessions_in_files(app: Flask, folder: str) -> None:
    from cachelib import FileSystemCache  # noqa: PLC0415  (they are for some tests only)
    from flask_session import Session  # noqa: PLC0415

    app.config.update(SESSION_TYPE="cachelib", SESSION_CACHELIB=FileSystemCache(folder))
    Session(app)


def add_later(response: Response) -> Response:
    if current_identity and current_identity.last_name == os.environ.get("MORE_LATER_OF"):
        # Random, so that it cannot be compressed.
        session["more"] = secrets.token_hex(4000)
    return response


def answer_before() -> ResponseReturnValue | None:
    if request.path == "/leave":
        return bye()
    if request.path == "/expel":
        session.clear()
        return redirect("/clever/login?next=/expel")
    return "here" if request.path == "/stay" else None


def bye() -> str:
    session.clear()
    return "bye"


def guard() -> ResponseReturnValue | None:
    passes = current_identity or request.path in {"/", "/clever/login"}
    return None if passes else redirect(f"/clever/login?next={quote(request.path)}")
