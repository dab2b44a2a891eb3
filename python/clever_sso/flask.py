"""Log in with Clever in Flask: login, callback and logout, and who is signed in.

    from clever_sso.flask import CleverSso, current_identity, login_required
    from flask import Flask

    app = Flask(__name__)
    app.config.from_prefixed_env()  # FLASK_SECRET_KEY, FLASK_CLEVER_CLIENT_ID, …
    clever = CleverSso(app)

    @app.get("/")
    @login_required
    def home():
        return f"Hello, {current_identity.full_name}"

`CleverSso` adds three views: `clever_sso.login`, `clever_sso.callback` (at the path of the redirect URI) and
`clever_sso.logout` (POST). A login that begins in the Clever Portal or with an Instant Login link is restarted without
the person seeing it; every sign-in replaces the session that the browser had.

The configuration has the client's arguments by their names in capitals, `CLEVER_CLIENT_ID`, `CLEVER_CLIENT_SECRET`,
`CLEVER_REDIRECT_URI` and so on, and:

- `CLEVER_URL_PREFIX`: below which path login and logout are. Default `/clever`.
- `CLEVER_CALLBACK_PATH`: the path of the callback inside the application. Default: the path of the redirect URI.
- `CLEVER_AFTER_LOGIN`, `CLEVER_AFTER_LOGOUT`: where to go when nothing else is said. Default `/`.
- `CLEVER_WAITING_PAGE`: whether the callback answers at once with a small page that waits while the login is finished,
  as Clever advises for slow networks. Default `False`.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Callable, TypeVar, cast, overload
from urllib.parse import urlsplit

from blinker import Namespace
from flask import Blueprint, Flask, current_app, g, make_response, redirect, request, session, url_for
from werkzeug.exceptions import Forbidden, Unauthorized
from werkzeug.local import LocalProxy

from clever_sso import _settings
from clever_sso._native import Client
from clever_sso._web import pages
from clever_sso._web.arrival import Problem, SignIn, Step, ToClever, problem_of, should_wait, step_of, waited_query
from clever_sso._web.cookie import TEN_MINUTES, PendingCookie
from clever_sso._web.identity import SESSION_KEY, SessionIdentity
from clever_sso.exceptions import ArgumentError, Error

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from werkzeug.wrappers import Response

__all__ = [
    "CleverSso",
    "Problem",
    "SessionIdentity",
    "SignIn",
    "current_identity",
    "login_denied",
    "login_required",
    "signed_in",
]

EXTENSION = "clever_sso"
View = TypeVar("View", bound="Callable[..., ResponseReturnValue]")
SignInHook = TypeVar("SignInHook", bound="Callable[[SignIn], ResponseReturnValue | None]")
ProblemHook = TypeVar("ProblemHook", bound="Callable[[Problem], ResponseReturnValue]")

_signals = Namespace()
signed_in = _signals.signal("clever-sso-signed-in")
"""Sent by the app when somebody has signed in, with `identity` (an `Identity`) and `tokens`."""
login_denied = _signals.signal("clever-sso-login-denied")
"""Sent by the app when a login came to nothing, with `problem` (a `Problem`)."""


@dataclass
class _Hooks:
    """What the application does in the place of the default."""

    sign_in: Callable[[SignIn], ResponseReturnValue | None] | None = None
    problem: Callable[[Problem], ResponseReturnValue] | None = None


class CleverSso:
    """The extension.

    Args:
        app: The application; without one, call `init_app` later.
        client: The client to use. Default: one made from the configuration.

    Raises:
        ConfigError: `config_invalid`, with what is wrong about which setting.
    """

    def __init__(self, app: Flask | None = None, *, client: Client | None = None) -> None:
        self._client = client
        self._hooks = _Hooks()
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask) -> None:
        """Add login, callback and logout to `app`. Raises as the class does."""
        client = self._client or Client(**_settings.arguments(app.config))
        if not client.redirect_uris:
            raise _settings.invalid("CLEVER_REDIRECT_URI is not set")
        redirect_uri = client.redirect_uris[0]
        cookie = PendingCookie.of(redirect_uri)
        app.extensions[EXTENSION] = _State(client, cookie, self._hooks)
        _set_defaults(app, secure=cookie.secure)
        app.register_blueprint(_blueprint(app, redirect_uri))
        app.context_processor(lambda: {"current_identity": current_identity})

    @property
    def client(self) -> Client:
        """The client of the current application."""
        return _state().client

    def on_sign_in(self, function: SignInHook) -> SignInHook:
        """Decorator: call `function` with every `SignIn`. So an account is found or made, or refused.

        The session is the new person's already, and may be added to. What `function` returns, if anything, is sent to
        the browser in the place of the redirect. When it raises, nobody is signed in.
        """
        self._hooks.sign_in = function
        return function

    def on_problem(self, function: ProblemHook) -> ProblemHook:
        """Decorator: let `function` make the page of a failed login from a `Problem`."""
        self._hooks.problem = function
        return function


@dataclass(frozen=True)
class _State:
    """What the extension keeps with an application."""

    client: Client
    cookie: PendingCookie
    hooks: _Hooks


def _state() -> _State:
    return cast("_State", current_app.extensions[EXTENSION])


def _app() -> Flask:
    # Signals are sent by the application itself, not by what stands for it in a request.
    return cast("Flask", current_app._get_current_object())  # type: ignore[attr-defined]  # noqa: SLF001


def _set_defaults(app: Flask, *, secure: bool) -> None:
    defaults = {"CLEVER_URL_PREFIX": "/clever", "CLEVER_AFTER_LOGIN": "/", "CLEVER_AFTER_LOGOUT": "/"}
    for name, value in {**defaults, "CLEVER_WAITING_PAGE": False}.items():
        app.config.setdefault(name, value)
    app.config["SESSION_COOKIE_HTTPONLY"] = True
    if secure:
        app.config["SESSION_COOKIE_SECURE"] = True
    # Without it a form on another site could log people out.
    if app.config.get("SESSION_COOKIE_SAMESITE") is None:
        app.config["SESSION_COOKIE_SAMESITE"] = "Lax"


# ---------------------------------------------------------------- the views


def _blueprint(app: Flask, redirect_uri: str) -> Blueprint:
    views = Blueprint("clever_sso", __name__)
    prefix = app.config["CLEVER_URL_PREFIX"].rstrip("/")
    callback_path = app.config.get("CLEVER_CALLBACK_PATH") or urlsplit(redirect_uri).path or "/"
    views.add_url_rule(f"{prefix}/login", "login", _login)
    views.add_url_rule(callback_path, "callback", _callback)
    views.add_url_rule(f"{prefix}/logout", "logout", _logout, methods=["POST"])
    views.after_request(_keep_private)
    return views


def _login() -> Response:
    """Begin a login. `next` is where the person goes afterwards, `district_id` skips Clever's school picker."""
    district_id = request.args.get("district_id") or None
    client = _state().client
    try:
        login = client.begin_login(return_to=request.args.get("next") or None, district_id=district_id)
    except ArgumentError:
        # An address outside the application: whoever made the link learns nothing, and nobody is sent there.
        login = client.begin_login(district_id=district_id)
    return _take(ToClever.of(login))


