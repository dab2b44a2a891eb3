"""Reserves a port for a program that needs its number, so that no other program can take it before the start."""

from __future__ import annotations

import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def reserved() -> Iterator[int]:
    """Reserve a port of 127.0.0.1 for the `with` block. Connections are refused until a program listens there.

    It binds a socket that never listens. A server with `SO_REUSEADDR`, which all servers set, can still bind this port
    and listen. But the system won't give the port to a program that asks for any free port.
    """
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", 0))
        port: int = holder.getsockname()[1]
        yield port


def listens(port: int) -> bool:
    """Whether a program listens on the port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
