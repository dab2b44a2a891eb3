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

Three routes are added: `clever_login`, `clever_callback` (at the path of the redirect URI) and `clever_logout` (POST).
A login that begins in the Clever Portal or with an Instant Login link is restarted without the person seeing it; every
sign-in replaces the session that the browser had.
"""

from __future__ import annotations

import inspect
import logging
from typing import TYPE_CHECKING, Any, Callable, TypeVar, cast
from urllib.parse import urlencode, urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request  # noqa: TC002  (FastAPI reads the annotations of dependencies)
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from clever_sso import _settings
from clever_sso._web import pages
from clever_sso._web.arrival import (
    Problem,
    Refused,
    SignIn,
    Step,
    ToClever,
    onwards,
    problem_of,
    problem_of_fault,
    problem_of_refusal,
    should_wait,
    step_of,
)
from clever_sso._web.cookie import TEN_MINUTES, PendingCookie
from clever_sso._web.identity import SESSION_KEY, SessionIdentity
from clever_sso._web.request import address, can_be_sent_to_log_in, inside, is_from_another_site
from clever_sso.aio import AsyncClient
from clever_sso.exceptions import ArgumentError, Error

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from starlette.applications import Starlette

__all__ = ["CleverSso", "Problem", "Refused", "SessionIdentity", "SignIn", "current_identity"]

logger = logging.getLogger("clever_sso.asgi")
SignInHook = TypeVar("SignInHook", bound="Callable[[Request, SignIn], Response | Awaitable[Response | None] | None]")
ProblemHook = TypeVar("ProblemHook", bound="Callable[[Request, Problem], Response | Awaitable[Response]]")


class CleverSso:
    """Login, callback and logout for one application.

    Args:
        client: The client to use. Default: `AsyncClient.from_env()`.
        url_prefix: Below which path login and logout are.
        callback_path: The path of the callback inside the application, where that is mounted below another path.
            Default: the path of the redirect URI.
        after_login: Where to go after a login when nothing else is said: a path inside the application, or a whole URL.
        after_logout: Where to go after a logout.
        waiting_page: Whether the callback answers at once with a small page that waits while the login is finished, as
            Clever advises for slow networks.

    Raises:
        ConfigError: `config_invalid`, with what is wrong about which setting.
    """

    def __init__(  # noqa: PLR0913  (they are keyword arguments)
        self,
        client: AsyncClient | None = None,
        *,
        url_prefix: str = "/clever",
        callback_path: str | None = None,
        after_login: str = "/",
        after_logout: str = "/",
        waiting_page: bool = False,
    ) -> None:
        self.client = client or AsyncClient.from_env()
        _settings.check_login(self.client)
        redirect_uri = self.client.redirect_uris[0]
        self._cookie = PendingCookie.of(redirect_uri)
        self._prefix = url_prefix.rstrip("/")
        self._callback_path = callback_path or urlsplit(redirect_uri).path or "/"
        self._after_login = after_login
        self._after_logout = after_logout
        self._waiting_page = waiting_page
        self._sign_in_hook: Callable[[Request, SignIn], Any] | None = None
        self._problem_hook: Callable[[Request, Problem], Any] | None = None

    @property
    def routes(self) -> list[BaseRoute]:
        """Login, callback and logout, for who puts an application's routes together."""
        return [
            Route(f"{self._prefix}/login", self._login, name="clever_login"),
            Route(self._callback_path, self._callback, name="clever_callback"),
            Route(f"{self._prefix}/logout", self._logout, methods=["POST"], name="clever_logout"),
        ]

    def install(self, app: Starlette) -> None:
        """Add the routes to `app`, a Starlette or FastAPI application. It needs Starlette's `SessionMiddleware`, or
        another one that provides `request.session`.
        """  # noqa: D205  (one sentence)
        app.router.routes.extend(self.routes)

    def on_sign_in(self, function: SignInHook) -> SignInHook:
        """Decorator: call `function` with the request and every `SignIn`. So an account is found or made, or refused.

        The session is the new person's already, and may be added to. The response it returns, if any, is sent to the
        browser in the place of the redirect. When it raises, nobody is signed in: `Refused` becomes a page for the
        person, an `HTTPException` is handled by the application, and anything else is logged and becomes a page with
        status 500.
        """
        self._sign_in_hook = function
        return function

    def on_problem(self, function: ProblemHook) -> ProblemHook:
        """Decorator: let `function` make the page of a failed login from the request and a `Problem`."""
        self._problem_hook = function
        return function

    async def required(self, request: Request) -> SessionIdentity:
        """Dependency: who is signed in.

        Who is not is sent to log in and comes back to the same page. A request that cannot be repeated by following a
        link, a POST for example, or that a script made, gets 401.
        """
        identity = current_identity(request)
        if identity is not None:
            return identity
        if not can_be_sent_to_log_in(request.method, request.headers.get("sec-fetch-mode")):
            raise HTTPException(401)
        login = f"{request.url_for('clever_login').path}?{urlencode({'next': _here(request)})}"
        raise HTTPException(303, headers={"Location": login, "Cache-Control": "no-store"})

    def role(self, *roles: str) -> Callable[[Request], Awaitable[SessionIdentity]]:
        """Dependency: who is signed in, and logged in with one of these roles. Others get 403."""

        async def with_role(request: Request) -> SessionIdentity:
            identity = await self.required(request)
            if not identity.has_role(*roles):
                raise HTTPException(403)
            return identity

        return with_role

    # ---------------------------------------------------------------- the routes

    async def _login(self, request: Request) -> Response:
        """Begin a login. `next` is where the person goes afterwards, `district_id` skips Clever's school picker."""
        district_id = request.query_params.get("district_id") or None
        try:
            return_to = request.query_params.get("next") or None
            login = self.client.begin_login(return_to=return_to, district_id=district_id)
        except ArgumentError:
            # An address outside the application: whoever made the link learns nothing, and nobody is sent there.
            login = self.client.begin_login(district_id=district_id)
        return await self._take(request, ToClever.of(login))

    async def _callback(self, request: Request) -> Response:
        """Finish a login: one that began here, or one that began at Clever."""
        if request.method == "HEAD":
            # Whoever only looks must not spend the code.
            raise HTTPException(405, headers={"Allow": "GET"})
        query = request.scope["query_string"].decode("latin-1")
        if self._waiting_page and should_wait(request.query_params):
            return HTMLResponse(pages.waiting(onwards(query)), headers=pages.OWN_HEADERS)
        try:
            step = step_of(await self.client.finish_login(query, request.cookies.get(self._cookie.name)))
        except Error as error:
            step = problem_of(error)
        return await self._take(request, step)

    async def _logout(self, request: Request) -> Response:
        """Forget who is signed in. The person stays signed in at Clever, as Clever wants it."""
        if is_from_another_site(request.headers.get("sec-fetch-site")):
            raise HTTPException(403)
        session = _session(request)
        # Another site's form comes without the session cookie: it finds nothing to clear, and logs nobody out.
        if session:
            session.clear()
        return _private(RedirectResponse(inside(_root(request), self._after_logout), 303))

    async def _take(self, request: Request, step: Step) -> Response:
        """Answer the browser."""
        if isinstance(step, SignIn):
            done = await self._sign_in(request, step)
            if isinstance(done, Response):
                return _private(self._with_pending(done, "", 0))
            step = done
        if isinstance(step, ToClever):
            _session(request)
            return _private(self._with_pending(RedirectResponse(step.url, 303), step.pending, TEN_MINUTES))
        logger.warning("login with Clever failed: %s", step)
        if step.ends_session:
            _session(request).clear()
        return _private(self._with_pending(await self._problem_page(request, step), "", 0))

    async def _sign_in(self, request: Request, step: SignIn) -> Response | Problem:
        await _replace_session(request, SessionIdentity.of(step.identity))
        try:
            hook = self._sign_in_hook
            answer = await _result(hook(request, step)) if hook is not None else None
        except Refused as refused:
            return problem_of_refusal(refused)
        except HTTPException:
            _session(request).clear()
            raise
        except Exception:
            # An exception that is let through passes the session by: the browser would keep whom it had before.
            logger.exception("on_sign_in failed")
            return problem_of_fault()
        return answer or RedirectResponse(step.return_to or inside(_root(request), self._after_login), 303)

    async def _problem_page(self, request: Request, problem: Problem) -> Response:
        if self._problem_hook is not None:
            try:
                return cast("Response", await _result(self._problem_hook(request, problem)))
            except Exception:
                logger.exception("on_problem failed")
        page = pages.problem(problem.sentence, problem.code, request.url_for("clever_login").path)
        return HTMLResponse(page, problem.status, pages.OWN_HEADERS)

    def _with_pending(self, response: Response, pending: str, max_age: int) -> Response:
        response.set_cookie(self._cookie.name, pending, max_age=max_age, **self._cookie.attributes())
        return response


