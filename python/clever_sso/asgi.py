"""Log in with Clever in Starlette and FastAPI: login, callback and logout, and who is signed in. Async all through.

    from clever_sso.asgi import CleverSso, SessionIdentity
    from fastapi import Depends, FastAPI
    from starlette.middleware.sessions import SessionMiddleware

    app = FastAPI()
    app.add_middleware(SessionMiddleware, secret_key=os.environ["SESSION_KEY"], https_only=True)
    clever = CleverSso()  # CLEVER_CLIENT_ID, CLEVER_CLIENT_SECRET, CLEVER_REDIRECT_URI, …
    clever.install(app)

    @app.get("/")
    async def home(identity: SessionIdentity = Depends(clever.required)) -> str:
        return f"Hello, {identity.full_name}"

Four routes are added: `clever_login`, `clever_callback` (at the path of the redirect URI), `clever_logout` (POST), and
`clever_whoami`, which tells scripts in JSON who is signed in. A login that begins in the Clever Portal or with an
Instant Login link is restarted without the person seeing it; every sign-in replaces the session that the browser had. A
session ends with the browser, unless you set `max_age`, and after twelve hours in any case.

A middleware of your own that lets nobody pass who is not signed in must let the four routes pass. One that does not is
named in the log, and people get a page instead of an endless redirect.
"""

from __future__ import annotations

import inspect
import json
import logging
import re
import sys
from base64 import b64decode, b64encode
from contextlib import suppress
from contextvars import ContextVar
from functools import cache, partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, Callable, NoReturn, TypeVar, cast
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Match, NoMatchFound, Route

from clever_sso import _settings
from clever_sso._web import api, pages
from clever_sso._web.arrival import (
    LARGEST_COOKIE,
    LoggedOutError,
    Problem,
    Refused,
    SignIn,
    Step,
    ToClever,
    TooLargeError,
    begun,
    check_size,
    onwards,
    problem_of,
    problem_of_setup,
    problem_of_sign_in,
    should_wait,
    signed_in_line,
    step_of,
    with_answer,
    without_sign_in,
)
from clever_sso._web.before import HELD_KEY, OF_A_LOGIN, TEN_MINUTES, HeldLogin, ProvenLogin
from clever_sso._web.button import Html, login_button
from clever_sso._web.button import signed_in_line as signed_in_html
from clever_sso._web.hosts import at_host, host_of
from clever_sso._web.identity import A_MINUTE, SESSION_KEY, TWELVE_HOURS, SessionIdentity
from clever_sso._web.older_ids import may_have_more, older_ids, without_more
from clever_sso._web.request import (
    address,
    answer_of_guard,
    inside,
    is_redirect_uri,
    kept_cookies,
    login_address,
    misplaced,
    own_pages,
    prefix_of,
    root_of,
    sends_to_log_in,
    without_disguised_cookies,
)
from clever_sso.aio import AsyncClient
from clever_sso.exceptions import Error

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable, Mapping
    from typing import Literal

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from clever_sso._native import SetCookie

    Endpoint = Callable[[Request], Awaitable[Response]]

__all__ = [
    "CleverSso",
    "HeldLogin",
    "Problem",
    "ProvenLogin",
    "Refused",
    "SessionIdentity",
    "SignIn",
    "current_identity",
    "held_login",
]

logger = logging.getLogger("clever_sso.asgi")
# In the scope of a request, as sets, for a middleware may copy the scope: whether login, callback or logout was asked,
# whether the request came with a session, and whether somebody signed in.
_ASKED, _CAME_BACK, _SIGNED_IN = "clever_sso.asked", "clever_sso.came_back", "clever_sso.signed_in"
_HOST: ContextVar[str | None] = ContextVar("clever_sso.host", default=None)
# What `itsdangerous` adds to a value: the time, and a SHA-1.
_SIGNATURE_BYTES = len(".aaaaaa") + len(".") + 27
# What SessionMiddleware calls them in Starlette and in starsessions. The last says whether the cookie is Secure.
_OF_THE_COOKIE = (
    ("session_cookie", "domain", "path", "same_site", "https_only"),
    ("cookie_name", "cookie_domain", "cookie_path", "cookie_same_site", "cookie_https_only"),
)
BeforeHook = TypeVar("BeforeHook", bound="Callable[[ProvenLogin[AsyncClient]], Any]")
SignInHook = TypeVar("SignInHook", bound="Callable[[Request, SignIn], Response | Awaitable[Response | None] | None]")
ProblemHook = TypeVar("ProblemHook", bound="Callable[[Request, Problem], Response | Awaitable[Response]]")


