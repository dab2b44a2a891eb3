"""Middleware before every view."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpResponse
from django.urls import NoReverseMatch, Resolver404, resolve, reverse, set_script_prefix
from django.utils.deprecation import MiddlewareMixin

from clever_sso._web import api, log_lines, pages
from clever_sso._web.arrival import LARGEST_COOKIE, problem_of_setup
from clever_sso._web.before import OF_A_LOGIN
from clever_sso._web.identity import SESSION_KEY, SessionIdentity
from clever_sso._web.request import (
    answer_of_guard,
    as_shown,
    kept_cookies,
    login_address,
    misplaced,
    parameters,
    sends_to_log_in,
    without_disguised_cookies,
)
from clever_sso.django import conf, views
from clever_sso.django.access import CONTEXT_PROCESSOR, look_ahead, told_to_log_in
from clever_sso.django.language import words_of_page
from clever_sso.django.sessions import has_been_read, look_when_it_is_read
from clever_sso.exceptions import ConfigError

if TYPE_CHECKING:
    from collections.abc import Container

    from django.http import HttpRequest

    from clever_sso._native import SetCookie

logger = logging.getLogger("clever_sso.django")
_CAME_BACK, _PREFIX, _OUTER = "clever_sso.came_back", "clever_sso.prefix", "clever_sso.outer_request"
# These variables may contain a password.
_OF_PROXIES = {
    "CLEVER_PROXY",
    *(word for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY") for word in (name, name.lower())),
}
# Redirects of at least this many bytes are checked.
_LONG = 1024
_OK, _TOO_MANY = 200, 429
_TOLD: set[str] = set()
"""The views that the log already names."""


class CleverSsoMiddleware(MiddlewareMixin):
    """Ends expired sessions, and reports why a login or callback arrived at a path without a view.

    It must come after Django's `SessionMiddleware` and `AuthenticationMiddleware`. Where `MIDDLEWARE` does not name it,
    it is added at the end.
    """

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        """Before the view is chosen."""
        # Without the cookie there is no session, and the response is the same for everyone.
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            look_when_it_is_read(request, _look_at_session)
        if _is_found(request):
            return None
        prefix = conf.prefix()
        query, cookies = views.query_of(request), request.META.get("HTTP_COOKIE")
        wrong = misplaced(request.path, conf.redirect_uris(), query, cookies=cookies)
        if prefix and not wrong and request.path.rstrip("/") == prefix + reverse("clever_sso:login"):
            wrong = f"a login arrived at {request.path}: the application does not know about the prefix {prefix}"
        return views.take(request, problem_of_setup(wrong)) if wrong else None

    def process_view(self, request: HttpRequest, view: object, *_: object) -> None:
        """Before the view. The template of an async view cannot query the database to find out who is signed in."""
        if (
            settings.SESSION_COOKIE_NAME in request.COOKIES
            and iscoroutinefunction(view)
            and uses_context_processor(CONTEXT_PROCESSOR)
            and hasattr(request, "session")
        ):
            look_ahead(request)


class CleverSsoCameBackMiddleware(MiddlewareMixin):
    """Records that the session of the last sign-in came back, before a middleware of the application may end it.

    It comes after Django's `SessionMiddleware`. Where `MIDDLEWARE` does not name it, it is added there.
    """

    def process_request(self, request: HttpRequest) -> None:
        """Before the next middleware."""
        # Usually there is nothing to record. Then don't read the session.
        if settings.SESSION_COOKIE_NAME in request.COOKIES and _forgetting(request, _OK) and _is_kept(request.session):
            request.META[_CAME_BACK] = True


class CleverSsoOuterMiddleware(MiddlewareMixin):
    """Wraps every other middleware.

    It removes disguised cookies, applies the prefix of a proxy that Django doesn't know, stops a guard's redirect loop,
    keeps redirects short and pages for a signed-in person out of caches, responds with 401 to scripts and frames
    instead of redirecting them to log in, and deletes the marker of the last sign-in once its session has come back.

    It comes first. Where `MIDDLEWARE` does not name it, it is added there.
    """

    def process_request(self, request: HttpRequest) -> None:
        """Before every other middleware."""
        request.META[_OUTER] = conf.REQUEST.get()
        conf.REQUEST.set(request)
        cookies = request.META.get("HTTP_COOKIE")
        if cookies:
            request.META["HTTP_COOKIE"] = without_disguised_cookies(cookies)
        for name in _OF_PROXIES & request.META.keys():
            # Error pages and error emails show what a server took from the environment.
            request.META[name] = conf.hidden(request.META[name])
        prefix = conf.prefix()
        if prefix and not f"{request.path_info}/".startswith(f"{prefix}/"):
            # The callback can only be below this prefix, which `FORCE_SCRIPT_NAME` would set.
            set_script_prefix(f"{prefix}/")
            request.path = prefix + request.path_info
            request.META["SCRIPT_NAME"] = prefix
            request.META[_PREFIX] = prefix

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """After every other middleware."""
        try:
            _keep_private(request, response)
            _settle(request, response)
            _name_other_callback(request, response)
            cookies = request.META.pop(views.WHEN_FAILED, ())
            views.with_cookies(response, tuple(cookie for cookie in cookies if cookie.name not in response.cookies))
            _drop_too_large(request, response)
            return _fitting(request, self._without_loop(request, _shortened(_followed(request, response))))
        finally:
            conf.REQUEST.set(request.META.pop(_OUTER, None))
            if _PREFIX in request.META:
                set_script_prefix("/")

    @staticmethod
    def _without_loop(request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """An error page instead of a redirect that leads from the login back to the login."""
        if views.ASKED in request.META or response.status_code not in {301, 302, 303, 307, 308, 401, 403}:
            return response
        try:
            login, callback = (reverse(f"clever_sso:{name}") for name in ("login", "callback"))
        except NoReverseMatch:
            return response
        here = request.path.rstrip("/")
        if here not in {login, callback}:
            return response
        advice = (
            "a middleware responded instead of the login: exclude the views whose names begin with clever_sso: from it"
        )
        location = response.headers.get("Location", "")
        host = request.META.get("HTTP_HOST", "")
        with suppress(DisallowedHost):
            host = request.get_host()
        if location and sends_to_log_in(f"{request.scheme}://{host}{here}", location, {login}):
            return views.take(request, problem_of_setup(advice))
        if not location:
            logger.warning("%s", advice)
        return response


def _keep_private(request: HttpRequest, response: HttpResponse) -> None:
    """Keep pages for a person who logged in with Clever out of caches: the back button shows a cached page.

    Django records that a response depends on the session. Cache headers of the view stay unchanged.
    """
    session = getattr(request, "session", None)
    if getattr(session, "accessed", False) and has_been_read(session, SESSION_KEY):
        response.headers.setdefault("Cache-Control", api.NO_STORE)


def _name_other_callback(request: HttpRequest, response: HttpResponse) -> None:
    """Name a view that responds to a callback instead of this package, such as the old callback of another library.

    A view that calls the callback, or that limits its rate (429), is meant to be there.
    """
    match = request.resolver_match
    if views.ASKED in request.META or match is None or "code=" not in request.META.get("QUERY_STRING", ""):
        return
    name = match.view_name
    if name in _TOLD or response.status_code == _TOO_MANY:
        return
    try:
        path = reverse("clever_sso:callback")
    except NoReverseMatch:
        return
    if request.path.rstrip("/") == path.rstrip("/"):
        _TOLD.add(name)
        advice = "remove it from urlpatterns, or list the addresses of clever_sso.django before it"
        logger.warning("the view %s responded to a callback at %s, so no one can log in: %s", name, path, advice)


def _settle(request: HttpRequest, response: HttpResponse) -> None:
    """The session of the last sign-in came back. However it ends, and whatever responded, it was not lost."""
    if views.ASKED in request.META or settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return
    cookies = _forgetting(request, response.status_code)
    # Usually there is nothing to do. Then don't read the session.
    if cookies and (_CAME_BACK in request.META or _is_kept(getattr(request, "session", ()))):
        views.with_cookies(response, cookies)


def _drop_too_large(request: HttpRequest, response: HttpResponse) -> None:
    """Delete the old session cookie if browsers would drop the new one: a middleware may have made it too large."""
    cookie = response.cookies.get(settings.SESSION_COOKIE_NAME)
    if views.ASKED not in request.META or cookie is None:
        return
    size = len(f"{cookie.key}={cookie.coded_value}")
    if size > LARGEST_COOKIE:
        logger.error("%s", log_lines.too_large(request.session, size))
        response.delete_cookie(
            settings.SESSION_COOKIE_NAME,
            path=settings.SESSION_COOKIE_PATH,
            domain=settings.SESSION_COOKIE_DOMAIN,
            samesite=settings.SESSION_COOKIE_SAMESITE,
        )


def _forgetting(request: HttpRequest, status: int) -> tuple[SetCookie, ...]:
    """The cookies to set when the session of the last sign-in came back."""
    # Django's test client sends cookies that were deleted, without a value.
    pairs = request.META.get("HTTP_COOKIE", "").split(";")
    cookies = ";".join(pair for pair in pairs if pair.partition("=")[2].strip(' "'))
    with suppress(ConfigError):
        method = request.method or ""
        return kept_cookies(conf.client(), cookies, method=method, headers=request.headers, status=status)
    return ()


def _followed(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Respond with 401 instead of a redirect to log in if a script or a frame asked: the login would refuse them."""
    location = response.headers.get("Location", "")
    if not location or views.ASKED in request.META or not _leads_to_login(location):
        return response
    # Not by the method, because a form may begin a login.
    kind = answer_of_guard(conf.client_for_guards(), "GET", request.headers)
    if kind == "log in":
        return response
    answer = told_to_log_in() if kind == "json" else HttpResponse(status=401, headers=api.CHALLENGE)
    answer.cookies = response.cookies
    return answer


