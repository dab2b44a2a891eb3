"""The extension that an application installs."""

from __future__ import annotations

import inspect
import logging
from functools import partial
from typing import TYPE_CHECKING, Any, Callable, NoReturn, TypeVar
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request  # noqa: TC002  (FastAPI reads it)
from starlette.responses import Response  # noqa: TC002  (FastAPI reads it)

from clever_sso import _roles, _settings
from clever_sso._web import api
from clever_sso._web.button import Html, login_button
from clever_sso._web.button import signed_in_line as signed_in_html
from clever_sso._web.older_ids import may_have_more, older_ids, remembered, without_more
from clever_sso._web.words import words
from clever_sso.asgi.addresses import here, keeps_from_logging_in, login_path, misplaced_callback
from clever_sso.asgi.guards import Guards, NotLetInError, tell_script
from clever_sso.asgi.middleware import OutermostMiddleware, Refusing, RouteMiddleware, look_after_sessions
from clever_sso.asgi.request import words_of_person
from clever_sso.asgi.routes import BelowPrefix, Page, check_that_it_is_free
from clever_sso.asgi.sessions import current_identity
from clever_sso.asgi.settings import Settings
from clever_sso.asgi.stores import (
    cookie_warnings,
    end_with_the_browser,
    key_problems,
    raise_first,
    rotation_problems,
    session_problems,
    strict_problems,
)
from clever_sso.asgi.views import Views
from clever_sso.asgi.watched import WATCHED
from clever_sso.exceptions import ConfigError, Error

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping

    from starlette.requests import HTTPConnection
    from starlette.routing import BaseRoute
    from starlette.types import ASGIApp

    from clever_sso._web.arrival import Problem, SignIn
    from clever_sso._web.before import ProvenLogin
    from clever_sso._web.identity import SessionIdentity
    from clever_sso._web.words import Words
    from clever_sso.aio import AsyncClient

logger = logging.getLogger("clever_sso.asgi")
BeforeHook = TypeVar("BeforeHook", bound="Callable[[ProvenLogin[AsyncClient]], Any]")
SignInHook = TypeVar("SignInHook", bound="Callable[[Request, SignIn], Response | Awaitable[Response | None] | None]")
ProblemHook = TypeVar("ProblemHook", bound="Callable[[Request, Problem], Response | Awaitable[Response]]")


