"""A client for gevent: while a call waits for Clever, the other greenlets of the worker continue.

    from clever_sso import Client
    from clever_sso.flask import CleverSso
    from clever_sso.gevent import cooperative

    CleverSso(app, client=cooperative(Client.from_env()))

The client uses native sockets, which gevent's monkey patching does not affect. So a plain client blocks the whole
worker during a call. `cooperative` makes the call in a thread of gevent's own pool.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Callable, NoReturn, cast

from gevent import get_hub  # type: ignore[import-untyped,unused-ignore]  # (it brings no types)

if TYPE_CHECKING:
    from clever_sso._native import Client

__all__ = ["cooperative"]

WAITING = frozenset(
    {
        "finish_login",
        "finish_implicit",
        "exchange_code",
        "verify_id_token",
        "check_token",
        "me",
        "user",
        "district",
        "userinfo",
        "export_keys",
        "import_keys",
        "warm_up",
        "doctor",
    }
)


def cooperative(client: Client) -> Client:
    """Returns a client with the same methods as `client`. Methods that need the network don't block other greenlets.

    The number of threads in gevent's pool limits how many calls can wait at once: ten, unless the application changes
    `gevent.config.threadpool_size` or `GEVENT_THREADPOOL_SIZE`.

    Args:
        client: The client. Create one and keep it. You can create it before workers are forked.
    """
    return cast("Client", _Cooperative(client))


class _Cooperative:
    """The client's methods. Those that block run in a thread."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  (whatever the client has)
        found = getattr(self._client, name)
        return _in_a_thread(found) if name in WAITING else found

    def __repr__(self) -> str:
        return f"cooperative({self._client!r})"

    def __reduce__(self) -> NoReturn:
        """Always raises `TypeError`, like the client."""
        raise TypeError("a client cannot be pickled or copied: it holds secrets and connections")


def _in_a_thread(operation: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(operation)
    def waiting(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  (those of the operation)
        # Use the hub of the calling greenlet, in this process and thread.
        result, error = get_hub().threadpool.apply(_outcome, (operation, args, kwargs))
        if error is not None:
            raise error
        return result

    return waiting


def _outcome(
    operation: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[Any, Exception | None]:
    """Returns the result or the exception of the call as a value, because gevent prints exceptions in its threads."""
    try:
        return operation(*args, **kwargs), None
    except Exception as error:  # noqa: BLE001  (it is raised again where the call was made)
        return None, error
