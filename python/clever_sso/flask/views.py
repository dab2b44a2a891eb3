"""Login, callback and logout."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, Callable

from flask import (
    Blueprint,
    Flask,
    after_this_request,
    current_app,
    make_response,
    redirect,
    request,
    request_started,
    session,
)
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound

from clever_sso._web import log_lines, pages
from clever_sso._web.api import NO_STORE, WHOAMI
from clever_sso._web.arrival import (
    HANDLED,
    LARGEST_COOKIE,
    LoggedOutError,
    Problem,
    Refused,
    SignIn,
    Step,
    ToClever,
    TooLargeError,
    arrived,
    begun,
    check_size,
    onwards,
    problem_of,
    problem_of_setup,
    problem_of_sign_in,
    should_wait,
    step_of,
    with_answer,
    without_sign_in,
)
from clever_sso._web.before import HELD_KEY, HeldLogin, ProvenLogin, make_room, others_of
from clever_sso._web.identity import SESSION_KEY, SessionIdentity
from clever_sso._web.request import (
    inside,
    is_redirect_uri,
    kept_cookies,
    misplaced,
    own_pages,
    sends_to_log_in,
    sent_headers,
)
from clever_sso.exceptions import Error
from clever_sso.flask import cookie_size
from clever_sso.flask.access import (
    NAMES_A_PERSON,
    check_keys,
    check_rotation,
    end_session,
    identity,
    login_path,
    look_at_session,
    replace_session,
    root,
    take_held,
    whoami,
)
from clever_sso.flask.signals import login_denied, signed_in
from clever_sso.flask.snippets import words_of_person
from clever_sso.flask.state import EXTENSION, app_here, host, request_here, session_here, state

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from typing import Literal

    from werkzeug.wrappers import Response

    from clever_sso._native import Client, SetCookie
    from clever_sso._web.before import Waiting as Held
    from clever_sso.flask.access import Waiting
    from clever_sso.flask.state import State

    View = Callable[[], Response]


# Every method that werkzeug knows. The core decides which of them may act, and how to respond to the others.
_METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "CONNECT"]
# The attributes of a session cookie, about.
_COOKIE_BYTES = 120
_ASKED = "clever_sso.asked"
_CAME_BACK = "clever_sso.came_back"


def add_views(app: Flask, callback_path: str) -> None:
    """Add the three views, and the code that runs around every other view."""
    views = Blueprint("clever_sso", __name__)
    extension: State = app.extensions[EXTENSION]
    for prefix in dict.fromkeys(["", extension.paths.likely_prefix]):
        _add(views, f"{prefix}{extension.paths.prefix}/login", "login", _login)
    _add(views, callback_path, "callback", _callback)
    _add(views, f"{extension.paths.prefix}/logout", "logout", _logout)
    views.add_url_rule(f"{extension.paths.prefix}/{WHOAMI}", WHOAMI, whoami, methods=["GET"])
    # Before all other `before_request` functions: the application's own may respond, or read the session.
    request_started.connect(_look, app, weak=False)
    views.before_app_request(_before)
    views.after_app_request(_settle)
    views.after_request(_after)
    app.register_blueprint(views)


def _add(views: Blueprint, path: str, name: str, view: View) -> None:
    """Add a view, with or without a trailing slash: werkzeug would build redirects between the two from `Host`."""
    options: Any = {"strict_slashes": False, "merge_slashes": False, "methods": _METHODS}
    for each in dict.fromkeys([path, f"{path.rstrip('/')}/"]):
        views.add_url_rule(each, name, view, provide_automatic_options=False, **options)


def _look(_: Flask, **__: object) -> None:
    """End an expired session, and note that a session came back, so the last sign-in was not lost."""
    if look_at_session():
        request.environ[_CAME_BACK] = True


def _before() -> Response | None:
    """Find the callback below a prefix that the redirect URI also has, and report a misplaced callback.

    A method that werkzeug does not know is refused like any other method that must not act.
    """
    wrong_route = request.routing_exception
    if isinstance(wrong_route, MethodNotAllowed):
        endpoint = _endpoint()
        answer = _refusal(endpoint) if endpoint is not None else None
        return _private(answer) if answer is not None else None
    if not isinstance(wrong_route, NotFound):
        return None
    uris, path = state().client.redirect_uris, request.root_path + request.path
    if is_redirect_uri(path, uris):
        return _private(_callback())
    wrong = misplaced(
        path,
        uris,
        _query(),
        cookies=request.headers.get("Cookie"),
        expected=f"{state().paths.prefix}/callback",
        setting="CLEVER_CALLBACK_PATH",
    )
    return _private(_take(problem_of_setup(wrong))) if wrong else None


def _endpoint() -> Literal["login", "callback", "logout"] | None:
    """The view at this path, if it is one of the three, for any method."""
    adapter = current_app.create_url_adapter(request)
    try:
        name = adapter.match(method="GET")[0] if adapter is not None else ""
    except HTTPException:
        return None
    endpoints: tuple[Literal["login", "callback", "logout"], ...] = ("login", "callback", "logout")
    return next((each for each in endpoints if name == f"clever_sso.{each}"), None)


def _query() -> str:
    """The query as it came, one character for each byte: `request.args` fails for bytes that are not text."""
    return request.query_string.decode("latin-1")


def _settle(response: Response) -> Response:
    """The session of the last sign-in came back, so it was not lost, whatever ends it later."""
    environ = request.environ
    if _CAME_BACK in environ and _ASKED not in environ:
        cookies = kept_cookies(
            state().client,
            request.headers.get("Cookie"),
            method=request.method,
            headers=request.headers,
            status=response.status_code,
        )
        _with_cookies(response, cookies)
    if NAMES_A_PERSON in environ:
        response.headers.setdefault("Cache-Control", NO_STORE)
    return response


def _login() -> Response:
    """Begin a login. `next` is where the person goes afterwards, `district_id` skips Clever's school picker."""
    refusal = _refusal("login")
    if refusal is not None:
        return refusal
    app, kept, extension = app_here(), session_here(), state()
    if app.session_interface.is_null_session(kept):
        raise RuntimeError("clever_sso.flask needs sessions: set app.secret_key")
    # The key and the store of the sessions may have been set up after the extension.
    check_keys(app)
    check_rotation(app, extension.rotate_session)
    step = begun(
        extension.client,
        _query(),
        own_pages=_own_pages,
        cookies=request.headers.get("Cookie"),
        has_session=identity() is not None or HELD_KEY in kept,
        home=_home(),
        logger=app.logger,
        session_cookie=_session_cookie,
        host=host,
    )
    return _take(step)