def _callback() -> Response:
    """Finish a login: one that began here, or one that began at Clever."""
    query = request.query_string.decode("latin-1")
    if current_app.config["CLEVER_WAITING_PAGE"] and should_wait(request.args):
        # The whole path as the browser knows it: the application may be mounted below another.
        return _own_page(pages.waiting(f"{request.root_path}{request.path}?{waited_query(query)}"), 200)
    state = _state()
    try:
        return _take(step_of(state.client.finish_login(query, request.cookies.get(state.cookie.name))))
    except Error as error:
        return _take(problem_of(error))


def _logout() -> Response:
    """Forget who is signed in. The person stays signed in at Clever, as Clever wants it."""
    # Another site's form comes without the session cookie: it finds nothing to clear, and nobody is logged out by it.
    if session:
        session.clear()
    return redirect(current_app.config["CLEVER_AFTER_LOGOUT"], code=303)


def _take(step: Step) -> Response:
    """Answer the browser."""
    state = _state()
    if isinstance(step, ToClever):
        return _with_pending(redirect(step.url, code=303), step.pending, TEN_MINUTES)
    if isinstance(step, SignIn):
        return _with_pending(_sign_in(step, state.hooks), "", 0)
    current_app.logger.warning("login with Clever failed: %s", step)
    if step.ends_session:
        session.clear()
    login_denied.send(_app(), problem=step)
    return _with_pending(_show(step, state.hooks), "", 0)