class CleverSso:
    """Login, callback and logout for one application.

    Each argument but `client` and `rotate_session` may be an environment variable instead: `CLEVER_AFTER_LOGIN` and so
    on.

    Args:
        client: The client to use. Default: `AsyncClient.from_env()`.
        url_prefix: Below which path login and logout are. Default: `/clever`.
        callback_path: The path of the callback inside the application, where a proxy takes a prefix off. Logins, log
            outs and guards then stay below the prefix that the redirect URI has. Default: the path of the redirect URI.
        after_login: Where to go after a login when nothing else is said: a path inside the application, or a whole URL.
            Default: `/`.
        after_logout: Where to go after a logout. Default: `/`.
        waiting_page: Whether the callback answers at once with a small page that waits while the login is finished, as
            Clever advises for slow networks. Default: `False`.
        session_seconds: For how many seconds a sign-in lasts at most. Default: twelve hours.
        rotate_session: Gives a session a new id at each sign-in: a function, plain or async, that is called with the
            request. Only for sessions that live on the server, in a store other than that of starsessions 2.
        clients: The clients of hosts that have their own, such as `{"b.example": AsyncClient(...)}`.

    Raises:
        ConfigError: `config_invalid`, with what is wrong about which setting.
        TypeError: When an argument is of the wrong type, an application instead of a client for example.
    """

    def __init__(  # noqa: PLR0913  (they are keyword arguments)
        self,
        client: AsyncClient | None = None,
        *,
        url_prefix: str | None = None,
        callback_path: str | None = None,
        after_login: str | None = None,
        after_logout: str | None = None,
        waiting_page: bool | None = None,
        session_seconds: int | None = None,
        rotate_session: Callable[[Request], Any] | None = None,
        clients: Mapping[str, AsyncClient] | None = None,
        **unknown: NoReturn,
    ) -> None:
        _settings.check_keywords("CleverSso", unknown, _arguments(CleverSso))
        for each in (client, *(clients or {}).values()):
            _check_client(each)
        if rotate_session is not None:
            _settings.check_hook("rotate_session", rotate_session, "request")
        either = _settings.given_or_environment
        self._prefix = _settings.path(*either("url_prefix", url_prefix), "/clever").rstrip("/")
        callback_name, chosen = either("callback_path", callback_path)
        chosen = _settings.path(callback_name, chosen, "")
        self._after_login = _settings.target(*either("after_login", after_login), "/")
        self._after_logout = _settings.target(*either("after_logout", after_logout), "/")
        self._waiting_page = _settings.boolean(*either("waiting_page", waiting_page), default=False)
        seconds = either("session_seconds", session_seconds)
        self._session_seconds = _settings.session_seconds(*seconds, TWELVE_HOURS)
        self._client = client or AsyncClient.from_env()
        self._clients = {host_of(host): own for host, own in (clients or {}).items()}
        for own in (self._client, *self._clients.values()):
            _settings.check_login(own)
        self._rotate_session = rotate_session
        self._callback_path = chosen or urlsplit(self._client.redirect_uris[0]).path or "/"
        _settings.check_callback(
            self._client.redirect_uris,
            self._callback_path,
            [f"{self._prefix}/{name}" for name in api.OTHER_PAGES],
            chosen=callback_name if chosen else "",
            prefix="url_prefix (CLEVER_URL_PREFIX)",
        )
        # Below which path the browser sees the application: known where the callback has another path inside.
        self._known_prefix = prefix_of(self._client.redirect_uris, chosen) if chosen else ""
        self._likely_prefix = self._known_prefix or prefix_of(self._client.redirect_uris, f"{self._prefix}/callback")
        self._warned = False
        self._before_hook: Callable[[ProvenLogin[AsyncClient]], Any] | None = None
        self._sign_in_hook: Callable[[Request, SignIn], Any] | None = None
        self._problem_hook: Callable[[Request, Problem], Any] | None = None
        self._guards: dict[tuple[str, ...], _Guard] = {}
        self._session_cookie_name = "session"

    @property
    def client(self) -> AsyncClient:
        """The client of the host that was asked."""
        return at_host(self._clients, _HOST.get(), self._client)

    @property
    def routes(self) -> list[BaseRoute]:
        """Login, callback and logout, for who puts an application's routes together.

        `install` does more: it sees to the sessions, and names a guard that keeps people from logging in.
        """
        below = [
            _Page(f"{self._likely_prefix}{self._prefix}/login", self._login, name="clever_login_below_prefix"),
        ]
        return [
            _Page(f"{self._prefix}/login", self._login, name="clever_login"),
            _Page(self._callback_path, self._callback, name="clever_callback"),
            _Page(f"{self._prefix}/logout", self._logout, name="clever_logout"),
            _Page(f"{self._prefix}/{api.WHOAMI}", self._whoami, name="clever_whoami"),
            *(below if self._likely_prefix else []),
            _BelowPrefix(lambda: self.client.redirect_uris, self._callback, self._misplaced, self._misplaced_callback),
        ]

    def install(self, app: Starlette) -> None:
        """Add the routes to `app`, a Starlette or FastAPI application, and what is looked at around every other route.

        It needs Starlette's `SessionMiddleware`, or another one that provides `request.session`. Whether that is added
        before or afterwards makes no difference. Unless you set its `max_age`, its cookie ends with the browser.

        Raises:
            ConfigError: `config_invalid`, when its sessions live on the server and nothing says how their ids change.
                For a middleware that is added afterwards: when the application starts. The same for a secret key that
                is missing, short, or a sample.
            TypeError: When `app` is no application of Starlette or FastAPI.
            RuntimeError: When the application has started.
        """
        if not isinstance(app, Starlette):
            raise TypeError(f"install needs the application itself, of FastAPI or Starlette, not {type(app).__name__}")
        if app.middleware_stack is not None:
            raise RuntimeError("call CleverSso.install before the application starts: afterwards nothing can be added")
        self._check_sessions(app)
        app.router.routes.extend(self.routes)
        app.add_exception_handler(_NotLetInError, _tell_script)
        # The innermost: it sees the session that a request came with, from any middleware.
        app.user_middleware.append(Middleware(_RouteMiddleware))
        build = app.build_middleware_stack

        def build_middleware_stack() -> ASGIApp:
            # Here the application knows all its middleware, and has made none of it.
            self._check_sessions(app)
            _look_after_sessions(app.user_middleware)
            return _OutermostMiddleware(build(), lambda: self.client, self._keeps_from_logging_in, self._take)

        app.build_middleware_stack = build_middleware_stack  # type: ignore[method-assign]

    def _check_sessions(self, app: Starlette) -> None:
        self._session_cookie_name = _end_with_the_browser(app.user_middleware) or self._session_cookie_name
        for guard in self._guards.values():
            guard.name_cookie(self._session_cookie_name)
        _raise_first(_key_problems(app.user_middleware))
        _raise_first(self._rotation_problems(app.user_middleware))

    def _warn_of_long_sessions(self, installed: Iterable[Middleware]) -> None:
        """For who took the routes alone: then the middleware is made already."""
        if self._warned or not any(_is_starlettes(each.cls) and "max_age" not in _options(each) for each in installed):
            return
        self._warned = True
        logger.warning(
            "SessionMiddleware keeps its cookie for two weeks, even when the browser is closed: call "
            "CleverSso.install, or set max_age=None"
        )

    def _rotation_problems(self, installed: Iterable[Middleware], request: Request | None = None) -> list[str]:
        """Why a sign-in cannot give the session a new name."""
        if self._rotate_session is not None:
            return []
        stores = [each.cls for each in installed if "Session" in getattr(each.cls, "__name__", "")]
        unknown = [each for each in stores if not _is_starlettes(each) and not _is_starsessions(each)]
        kept: list[Any] = unknown
        if request is not None and not unknown:
            session = _session(request)
            # Starlette's own is a dict in the browser, or a class of its own derived from that.
            known = type(session).__module__.partition(".")[0] in {"builtins", "starlette", "starsessions"}
            kept = [] if isinstance(session, dict) and known else [type(session)]
        names = [f"{each.__module__}.{getattr(each, '__qualname__', each)}" for each in kept]
        return [
            f"a sign-in cannot give the sessions of {name} a new id, so a stranger who planted an id would be signed "
            "in too: use starsessions 2 or later, or tell how by CleverSso(rotate_session=...)"
            for name in names
        ]

    async def older_ids(self, login: SignIn | ProvenLogin[AsyncClient]) -> tuple[str, ...]:
        """The ids that this person had before, in any role. Ask when no account is known by the id of the login.

        An ID token tells only that of the role of the login: then Clever is asked.

        Args:
            login: What `before_sign_in` or `on_sign_in` was given.

        Raises:
            Error: When Clever cannot be asked at the moment. Let it pass: the person gets a page that says so.
        """
        identity, tokens = login.identity, login.tokens
        if not may_have_more(identity, tokens):
            return tuple(identity.legacy_ids)
        try:
            return older_ids(identity, (await self.client.user(tokens.access_token, identity.id)).roles)
        except Error as error:
            return without_more(identity, error, logger)

    def before_sign_in(self, function: BeforeHook) -> BeforeHook:
        """Decorator: let `function` decide about each person who proved a login, before anybody is signed in.

        It is given a `ProvenLogin`, and may be plain or async. `None` lets the person in. A response is sent to the
        browser, and nobody is signed in: call `hold` first, and `complete_login` lets the person in later. When it
        raises, nobody is signed in: `Refused` becomes a page for the person, an `Error` of a question to Clever a page
        that says so, an `HTTPException` is handled by the application, and anything else is logged and becomes a page
        with status 500.
        """
        _settings.check_hook("before_sign_in", function, "proven")
        self._before_hook = function
        return function

    async def complete_login(self, request: Request) -> Response:
        """Let the person in whose login waits in this session: call it once their second factor, or form, is right.

        Returns:
            The answer to the browser: the way to the page that the person wanted, or a page that says why they are not
            let in. When no login waits, or its ten minutes are over, it leads to the login.
        """
        request.scope.get(_ASKED, set()).add("complete")
        held, waiting = await self._take_held(request)
        if held is None:
            return _private(RedirectResponse(self._login_path(request.scope), 303))
        return await self._take(request, held.step(_cookies(request)), is_decided=True, waiting=waiting)

    async def _take_held(self, request: Request) -> tuple[HeldLogin | None, str | None]:
        """The login that waits in this session, and it is completed: nobody finds it again.

        Returns:
            The login, `None` where there is none any more. And the id of the session of starsessions in which it
            waited: it is there until the person is in, or until somebody logs out of it.
        """
        handler: Any = request.scope.get("session_handler")
        if self._rotate_session is not None or handler is None:
            return HeldLogin.take(_session(request)), None
        # As it is by now: somebody may have logged out, or completed it, since this request read it.
        key = handler.session_id
        data = await handler.store.read(session_id=key, lifetime=handler.lifetime) if key else b""
        found = HeldLogin.of(handler.serializer.deserialize(data) if data else {})
        held = HeldLogin.of(_session(request))
        if held is None or found is None or found.key != held.key:
            if held is not None:
                # What this request read is over. It must not be written again.
                _session(request).clear()
                handler.initially_empty = True
            return None, None
        held = HeldLogin.take(_session(request))
        if held is not None:
            # A log out leaves a session alone that is empty.
            _session(request)[HELD_KEY] = None
            await handler.save(TEN_MINUTES)
        return held, key

    def on_sign_in(self, function: SignInHook) -> SignInHook:
        """Decorator: call `function` with the request and every `SignIn`. So an account is found or made, or refused.

        The session is the new person's already, and may be added to. The response it returns, if any, is sent to the
        browser in the place of the redirect. When it raises, nobody is signed in: `Refused` becomes a page for the
        person, an `HTTPException` is handled by the application, and anything else is logged and becomes a page with
        status 500.
        """
        _settings.check_hook("on_sign_in", function, "request", "sign_in")
        self._sign_in_hook = function
        return function

    def on_problem(self, function: ProblemHook) -> ProblemHook:
        """Decorator: let `function` make the page of a failed login from the request and a `Problem`."""
        _settings.check_hook("on_problem", function, "request", "problem")
        self._problem_hook = function
        return function

    @property
    def required(self) -> Callable[[Request], Awaitable[SessionIdentity]]:
        """Dependency: who is signed in. In Starlette: `await clever.required(request)`.

        People who are not signed in go to log in and come back to the same page. A script gets 401 with JSON: `fetch`,
        `XMLHttpRequest`, a POST, or a request that does not accept HTML; and so does a frame. FastAPI's docs page shows
        that a login is needed.
        """
        return self._guard(())

    def role(self, *roles: str) -> Callable[[Request], Awaitable[SessionIdentity]]:
        """Dependency: who is signed in, and logged in with one of these roles. Others get 403, a script with JSON.

        Raises:
            TypeError: When there is no role, or one is no text.
            ConfigError: `config_invalid`, when a role is misspelt.
        """
        if not roles:
            raise TypeError('role needs the name of one: role("teacher", "staff")')
        _settings.check_roles("role", roles)
        return self._guard(roles)

    def _guard(self, roles: tuple[str, ...]) -> _Guard:
        if roles not in self._guards:
            # FastAPI makes the routes: if it is used, it is imported by now.
            kind = _documented_guard() if "fastapi" in sys.modules else _Guard
            self._guards[roles] = kind(self, roles)
            self._guards[roles].name_cookie(self._session_cookie_name)
        return self._guards[roles]

    async def _let_in(self, request: Request, roles: tuple[str, ...]) -> SessionIdentity:
        identity = current_identity(request)
        if identity is not None and (not roles or identity.has_role(*roles)):
            return identity
        answer = answer_of_guard(self.client, request.method, request.headers)
        if identity is not None:
            raise _not_let_in(request, api.not_allowed(), 403) if answer == "json" else HTTPException(403)
        login = self._login_path(request.scope)
        if answer == "json":
            raise _not_let_in(request, api.not_signed_in(login), 401, api.CHALLENGE)
        if answer == "page":
            raise HTTPException(401, headers=dict(api.CHALLENGE))
        login = login_address(login, self._here(request), logger)
        raise HTTPException(303, headers={"Location": login, "Cache-Control": "no-store"})

    # ---------------------------------------------------------------- what pages show

    def button(
        self,
        request: Request,
        *,
        next: str | None = None,  # noqa: A002  (as the parameter of the login is called)
        image: str | None = None,
        language: str | None = None,
        style: bool = True,
    ) -> Html:
        """The button "Log in with Clever", a link, as HTML.

        Args:
            request: The request of the page.
            next: Where the person goes afterwards.
            image: The address of an image to show instead of the words, of Clever's own for example.
            language: `en` or `es`, the language of the page.
            style: Whether the link has a style of its own.
        """
        return login_button(self._login_path(request.scope), language=language, goal=next, image=image, style=style)

    def signed_in(self, request: Request, *, language: str | None = None) -> Html:
        """Who is signed in, with "Not you?" and a button to log out, as HTML. Empty for nobody."""
        identity = current_identity(request)
        if identity is None:
            return Html()
        login = self._login_path(request.scope)
        return signed_in_html(
            identity.full_name or identity.id,
            login,
            f"{login.removesuffix('/login')}/logout",
            language=language,
            goal=self._here(request),
        )

    def in_templates(self, request: Request) -> dict[str, Any]:
        """For `Jinja2Templates(context_processors=[clever.in_templates])`.

        Templates then have `current_identity`, `clever_button(...)` and `clever_signed_in(...)`.
        """
        return {
            "current_identity": current_identity(request),
            "clever_button": partial(self.button, request),
            "clever_signed_in": partial(self.signed_in, request),
        }

    # ---------------------------------------------------------------- the routes

    async def _login(self, request: Request) -> Response:
        """Begin a login. `next` is where the person goes afterwards, `district_id` skips Clever's school picker."""
        refusal = self._refusal("login", request)
        if refusal is not None:
            return refusal
        # A middleware around another application, in which this one is mounted, is known only by its sessions.
        _raise_first(_key_problems(_middleware(request)))
        _raise_first(self._rotation_problems(_middleware(request), request))
        self._warn_of_long_sessions(_middleware(request))
        step = begun(
            self.client,
            _query(request.scope),
            own_pages=self._own_pages(request.scope),
            cookies=_cookies(request),
            has_session=current_identity(request) is not None or HELD_KEY in _session(request),
            home=self._home(request),
            logger=logger,
            session_cookie=lambda: _session_cookie(request),
            host=_HOST.get(),
        )
        return await self._take(request, step)

    async def _callback(self, request: Request) -> Response:
        """Finish a login: one that began here, or one that began at Clever."""
        refusal = self._refusal("callback", request)
        if refusal is not None:
            return refusal
        query = _query(request.scope)
        if self._waiting_page and should_wait(query):
            return HTMLResponse(pages.waiting(onwards(query)), headers=pages.OWN_HEADERS)
        try:
            client, cookies = self.client, _cookies(request)
            outcome = await client.finish_login(query, cookies)
            step = step_of(outcome, client, host=_HOST.get(), cookies=cookies)
        except Error as error:
            step = problem_of(error)
        return await self._take(request, step)

    async def _misplaced(self, request: Request) -> Response:
        """Tell why a callback arrives where nothing is."""
        return await self._take(request, problem_of_setup(self._misplaced_callback(request.scope) or ""))

    def _misplaced_callback(self, scope: Scope) -> str | None:
        """What is set up wrongly when this request is a callback where nothing is."""
        return misplaced(
            _path(scope),
            self.client.redirect_uris,
            _query(scope),
            cookies=_cookies(HTTPConnection(scope)),
            expected=f"{self._prefix}/callback",
            setting="CleverSso(callback_path=...)",
        )

    def _own_pages(self, scope: Scope) -> frozenset[str]:
        """The pages to which no login leads."""
        views = [f"{self._prefix}/{name}" for name in ("login", "callback", "logout")]
        below = self._login_path(scope).removesuffix(views[0])
        roots = {"", below, self._root(scope), _root(scope), self._likely_prefix}
        return own_pages(roots, [*views, self._callback_path])

    async def _logout(self, request: Request) -> Response:
        """Forget who is signed in. The person stays signed in at Clever, as Clever wants it."""
        refusal = self._refusal("logout", request)
        if refusal is not None:
            return refusal
        session = _session(request)
        # Somebody without a session gets none.
        if session:
            await _end_session(request)
        response = RedirectResponse(inside(self._root(request.scope), self._after_logout), 303)
        return _private(_with_cookies(response, self.client.log_out_cookies(_cookies(request))))

    async def _whoami(self, request: Request) -> Response:
        """The person who is signed in, as JSON."""
        if request.method not in {"GET", "HEAD"}:
            return _private(Response(status_code=405, headers={"Allow": "GET, HEAD"}))
        identity = current_identity(request)
        if identity is None:
            content = api.not_signed_in(self._login_path(request.scope))
            return JSONResponse(content, 401, {**api.JSON_HEADERS, **api.CHALLENGE})
        return Response(api.whoami(identity), headers=api.JSON_HEADERS)

    def _refusal(self, endpoint: Literal["login", "callback", "logout"], request: Request) -> Response | None:
        """What to answer to a request that must not act."""
        request.scope.get(_ASKED, set()).add(endpoint)
        _HOST.set(_host(request.scope))
        refusal = self.client.refusal(endpoint, method=request.method, headers=request.headers)
        if refusal is None:
            return None
        return _private(Response(status_code=refusal.status, headers={"Allow": refusal.allow} if refusal.allow else {}))

    async def _take(
        self, request: Request, step: Step, *, is_decided: bool = False, waiting: str | None = None
    ) -> Response:
        """Answer the browser."""
        if isinstance(step, SignIn):
            try:
                done = await self._sign_in(request, step, is_decided=is_decided, waiting=waiting)
            except LoggedOutError:
                _session(request).clear()
                done = RedirectResponse(inside(self._root(request.scope), self._after_logout), 303)
                return _private(_with_cookies(done, without_sign_in(self.client, step)))
            if isinstance(done, Response):
                _delete_old_session(request, done)
                session = _session(request)
                cookies = (
                    step.set_cookies
                    if SESSION_KEY in session
                    else with_answer(self.client, step, is_held=HELD_KEY in session, status=done.status_code)
                )
                return _private(_with_cookies(done, cookies))
            step = done
        if isinstance(step, ToClever):
            _session(request)
            page = HTMLResponse(pages.moved(step.url), headers=pages.OWN_HEADERS) if step.needs_page else None
            return _private(_with_cookies(page or RedirectResponse(step.url, 303), step.set_cookies))
        logger.warning("login with Clever failed: %s", step)
        if step.ends_session and _session(request):
            await _end_session(request)
        response = _with_cookies(await self._problem_page(request, step), step.set_cookies)
        if step.retry_after is not None:
            response.headers.setdefault("Retry-After", str(step.retry_after))
        return _private(response)

    async def _sign_in(
        self, request: Request, step: SignIn, *, is_decided: bool, waiting: str | None
    ) -> Response | Problem:
        key: str | None = getattr(request.scope.get("session_handler"), "session_id", None)
        signing_in = SessionIdentity.of(step.identity, self._session_seconds)
        replaced = await self._replace_session(request, signing_in, waiting)
        done: Response | Problem | None = None
        try:
            welcomed = await self._welcomed(request, step, is_decided=is_decided)
            is_in = isinstance(welcomed, Response) and SESSION_KEY in _session(request)
            if (replaced or waiting) and key is not None and is_in:
                await _check_that_it_is_there(request, key)
            done = welcomed
            return done
        finally:
            if replaced and not (isinstance(done, Response) and SESSION_KEY in _session(request)):
                await _end_replaced(request, replaced)
            if waiting:
                await _end_replaced(request, [waiting])

    async def _welcomed(self, request: Request, step: SignIn, *, is_decided: bool) -> Response | Problem:
        try:
            if not is_decided:
                # Until the application lets the person in, the session is nobody's.
                session = _session(request)
                signed_in_as = session.pop(SESSION_KEY)
                waits = await self._decide(request, step)
                if waits is not None:
                    if self._rotate_session is None:
                        check_size(_cookie_size(request))
                    return waits
                session[SESSION_KEY] = signed_in_as
            hook = self._sign_in_hook
            answer = await _result(hook(request, step)) if hook is not None else None
            if self._rotate_session is None:
                check_size(_cookie_size(request))
        except (Refused, TooLargeError, Error) as error:
            return problem_of_sign_in(self.client, step, error)
        except HTTPException:
            _session(request).clear()
            raise
        except Exception as error:
            # An exception that is let through passes the session by: the browser would keep whom it had before.
            logger.exception("the application's own code failed while somebody signed in")
            return problem_of_sign_in(self.client, step, error)
        request.scope.get(_SIGNED_IN, set()).add(True)
        logger.info("%s", signed_in_line(step.identity))
        return answer or RedirectResponse(step.return_to or self._home(request), 303)

    async def _decide(self, request: Request, step: SignIn) -> Response | None:
        """What the application says before the person is signed in: a response, or `None` to go on."""
        if self._before_hook is None:
            return None
        session = _session(request)
        proven = ProvenLogin.of(
            step,
            request=request,
            client=self.client,
            session=session,
            in_browser=self._rotate_session is None and _is_in_browser(request),
        )
        answer = await _result(self._before_hook(proven))
        proven.check_held(answer)
        if answer is not None and not isinstance(answer, Response):
            raise TypeError(f"before_sign_in must return a response or None, not {type(answer).__name__}")
        if answer is not None:
            proven.note_redirect(answer.status_code)
        return answer

    async def _replace_session(self, request: Request, identity: SessionIdentity, waiting: str | None) -> list[str]:
        """Forget the person who was signed in on this device: nothing of their session is carried over.

        Returns:
            The ids of the sessions of the same person that answer for another minute: tabs that sign in together would
            find nobody otherwise.

        Raises:
            LoggedOutError: When somebody has logged out of it since this request came.
        """
        # A session that lives on the server has a name that a stranger may know: this is how starsessions changes it.
        handler: Any = request.scope.get("session_handler")
        if self._rotate_session is None and handler is not None and identity.is_person_of(_session(request)):
            await _check_that_it_is_there(request, handler.session_id)
            kept = identity.replacing(_session(request), handler.session_id)
            replaced = SessionIdentity.replaced({SESSION_KEY: kept})
            SessionIdentity.shorten(_session(request))
            await handler.save(A_MINUTE)
            _session(request).clear()
            handler.regenerate_id()
            _session(request)[SESSION_KEY] = kept
            return replaced
        await _end_session(request)
        if self._rotate_session is not None:
            await _result(self._rotate_session(request))
        elif handler is not None:
            if waiting is None:
                # One in which a login waited says, until the person is in, whether somebody logs out.
                await handler.destroy()
            handler.regenerate_id()
        _session(request)[SESSION_KEY] = identity.to_session()
        return []

    async def _problem_page(self, request: Request, problem: Problem) -> Response:
        problem = problem.linked(self._login_path(request.scope), self._home(request))
        if self._problem_hook is not None:
            try:
                return cast("Response", await _result(self._problem_hook(request, problem)))
            except Exception:
                logger.exception("on_problem failed")
        links = (problem.login_url, problem.switch_user_url, problem.home_url)
        page = pages.problem(problem.sentence, problem.code, *links)
        return HTMLResponse(page, problem.status, pages.OWN_HEADERS)

    # ---------------------------------------------------------------- where the application is

    def _root(self, scope: Scope) -> str:
        """The path below which the browser sees the application."""
        return root_of(_root(scope), scope["path"], self._known_prefix)

    def _home(self, request: Request) -> str:
        """Where people go after a login that was not on its way to a page."""
        return inside(self._root(request.scope), self._after_login)

    def _login_path(self, scope: Scope) -> str:
        """The path of the login, as the browser reaches it."""
        # Not by `request.url_for`, which makes a whole URL with what the Host header says.
        own, known = f"{self._prefix}/login", _root(scope)
        with suppress(KeyError, NoMatchFound):
            path: str = scope["router"].url_path_for("clever_login")
            known = scope.get("app_root_path", known).rstrip("/") + path.removesuffix(own)
        return root_of(known, scope["path"], self._likely_prefix) + own

    def _here(self, request: Request) -> str:
        """The address of this request as the browser shows it."""
        path, root = _path(request.scope), self._root(request.scope)
        return address("" if f"{path}/".startswith(f"{root}/") else root, path, _query(request.scope))

    def _keeps_from_logging_in(self, scope: Scope, status: int, location: str | None) -> str | None:
        """What is set up wrongly when something else answered in place of the login or the callback."""
        path, login = _path(scope).rstrip("/"), self._login_path(scope)
        own = {f"{self._prefix}/login", self._callback_path.rstrip("/")}
        is_own = is_redirect_uri(path, self.client.redirect_uris) or path.removeprefix(_root(scope)) in own
        if not is_own or scope[_ASKED]:
            return None
        advice = f"a middleware answered in place of the login: let it pass by {login} and the path of the redirect URI"
        if location is None:
            if status in {401, 403}:
                logger.warning("%s", advice)
            return None
        # Starlette's own URL fails for a Host header that is none.
        here = f"{scope.get('scheme', 'http')}://{_host(scope)}{path}"
        return advice if sends_to_log_in(here, location, {login}) else None