def _own_pages() -> frozenset[str]:
    extension = state()
    views = [f"{extension.paths.prefix}/{name}" for name in ("login", "callback", "logout")]
    roots = {"", root(), request.root_path, extension.paths.likely_prefix}
    return own_pages(roots, [*views, extension.paths.callback])


def _session_cookie() -> str:
    app, interface = app_here(), current_app.session_interface
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
    query, extension = _query(), state()
    if extension.chosen.waiting_page and should_wait(query):
        return _own_page(pages.waiting(onwards(query), words_of_person()), 200)
    try:
        callback = arrived(extension.client, query, host)
        step = step_of(extension.client.finish_login(callback, request.headers.get("Cookie")))
    except Error as error:
        step = problem_of(error)
    return _take(step)


def _logout() -> Response:
    """Sign the person out. They stay logged in at Clever, as Clever requires."""
    refusal = _refusal("logout")
    if refusal is not None:
        return refusal
    # A request without a session gets none.
    if session:
        end_session()
    cookies = state().client.log_out_cookies(request.headers.get("Cookie"))
    return _with_cookies(_to("CLEVER_AFTER_LOGOUT"), cookies)


def _refusal(endpoint: Literal["login", "callback", "logout"]) -> Response | None:
    """The response to a request that must not act."""
    asked = request_here()
    asked.environ[_ASKED] = True
    refusal = state().client.refusal(endpoint, method=asked.method, headers=sent_headers(asked.environ))
    if refusal is None:
        return None
    return make_response("", refusal.status, {"Allow": refusal.allow} if refusal.allow else {})


def held_login(key: str | None = None) -> HeldLogin | None:
    """Return the login that is held in this session until `complete_login`; `None` if there is none.

    Args:
        key: The key of the login, from `hold`. Default: the oldest held login.
    """
    return HeldLogin.with_key(session, key)


def complete_login(key: str | None = None) -> Response:
    """Complete the login that is held in this session: call it after you accepted a second factor or a form.

    Args:
        key: The key of the login, from `hold`. Default: the oldest held login.

    Returns:
        The response for the browser: a redirect to the page that the person wanted, or a page that says why they can't
        sign in. If no login is held or it has expired, a redirect to the login.
    """
    request.environ[_ASKED] = True
    held = HeldLogin.take_of_person_in(session, key)
    if held is not None:
        # Another tab has signed this person in.
        return _private(_onwards(held.return_to))
    held, waiting = take_held(state().rotate_session, key)
    if held is None:
        return _private(redirect(login_path(), code=303))
    return _private(_take(held.step(request.headers.get("Cookie")), is_decided=True, waiting=waiting))


