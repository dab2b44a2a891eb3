"""Who is signed in, and guards that decide who may see a view."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Callable, TypeVar, cast, overload

from flask import current_app, make_response, redirect, request, session
from flask.globals import request_ctx
from flask.sessions import SecureCookieSessionInterface
from werkzeug.exceptions import Forbidden, Unauthorized
from werkzeug.local import LocalProxy
from werkzeug.test import EnvironBuilder

from clever_sso import _roles, _settings
from clever_sso._web import api
from clever_sso._web.arrival import LoggedOutError
from clever_sso._web.before import HELD_KEY, OF_A_LOGIN, HeldLogin
from clever_sso._web.identity import SESSION_KEY, Linked, SessionIdentity
from clever_sso._web.request import address, answer_of_guard, login_address, root_of
from clever_sso.flask.state import app_here, request_here, session_here, state

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask import Flask
    from flask.sessions import SessionMixin
    from flask.typing import ResponseReturnValue
    from werkzeug.wrappers import Response

    from clever_sso.flask.state import Rotate

View = TypeVar("View", bound="Callable[..., ResponseReturnValue]")
NAMES_A_PERSON = "clever_sso.names_a_person"
"""The key in a request's environment: whether the application asked who is signed in, and whether a person was."""


def identity() -> SessionIdentity | None:
    """Who is signed in."""
    person = SessionIdentity.from_session(session_here())
    if person is not None:
        request.environ[NAMES_A_PERSON] = True
    return person


current_identity = cast("SessionIdentity | None", LocalProxy(identity))
"""Who is signed in, a `SessionIdentity`; falsy if no one is. It is always available in templates.

It is a proxy for the person of the request, so it is never `None` itself: write `if current_identity:`, or call
`get_current_identity()`, which returns the `SessionIdentity` or `None`.
"""


def root() -> str:
    """The path prefix of the application in the browser."""
    asked = request_here()
    return root_of(asked.root_path, asked.path, state().paths.known_prefix)


def login_path() -> str:
    """The path of the login in the browser."""
    extension = state()
    return f"{root_of(request.root_path, request.path, extension.paths.likely_prefix)}{extension.paths.prefix}/login"


def look_at_session() -> bool:
    """Clear an expired session. Returns whether a person was signed in.

    A request without the session cookie is skipped, so that responses that are the same for everyone do not change.
    """
    app = app_here()
    if app.session_interface.get_cookie_name(app) not in request.cookies:
        return False
    kept = _kept_session()
    accessed = kept.accessed
    if SessionIdentity.is_stale(kept):
        session.clear()
        return True
    found = any(key in kept for key in OF_A_LOGIN)
    # This must not mark the page as dependent on cookies.
    kept.accessed = accessed
    return found


def _kept_session() -> SessionMixin:
    """The session itself, read without Flask's property, which would mark the page as dependent on cookies."""
    context: Any = request_ctx
    kept: SessionMixin | None = getattr(context, "_session", None)
    return context.session if kept is None else kept


def take_held(rotate: Rotate | None, key: str | None) -> tuple[HeldLogin | None, Waiting | None]:
    """Take the held login out of this session. This completes it, so it is not found again.

    Returns:
        The login, or `None` if it is gone. And the Flask-Session session that held it, which stays until the person is
        signed in or logs out of it.
    """
    interface = current_app.session_interface
    if type(interface).open_session is not SecureCookieSessionInterface.open_session:
        # Read it again: another request may have logged out, or completed the login, in the meantime.
        again: Any = interface.open_session(app_here(), request)
        held, found = HeldLogin.with_key(session, key), HeldLogin.with_key(again or {}, key)
        if held is None or found is None or found.key != held.key:
            if held is not None:
                # The session that this request read has ended. It must not be saved again.
                session.clear()
                session.modified = False
            return None, None
    held = HeldLogin.take(session, key)
    if held is None or rotate is not None or not hasattr(interface, "regenerate") or not hasattr(session, "sid"):
        return held, None
    # Flask-Session does not store an empty session.
    again[HELD_KEY] = None
    _save(again)
    new: Any = interface.open_session(app_here(), current_app.request_class(EnvironBuilder().get_environ()))
    return held, Waiting(again, new.sid)


