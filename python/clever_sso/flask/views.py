"""Login, callback and logout."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from flask import Blueprint, Flask, current_app, make_response, redirect, request, session, url_for
from werkzeug.exceptions import NotFound

from clever_sso._web import pages
from clever_sso._web.arrival import (
    Problem,
    Refused,
    SignIn,
    Step,
    ToClever,
    begun,
    onwards,
    problem_of,
    problem_of_refusal,
    problem_of_setup,
    should_wait,
    step_of,
    without_sign_in,
)
from clever_sso._web.identity import SessionIdentity
from clever_sso._web.request import inside, misplaced, paths_of
from clever_sso.exceptions import Error
from clever_sso.flask.access import check_rotation, end_stale_session, identity, replace_session
from clever_sso.flask.extension import state
from clever_sso.flask.signals import login_denied, signed_in

if TYPE_CHECKING:
    from typing import Literal

    from werkzeug.local import LocalProxy
    from werkzeug.wrappers import Response

    from clever_sso._native import SetCookie


_ASKED = "clever_sso.asked"


def add_views(app: Flask, prefix: str, callback_path: str) -> None:
    """Add the three views, and what is looked at before every other one."""
    views = Blueprint("clever_sso", __name__)
    views.add_url_rule(f"{prefix}/login", "login", _login)
    views.add_url_rule(callback_path, "callback", _callback)
    views.add_url_rule(f"{prefix}/logout", "logout", _logout, methods=["POST"])
    views.before_app_request(_before)
    views.after_request(_after)
    app.register_blueprint(views)


def _before() -> Response | None:
    """End a session whose time has come, and find the callback below a prefix that the redirect URI has as well."""
    end_stale_session()
    if not isinstance(request.routing_exception, NotFound):
        return None
    uris, path = state().client.redirect_uris, request.root_path + request.path
    if path in paths_of(uris):
        return _private(_callback())
    wrong = misplaced(path, uris, request.args)
    return _private(_take(problem_of_setup(wrong))) if wrong else None


def _login() -> Response:
    """Begin a login. `next` is where the person goes afterwards, `district_id` skips Clever's school picker."""
    refusal = _refusal("login")
    if refusal is not None:
        return refusal
    if current_app.session_interface.is_null_session(session):
        raise RuntimeError("clever_sso.flask needs sessions: set app.secret_key")
    extension = state()
    # The store of the sessions may have been set up after the extension.
    check_rotation(_app(), extension.rotate_session)
    step = begun(
        extension.client,
        request.args,
        cookies=request.headers.get("Cookie"),
        has_session=identity() is not None,
        logger=current_app.logger,
        session_cookie=_session_cookie,
    )
    return _take(step)


def _session_cookie() -> str:
    app, interface = _app(), current_app.session_interface
    return (
        f"SESSION_COOKIE_NAME {interface.get_cookie_name(app)!r}, SESSION_COOKIE_DOMAIN "
        f"{interface.get_cookie_domain(app)!r}, SESSION_COOKIE_PATH {interface.get_cookie_path(app)!r}, "
        f"SESSION_COOKIE_SECURE {interface.get_cookie_secure(app)!r}"
    )


def _callback() -> Response:
    """Finish a login: one that began here, or one that began at Clever."""
    refusal = _refusal("callback")
    if refusal is not None:
        return refusal
    query = request.query_string.decode("latin-1")
    extension = state()
    if extension.waiting_page and should_wait(request.args):
        return _own_page(pages.waiting(onwards(query)), 200)
    try:
        step = step_of(extension.client.finish_login(query, request.headers.get("Cookie")))
    except Error as error:
        step = problem_of(error)
    return _take(step)


def _logout() -> Response:
    """Forget who is signed in. The person stays signed in at Clever, as Clever wants it."""
    refusal = _refusal("logout")
    if refusal is not None:
        return refusal
    # Somebody without a session gets none.
    if session:
        session.clear()
    cookies = state().client.log_out_cookies(request.headers.get("Cookie"))
    return _with_cookies(_to("CLEVER_AFTER_LOGOUT"), cookies)


def _refusal(endpoint: Literal["login", "callback", "logout"]) -> Response | None:
    """What to answer to a request that must not act."""
    request.environ[_ASKED] = True
    refusal = state().client.refusal(endpoint, method=request.method, headers=request.headers)
    if refusal is None:
        return None
    return make_response("", refusal.status, {"Allow": refusal.allow} if refusal.allow else {})


def _take(step: Step) -> Response:
    """Answer the browser."""
    if isinstance(step, SignIn):
        try:
            return _with_cookies(_sign_in(step), step.set_cookies)
        except Refused as refused:
            step = problem_of_refusal(refused, without_sign_in(state().client, step))
    if isinstance(step, ToClever):
        return _with_cookies(redirect(step.url, code=303), step.set_cookies)
    current_app.logger.warning("login with Clever failed: %s", step)
    if step.ends_session and session:
        session.clear()
    _tell_of(step)
    return _with_cookies(_show(step), step.set_cookies)


def _sign_in(step: SignIn) -> Response:
    extension = state()
    replace_session(SessionIdentity.of(step.identity, extension.session_seconds), extension.rotate_session)
    hook = extension.hooks.sign_in
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


def _with_cookies(response: Response, cookies: tuple[SetCookie, ...]) -> Response:
    for cookie in cookies:
        response.headers.add("Set-Cookie", cookie.header)
    return response


def _after(response: Response) -> Response:
    """Keep what is shown in this browser; and end the loop of a guard that sends whoever comes to log in to log in."""
    if request.endpoint != "clever_sso.logout" and _ASKED not in request.environ and _leads_to_login(response):
        response = _take(
            problem_of_setup(
                "a function of before_request answered in the place of the login: let it pass by requests with "
                'request.blueprint == "clever_sso"'
            )
        )
    return _private(response)


def _leads_to_login(response: Response) -> bool:
    target = urlsplit(response.location or "")
    # Not a redirect to https, nor to the usual name of the host.
    here = target.scheme in {"", request.scheme} and target.netloc in {"", request.host}
    return here and target.path == url_for("clever_sso.login")


def _private(response: Response) -> Response:
    for name, value in pages.HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def _app() -> Flask:
    # Signals are sent by the application itself, not by what stands for it in a request.
    return cast("LocalProxy[Flask]", current_app)._get_current_object()  # noqa: SLF001  (Flask documents it)
