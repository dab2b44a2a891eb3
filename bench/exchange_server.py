"""Sends the same tokens for every code, over TLS: `exchange.py` starts it.

    python exchange_server.py CERTIFICATE KEY keep|close

It prints its port, and exits at the end of its input.
"""

from __future__ import annotations

import json
import os
import socket
import ssl
import sys
import threading
from contextlib import suppress

BODY = json.dumps({"access_token": "il" + "0" * 40, "token_type": "bearer", "id_token": "a" * 900}).encode()


def answer(stays: bool) -> bytes:
    """Return the response to every request."""
    connection = "keep-alive" if stays else "close"
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: {connection}\r\n"
    return f"{head}Content-Length: {len(BODY)}\r\n\r\n".encode() + BODY


def requested(stream: ssl.SSLSocket) -> bool:
    """Read one request with its body; return whether there was one."""
    read = b""
    while b"\r\n\r\n" not in read:
        arrived = stream.recv(65536)
        if not arrived:
            return False
        read += arrived
    head, _, body = read.partition(b"\r\n\r\n")
    fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
    missing = int(fields.get(b"content-length", b"0")) - len(body)
    while missing > 0:
        missing -= len(stream.recv(65536))
    return True


def serve(plain: socket.socket, context: ssl.SSLContext, said: bytes, stays: bool) -> None:
    """Serve one connection."""
    with suppress(OSError), context.wrap_socket(plain, server_side=True) as stream:
        while requested(stream):
            stream.sendall(said)
            if not stays:
                stream.unwrap()
                break


def main(made: str, key: str, kind: str) -> None:
    """Accept connections until the input ends."""
    stays = kind == "keep"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made, key)
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listener:
        print(listener.getsockname()[1], flush=True)

        def accept() -> None:
            while True:
                plain, _ = listener.accept()
                plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(target=serve, args=(plain, context, answer(stays), stays), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        sys.stdin.read()
        os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