def replace_session(signed_in: SessionIdentity, rotate: Rotate | None, waiting: Waiting | None) -> Replaced | None:
    """Forget the person who was signed in on this device: nothing of their session is carried over.

    Returns:
        The person's old session on the server, for tabs that still use it; or the session that held this login.

    Raises:
        LoggedOutError: When the person has logged out of it since this request came.
    """
    replaced = waiting or (_replaced(signed_in) if rotate is None else None)
    app, kept = app_here(), session_here()
    if replaced is None or replaced is waiting:
        end_session()
        if rotate is not None and app.session_interface.get_cookie_name(app) in request.cookies:
            # Empty the session under the old id, whatever the application's own function does with it.
            _save(kept)
        kept[SESSION_KEY] = signed_in.to_session()
    else:
        _end_each(SessionIdentity.without_room(replaced.session))
        person = signed_in.replacing(replaced.session, replaced.session.sid)
        kept.clear()
        kept[SESSION_KEY] = person
    if kept.permanent:
        # The session ends when the browser closes, even if its store makes new sessions permanent.
        kept.permanent = False
    # An attacker may know the id of a session on the server, so the session gets a new id. Flask-Session does that only
    # for a session with data.
    rotate = rotate or getattr(app.session_interface, "regenerate", None)
    if replaced is not None:
        cast("Any", kept).sid = replaced.new_sid
    elif rotate is not None:
        rotate(session)
    return replaced


@dataclass(frozen=True)
class Replaced:
    """A session of Flask-Session that a new sign-in of the same person replaced, and the id of the new one."""

    session: Any
    new_sid: str

    def keep(self) -> None:
        """Keep the session valid for a minute. Otherwise, tabs that sign in together would find no one signed in.

        Raises:
            LoggedOutError: When the person has logged out of it in the meantime.
        """
        # Read it again: another tab may have replaced it in the meantime.
        again = _check_that_it_is_there(self.session.sid)
        SessionIdentity.shorten(again, self.new_sid)
        _save(again)

    def end(self) -> None:
        """End the session immediately."""
        _end_replaced(self.session)
        self.session.clear()
        self._save()

    def _save(self) -> None:
        _save(self.session)


class Waiting(Replaced):
    """A session of Flask-Session that held a login that is now being completed."""

    def keep(self) -> None:
        """End the session, because the person is signed in.

        Raises:
            LoggedOutError: When the person has logged out of it in the meantime.
        """
        _check_that_it_is_there(self.session.sid)
        self.end()


def end_session() -> None:
    """Clear the session and the sessions that it replaced."""
    old = session_here()
    if old:
        _end_replaced(old)
    old.clear()


def _end_replaced(session: Any) -> None:  # noqa: ANN401  (that of Flask, or of Flask-Session)
    """End the sessions that are linked with this one."""
    linked = Linked(SessionIdentity.replaced(session))
    for sid in linked:
        linked.follow(_with_sid(sid))
        _end_each([sid])


def _with_sid(sid: str) -> Any:  # noqa: ANN401  (a session of Flask-Session)
    """The session with this id, or an empty one."""
    app, interface = app_here(), cast("Any", current_app.session_interface)
    # With SESSION_USE_SIGNER, the cookie has a signature too.
    value = interface._sign(app, sid) if getattr(interface, "use_signer", False) else sid  # noqa: SLF001
    cookie = f"{interface.get_cookie_name(app)}={value}"
    asking = app.request_class(EnvironBuilder(environ_overrides={"HTTP_COOKIE": cookie}).get_environ())
    return interface.open_session(app, asking) or {}


def _end_each(sids: Iterable[str]) -> None:
    for sid in sids:
        old = current_app.session_interface.session_class(sid=sid)  # type: ignore[attr-defined]
        # Flask-Session deletes a session that is empty and was modified.
        old.modified = True
        _save(old)


def _save(session: Any) -> None:  # noqa: ANN401  (that of Flask-Session)
    # The cookie of this response is not used.
    current_app.session_interface.save_session(app_here(), session, current_app.response_class())


def _replaced(signed_in: SessionIdentity) -> Replaced | None:
    interface = current_app.session_interface
    if not hasattr(interface, "regenerate") or not hasattr(session, "sid") or not signed_in.is_person_of(session):
        return None
    again = _check_that_it_is_there(cast("Any", session).sid)
    new: Any = interface.open_session(app_here(), current_app.request_class(EnvironBuilder().get_environ()))
    return Replaced(again, new.sid)


def _check_that_it_is_there(sid: str) -> Any:  # noqa: ANN401  (a session of Flask-Session)
    """The session of this request, in its current state.

    A new sign-in of the same person keeps this session. A logout deletes it.
    """
    again: Any = current_app.session_interface.open_session(app_here(), request)
    if again is None or again.sid != sid:
        raise LoggedOutError
    return again