def _leads_to_login(location: str) -> bool:
    try:
        parts = urlsplit(location)
        return not parts.netloc and parts.path.rstrip("/") == reverse("clever_sso:login")
    except (ValueError, NoReverseMatch):
        return False


def _shortened(response: HttpResponse) -> HttpResponse:
    """The same redirect to log in, short enough for servers in front of the application.

    Django's `redirect_to_login` encodes a URL twice, so that a non-ASCII letter takes ten bytes.
    """
    location = response.headers.get("Location", "")
    if len(location) <= _LONG or not _leads_to_login(location):
        return response
    goal = parameters(urlsplit(location).query).get("next")
    if goal:
        response.headers["Location"] = login_address(reverse("clever_sso:login"), as_shown(goal), logger)
    return response


def _fitting(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """A page instead of a redirect of ours whose headers are too long."""
    location = response.headers.get("Location")
    if views.ASKED not in request.META or not location:
        return response
    cookies = [("Set-Cookie", cookie.OutputString()) for cookie in response.cookies.values()]
    if not pages.does_not_fit([*response.headers.items(), *cookies]):
        return response
    page = HttpResponse(pages.moved(location, words_of_page()), headers=pages.OWN_HEADERS)
    page.cookies = response.cookies
    return page


def _is_kept(session: Container[str]) -> bool:
    return any(key in session for key in OF_A_LOGIN)


def _look_at_session(request: HttpRequest) -> None:
    session = request.session
    if _is_kept(session):
        request.META[_CAME_BACK] = True
    if SessionIdentity.is_stale(session):
        # This session has expired, but the sessions that replaced it have not.
        session.pop(SESSION_KEY, None)
        views.end_session(request)


def uses_context_processor(name: str) -> bool:
    """Whether a template engine of the project has this context processor."""
    engines = settings.TEMPLATES if isinstance(settings.TEMPLATES, (list, tuple)) else []
    return any(name in engine.get("OPTIONS", {}).get("context_processors", ()) for engine in engines)


def _is_found(request: HttpRequest) -> bool:
    """Whether a view is at this path. Only checked for requests that can be a login or a callback."""
    if not request.META.get("QUERY_STRING") and not request.path_info.rstrip("/").endswith("/login"):
        return True
    try:
        resolve(request.path_info, getattr(request, "urlconf", None))
    except Resolver404:
        return False
    return True
