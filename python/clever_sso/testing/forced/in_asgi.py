"""`force_login` in Starlette and FastAPI."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from clever_sso._web.arrival import Problem
from clever_sso.asgi import CleverSso, _end_session
from clever_sso.testing.forced.swap import Swap

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from starlette.requests import Request

    from clever_sso._web.arrival import SignIn

CALLBACK = "clever_callback"


def swapped(app: object, step: SignIn) -> Swap:
    """The request that signs the person of `step` in to `app`."""
    path, route, extension = _found(app)
    own_page, own_hook = route.app, extension._sign_in_hook  # noqa: SLF001  (they are put back)

    async def hook(request: Request, given: SignIn) -> Any:  # noqa: ANN401  (as the application's own)
        try:
            answer: Any = own_hook(request, given) if own_hook is not None else None
            return await answer if hasattr(answer, "__await__") else answer
        except Exception as error:
            swap.raised.append(error)
            raise

    async def sign_in(request: Request) -> Response:
        extension._refusal("callback", request)  # noqa: SLF001  (it notes which host was asked)
        done = await extension._sign_in(request, step, is_decided=True, waiting=None)  # noqa: SLF001  (what the callback does)
        if isinstance(done, Problem):
            await _end_session(request)
            # What the application's own code raised is there already.
            swap.raised.append(done.error if isinstance(done.error, Exception) else RuntimeError(done.code))
        swap.signed_in = not isinstance(done, Problem)
        return Response()

    def put() -> None:
        route.app = Route("/", sign_in).app
        extension._sign_in_hook = hook  # noqa: SLF001  (as above)

    def restore() -> None:
        route.app, extension._sign_in_hook = own_page, own_hook  # noqa: SLF001  (as above)

    swap = Swap(path, extension.client.redirect_uris[0], put, restore)
    return swap


def _found(app: object) -> tuple[str, Route, CleverSso]:
    """The callback of the application, below what is around it, and whose it is."""
    inner: Any = app
    while inner is not None and not hasattr(inner, "routes"):
        inner = getattr(inner, "app", None)
    for path, route in _callbacks(inner.routes if inner is not None else ()):
        extension = getattr(route.endpoint, "__self__", None)
        if isinstance(extension, CleverSso):
            return path, route, extension
    raise TypeError("force_login needs a Starlette application with CleverSso: force_login(app=...) names it")


def _callbacks(routes: Iterable[BaseRoute], below: str = "") -> Iterator[tuple[str, Route]]:
    for route in routes:
        if isinstance(route, Mount):
            yield from _callbacks(route.routes, below + route.path)
        elif isinstance(route, Route) and route.name == CALLBACK:
            yield below + route.path, route