def check_rotation(app: Flask, rotate: Rotate | None) -> None:
    """Checks that a sign-in can give the session a new id.

    Raises:
        ConfigError: `config_invalid`, when the sessions are on the server and there is no function that changes their
            ids.
    """
    interface = app.session_interface
    in_the_browser = type(interface).open_session is SecureCookieSessionInterface.open_session
    if rotate is None and not in_the_browser and not hasattr(interface, "regenerate"):
        kind = f"{type(interface).__module__}.{type(interface).__qualname__}"
        raise _settings.invalid(
            f"a sign-in cannot give the sessions of {kind} a new id, so a stranger who planted an id would be signed "
            "in too: use Flask-Session 0.7 or later, or pass CleverSso(rotate_session=...)"
        )


def check_keys(app: Flask) -> None:
    """Checks that the key that signs the sessions is secret.

    Raises:
        ConfigError: `config_invalid`, when the key is not secret or is missing.
    """
    in_the_browser = type(app.session_interface).open_session is SecureCookieSessionInterface.open_session
    if not app.secret_key and not in_the_browser:
        return
    kind = type(app.config.get("SECRET_KEY_FALLBACKS") or ())
    if not issubclass(kind, (list, tuple)):
        # Flask takes each letter of a text as a key.
        raise _settings.invalid(f"SECRET_KEY_FALLBACKS must be a list of keys, not {kind.__name__}")
    fallbacks = [("SECRET_KEY_FALLBACKS", key) for key in app.config.get("SECRET_KEY_FALLBACKS") or ()]
    keys = [("SECRET_KEY", app.secret_key), *fallbacks]
    wrong = [(name, problem) for name, problem in ((name, _settings.key_problem(key)) for name, key in keys) if problem]
    del keys, fallbacks
    for name, problem in wrong:
        where = " (app.secret_key)" if name == "SECRET_KEY" else ""
        raise _settings.invalid(
            f"{name}{where} {problem}, so anyone could sign in as anyone: {_settings.MAKE_A_KEY}, and set it before "
            "CleverSso(app)"
        )


@overload
def login_required(view: View, /) -> View: ...
@overload
def login_required(*roles: str) -> Callable[[View], View]: ...
def login_required(*arguments: View | str) -> View | Callable[[View], View]:
    """Decorator for a view: only people who are signed in get in.

    With roles, `@login_required("teacher", "staff")`: only people who logged in with one of them.

    People who are not signed in are redirected to log in, and return to the same page. A script gets 401 with JSON
    (`fetch`, `XMLHttpRequest`, a POST, or a request that does not accept HTML), and so does a frame. A person who has
    none of the roles gets 403; a script gets 403 with JSON.

    Raises:
        TypeError: When a role is not a string.
        ConfigError: `config_invalid`, when a role is misspelled.
    """
    if len(arguments) == 1 and callable(arguments[0]):
        return _guarded(arguments[0], ())
    _roles.check_roles("login_required", arguments)
    roles = tuple(argument for argument in arguments if isinstance(argument, str))

    def decorator(view: View) -> View:
        if not callable(view):
            raise TypeError(f"login_required decorates a view, not {type(view).__name__}")
        return _guarded(view, roles)

    return decorator


def _guarded(view: View, roles: tuple[str, ...]) -> View:
    @functools.wraps(view)
    def guarded(*args: object, **kwargs: object) -> ResponseReturnValue:
        person = identity()
        if person is None:
            return _to_log_in()
        if roles and not person.has_role(*roles):
            raise Forbidden(response=_json(api.not_allowed(), 403) if _answer() == "json" else None)
        return cast("ResponseReturnValue", current_app.ensure_sync(view)(*args, **kwargs))

    return cast("View", guarded)


def _to_log_in() -> ResponseReturnValue:
    answer = _answer()
    if answer == "json":
        raise Unauthorized(response=_json(api.not_signed_in(login_path()), 401, api.CHALLENGE))
    if answer == "page":
        raise Unauthorized
    here = address(root(), request.path, request.query_string.decode("latin-1"))
    response = redirect(login_address(login_path(), here, current_app.logger), code=303)
    response.headers["Cache-Control"] = "no-store"
    return response


def _answer() -> api.Answer:
    return answer_of_guard(state().client, request.method, request.headers)


def whoami() -> Response:
    """The person who is signed in, as JSON."""
    person = identity()
    if person is None:
        return _json(api.not_signed_in(login_path()), 401, api.CHALLENGE)
    return make_response(api.whoami(person), 200, api.JSON_HEADERS)


def _json(content: dict[str, str], status: int, headers: dict[str, str] | None = None) -> Response:
    return make_response(json.dumps(content), status, {**api.JSON_HEADERS, **(headers or {})})
