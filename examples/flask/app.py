"""Log in with Clever in Flask: a button, the callback, a page that says who you are, and the way out."""

from __future__ import annotations

import os
import secrets

import clever_sso
from flask import Blueprint, Flask, current_app, make_response, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

PENDING_COOKIE = "clever_pending"
TEN_MINUTES = 600

pages = Blueprint("pages", __name__)


def create_app() -> Flask:
    """Make the application, from the settings in the environment."""
    app = Flask(__name__)
    # Without a key of its own each start makes a new one, which logs everybody out; several processes need the same.
    app.secret_key = os.environ.get("FLASK_SECRET_KEY") or secrets.token_bytes(32)
    app.config.update(
        SESSION_COOKIE_SECURE=os.environ["CLEVER_REDIRECT_URI"].startswith("https:"),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        CLEVER=clever_sso.Client(
            os.environ["CLEVER_CLIENT_ID"],
            os.environ["CLEVER_CLIENT_SECRET"],
            os.environ["CLEVER_REDIRECT_URI"],
            base_url=os.environ.get("CLEVER_BASE_URL") or None,
        ),
    )
    app.register_blueprint(pages)
    return app


def clever() -> clever_sso.Client:
    """Find the one client that all requests share."""
    client: clever_sso.Client = current_app.config["CLEVER"]
    return client


@pages.get("/")
def home() -> Response | str:
    """Offer the button."""
    if "person" in session:
        return redirect(url_for(".me"))
    return render_template("home.html", return_to=request.args.get("return_to"))


# POST, because it changes what the browser keeps: no link, image or prefetch can begin a login that nobody asked for.
@pages.post("/login")
def login() -> Response:
    """Begin a login."""
    district_id = os.environ.get("CLEVER_DISTRICT_ID") or None
    return to_clever(clever().begin_login(return_to=request.form.get("return_to"), district_id=district_id))


@pages.get("/callback")
def callback() -> Response:
    """Finish a login: one that began with the button, or one that began at Clever."""
    outcome = clever().finish_login(request.url, request.cookies.get(PENDING_COOKIE))
    if isinstance(outcome, clever_sso.SignedIn):
        sign_in(outcome.identity)
        return without_pending(redirect(outcome.return_to or url_for(".me"), code=303))
    if isinstance(outcome, clever_sso.Restart):
        return to_clever(outcome.login)
    return problem("Clever did not let you into this app. Please ask your teacher for access.", outcome.error, 403)


@pages.get("/me")
def me() -> Response | str:
    """Say who is signed in."""
    if "person" not in session:
        return redirect(url_for(".home", return_to=url_for(".me")))
    return render_template("me.html", person=session["person"])


@pages.post("/logout")
def logout() -> Response:
    """Forget who is signed in."""
    # Another site's form comes without the session cookie: it finds nothing to clear, and nobody is logged out by it.
    if session:
        session.clear()
    return redirect(url_for(".home"), code=303)


def to_clever(login: clever_sso.Login) -> Response:
    """Send the browser to Clever, and let it keep the pending login."""
    return with_pending(redirect(login.url, code=303), login.pending, TEN_MINUTES)


def without_pending(response: Response) -> Response:
    """Delete the pending login: it was used."""
    return with_pending(response, "", 0)


def with_pending(response: Response, pending: str, max_age: int) -> Response:
    """Set the cookie of the pending login."""
    response.set_cookie(
        PENDING_COOKIE,
        pending,
        max_age=max_age,
        path=url_for(".callback"),
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",  # not Strict: it must come along when the browser returns from Clever
    )
    return response


def sign_in(identity: clever_sso.Identity) -> None:
    """Replace whoever was signed in on this device: nothing of their session is carried over."""
    session.clear()
    session["person"] = {
        "issuer": identity.issuer,
        "id": identity.id,
        "name": identity.name.full or "somebody without a name",
        "user_type": identity.user_type or "several roles",
        "district_id": identity.district_id or "none",
        "proven_by": identity.proven_by,
    }


@pages.errorhandler(clever_sso.Error)
def failed(error: clever_sso.Error) -> Response:
    """Tell the log what happened, and the person what to do."""
    current_app.logger.warning("login failed: %s", error)
    of_others = isinstance(error, (clever_sso.CleverError, clever_sso.NetworkError))
    return problem(error.user_message, error.code, 503 if of_others else 400)


def problem(sentence: str, code: str, status: int) -> Response:
    """Show a page with a way to try again."""
    page = render_template("problem.html", sentence=sentence, code=code)
    return without_pending(make_response(page, status))


@pages.after_request
def keep_private(response: Response) -> Response:
    """Keep the pages, which name a person, and the address of the callback, which holds a code, to this browser."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
    )
    return response


if __name__ == "__main__":
    create_app().run("127.0.0.1", int(os.environ.get("PORT", "5000")))