def _take(step: Step, *, is_decided: bool = False, waiting: Waiting | None = None) -> Response:
    """Respond to the browser with the next step."""
    if isinstance(step, SignIn):
        try:
            response, cookies = _sign_in(step, is_decided=is_decided, waiting=waiting)
            return _with_cookies(_without_old_session(response), cookies)
        except LoggedOutError:
            current_app.logger.info("%s", log_lines.logged_out(step.identity))
            session.clear()
            return _with_cookies(_to("CLEVER_AFTER_LOGOUT"), without_sign_in(state().client, step))
        except (Refused, TooLargeError, Error) as error:
            step = problem_of_sign_in(state().client, step, error)
    if isinstance(step, ToClever):
        answer = (
            _own_page(pages.moved(step.url, words_of_person()), 200)
            if step.needs_page
            else redirect(step.url, code=303)
        )
        return _with_cookies(answer, step.set_cookies)
    current_app.logger.warning("login with Clever failed: %s", step)
    if step.ends_session and session:
        end_session()
    step = step.linked(login_path(), _home())
    _report(step)
    response = _with_cookies(_show(step), step.set_cookies)
    if step.retry_after is not None:
        response.headers.setdefault("Retry-After", str(step.retry_after))
    return response


def _sign_in(step: SignIn, *, is_decided: bool, waiting: Waiting | None) -> tuple[Response, tuple[SetCookie, ...]]:
    """Sign the person in, unless the application decides otherwise. Returns the response and cookies to set."""
    extension = state()
    signing_in = SessionIdentity.of(step.identity, extension.chosen.session_seconds)
    others = others_of(session_here(), step.identity)
    replaced = replace_session(signing_in, extension.rotate_session, waiting)
    before, hook = extension.hooks.before_sign_in, extension.hooks.sign_in
    try:
        if before is not None and not is_decided:
            # Until the application lets the person in, the session belongs to no one.
            signed_in_as = session.pop(SESSION_KEY)
            waits = _decide(before, step, others)
            if waits is not None:
                make_room(session, _cookie_size, 1)
                _check_cookie_size()
                if replaced is not None:
                    replaced.end()
                is_held, status = bool(session.get(HELD_KEY)), waits.status_code
                current_app.logger.info("%s", log_lines.responded(step.identity, status, is_held=is_held))
                return waits, with_answer(extension.client, step, is_held=is_held, status=status)
            session[SESSION_KEY] = signed_in_as
        answer = _result_of(hook, step) if hook is not None else None
        response = None if answer is None else make_response(answer)
        signed_in.send(app_here(), identity=step.identity, tokens=step.tokens)
        if others is not None:
            session[HELD_KEY] = others
            make_room(session, _cookie_size, 0)
        _check_cookie_size()
        if replaced is not None:
            replaced.keep()
    except BaseException as error:
        session.clear()
        if replaced is not None:
            replaced.end()
        # The login is over, whatever responds instead of this view.
        cookies = without_sign_in(extension.client, step)
        after_this_request(lambda response: _with_each(response, cookies))
        if not isinstance(error, HANDLED):
            current_app.logger.warning("%s", log_lines.raised(step.identity, error))
        raise
    current_app.logger.info("%s", log_lines.signed_in(step.identity))
    if response is not None:
        return response, step.set_cookies
    return _onwards(step.return_to), step.set_cookies


def _decide(hook: Callable[[ProvenLogin[Client]], Any], step: SignIn, others: Held | None) -> Response | None:
    """Ask the application before the person is signed in. Returns its response, or `None` to continue."""
    proven = ProvenLogin.of(
        step,
        request=request_here(),
        client=state().client,
        session=session,
        in_browser=not _is_on_the_server(app_here()),
        others=others,
    )
    answer = _result_of(hook, proven)
    proven.check_held(answer)
    if answer is None:
        return None
    response = make_response(answer)
    proven.note_redirect(response.status_code)
    return response


def _result_of(hook: Callable[[Any], Any], argument: object) -> Any:  # noqa: ANN401  (what a hook returns)
    """Call a hook, and await its return value if possible.

    The hook may be an object with an async `__call__`. Without the await, such a hook could not refuse anyone.
    """
    answer = hook(argument)
    return current_app.ensure_sync(_awaited)(answer) if inspect.isawaitable(answer) else answer


async def _awaited(value: Awaitable[Any]) -> Any:  # noqa: ANN401  (what a hook returns)
    return await value


def _without_old_session(response: Response) -> Response:
    """Delete the old session cookie before Flask sets the new one. If the browser drops that, no session is left.

    A function of `after_request` may still make the session too large.
    """
    app = app_here()
    interface = app.session_interface
    name = interface.get_cookie_name(app)
    if name in request.cookies and _cookie_size():
        # Only newer versions of Flask know partitioned cookies.
        partitioned = getattr(interface, "get_cookie_partitioned", None)
        response.delete_cookie(
            name,
            domain=interface.get_cookie_domain(app),
            path=interface.get_cookie_path(app),
            secure=interface.get_cookie_secure(app),
            httponly=interface.get_cookie_httponly(app),
            samesite=interface.get_cookie_samesite(app),
            **({"partitioned": True} if partitioned is not None and partitioned(app) else {}),
        )
    return response


