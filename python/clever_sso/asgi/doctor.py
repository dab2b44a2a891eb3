"""`python -m clever_sso doctor --app module:app`: finds out what is wrong with a FastAPI or Starlette application."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.routing import Mount

from clever_sso import _settings
from clever_sso._native import doctor_of_client
from clever_sso._web.doctor import (
    APPLICATION,
    CALLBACK,
    SESSION,
    SETTINGS,
    CookieSettings,
    Found,
    attributes_problem,
    domain_problem,
    misspelled,
    path_problem,
    report_of,
    secure_problem,
    versions,
)
from clever_sso.aio import AsyncClient
from clever_sso.asgi.routes import route_of, shown
from clever_sso.asgi.stores import (
    cookies_of_sessions,
    key_problems,
    may_give_sessions,
    rotation_problems,
    strict_problems,
)
from clever_sso.asgi.views import Views
from clever_sso.asgi.watched import WATCHED
from clever_sso.exceptions import ConfigError, Error

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.middleware import Middleware

    from clever_sso._native import Report
    from clever_sso.asgi.settings import Settings

_INSTALL = "write clever.install(app), where clever is the CleverSso of your application"
_ADD = "write app.add_middleware(SessionMiddleware, secret_key=..., https_only=True)"


class NoApplicationError(Exception):
    """Raised when there is no application to check. The message says why."""


def report(target: str) -> Report:
    """Checks the whole setup of an application.

    Args:
        target: The module and name of the application, such as `main:app`.

    Raises:
        NoApplicationError: When it is not a Starlette or FastAPI application.
    """
    app, refused = _loaded(target)
    own = [*misspelled(os.environ, _settings.OF_EVERY_FACE)]
    if refused is not None:
        return report_of(os.environ, [*own, *_refused(refused), versions("Starlette", "FastAPI")])
    apps = list(_apps_of(app))
    if not apps:
        raise NoApplicationError(f"{target} is {_kind(app)}, not an application of Starlette or FastAPI")
    settings = next(filter(None, map(_settings_of, apps)), None)
    if settings is None:
        found = "the application has no callback route, because CleverSso was not installed in it"
        return report_of(os.environ, [*own, (CALLBACK, "problem", found, _INSTALL), versions("Starlette", "FastAPI")])
    installed = [each for one in apps for each in one.user_middleware]
    is_wrapped = not isinstance(app, Starlette)
    own += [*_of_callback(apps[0], settings), *_of_session(installed, settings, is_wrapped=is_wrapped)]
    own.append(versions("Starlette", "FastAPI"))
    client: Any = settings.default_client
    if isinstance(client, AsyncClient) and not settings.is_from_env:
        return doctor_of_client(client._client, own)  # noqa: SLF001  (what it does without waiting)
    # A client from the environment, or from a test, which has no doctor.
    return report_of(os.environ, own)


# ---------------------------------------------------------------- the application


def _loaded(target: str) -> tuple[Any, Error | None]:
    """Returns the application, or the error that the extension or a client raised during setup."""
    module, colon, name = target.partition(":")
    if not module or not all(part.isidentifier() for part in module.split(".")):
        raise NoApplicationError(f"--app needs a module and a name in it, such as main:app, not {target}")
    folder = str(Path.cwd())
    if folder not in sys.path:
        sys.path.insert(0, folder)
    mark = WATCHED.set(True)
    try:
        found: Any = import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module}.".startswith(f"{error.name}."):
            raise
        raise NoApplicationError(
            f"there is no module {error.name} here: run this in your application's folder"
        ) from None
    except Error as error:
        return None, error
    finally:
        WATCHED.reset(mark)
    for part in (name if colon else "app").split("."):
        found = getattr(found, part, None)
    if found is None:
        raise NoApplicationError(f"the module {module} has no {name or 'app'}")
    return found, None


def _kind(app: object) -> str:
    return f"a {type(app).__module__}.{type(app).__name__}"


def _refused(refused: Error) -> Iterator[Found]:
    """The finding for an error of the extension, unless the core reports it itself."""
    if not isinstance(refused, ConfigError):
        found = f"the application asks Clever when it is imported, and cannot be loaded: {refused.message}"
        yield APPLICATION, "problem", found, "solve the first problem below; or make that client without discover=True"
        return
    try:
        _settings.arguments(os.environ)
    except ConfigError as error:
        if error.message == refused.message:
            return
    found = refused.message.partition(": ")[2] or refused.message
    yield SETTINGS, "problem", found, "correct this setting: the application does not start with it"


def _apps_of(app: Any) -> Iterator[Starlette]:  # noqa: ANN401  (any ASGI application)
    """The application without its wrappers, and the applications mounted in it."""
    for _ in range(20):
        if isinstance(app, Starlette) or app is None:
            break
        app = getattr(app, "app", None)
    if isinstance(app, Starlette):
        yield app
        for route in app.routes:
            if isinstance(route, Mount):
                yield from _apps_of(route.app)


def _settings_of(app: Starlette) -> Settings | None:
    """The settings of the extension that added routes to an application."""
    for route in app.routes:
        views = getattr(getattr(route, "endpoint", None), "__self__", None)
        if isinstance(views, Views):
            return views.settings
    return None


# ---------------------------------------------------------------- the callback


def _of_callback(app: Starlette, settings: Settings) -> Iterator[Found]:
    inside = settings.paths.callback
    for uri in settings.default_client.redirect_uris:
        parts = urlsplit(uri)
        path = parts.path or "/"
        # A proxy may remove a prefix.
        ends_with_it = path.rstrip("/").endswith(inside.rstrip("/"))
        paths = [path, inside] if ends_with_it else [path]
        found = [route_of(app, each, parts.netloc) for each in paths]
        if any(map(_is_callback, found)):
            continue
        other = next((each for each in found if each is not None), None)
        if other is None:
            told = f"the redirect URI leads to {path!r}, where no route of the application answers"
            yield (
                CALLBACK,
                "problem",
                told,
                "register the address of the callback with Clever, with the path of mounts",
            )
        else:
            told = f"the redirect URI leads to {path!r}, where the route {shown(other)} answers and not the callback"
            yield CALLBACK, "problem", told, "install CleverSso before you add that route, or make its path narrower"
        return
    yield CALLBACK, "ok", "the redirect URI leads to the callback", None


def _is_callback(route: Any) -> bool:  # noqa: ANN401  (any route)
    endpoint: Any = getattr(route, "endpoint", None)
    return isinstance(getattr(endpoint, "__self__", None), Views) and endpoint.__name__ == "callback"


# ---------------------------------------------------------------- the sessions


def _of_session(installed: list[Middleware], settings: Settings, *, is_wrapped: bool) -> Iterator[Found]:
    clients = (settings.default_client, *settings.clients.values())
    uris = [uri for client in clients for uri in client.redirect_uris]
    found: list[Found] = []
    if not is_wrapped and not any(map(may_give_sessions, installed)):
        missing = "no middleware of the application provides sessions: no one could stay signed in"
        found.append((SESSION, "problem", missing, _ADD))
    said = [
        (problem, "take it from the environment, and restart the application") for problem in key_problems(installed)
    ]
    if not settings.chosen.waiting_page:
        said += [(problem, "write same_site='lax'") for problem in strict_problems(installed)]
    if settings.rotate_session is None:
        advice = "pass rotate_session to CleverSso, or use another store"
        said += [(problem, advice) for problem in rotation_problems(installed)]
    found += [(SESSION, "problem", problem, advice) for problem, advice in said]
    for name, options in cookies_of_sessions(installed):
        found += _of_cookie(name, options, uris)
    yield from found
    if not found:
        yield SESSION, "ok", "browsers keep the session cookie where logins come back to", None


def _of_cookie(name: str, said: dict[str, Any], uris: list[str]) -> Iterator[Found]:
    """What is wrong with the cookie of a session middleware.

    Args:
        name: The name of the middleware.
        said: The options of its cookie: name, domain, path, SameSite and Secure, in this order.
        uris: The redirect URIs, where logins come back to.
    """
    called = CookieSettings(*(f"{option} of {name}" for option in said))
    cookie, domain, path, same_site, secure = said.values()
    refused = attributes_problem(
        str(cookie), domain=domain, path=path, secure=bool(secure), same_site=same_site, settings=called
    )
    elsewhere = domain_problem(domain, uris, setting=called.domain)
    over_http = secure_problem(uris, setting=called.secure) if secure else None
    narrow = path_problem(path, uris)
    if elsewhere:
        yield SESSION, "problem", elsewhere, f"leave {called.domain} out, or set it to that host"
    if refused:
        yield SESSION, "problem", refused, "correct these options, or leave them out"
    if over_http:
        yield SESSION, "warning", over_http, "use https, and register the same redirect URI with Clever"
    if narrow:
        yield SESSION, "warning", narrow, f'set {called.path} to "/"'
    if str(same_site).lower() not in {"lax", "strict"} and not refused:
        found = f"{called.same_site} is neither lax nor strict: other sites can act as the signed-in person"
        yield SESSION, "warning", found, "write same_site='lax'"
    if not secure and all(urlsplit(uri).scheme == "https" for uri in uris):
        found = f"{called.secure} is False, and logins come back over https: sessions can be read on the way"
        yield SESSION, "warning", found, f"set {called.secure} to True"
