"""`force_login` in Starlette and FastAPI."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from clever_sso._web.arrival import Problem
from clever_sso.asgi.request import ASKED, HOST, asked_host, result_of
from clever_sso.asgi.sessions import end_session
from clever_sso.asgi.sign_in import sign_in
from clever_sso.asgi.views import Views
from clever_sso.testing.forced.swap import Swap

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from starlette.requests import Request

    from clever_sso._web.arrival import SignIn
    from clever_sso.asgi.settings import Settings

CALLBACK = "clever_callback"


def swapped(app: object, step: SignIn) -> Swap:
    """Makes the request that signs the person of `step` in to `app`."""
    path, route, settings = _found(app)
    own_page, own_hook = route.app, settings.hooks.sign_in

    async def hook(request: Request, given: SignIn) -> Any:  # noqa: ANN401  (as the application's own)
        try:
            return await result_of(own_hook, request, given) if own_hook is not None else None
        except Exception as error:
            swap.raised.append(error)
            raise

    async def callback(request: Request) -> Response:
        request.scope.get(ASKED, set()).add("callback")
        HOST.set(asked_host(request.scope))
        done = await sign_in(settings, request, step, is_decided=True, waiting=None)
        if isinstance(done, Problem):
            await end_session(request)
            # An exception of the application's own code is already there.
            swap.raised.append(done.error if isinstance(done.error, Exception) else RuntimeError(done.code))
        swap.signed_in = not isinstance(done, Problem)
        return Response()

    def put() -> None:
        route.app, settings.hooks.sign_in = Route("/", callback).app, hook

    def restore() -> None:
        route.app, settings.hooks.sign_in = own_page, own_hook

    swap = Swap(path, settings.default_client.redirect_uris[0], put, restore)
    return swap


def _found(app: object) -> tuple[str, Route, Settings]:
    """The callback of the application, inside all wrappers, and its settings."""
    inner: Any = app
    while inner is not None and not hasattr(inner, "routes"):
        inner = getattr(inner, "app", None)
    for path, route in _callbacks(inner.routes if inner is not None else ()):
        views = getattr(route.endpoint, "__self__", None)
        if isinstance(views, Views):
            return path, route, views.settings
    raise TypeError("force_login needs a Starlette application with CleverSso: force_login(app=...) names it")


def _callbacks(routes: Iterable[BaseRoute], below: str = "") -> Iterator[tuple[str, Route]]:
    for route in routes:
        if isinstance(route, Mount):
            yield from _callbacks(route.routes, below + route.path)
        elif isinstance(route, Route) and route.name == CALLBACK:
            yield below + route.path, route
