"""One interface for the test clients of all frameworks, without importing them: a client's type tells what it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Generic, Protocol, TypeVar

Response_co = TypeVar("Response_co", covariant=True)
# Starlette's test client is a subclass of one of them.
HTTPX = {"httpx", "httpx2"}


class AppClient(Protocol[Response_co]):
    """A test client of Flask, Django or Starlette."""

    @property
    def get(self) -> Callable[..., Response_co]:
        """Request a page."""


@dataclass(frozen=True)
class Adapter(Generic[Response_co]):
    """A test client that requests one page at a time and follows no redirects."""

    client: AppClient[Response_co]
    options: dict[str, Any]
    prefix: str = ""

    def get(self, path: str) -> Response_co:
        """The client's own response, or an awaitable of it."""
        return self.client.get(self.prefix + path, **self.options)


def adapted(client: AppClient[Response_co], *, secure: bool, waits: bool) -> Adapter[Response_co]:
    """The adapter for a client.

    Args:
        client: The client.
        secure: Whether to make requests as if over https.
        waits: Whether the client is used with `await`.

    Raises:
        TypeError: If it is not a known test client, or an async one where a sync one is needed (or the reverse).
    """
    family = {base.__module__.partition(".")[0] for base in type(client).__mro__}
    is_async = any(base.__name__ == "AsyncClient" for base in type(client).__mro__)
    if is_async != waits and family & {"django", *HTTPX}:
        right = "log_in_async (the fixture clever_login_async)" if is_async else "log_in (the fixture clever_login)"
        raise TypeError(f"{type(client).__qualname__} wants {right}")
    if "django" in family:
        # The client follows no redirects by default. The async client of Django 4.2 has no argument for that.
        return Adapter(client, {"secure": secure})
    if family & HTTPX:
        base = str(getattr(client, "base_url", "")).rstrip("/")
        return Adapter(client, {"follow_redirects": False}, _https(base) if secure else base)
    if "flask" in family:
        return Adapter(client, {"follow_redirects": False, **({"url_scheme": "https"} if secure else {})})
    if "werkzeug" in family:
        return Adapter(client, {"follow_redirects": False, **({"base_url": "https://localhost"} if secure else {})})
    raise TypeError(
        f"{type(client).__module__}.{type(client).__qualname__} is not a test client of Flask, Django, Starlette, httpx"
    )


def _https(base: str) -> str:
    return f"https{base[4:]}" if base.startswith("http:") else base
