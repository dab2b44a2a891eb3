"""The server for the implicit grant: it accepts a token only if Clever says that it was issued to this app."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

import clever_sso
import flask

HERE = Path(__file__).parent
# The folder where `npm install` puts the package.
PACKAGE = HERE / "node_modules" / "clever-sso-implicit" / "dist"
MODULE = "clever-sso-implicit.js"
DEFAULT_PORTS = {"http": 80, "https": 443}
CLEVER = "https://clever.com"
LONGEST_BODY = 16 * 1024

pages = flask.Blueprint("pages", __name__)


def create_app() -> flask.Flask:
    """Make the application, from the settings in the environment."""
    redirect_uri = os.environ["CLEVER_REDIRECT_URI"]
    base_url = os.environ.get("CLEVER_BASE_URL") or None
    address = urlsplit(redirect_uri)
    if not (PACKAGE / MODULE).exists():
        raise FileNotFoundError(f"{PACKAGE / MODULE} is missing: run `npm install` in {HERE}")
    app = flask.Flask(__name__, static_folder=None, template_folder=str(HERE))
    # Without FLASK_SECRET_KEY, each start makes a new key and logs everyone out. Several processes need the same key.
    app.secret_key = os.environ.get("FLASK_SECRET_KEY") or secrets.token_bytes(32)
    app.config.update(
        SESSION_COOKIE_SECURE=address.scheme == "https",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        MAX_CONTENT_LENGTH=LONGEST_BODY,
        ORIGIN=origin_of(redirect_uri),
        # No client secret: an app with the implicit grant has none.
        CLIENT=clever_sso.Client(os.environ["CLEVER_CLIENT_ID"], None, redirect_uri, base_url=base_url),
        FOR_THE_PAGE={
            "clever": (base_url or CLEVER).rstrip("/"),
            "client_id": os.environ["CLEVER_CLIENT_ID"],
            "redirect_uri": redirect_uri,
        },
    )
    app.register_blueprint(pages)
    if address.path not in {"", "/"}:
        app.add_url_rule(address.path, view_func=page)
    return app


def origin_of(url: str) -> str:
    """The origin as browsers write it: lower case, and without the default port."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if ":" in host:
        host = f"[{host}]"
    is_usual = parts.port in {None, DEFAULT_PORTS.get(parts.scheme)}
    return f"{parts.scheme}://{host}" if is_usual else f"{parts.scheme}://{host}:{parts.port}"


@pages.get("/")
def page() -> str:
    """Serve the one page; Clever sends the browser back to it under the redirect URI."""
    return flask.render_template("index.html", **flask.current_app.config["FOR_THE_PAGE"])


@pages.get("/page.js")
def script() -> flask.Response:
    """Serve the script of the page."""
    return flask.send_from_directory(HERE, "page.js", mimetype="text/javascript")


@pages.get(f"/{MODULE}")
def module() -> flask.Response:
    """Serve the package."""
    return flask.send_from_directory(PACKAGE, MODULE, mimetype="text/javascript")


@pages.get("/session")
def who_am_i() -> flask.Response:
    """Return who is signed in."""
    return flask.jsonify(person=flask.session.get("person"))


@pages.post("/session")
def log_in() -> flask.Response:
    """Sign in the person that the browser's token belongs to."""
    body = flask.request.get_json(silent=True)
    token = body.get("access_token") if isinstance(body, dict) else None
    if not token or not isinstance(token, str):
        return problem("argument_invalid", 400)
    person = owner_of(token)
    # Replace the person who was signed in on this device before: no data of their session stays.
    flask.session.clear()
    flask.session["person"] = person
    return flask.jsonify(person=person)


def owner_of(token: str) -> dict[str, str]:
    """Ask Clever whether the token was issued to this app, and then who it belongs to."""
    client: clever_sso.Client = flask.current_app.config["CLIENT"]
    # The token of any other app opens /me too: without this line, another app could log its users in here.
    client.check_token(token)
    me = client.me(token)
    user = client.user(token, me.id)
    return {
        "id": me.id,
        "name": user.name.full or "a person with no name",
        "user_type": user.roles[0].name if len(user.roles) == 1 else "several roles",
        "district_id": me.district_id or "none",
    }


@pages.delete("/session")
def log_out() -> flask.Response:
    """Sign the person out."""
    flask.session.clear()
    return flask.jsonify(person=None)


@pages.before_request
def refuse_other_sites() -> flask.Response | None:
    """Let only the app's own page change who is signed in: other sites cannot choose their Origin."""
    changes = flask.request.method not in {"GET", "HEAD", "OPTIONS"}
    if changes and flask.request.headers.get("Origin") != flask.current_app.config["ORIGIN"]:
        return problem("origin_foreign", 403, "Please open this app itself, then try again.")
    return None


@pages.errorhandler(clever_sso.Error)
def failed(error: clever_sso.Error) -> flask.Response:
    """Log what happened, and tell the person what to do."""
    flask.current_app.logger.warning("login failed: %s", error)
    of_others = isinstance(error, (clever_sso.CleverError, clever_sso.NetworkError))
    status = 403 if isinstance(error, clever_sso.TokenError) else 503 if of_others else 400
    return problem(error.code, status)


def problem(code: str, status: int, sentence: str | None = None) -> flask.Response:
    """Respond with an error code: the page has the library's sentences, in its language."""
    response = flask.jsonify(code=code, sentence=sentence)
    response.status_code = status
    return response


@pages.after_app_request
def keep_private(response: flask.Response) -> flask.Response:
    """Keep the pages out of caches, and allow only the two script files."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'unsafe-inline'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )
    return response


if __name__ == "__main__":
    create_app().run("127.0.0.1", int(os.environ.get("PORT", "5000")))
