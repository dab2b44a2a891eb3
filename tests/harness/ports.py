"""Ports for programs that need a number: no other program gets it between the choice and the start."""

from __future__ import annotations

import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def reserved() -> Iterator[int]:
    """Hold a port of 127.0.0.1 until the block is left: connections are refused until a program listens there.

    The socket is bound and never listens. With `SO_REUSEADDR`, which every server sets, one that listens may be bound
    beside it; but the system gives the port to nobody who asks for a free one.
    """
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", 0))
        port: int = holder.getsockname()[1]
        yield port


def listens(port: int) -> bool:
    """Whether somebody listens there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
