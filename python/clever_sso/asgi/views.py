"""The views for login, callback, logout and whoami, and the steps of a login."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, cast

from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from clever_sso._web import api, log_lines, pages
from clever_sso._web.arrival import (
    LoggedOutError,
    SignIn,
    ToClever,
    arrived,
    begun,
    onwards,
    problem_of,
    problem_of_setup,
    should_wait,
    step_of,
    with_answer,
    without_sign_in,
)
from clever_sso._web.before import HELD_KEY, HeldLogin
from clever_sso._web.identity import SESSION_KEY
from clever_sso._web.request import inside
from clever_sso.asgi.addresses import home, login_path, misplaced_callback, own_pages, root
from clever_sso.asgi.request import (
    ASKED,
    HOST,
    asked_host,
    cookies_of,
    private,
    query_of,
    result_of,
    with_cookies,
    words_of_person,
)
from clever_sso.asgi.sessions import current_identity, delete_old_session, end_session, session_of, take_held
from clever_sso.asgi.sign_in import sign_in
from clever_sso.asgi.stores import (
    is_starlettes,
    key_problems,
    middleware_of,
    options_of,
    raise_first,
    rotation_problems,
    session_cookie,
)
from clever_sso.exceptions import Error

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Literal

    from starlette.middleware import Middleware
    from starlette.requests import Request

    from clever_sso._web.arrival import Problem, Step
    from clever_sso._web.words import Words
    from clever_sso.asgi.settings import Settings

logger = logging.getLogger("clever_sso.asgi")


class Views:
    """The views of one application.

    Args:
        settings: The settings of the application.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._warned = False

    async def login(self, request: Request) -> Response:
        """Begin a login. `next` is where the person goes afterwards, `district_id` skips Clever's school picker."""
        refusal = self._refusal("login", request)
        if refusal is not None:
            return refusal
        # If this application is mounted in another one, a middleware of the outer one shows only in its sessions.
        raise_first(key_problems(middleware_of(request)))
        if self.settings.rotate_session is None:
            raise_first(rotation_problems(middleware_of(request), session_of(request)))
        self._warn_of_long_sessions(middleware_of(request))
        step = begun(
            self.settings.client,
            query_of(request.scope),
            own_pages=lambda: own_pages(self.settings, request.scope),
            cookies=cookies_of(request),
            has_session=current_identity(request) is not None or HELD_KEY in session_of(request),
            home=home(self.settings, request),
            logger=logger,
            session_cookie=lambda: session_cookie(request),
            host=HOST.get,
        )
        return await self.take(request, step)

    async def callback(self, request: Request) -> Response:
        """Finish a login: one that began here, or one that began at Clever."""
        refusal = self._refusal("callback", request)
        if refusal is not None:
            return refusal
        query = query_of(request.scope)
        if self.settings.chosen.waiting_page and should_wait(query):
            return HTMLResponse(pages.waiting(onwards(query), self._words(request)), headers=pages.OWN_HEADERS)
        try:
            client = self.settings.client
            callback = arrived(client, query, HOST.get)
            step = step_of(await client.finish_login(callback, cookies_of(request)))
        except Error as error:
            step = problem_of(error)
        return await self.take(request, step)

    async def misplaced(self, request: Request) -> Response:
        """Report why a callback arrived at a path without a route."""
        return await self.take(request, problem_of_setup(misplaced_callback(self.settings, request.scope) or ""))

    async def logout(self, request: Request) -> Response:
        """Sign the person out. They stay logged in at Clever, as Clever requires."""
        refusal = self._refusal("logout", request)
        if refusal is not None:
            return refusal
        session = session_of(request)
        # A request without a session gets none.
        if session:
            await end_session(request)
        response = RedirectResponse(inside(root(self.settings, request.scope), self.settings.chosen.after_logout), 303)
        return private(with_cookies(response, self.settings.client.log_out_cookies(cookies_of(request))))

    async def whoami(self, request: Request) -> Response:
        """The person who is signed in, as JSON."""
        if request.method not in {"GET", "HEAD"}:
            return private(Response(status_code=405, headers={"Allow": "GET, HEAD"}))
        identity = current_identity(request)
        if identity is None:
            content = api.not_signed_in(login_path(self.settings, request.scope))
            return JSONResponse(content, 401, {**api.JSON_HEADERS, **api.CHALLENGE})
        return Response(api.whoami(identity), headers=api.JSON_HEADERS)

    async def complete(self, request: Request, key: str | None) -> Response:
        """Sign in the person whose login is held in this session."""
        request.scope.get(ASKED, set()).add("complete")
        held = HeldLogin.take_of_person_in(session_of(request), key)
        if held is not None:
            # Another tab has already signed them in.
            return private(RedirectResponse(held.return_to or home(self.settings, request), 303))
        held, waiting = await take_held(request, self.settings.rotate_session, key)
        if held is None:
            return private(RedirectResponse(login_path(self.settings, request.scope), 303))
        return await self.take(request, held.step(cookies_of(request)), is_decided=True, waiting=waiting)

    def _refusal(self, endpoint: Literal["login", "callback", "logout"], request: Request) -> Response | None:
        """The response to a request that must not act."""
        request.scope.get(ASKED, set()).add(endpoint)
        HOST.set(asked_host(request.scope))
        # The raw headers: Starlette's mapping would decode every header first.
        headers = request.headers.raw
        refusal = self.settings.client.refusal(endpoint, method=request.method, headers=headers)
        if refusal is None:
            return None
        return private(Response(status_code=refusal.status, headers={"Allow": refusal.allow} if refusal.allow else {}))

    async def take(
        self, request: Request, step: Step, *, is_decided: bool = False, waiting: str | None = None
    ) -> Response:
        """Respond to the browser with the next step."""
        if isinstance(step, SignIn):
            try:
                done = await sign_in(self.settings, request, step, is_decided=is_decided, waiting=waiting)
            except LoggedOutError:
                logger.info("%s", log_lines.logged_out(step.identity))
                session_of(request).clear()
                done = RedirectResponse(
                    inside(root(self.settings, request.scope), self.settings.chosen.after_logout), 303
                )
                return private(with_cookies(done, without_sign_in(self.settings.client, step)))
            if isinstance(done, Response):
                delete_old_session(request, done)
                session = session_of(request)
                cookies = (
                    step.set_cookies
                    if SESSION_KEY in session
                    else with_answer(
                        self.settings.client, step, is_held=bool(session.get(HELD_KEY)), status=done.status_code
                    )
                )
                return private(with_cookies(done, cookies))
            step = done
        if isinstance(step, ToClever):
            session_of(request)
            page = (
                HTMLResponse(pages.moved(step.url, self._words(request)), headers=pages.OWN_HEADERS)
                if step.needs_page
                else None
            )
            return private(with_cookies(page or RedirectResponse(step.url, 303), step.set_cookies))
        logger.warning("login with Clever failed: %s", step)
        if step.ends_session and session_of(request):
            await end_session(request)
        response = with_cookies(await self._problem_page(request, step), step.set_cookies)
        if step.retry_after is not None:
            response.headers.setdefault("Retry-After", str(step.retry_after))
        return private(response)

    async def _problem_page(self, request: Request, problem: Problem) -> Response:
        words = self._words(request)
        problem = problem.linked(login_path(self.settings, request.scope), home(self.settings, request)).in_words(words)
        if self.settings.hooks.problem is not None:
            try:
                return cast("Response", await result_of(self.settings.hooks.problem, request, problem))
            except Exception:
                logger.exception("on_problem failed")
        links = (problem.login_url, problem.switch_user_url, problem.home_url)
        page = pages.problem(problem.sentence, problem.code, *links, words=words)
        return HTMLResponse(page, problem.status, pages.OWN_HEADERS)

    def _words(self, request: Request) -> Words:
        return words_of_person(request, self.settings.chosen.language)

    def _warn_of_long_sessions(self, installed: Iterable[Middleware]) -> None:
        """For apps that use the routes without `install`: their middleware has already been created."""
        if self._warned or not any(is_starlettes(each.cls) and "max_age" not in options_of(each) for each in installed):
            return
        self._warned = True
        logger.warning(
            "SessionMiddleware keeps its cookie for two weeks, even when the browser is closed: call "
            "CleverSso.install, or set max_age=None"
        )