def _sign_in(step: SignIn, hooks: _Hooks) -> Response:
    _replace_session(SessionIdentity.of(step.identity))
    answer = None
    if hooks.sign_in is not None:
        try:
            answer = hooks.sign_in(step)
        except Exception:
            session.clear()
            raise
    signed_in.send(_app(), identity=step.identity, tokens=step.tokens)
    if answer is not None:
        return make_response(answer)
    return redirect(step.return_to or current_app.config["CLEVER_AFTER_LOGIN"], code=303)


def _show(problem: Problem, hooks: _Hooks) -> Response:
    if hooks.problem is not None:
        return make_response(hooks.problem(problem))
    return _own_page(pages.problem(problem.sentence, problem.code, url_for("clever_sso.login")), problem.status)


def _own_page(page: str, status: int) -> Response:
    return make_response(page, status, pages.OWN_HEADERS)


def _with_pending(response: Response, pending: str, max_age: int) -> Response:
    cookie = _state().cookie
    response.set_cookie(cookie.name, pending, max_age=max_age, **cookie.attributes())
    return response


def _keep_private(response: Response) -> Response:
    for name, value in pages.HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def _replace_session(identity: SessionIdentity) -> None:
    """Forget whoever was signed in on this device: nothing of their session is carried over."""
    session.clear()
    # Sessions that live on the server have a name that a stranger may know: it is changed.
    regenerate = getattr(_app().session_interface, "regenerate", None)
    if regenerate is not None:
        regenerate(session)
    session[SESSION_KEY] = identity.to_session()
    g.pop(EXTENSION, None)


# ---------------------------------------------------------------- who is signed in


def _current_identity() -> SessionIdentity | None:
    if EXTENSION not in g:
        setattr(g, EXTENSION, SessionIdentity.from_session(session))
    return cast("SessionIdentity | None", getattr(g, EXTENSION))


current_identity = cast("SessionIdentity", LocalProxy(_current_identity))
"""Who is signed in, a `SessionIdentity`; false when nobody is. In templates it is there by itself."""


@overload
def login_required(view: View, /) -> View: ...
@overload
def login_required(*roles: str) -> Callable[[View], View]: ...
def login_required(*arguments: View | str) -> View | Callable[[View], View]:
    """Decorator of a view: nobody gets in who is not signed in.

    As `@login_required("teacher", "staff")`: nor who logged in with none of these roles.

    Who is not signed in is sent to log in and comes back to the same page; a request that following a link cannot
    repeat, a POST for example, gets 401. Who has none of the roles gets 403.
    """
    views = [argument for argument in arguments if not isinstance(argument, str)]
    if views:
        return _guarded(views[0], ())
    roles = tuple(argument for argument in arguments if isinstance(argument, str))
    return lambda view: _guarded(view, roles)


def _guarded(view: View, roles: tuple[str, ...]) -> View:
    @functools.wraps(view)
    def guarded(*args: object, **kwargs: object) -> ResponseReturnValue:
        identity = _current_identity()
        if identity is None:
            if request.method not in {"GET", "HEAD"}:
                raise Unauthorized
            return redirect(url_for("clever_sso.login", next=_here()), code=303)
        if roles and not identity.has_role(*roles):
            raise Forbidden
        return cast("ResponseReturnValue", current_app.ensure_sync(view)(*args, **kwargs))

    return cast("View", guarded)


def _here() -> str:
    """The path of this request as the browser sees it, and its query."""
    path = request.root_path + request.path
    return f"{path}?{request.query_string.decode('latin-1')}" if request.query_string else path