def current_identity(request: HTTPConnection) -> SessionIdentity | None:
    """Who is signed in, or `None`; also as a dependency, of websockets too."""
    return SessionIdentity.from_session(_session(request))


def _session(request: HTTPConnection) -> dict[str, Any]:
    if "session" not in request.scope:
        raise RuntimeError(
            "clever_sso.asgi needs sessions: app.add_middleware(SessionMiddleware, secret_key=...), from "
            "starlette.middleware.sessions"
        )
    return request.session


async def _replace_session(request: Request, identity: SessionIdentity) -> None:
    """Forget whoever was signed in on this device: nothing of their session is carried over."""
    _session(request).clear()
    # A session that lives on the server has a name that a stranger may know: this is how starsessions changes it.
    handler: Any = request.scope.get("session_handler")
    if hasattr(handler, "destroy") and hasattr(handler, "regenerate_id"):
        await handler.destroy()
        handler.regenerate_id()
    _session(request)[SESSION_KEY] = identity.to_session()


async def _result(value: Any) -> Any:  # noqa: ANN401  (what a hook returned, awaitable or not)
    return await value if inspect.isawaitable(value) else value


def _root(request: Request) -> str:
    """The path below which the application is mounted."""
    root: str = request.scope.get("root_path", "")
    return root.rstrip("/")


def _here(request: Request) -> str:
    """The address of this request as the browser knows it."""
    path: str = request.scope["path"]
    # ASGI has the root in the path; a server behind a proxy that takes it off may not know that.
    root = "" if path.startswith(_root(request) + "/") else _root(request)
    return address(root, path, request.scope["query_string"].decode("latin-1"))


def _private(response: Response) -> Response:
    for name, value in pages.HEADERS.items():
        response.headers.setdefault(name, value)
    return response
