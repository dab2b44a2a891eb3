"""Finds the session middleware and checks whether it is set up safely."""

from __future__ import annotations

import inspect
import sys
from typing import TYPE_CHECKING, Any, cast

from clever_sso import _settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from starlette.middleware import Middleware
    from starlette.requests import Request

# The option names of SessionMiddleware in Starlette and in starsessions. The last one makes the cookie Secure.
_OF_THE_COOKIE = (
    ("session_cookie", "domain", "path", "same_site", "https_only"),
    ("cookie_name", "cookie_domain", "cookie_path", "cookie_same_site", "cookie_https_only"),
)

NEEDS_SESSIONS = (
    "clever_sso.asgi needs sessions: app.add_middleware(SessionMiddleware, secret_key=...), from "
    "starlette.middleware.sessions"
)


def middleware_of(request: Request) -> list[Middleware]:
    """The middleware of the application."""
    return getattr(request.scope.get("app"), "user_middleware", [])


def is_starlettes(middleware: object) -> bool:
    """Whether this is Starlette's own middleware, which stores sessions in the browser."""
    return getattr(middleware, "__module__", "") == "starlette.middleware.sessions"


def is_starsessions(middleware: object) -> bool:
    """Whether this is starsessions, version 2 or later."""
    package = str(getattr(middleware, "__module__", "")).partition(".")[0]
    return package == "starsessions" and hasattr(sys.modules[package], "regenerate_session_id")


def options_of(middleware: Middleware) -> dict[str, Any]:
    """The options of a middleware, by name."""
    if not middleware.args:
        # The usual case: reading a signature would take as long as the rest of a login.
        return dict(middleware.kwargs)
    try:
        bound = inspect.signature(cast("Any", middleware.cls)).bind_partial(None, *middleware.args, **middleware.kwargs)
    except (TypeError, ValueError):
        return dict(middleware.kwargs)
    return {**bound.arguments, **bound.arguments.get("kwargs", {})}


def end_with_the_browser(installed: Iterable[Middleware]) -> str | None:
    """Let Starlette's sessions end when the browser closes, unless the application sets `max_age`.

    Returns:
        The name of their cookie, if it is known.
    """
    name = None
    for middleware in installed:
        options = options_of(middleware)
        if is_starlettes(middleware.cls) and "max_age" not in options:
            # Its own default is two weeks.
            cast("dict[str, Any]", middleware.kwargs)["max_age"] = None
        if "Session" in getattr(middleware.cls, "__name__", ""):
            name = options.get("session_cookie") or options.get("cookie_name") or name
    return name


def session_problems(installed: Iterable[Middleware]) -> list[str]:
    """Why no request can have a session. Call this while the application starts."""
    if any(map(may_give_sessions, installed)) or _is_wrapped_in_sessions():
        return []
    return [NEEDS_SESSIONS]


def may_give_sessions(middleware: Middleware) -> bool:
    """Whether this middleware may provide `request.session`. Any that is not part of Starlette or FastAPI may."""
    package = str(getattr(middleware.cls, "__module__", "")).partition(".")[0]
    # A function that was decorated with `app.middleware` is in a BaseHTTPMiddleware.
    of_the_app = package not in {"starlette", "fastapi", "clever_sso"} or "dispatch" in middleware.kwargs
    return of_the_app or "Session" in getattr(middleware.cls, "__name__", "")


def _is_wrapped_in_sessions() -> bool:
    """Whether a middleware around the whole application called it. The application does not know that middleware."""
    frame = inspect.currentframe()
    while frame is not None:
        is_async = frame.f_code.co_flags & inspect.CO_COROUTINE
        if is_async and "Session" in type(frame.f_locals.get("self")).__name__:
            return True
        frame = frame.f_back
    return False


def key_problems(installed: Iterable[Middleware]) -> list[str]:
    """Why the key that signs Starlette's sessions is not secret."""
    keys = [options_of(each).get("secret_key") for each in installed if is_starlettes(each.cls)]
    return [
        f"the secret_key of SessionMiddleware {problem}, so anyone could sign in as anyone: "
        f"{_settings.MAKE_A_KEY}, and take it from the environment"
        for problem in map(_settings.key_problem, keys)
        if problem
    ]


def rotation_problems(installed: Iterable[Middleware], session: object = None) -> list[str]:
    """Why a sign-in cannot give the session a new id.

    Args:
        installed: The middleware of the application.
        session: The session of a request, if there is one.
    """
    stores = [each.cls for each in installed if "Session" in getattr(each.cls, "__name__", "")]
    unknown = [each for each in stores if not is_starlettes(each) and not is_starsessions(each)]
    kept: list[Any] = unknown
    if session is not None and not unknown:
        # A session of Starlette is a dict, stored in the browser, or a subclass of dict.
        known = type(session).__module__.partition(".")[0] in {"builtins", "starlette", "starsessions"}
        kept = [] if isinstance(session, dict) and known else [type(session)]
    names = [f"{each.__module__}.{getattr(each, '__qualname__', each)}" for each in kept]
    return [
        f"a sign-in cannot give the sessions of {name} a new id, so a stranger who planted an id would be signed "
        "in too: use starsessions 2 or later, or pass CleverSso(rotate_session=...)"
        for name in names
    ]


def strict_problems(installed: Iterable[Middleware]) -> list[str]:
    """Why a browser that comes from Clever sends no session. With the waiting page, it does not need to."""
    # The innermost provides `request.session`.
    for name, said in list(cookies_of_sessions(installed))[-1:]:
        *_, (option, same_site), _ = said.items()
        if str(same_site).lower() == "strict":
            problem = (
                f"{name}({option}='strict'): a browser that comes from Clever does not send such a cookie, and people "
                "who log in end at a page: use 'lax', or CleverSso(waiting_page=True)"
            )
            return [problem]
    return []


def cookie_warnings(installed: Iterable[Middleware], *, over_https: bool) -> list[str]:
    """What is unsafe about the session cookie.

    Args:
        installed: The middleware of the application.
        over_https: Whether the redirect URI is https.
    """
    told = []
    for name, said in cookies_of_sessions(installed):
        *_, (same_site_name, same_site), (secure_name, secure) = said.items()
        same_site = str(same_site).lower()
        if same_site not in {"lax", "strict"}:
            told.append(
                f"{name}({same_site_name}={same_site!r}): other sites can act as the signed-in person: use 'lax'"
            )
        if over_https and not secure:
            told.append(f"{name}({secure_name}=False): sessions can be read on the way: write {secure_name}=True")
    return told


def cookies_of_sessions(installed: Iterable[Middleware]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The cookie options of each session middleware, with its defaults."""
    for middleware in installed:
        name = getattr(middleware.cls, "__name__", "")
        if "Session" not in name:
            continue
        parameters = inspect.signature(cast("Any", middleware.cls)).parameters
        options = {option: parameter.default for option, parameter in parameters.items()} | options_of(middleware)
        for names in _OF_THE_COOKIE:
            if set(names) <= set(options):
                yield name, {option: options[option] for option in names}


def session_cookie(request: Request) -> str:
    """A description of how the session cookie is set."""
    for name, said in cookies_of_sessions(middleware_of(request)):
        options = ", ".join(f"{option}={value!r}" for option, value in said.items())
        return f"{name}({options}): Secure is {list(said.values())[-1]!r}"
    return "the domain, path and https_only (Secure) of the middleware that provides request.session"


def raise_first(problems: list[str]) -> None:
    """Raise the first of these errors, from a frame without secrets."""
    if problems:
        raise _settings.invalid(problems[0])