class _Guard:
    """A dependency that lets people in who are signed in, with one of these roles if there are any."""

    def __init__(self, extension: CleverSso, roles: tuple[str, ...]) -> None:
        self._extension = extension
        self._roles = roles
        # FastAPI finds no names for the annotations of an object.
        request = inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Request)
        self.__signature__ = inspect.Signature([request], return_annotation=SessionIdentity)

    async def __call__(self, request: Request) -> SessionIdentity:
        return await self._extension._let_in(request, self._roles)  # noqa: SLF001  (it belongs to the class above)

    def name_cookie(self, name: str) -> None:
        """Say which cookie holds the session, for the docs page of FastAPI."""


@cache
def _documented_guard() -> type[_Guard]:
    """The same as a security scheme of OpenAPI, for FastAPI."""
    models: Any = import_module("fastapi.openapi.models")
    base: Any = import_module("fastapi.security.base").SecurityBase

    def name_cookie(guard: Any, name: str) -> None:  # noqa: ANN401  (the class below)
        where = {"in": models.APIKeyIn.cookie}
        guard.scheme_name = "LogInWithClever"
        guard.model = models.APIKey(
            **where, name=name, description="The session of a person who logged in with Clever."
        )

    return type("_DocumentedGuard", (_Guard, base), {"name_cookie": name_cookie})