def _report(problem: Problem) -> None:
    try:
        login_denied.send(app_here(), problem=problem)
    except Exception:
        # The person must get a page in any case.
        current_app.logger.exception("a receiver of login_denied failed")


def _show(problem: Problem) -> Response:
    hook, words = state().hooks.problem, words_of_person()
    problem = problem.in_words(words)
    if hook is not None:
        try:
            return make_response(_result_of(hook, problem))
        except Exception:
            # The person must get a page in any case.
            current_app.logger.exception("on_problem failed")
    links = (problem.login_url, problem.switch_user_url, problem.home_url)
    return _own_page(pages.problem(problem.sentence, problem.code, *links, words=words), problem.status)


def _own_page(page: str, status: int) -> Response:
    return make_response(page, status, pages.OWN_HEADERS)


def _home() -> str:
    return inside(root(), current_app.config["CLEVER_AFTER_LOGIN"])


def _onwards(return_to: str | None) -> Response:
    return redirect(return_to, code=303) if return_to else _to("CLEVER_AFTER_LOGIN")


def _to(setting: str) -> Response:
    return redirect(inside(root(), current_app.config[setting]), code=303)


def _with_cookies(response: Response, cookies: tuple[SetCookie, ...]) -> Response:
    for cookie in cookies:
        response.headers.add("Set-Cookie", cookie.header)
    return response


def _with_each(response: Response, cookies: tuple[SetCookie, ...]) -> Response:
    """The same, for cookies that the response does not already set."""
    names = {header.partition("=")[0] for header in response.headers.getlist("Set-Cookie")}
    return _with_cookies(response, tuple(cookie for cookie in cookies if cookie.name not in names))


def _after(response: Response) -> Response:
    """Keep pages out of shared caches. Stop the redirect loop of a guard that redirects the login to the login."""
    asked = request_here()
    if _ASKED not in asked.environ and asked.endpoint not in {"clever_sso.logout", f"clever_sso.{WHOAMI}"}:
        advice = (
            "a before_request function responded instead of the login: let it ignore requests with "
            'request.blueprint == "clever_sso"'
        )
        login = {login_path(), f"{asked.root_path}{state().paths.prefix}/login"}
        # `request.url` fails for a query or a Host header that is not valid text.
        here = f"{asked.scheme}://{asked.headers.get('Host', '')}{asked.root_path}{asked.path}"
        if response.location and sends_to_log_in(here, response.location, login):
            response = _take(problem_of_setup(advice))
        elif response.status_code in {401, 403}:
            current_app.logger.warning("%s", advice)
    # The exact size is asked for only when it matters.
    location = response.location
    if location and all(
        pages.does_not_fit(response.headers, _session_cookie_bytes(size))
        for size in (_cookie_size_at_most, _cookie_size)
    ):
        page = _own_page(pages.moved(location, words_of_person()), 200)
        for cookie in response.headers.getlist("Set-Cookie"):
            page.headers.add("Set-Cookie", cookie)
        response = page
    return _private(response)


def _session_cookie_bytes(size_of: Callable[[], int]) -> int:
    """The size of the cookie that Flask will set with the session, when the session is in it."""
    app = app_here()
    if not app.session_interface.should_set_cookie(app, session_here()):
        return 0
    size = size_of()
    return size + _COOKIE_BYTES if size else 0


def _check_cookie_size() -> None:
    """Raise `TooLargeError` if browsers would drop the session cookie."""
    if _cookie_size_at_most() > LARGEST_COOKIE:
        check_size(_cookie_size())


def _cookie_size() -> int:
    """The size of the session cookie's name and value in bytes, if the session is stored in the cookie."""
    app = app_here()
    return 0 if _is_on_the_server(app) else cookie_size.exact(app, session_here())


def _cookie_size_at_most() -> int:
    """An upper bound of that size, and quicker: `_cookie_size` has to sign the session."""
    app = app_here()
    return 0 if _is_on_the_server(app) else cookie_size.at_most(app, session_here())


def _is_on_the_server(app: Flask) -> bool:
    """Whether sessions are stored on the server."""
    extension: State = app.extensions[EXTENSION]
    # A store on the server may be a subclass of Flask's own. Then it has a method that changes ids.
    return extension.rotate_session is not None or hasattr(app.session_interface, "regenerate")


def _private(response: Response) -> Response:
    present = {name.lower() for name, _ in response.headers}
    for name, value in pages.HEADERS.items():
        if name.lower() not in present:
            response.headers.add(name, value)
    return response