class CleverSso:
    """Login, callback and logout for one application.

    Instead of each argument except `client` and `rotate_session`, you can set an environment variable:
    `CLEVER_AFTER_LOGIN` and so on.

    Args:
        client: The client to use. Default: `AsyncClient.from_env()`.
        url_prefix: The path prefix of login and logout. Default: `/clever`.
        callback_path: The path of the callback inside the application, if a proxy removes a prefix. Logins, logouts and
            guards then use the prefix of the redirect URI. Default: the path of the redirect URI.
        after_login: Where people go after a login without `next`: a path inside the application, or a whole URL.
            Default: `/`.
        after_logout: Where people go after a logout. Default: `/`.
        language: The language of the pages and of the button, `en` or `es`. Default: the language that the browser asks
            for, and English for the button.
        waiting_page: Whether the callback responds immediately with a small page that waits until the login is
            finished, as Clever recommends for slow networks. Default: `False`.
        session_seconds: How many seconds a sign-in lasts at most. Default: twelve hours.
        rotate_session: A function, plain or async, that gets the request and gives the session a new id at each
            sign-in. Only needed for sessions on the server, in a store other than starsessions 2.
        clients: The clients of hosts that have their own, such as `{"b.example": AsyncClient(...)}`.

    Raises:
        ConfigError: `config_invalid`; the message names the setting and what is wrong with it.
        TypeError: When an argument has the wrong type, for example an application instead of a client.
    """

    def __init__(  # noqa: PLR0913  (they are keyword arguments)
        self,
        client: AsyncClient | None = None,
        *,
        url_prefix: str | None = None,
        callback_path: str | None = None,
        after_login: str | None = None,
        after_logout: str | None = None,
        language: str | None = None,
        waiting_page: bool | None = None,
        session_seconds: int | None = None,
        rotate_session: Callable[[Request], Any] | None = None,
        clients: Mapping[str, AsyncClient] | None = None,
        **unknown: NoReturn,
    ) -> None:
        _settings.check_keywords("CleverSso", unknown, _arguments(CleverSso))
        given = {
            "url_prefix": url_prefix,
            "callback_path": callback_path,
            "after_login": after_login,
            "after_logout": after_logout,
            "language": language,
            "waiting_page": waiting_page,
            "session_seconds": session_seconds,
        }
        self._settings = Settings.of(client, {} if clients is None else clients, rotate_session, given)
        self._views = Views(self._settings)
        self._guards = Guards(self._settings)

    @property
    def client(self) -> AsyncClient:
        """The client for the requested host."""
        return self._settings.client

    @property
    def routes(self) -> list[BaseRoute]:
        """The routes for login, callback and logout, for apps that build their own list of routes.

        `install` does more: it also manages the sessions, and detects a guard that keeps people from logging in.
        """
        views, paths = self._views, self._settings.paths
        below = [Page(f"{paths.likely_prefix}{paths.prefix}/login", views.login, name="clever_login_below_prefix")]
        return [
            Page(f"{paths.prefix}/login", views.login, name="clever_login"),
            Page(paths.callback, views.callback, name="clever_callback"),
            Page(f"{paths.prefix}/logout", views.logout, name="clever_logout"),
            Page(f"{paths.prefix}/{api.WHOAMI}", views.whoami, name="clever_whoami"),
            *(below if paths.likely_prefix else []),
            BelowPrefix(
                lambda: self.client.redirect_uris,
                views.callback,
                views.misplaced,
                partial(misplaced_callback, self._settings),
            ),
        ]

    def install(self, app: Starlette) -> None:
        """Add the routes to `app`, a Starlette or FastAPI application, and checks around all its other routes.

        It needs Starlette's `SessionMiddleware`, or another middleware that provides `request.session`. You can add
        that before or afterwards. Unless you set its `max_age`, its cookie ends when the browser closes.

        Raises:
            ConfigError: `config_invalid`, when the sessions are on the server and there is no function that changes
                their ids, or when the secret key is missing, short, or a sample. If the session middleware is added
                afterwards or missing, this is raised when the application starts. So is a route of yours that responds
                instead of the login or the callback.
            TypeError: When `app` is not a Starlette or FastAPI application.
            RuntimeError: When the application has already started.
        """
        if not isinstance(app, Starlette):
            raise TypeError(f"install needs the application itself, of FastAPI or Starlette, not {type(app).__name__}")
        if app.middleware_stack is not None:
            raise RuntimeError("call CleverSso.install before the application starts: afterwards nothing can be added")
        self._check_sessions(app)
        app.router.routes.extend(self.routes)
        app.add_exception_handler(NotLetInError, tell_script)
        # The innermost middleware: it sees the session of a request, whichever middleware provides it.
        app.user_middleware.append(Middleware(RouteMiddleware))
        build = app.build_middleware_stack

        def build_middleware_stack() -> ASGIApp:
            # At this point the application knows all its middleware, but has not created any of it.
            try:
                self._check_sessions(app)
                self._check_routes(app)
            except ConfigError as error:
                return Refusing(error)
            over_https = self.client.redirect_uris[0].startswith("https:")
            for told in cookie_warnings(app.user_middleware, over_https=over_https):
                logger.warning("%s", told)
            look_after_sessions(app.user_middleware)
            judge = partial(keeps_from_logging_in, self._settings)
            at_start = partial(session_problems, list(app.user_middleware))
            return OutermostMiddleware(
                build(),
                client=lambda: self.client,
                judge=judge,
                answer=self._views.take,
                at_start=at_start,
                words=self._words,
            )

        app.build_middleware_stack = build_middleware_stack  # type: ignore[method-assign]

    def _words(self, request: HTTPConnection) -> Words:
        return words_of_person(request, self._settings.chosen.language)

    def _check_sessions(self, app: Starlette) -> None:
        name = end_with_the_browser(app.user_middleware)
        if name is not None:
            self._guards.name_cookie(name)
        if WATCHED.get():
            return
        raise_first(key_problems(app.user_middleware))
        if not self._settings.chosen.waiting_page:
            raise_first(strict_problems(app.user_middleware))
        if self._settings.rotate_session is None:
            raise_first(rotation_problems(app.user_middleware))

    def _check_routes(self, app: Starlette) -> None:
        if not WATCHED.get():
            paths = self._settings.paths
            pages = [("callback", paths.callback), ("login", f"{paths.prefix}/login")]
            check_that_it_is_free(app, pages, urlsplit(self._settings.default_client.redirect_uris[0]).netloc)

    async def older_ids(self, login: SignIn | ProvenLogin[AsyncClient]) -> tuple[str, ...]:
        """Return the older ids of this person, for all roles. Call it if no account has the id of the login.

        An ID token has only the older id for the role of the login, so this may ask Clever. A `ProvenLogin` keeps the
        ids, even if it is held afterwards.

        Args:
            login: The argument of your `before_sign_in` or `on_sign_in` function.

        Raises:
            Error: When Clever can't be reached. Don't catch it: the person gets an error page.
        """
        identity, tokens = login.identity, login.tokens
        if not may_have_more(identity, tokens):
            return tuple(identity.legacy_ids)
        try:
            ids = older_ids(identity, (await self.client.user(tokens.access_token, identity.id)).roles)
        except Error as error:
            ids = without_more(identity, error, logger)
        return remembered(login, ids)

    def before_sign_in(self, function: BeforeHook) -> BeforeHook:
        """Decorator: let `function` decide about each person that Clever confirmed, before they are signed in.

        It gets a `ProvenLogin`. It may be async; a plain function runs in a thread. If it returns `None`, the person is
        signed in. If it returns a response, the browser gets that response and no one is signed in. To sign the person
        in later with `complete_login`, call `hold` first. If it raises, no one is signed in: the person gets an error
        page for `Refused` and for an `Error` of Clever's API, the application handles an `HTTPException`, and any other
        exception is logged and becomes a page with status 500.
        """
        _settings.check_hook("before_sign_in", function, "proven")
        self._settings.hooks.before_sign_in = function
        return function

    async def complete_login(self, request: Request, key: str | None = None) -> Response:
        """Complete the login that is held in this session: call it after you accepted a second factor or a form.

        Args:
            request: The request.
            key: The key of the login, from `hold`. Default: the oldest held login.

        Returns:
            The response for the browser: a redirect to the page that the person wanted, or a page that says why they
            can't sign in. If no login is held or it has expired, a redirect to the login.
        """
        return await self._views.complete(request, key)

    def on_sign_in(self, function: SignInHook) -> SignInHook:
        """Decorator: call `function` with the request and every `SignIn`. Use it to find, create or refuse an account.

        It may be async; a plain function runs in a thread, so it may wait for a database. The session already belongs
        to the new person, and you can add to it. If `function` returns a response, the browser gets it instead of the
        redirect. If it raises, no one is signed in: the person gets an error page for `Refused`, the application
        handles an `HTTPException`, and any other exception is logged and becomes a page with status 500.
        """
        _settings.check_hook("on_sign_in", function, "request", "sign_in")
        self._settings.hooks.sign_in = function
        return function

    def on_problem(self, function: ProblemHook) -> ProblemHook:
        """Decorator: let `function` make the page of a failed login from the request and a `Problem`.

        It may be async; a plain function runs in a thread. If it raises, the exception is logged, and the person gets
        the package's page.
        """
        _settings.check_hook("on_problem", function, "request", "problem")
        self._settings.hooks.problem = function
        return function

    @property
    def required(self) -> Callable[[Request], Awaitable[SessionIdentity]]:
        """Dependency: returns who is signed in. In Starlette: `await clever.required(request)`.

        People who are not signed in are redirected to log in, and return to the same page. A script gets 401 with JSON
        (`fetch`, `XMLHttpRequest`, a POST, or a request that does not accept HTML), and so does a frame. FastAPI's docs
        page shows that a login is needed.
        """
        return self._guards.of(())

    def role(self, *roles: str) -> Callable[[Request], Awaitable[SessionIdentity]]:
        """Dependency: returns who is signed in, if they have one of these roles. Others get 403, and scripts get JSON.

        Raises:
            TypeError: When there is no role, or a role is not a string.
            ConfigError: `config_invalid`, when a role is misspelled.
        """
        if not roles:
            raise TypeError('role needs the name of one: role("teacher", "staff")')
        _roles.check_roles("role", roles)
        return self._guards.of(roles)

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
            image: The URL of an image to show instead of the text, for example Clever's own.
            language: `en` or `es`, the language of the page. Default: the application's language, or English.
            style: Whether to style the link.
        """
        return login_button(
            login_path(self._settings, request.scope),
            words=words(language or self._settings.chosen.language),
            goal=next,
            image=image,
            style=style,
        )

    def signed_in(self, request: Request, *, language: str | None = None) -> Html:
        """Who is signed in, with "Not you?" and a button to log out, as HTML. Empty if no one is."""
        identity = current_identity(request)
        if identity is None:
            return Html()
        login = login_path(self._settings, request.scope)
        return signed_in_html(
            identity.full_name or identity.id,
            login,
            f"{login.removesuffix('/login')}/logout",
            words=words(language or self._settings.chosen.language),
            goal=here(self._settings, request),
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


def _arguments(function: Callable[..., Any]) -> list[str]:
    parameters = inspect.signature(function).parameters.values()
    return [each.name for each in parameters if each.kind is not inspect.Parameter.VAR_KEYWORD]