class _NotLetInError(HTTPException):
    """What a script is told that a guard does not let in.

    Args:
        content: The JSON.
        status: The status.
        headers: Further headers.
    """

    def __init__(self, content: dict[str, str], status: int, headers: dict[str, str] | None = None) -> None:
        super().__init__(status, content["detail"], {**(headers or {}), "Cache-Control": "no-store"})
        self.content = content


def _not_let_in(
    request: Request, content: dict[str, str], status: int, headers: dict[str, str] | None = None
) -> HTTPException:
    """The error for a script that a guard does not let in."""
    app = request.scope.get("app")
    if isinstance(app, Starlette) and _NotLetInError not in app.exception_handlers and not hasattr(app, "openapi"):
        # The routes were taken alone. Starlette answers with the detail as it is; FastAPI makes JSON of it.
        return HTTPException(status, json.dumps(content), {**api.JSON_HEADERS, **(headers or {})})
    return _NotLetInError(content, status, headers)


async def _tell_script(request: Request, error: Exception) -> Response:
    """Answer a script that a guard did not let in, if the application has no way of its own for such errors."""
    own: Any = request.app.exception_handlers.get(HTTPException)
    if own is not None and str(getattr(own, "__module__", "")).partition(".")[0] not in {"fastapi", "starlette"}:
        answer: Response = await _result(own(request, error))
        return answer
    refused = cast("_NotLetInError", error)
    return JSONResponse(refused.content, refused.status_code, {**api.JSON_HEADERS, **(refused.headers or {})})


