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
from starlette.requests import Request  # noqa: TC002  (FastAPI reads the annotations of dependencies)
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from clever_sso import _settings
from clever_sso._web import pages
from clever_sso._web.arrival import Problem, SignIn, Step, ToClever, problem_of, should_wait, step_of, waited_query
from clever_sso._web.cookie import TEN_MINUTES, PendingCookie
from clever_sso._web.identity import SESSION_KEY, SessionIdentity
from clever_sso.aio import AsyncClient
from clever_sso.exceptions import ArgumentError, Error

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from starlette.applications import Starlette

__all__ = ["CleverSso", "Problem", "SessionIdentity", "SignIn", "current_identity"]

logger = logging.getLogger("clever_sso.asgi")
SignInHook = TypeVar("SignInHook", bound="Callable[[Request, SignIn], Response | Awaitable[Response | None] | None]")
ProblemHook = TypeVar("ProblemHook", bound="Callable[[Request, Problem], Response | Awaitable[Response]]")


class CleverSso:
    """Login, callback and logout for one application.

    Args:
        client: The client to use. Default: `AsyncClient.from_env()`.
        url_prefix: Below which path login and logout are.
        callback_path: The path of the callback inside the application. Default: the path of the redirect URI.
        after_login: Where to go after a login when nothing else is said.
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
        if not self.client.redirect_uris:
            raise _settings.invalid("CLEVER_REDIRECT_URI is not set")
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
        browser in the place of the redirect. When it raises, nobody is signed in.
        """
        self._sign_in_hook = function
        return function

    def on_problem(self, function: ProblemHook) -> ProblemHook:
        """Decorator: let `function` make the page of a failed login from the request and a `Problem`."""
        self._problem_hook = function
        return function

    async def required(self, request: Request) -> SessionIdentity:
        """Dependency: who is signed in.

        Who is not is sent to log in and comes back to the same page; a request that following a link cannot repeat, a
        POST for example, gets 401.
        """
        identity = current_identity(request)
        if identity is not None:
            return identity
        if request.method not in {"GET", "HEAD"}:
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
        query = request.url.query
        if self._waiting_page and should_wait(request.query_params):
            page = pages.waiting(f"{request.url.path}?{waited_query(query)}")
            return HTMLResponse(page, headers=pages.OWN_HEADERS)
        try:
            outcome = await self.client.finish_login(query, request.cookies.get(self._cookie.name))
        except Error as error:
            return await self._take(request, problem_of(error))
        return await self._take(request, step_of(outcome))

    async def _logout(self, request: Request) -> Response:
        """Forget who is signed in. The person stays signed in at Clever, as Clever wants it."""
        request.session.clear()
        return _private(RedirectResponse(self._after_logout, 303))

    async def _take(self, request: Request, step: Step) -> Response:
        """Answer the browser."""
        if isinstance(step, ToClever):
            return _private(self._with_pending(RedirectResponse(step.url, 303), step.pending, TEN_MINUTES))
        if isinstance(step, SignIn):
            return _private(self._with_pending(await self._sign_in(request, step), "", 0))
        logger.warning("login with Clever failed: %s", step)
        if step.ends_session:
            request.session.clear()
        return _private(self._with_pending(await self._problem_page(request, step), "", 0))

    async def _sign_in(self, request: Request, step: SignIn) -> Response:
        # Whoever was signed in on this device is forgotten: nothing of their session is carried over.
        request.session.clear()
        request.session[SESSION_KEY] = SessionIdentity.of(step.identity).to_session()
        answer = None
        if self._sign_in_hook is not None:
            try:
                answer = await _result(self._sign_in_hook(request, step))
            except Exception:
                request.session.clear()
                raise
        return answer or RedirectResponse(step.return_to or self._after_login, 303)

    async def _problem_page(self, request: Request, problem: Problem) -> Response:
        if self._problem_hook is not None:
            return cast("Response", await _result(self._problem_hook(request, problem)))
        page = pages.problem(problem.sentence, problem.code, request.url_for("clever_login").path)
        return HTMLResponse(page, problem.status, pages.OWN_HEADERS)

    def _with_pending(self, response: Response, pending: str, max_age: int) -> Response:
        response.set_cookie(self._cookie.name, pending, max_age=max_age, **self._cookie.attributes())
        return response


def current_identity(request: Request) -> SessionIdentity | None:
    """Who is signed in, or `None`; also as a dependency."""
    return SessionIdentity.from_session(request.session)


async def _result(value: Any) -> Any:  # noqa: ANN401  (what a hook returned, awaitable or not)
    return await value if inspect.isawaitable(value) else value


def _here(request: Request) -> str:
    """The path of this request as the browser sees it, and its query."""
    return f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path


def _private(response: Response) -> Response:
    for name, value in pages.HEADERS.items():
        response.headers.setdefault(name, value)
    return response
