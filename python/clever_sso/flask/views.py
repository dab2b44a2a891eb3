"""Login, callback and logout."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import Blueprint, Flask, current_app, make_response, redirect, request, session, url_for
from werkzeug.exceptions import Forbidden, MethodNotAllowed

from clever_sso._web import pages
from clever_sso._web.arrival import (
    Problem,
    Refused,
    SignIn,
    Step,
    ToClever,
    onwards,
    problem_of,
    problem_of_refusal,
    should_wait,
    step_of,
)
from clever_sso._web.cookie import TEN_MINUTES
from clever_sso._web.identity import SessionIdentity
from clever_sso._web.request import inside, is_from_another_site
from clever_sso.exceptions import ArgumentError, Error
from clever_sso.flask.access import replace_session
from clever_sso.flask.extension import state
from clever_sso.flask.signals import login_denied, signed_in

if TYPE_CHECKING:
    from werkzeug.local import LocalProxy
    from werkzeug.wrappers import Response


def blueprint(prefix: str, callback_path: str) -> Blueprint:
    """The three views."""
    views = Blueprint("clever_sso", __name__)
    views.add_url_rule(f"{prefix}/login", "login", _login)
    views.add_url_rule(callback_path, "callback", _callback)
    views.add_url_rule(f"{prefix}/logout", "logout", _logout, methods=["POST"])
    views.after_request(_keep_private)
    return views


def _login() -> Response:
    """Begin a login. `next` is where the person goes afterwards, `district_id` skips Clever's school picker."""
    if current_app.session_interface.is_null_session(session):
        raise RuntimeError("clever_sso.flask needs sessions: set app.secret_key")
    district_id = request.args.get("district_id") or None
    client = state().client
    try:
        login = client.begin_login(return_to=request.args.get("next") or None, district_id=district_id)
    except ArgumentError:
        # An address outside the application: whoever made the link learns nothing, and nobody is sent there.
        login = client.begin_login(district_id=district_id)
    return _take(ToClever.of(login))


def _callback() -> Response:
    """Finish a login: one that began here, or one that began at Clever."""
    if request.method == "HEAD":
        # Whoever only looks must not spend the code.
        raise MethodNotAllowed(valid_methods=["GET"])
    query = request.query_string.decode("latin-1")
    extension = state()
    if extension.waiting_page and should_wait(request.args):
        return _own_page(pages.waiting(onwards(query)), 200)
    try:
        step = step_of(extension.client.finish_login(query, request.cookies.get(extension.cookie.name)))
    except Error as error:
        step = problem_of(error)
    return _take(step)


def _logout() -> Response:
    """Forget who is signed in. The person stays signed in at Clever, as Clever wants it."""
    if is_from_another_site(request.headers.get("Sec-Fetch-Site")):
        raise Forbidden
    # Another site's form comes without the session cookie: it finds nothing to clear, and nobody is logged out by it.
    if session:
        session.clear()
    return _to("CLEVER_AFTER_LOGOUT")


def _take(step: Step) -> Response:
    """Answer the browser."""
    if isinstance(step, SignIn):
        try:
            return _with_pending(_sign_in(step), "", 0)
        except Refused as refused:
            step = problem_of_refusal(refused)
    if isinstance(step, ToClever):
        return _with_pending(redirect(step.url, code=303), step.pending, TEN_MINUTES)
    current_app.logger.warning("login with Clever failed: %s", step)
    if step.ends_session:
        session.clear()
    _tell_of(step)
    return _with_pending(_show(step), "", 0)


def _sign_in(step: SignIn) -> Response:
    replace_session(SessionIdentity.of(step.identity))
    hook = state().hooks.sign_in
    try:
        answer = current_app.ensure_sync(hook)(step) if hook is not None else None
        signed_in.send(_app(), identity=step.identity, tokens=step.tokens)
    except BaseException:
        session.clear()
        raise
    if answer is not None:
        return make_response(answer)
    return redirect(step.return_to, code=303) if step.return_to else _to("CLEVER_AFTER_LOGIN")


def _tell_of(problem: Problem) -> None:
    try:
        login_denied.send(_app(), problem=problem)
    except Exception:
        # Somebody who waits for a page is not to go without it.
        current_app.logger.exception("a receiver of login_denied failed")


def _show(problem: Problem) -> Response:
    hook = state().hooks.problem
    if hook is not None:
        return make_response(current_app.ensure_sync(hook)(problem))
    return _own_page(pages.problem(problem.sentence, problem.code, url_for("clever_sso.login")), problem.status)


def _own_page(page: str, status: int) -> Response:
    return make_response(page, status, pages.OWN_HEADERS)


def _to(setting: str) -> Response:
    return redirect(inside(request.root_path, current_app.config[setting]), code=303)


def _with_pending(response: Response, pending: str, max_age: int) -> Response:
    cookie = state().cookie
    response.set_cookie(cookie.name, pending, max_age=max_age, **cookie.attributes())
    return response


def _keep_private(response: Response) -> Response:
    for name, value in pages.HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def _app() -> Flask:
    # Signals are sent by the application itself, not by what stands for it in a request.
    return cast("LocalProxy[Flask]", current_app)._get_current_object()  # noqa: SLF001  (Flask documents it)