class _Page(Route):
    """A route with or without slashes at the end: Starlette would build redirects between them from the Host header."""

    def __init__(self, path: str, endpoint: Endpoint, **options: Any) -> None:  # noqa: ANN401  (those of a route)
        super().__init__(path, endpoint, **options)
        # Every method: the core says which of them may act, and how the others are answered.
        self.methods = None
        self.path_regex = re.compile(f"^{re.escape(path.rstrip('/'))}/*$")


class _RouteMiddleware:
    """Ends a session whose time has come, and notes that the session of the last sign-in came back."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        if _holds_sign_in(scope):
            # However it ends, with a log out of the app's own too, the session was not lost.
            scope.get(_CAME_BACK, set()).add(True)
            session: Any = scope["session"]
            if SessionIdentity.is_stale(dict(session)):
                session.clear()
        await self.app(scope, receive, send)


def _look_after_sessions(installed: list[Middleware]) -> None:
    """Look at the session also where it is made: a middleware further inside may end it and answer."""
    sessions = [at for at, each in enumerate(installed) if "Session" in getattr(each.cls, "__name__", "")]
    if sessions:
        installed.insert(sessions[-1] + 1, Middleware(_RouteMiddleware))


def _holds_sign_in(scope: Scope) -> bool:
    # Not by the session's own methods: a request that only looks must not make the answer depend on cookies.
    session: Any = scope.get("session")
    return isinstance(session, dict) and any(dict.__contains__(session, key) for key in OF_A_LOGIN)


class _OutermostMiddleware:
    """Leaves out disguised cookies, and ends the loop of a middleware that sends people who come to log in to log in.

    It forgets the last sign-in once a session has come back, whichever middleware answers.

    Args:
        app: The application with all its middleware.
        client: Gives the client of the host that was asked.
        judge: Says what is set up wrongly, given the scope, the status and the `Location` of an answer.
        answer: Makes the page about that.
    """

    def __init__(
        self,
        app: ASGIApp,
        client: Callable[[], AsyncClient],
        judge: Callable[[Scope, int, str | None], str | None],
        answer: Callable[[Request, Step], Awaitable[Response]],
    ) -> None:
        self.app = app
        self.client = client
        self.judge = judge
        self.answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        _HOST.set(_host(scope))
        scope[_ASKED], scope[_CAME_BACK], scope[_SIGNED_IN] = set(), set(), set()
        scope["headers"] = [
            (name, _undisguised(value) if name == b"cookie" else value) for name, value in scope["headers"]
        ]
        wrong: list[str] = []
        page: list[bytes] = []

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                reason = self.judge(scope, message["status"], headers.get("location"))
                wrong.extend([reason] if reason else [])
                if not scope[_ASKED] and (scope[_CAME_BACK] or _holds_sign_in(scope)):
                    for cookie in self._kept(HTTPConnection(scope), message["status"]):
                        headers.append("Set-Cookie", cookie.header)
                _drop_too_large(headers, scope)
                if scope[_ASKED] and "location" in headers and pages.does_not_fit(headers.items()):
                    page.append(_moved(message, headers))
            elif page and message["type"] == "http.response.body":
                message = {**message, "body": page.pop()}
            if not wrong:
                await send(message)

        await self.app(scope, receive, watched)
        if wrong:
            problem = await self.answer(Request(scope, receive), problem_of_setup(wrong[0]))
            await problem(scope, receive, send)

    def _kept(self, request: HTTPConnection, status: int) -> tuple[SetCookie, ...]:
        method, headers = request.scope["method"], request.headers
        return kept_cookies(self.client(), _cookies(request), method=method, headers=headers, status=status)


def _drop_too_large(headers: MutableHeaders, scope: Scope) -> None:
    """Delete the old cookie in place of one that browsers drop: a middleware may have put more into the session."""
    all_cookies = headers.getlist("set-cookie") if scope[_SIGNED_IN] else []
    if not any(len(cookie) > LARGEST_COOKIE for cookie in all_cookies):
        return
    came = HTTPConnection(scope).cookies
    kept: list[str] = []
    for cookie in all_cookies:
        pair, _, attributes = cookie.partition(";")
        name = pair.partition("=")[0].strip()
        if len(pair) > LARGEST_COOKIE and name in came:
            logger.error("login with Clever failed: %s", TooLargeError(len(pair)))
            kept.append(f"{name}=;{attributes}; expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0")
        else:
            kept.append(cookie)
    del headers["set-cookie"]
    for cookie in kept:
        headers.append("set-cookie", cookie)


def _moved(message: Message, headers: MutableHeaders) -> bytes:
    """Make a page of a redirect whose headers are too long."""
    page = pages.moved(headers["location"]).encode()
    message["status"] = 200
    del headers["location"]
    headers.update({**pages.OWN_HEADERS, "Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(page))})
    return page


def _undisguised(cookies: bytes) -> bytes:
    return without_disguised_cookies(cookies.decode("latin-1")).encode("latin-1")


class _BelowPrefix(Route):
    """Where nothing else is: the callback below a prefix that the redirect URI has too, and callbacks gone astray."""

    def __init__(
        self,
        redirect_uris: Callable[[], Iterable[str]],
        callback: Endpoint,
        astray: Endpoint,
        is_astray: Callable[[Scope], str | None],
    ) -> None:
        super().__init__("/{path:path}", callback, name="clever_callback_below_prefix", include_in_schema=False)
        self._redirect_uris = redirect_uris
        self._astray = Route("/{path:path}", astray)
        self._is_astray = is_astray

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Never wholly: then any route that matches comes first."""
        if scope["type"] != "http":
            return Match.NONE, {}
        # Those of the host that was asked; the routes may stand alone.
        _HOST.set(_host(scope))
        if is_redirect_uri(_path(scope), self._redirect_uris()):
            return Match.PARTIAL, {"endpoint": self.endpoint, "path_params": {}}
        if self._is_astray(scope):
            return Match.PARTIAL, {"endpoint": self._astray.endpoint, "path_params": {}}
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the view that was found does."""
        route = self if scope["endpoint"] is self.endpoint else self._astray
        await route.app(scope, receive, send)


def held_login(request: HTTPConnection) -> HeldLogin | None:
    """The login that waits in this session for `CleverSso.complete_login`; `None` when there is none."""
    return HeldLogin.of(_session(request))


def current_identity(request: HTTPConnection) -> SessionIdentity | None:
    """Who is signed in, or `None`; also as a dependency, of websockets too."""
    session = _session(request)
    if SessionIdentity.is_stale(session):
        session.clear()
    return SessionIdentity.from_session(session)


def _session(request: HTTPConnection) -> dict[str, Any]:
    if "session" not in request.scope:
        raise RuntimeError(
            "clever_sso.asgi needs sessions: app.add_middleware(SessionMiddleware, secret_key=...), from "
            "starlette.middleware.sessions"
        )
    return request.session


async def _check_that_it_is_there(request: Request, key: str) -> None:
    """A sign-in of the same person lets a session of starsessions be: a log out does not."""
    handler: Any = request.scope["session_handler"]
    if not await handler.store.read(session_id=key, lifetime=handler.lifetime):
        raise LoggedOutError


async def _end_session(request: Request) -> None:
    """Forget who is signed in, with everything else of the session, and in those that it replaced."""
    await _end_replaced(request, SessionIdentity.replaced(_session(request)))
    _session(request).clear()


async def _end_replaced(request: Request, keys: Iterable[str]) -> None:
    for key in keys:
        await request.scope["session_handler"].store.remove(key)


def _delete_old_session(request: Request, response: Response) -> None:
    """Delete the session cookie that came, before the middleware sets the new one.

    A browser that drops the new one keeps nobody's then: a middleware may still make the session too large. Where
    `install` was called, it sees to that.
    """
    is_starlettes = type(_session(request)).__module__.partition(".")[0] in {"builtins", "starlette"}
    if _SIGNED_IN in request.scope or not is_starlettes:
        return
    options = next((_options(each) for each in _middleware(request) if _is_starlettes(each.cls)), {})
    name = options.get("session_cookie", "session")
    for each, value in request.cookies.items():
        if each == name or _holds_starlettes_session(value):
            where = {"path": options.get("path", "/"), "domain": options.get("domain")}
            response.delete_cookie(each, **where, secure=options.get("https_only", False), httponly=True)


def _holds_starlettes_session(cookie: str) -> bool:
    """Whether a cookie is a session with somebody in it. Who wrote it does not matter: it only goes."""
    try:
        session = json.loads(b64decode(cookie.partition(".")[0]))
    except ValueError:
        return False
    return isinstance(session, dict) and SESSION_KEY in session


async def _result(value: Any) -> Any:  # noqa: ANN401  (what a hook returned, awaitable or not)
    return await value if inspect.isawaitable(value) else value


def _root(scope: Scope) -> str:
    """The path below which the application is mounted."""
    root: str = scope.get("root_path", "")
    return root.rstrip("/")


def _path(scope: Scope) -> str:
    """The path of this request as the browser knows it."""
    path: str = scope["path"]
    # ASGI has the root in the path; a server behind a proxy that takes it off may not know that.
    return path if path.startswith(_root(scope) + "/") else _root(scope) + path


def _query(scope: Scope) -> str:
    """The query as it came, one character for each byte."""
    query: bytes = scope.get("query_string", b"")
    return query.decode("latin-1")


def _host(scope: Scope) -> str:
    """The host that was asked, as it came."""
    return b"".join(value for name, value in scope["headers"] if name == b"host").decode("latin-1")


def _cookies(request: HTTPConnection) -> str:
    # HTTP/2 allows one header for each.
    return "; ".join(request.headers.getlist("cookie"))


def _with_cookies(response: Response, cookies: Iterable[SetCookie]) -> Response:
    for cookie in cookies:
        response.headers.append("Set-Cookie", cookie.header)
    return response


def _check_client(client: object) -> None:
    """Whether this can be the client: one that is awaited."""
    if client is None or inspect.iscoroutinefunction(getattr(client, "finish_login", None)):
        return
    kind = type(client).__name__
    if hasattr(client, "finish_login"):
        raise TypeError(f"client must be a clever_sso.AsyncClient, not {kind}, which would block the event loop")
    if callable(client):
        raise TypeError(f"client must be a clever_sso.AsyncClient, not {kind}: write CleverSso().install(app)")
    raise TypeError(f"client must be a clever_sso.AsyncClient, not {kind}")


def _arguments(function: Callable[..., Any]) -> list[str]:
    parameters = inspect.signature(function).parameters.values()
    return [each.name for each in parameters if each.kind is not inspect.Parameter.VAR_KEYWORD]


def _raise_first(problems: list[str]) -> None:
    """Raise the first, from a frame without secrets."""
    if problems:
        raise _settings.invalid(problems[0])


def _end_with_the_browser(installed: Iterable[Middleware]) -> str | None:
    """Let Starlette's sessions end with the browser unless the application says otherwise.

    Returns:
        The name of their cookie, if it is known.
    """
    name = None
    for middleware in installed:
        options = _options(middleware)
        if _is_starlettes(middleware.cls) and "max_age" not in options:
            # Two weeks would be its own default.
            cast("dict[str, Any]", middleware.kwargs)["max_age"] = None
        if "Session" in getattr(middleware.cls, "__name__", ""):
            name = options.get("session_cookie") or options.get("cookie_name") or name
    return name


def _key_problems(installed: Iterable[Middleware]) -> list[str]:
    """Why what signs Starlette's sessions is not secret."""
    keys = [_options(each).get("secret_key") for each in installed if _is_starlettes(each.cls)]
    return [
        f"the secret_key of SessionMiddleware {problem}, so anybody could sign in as anybody: "
        f"{_settings.MAKE_A_KEY}, and take it from the environment"
        for problem in map(_settings.key_problem, keys)
        if problem
    ]


def _middleware(request: Request) -> list[Middleware]:
    return getattr(request.scope.get("app"), "user_middleware", [])


def _is_starlettes(middleware: object) -> bool:
    """Whether this is Starlette's own, whose sessions live in the browser."""
    return getattr(middleware, "__module__", "") == "starlette.middleware.sessions"


def _is_starsessions(middleware: object) -> bool:
    """Whether this is starsessions as it is since its version 2."""
    package = str(getattr(middleware, "__module__", "")).partition(".")[0]
    return package == "starsessions" and hasattr(sys.modules[package], "regenerate_session_id")


def _options(middleware: Middleware) -> dict[str, Any]:
    """What was said when a middleware was added, by name."""
    try:
        bound = inspect.signature(cast("Any", middleware.cls)).bind_partial(None, *middleware.args, **middleware.kwargs)
    except (TypeError, ValueError):
        return dict(middleware.kwargs)
    return {**bound.arguments, **bound.arguments.get("kwargs", {})}


def _is_in_browser(request: Request) -> bool:
    """Whether the browser stores the session."""
    is_known = type(_session(request)).__module__.partition(".")[0] in {"builtins", "starlette"}
    return is_known and "session_handler" not in request.scope


def _cookie_size(request: Request) -> int:
    """The bytes of the name and the value of the cookie that Starlette makes of the session, about.

    A session in another place than the browser has none.
    """
    session = _session(request)
    if not _is_in_browser(request):
        return 0
    names = [str(_options(each).get("session_cookie", "")) for each in _middleware(request) if _is_starlettes(each.cls)]
    try:
        value = b64encode(json.dumps(session).encode())
    except (TypeError, ValueError):
        # The middleware will tell of it.
        return 0
    return len((names and names[0]) or "session") + len("=") + len(value) + _SIGNATURE_BYTES


def _session_cookie(request: Request) -> str:
    """How the cookie of the session is set."""
    for middleware in _middleware(request):
        name = getattr(middleware.cls, "__name__", "")
        if "Session" not in name:
            continue
        parameters = inspect.signature(cast("Any", middleware.cls)).parameters
        options = {option: parameter.default for option, parameter in parameters.items()} | _options(middleware)
        for names in _OF_THE_COOKIE:
            if set(names) <= set(options):
                said = ", ".join(f"{option}={options[option]!r}" for option in names)
                return f"{name}({said}): Secure is {options[names[-1]]!r}"
    return "the domain, path and https_only (Secure) of the middleware that provides request.session"


def _private(response: Response) -> Response:
    for name, value in pages.HEADERS.items():
        response.headers.setdefault(name, value)
    return response
