"""A TLS server that responds like Clever, and ends its connections in every way that servers do."""

from __future__ import annotations

import json
import select
import shutil
import socket
import ssl
import struct
import subprocess
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from .patience import PAUSE_SECONDS, SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

# The second to last raises SIGPIPE in a program that responds to the close_notify.
ENDINGS = ("close_notify", "fin", "rst", "close_notify, rst", "close_notify, fin, rst", "fin, rst")
# The host of a Clever on another machine. No name server knows it (RFC 6761 section 6.5).
FAR = "clever.example"
NEW_CERTIFICATE = (
    "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
    "-addext basicConstraints=critical,CA:FALSE"
)
THIS_MACHINE = f"IP:127.0.0.1,DNS:localhost,DNS:{FAR}"


def certificate(folder: Path, subject: str = "/CN=clever", names: str = THIS_MACHINE) -> tuple[Path, Path]:
    """Create a self-signed certificate and its key, by default for this machine and for `FAR`."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    made, key = folder / "certificate.pem", folder / "key.pem"
    command = [*NEW_CERTIFICATE.split(), "-addext", f"subjectAltName={names}", "-subj", subject]
    command += ["-keyout", str(key), "-out", str(made)]
    subprocess.run(command, check=True, capture_output=True)
    return made, key


def expired(folder: Path) -> tuple[Path, Path]:
    """Create a certificate that has expired, and its key."""
    return dated(folder, "20200101000000Z", "20200201000000Z")


def of_the_future(folder: Path) -> tuple[Path, Path]:
    """Create a certificate that is not valid yet, and its key."""
    return dated(folder, "20900101000000Z", "20910101000000Z")


def dated(folder: Path, start: str, end: str) -> tuple[Path, Path]:
    """Create a certificate that is valid between these times, and its key."""
    made, key = certificate(folder)
    settings, request = folder / "ca.cnf", folder / "request.pem"
    settings.write_text(
        f"[ca]\ndefault_ca=a\n[a]\ndatabase={folder}/index\nserial={folder}/serial\nnew_certs_dir={folder}\n"
        "default_md=sha256\npolicy=p\nx509_extensions=e\n[p]\ncommonName=optional\n[e]\n"
        f"basicConstraints=critical,CA:FALSE\nsubjectAltName={THIS_MACHINE}\n",
        "utf-8",
    )
    (folder / "index").touch()
    (folder / "serial").write_text("01\n", "utf-8")
    asked = f"openssl req -new -key {key} -subj /CN=clever -out {request}"
    signed = (
        f"openssl ca -config {settings} -selfsign -keyfile {key} -in {request} -out {made} -batch -notext "
        f"-startdate {start} -enddate {end}"
    )
    for command in (asked, signed):
        subprocess.run(command.split(), check=True, capture_output=True)
    return made, key


@dataclass
class Server:
    """A running server, for a test."""

    base_url: str
    certificate: Path
    client_id: str
    connections: list[Connection] = field(default_factory=list)

    def end(self, ending: str) -> None:
        """Close the newest connection, and wait until it is closed."""
        self.connections[-1].end(ending)


class Connection:
    """A connection that responds to every GET until it is closed."""

    def __init__(self, context: ssl.SSLContext, stream: socket.socket, client_id: str) -> None:
        self.stream = stream
        self.arriving, self.leaving = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.arriving, self.leaving, server_side=True)
        body = json.dumps({"client_id": client_id, "scopes": []})
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self.answer = (head + body).encode()
        self.ending = "fin"
        self.told, self.teller = socket.socketpair()
        self.thread = threading.Thread(target=self.serve, daemon=True)

    def end(self, ending: str) -> None:
        """Close the connection in this way, and wait until it is closed."""
        self.ending = ending
        self.teller.close()
        self.thread.join(SECONDS)
        assert not self.thread.is_alive(), "a connection did not end"

    def serve(self) -> None:
        with self.stream, self.told, self.teller, suppress(OSError, ssl.SSLError):
            self.until_told(self.tls.do_handshake)
            while asked := self.until_told(self.asked):
                if asked.endswith(b"\r\n\r\n"):
                    self.tls.write(self.answer)
            self.say_goodbye()

    def asked(self) -> bytes:
        return self.tls.read(65536)

    def until_told(self, step: Callable[[], bytes | None]) -> bytes | None:
        """Repeat `step` until it has the bytes that it needs; return its result. Empty if the connection ends."""
        while True:
            try:
                return step()
            except ssl.SSLWantReadError:
                self.stream.sendall(self.leaving.read())
                ready, _, _ = select.select([self.stream, self.told], [], [])
                arrived = b"" if self.told in ready else self.stream.recv(65536)
                if not arrived:
                    return None
                self.arriving.write(arrived)

    def say_goodbye(self) -> None:
        if "close_notify" in self.ending:
            with suppress(ssl.SSLError):
                self.tls.unwrap()
            self.stream.sendall(self.leaving.read())
        if "fin, rst" in self.ending:
            self.stream.shutdown(socket.SHUT_WR)
        if "rst" in self.ending:
            self.stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@contextmanager
def serving(folder: Path, client_id: str) -> Iterator[Server]:
    """Run a server on a free port."""
    made, key = certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made, key)
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        server = Server(f"https://127.0.0.1:{listener.getsockname()[1]}", made, client_id)

        def accept() -> None:
            with suppress(OSError):
                while True:
                    stream, _ = listener.accept()
                    server.connections.append(Connection(context, stream, client_id))
                    server.connections[-1].thread.start()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(SECONDS)
            for connection in server.connections:
                connection.end("fin")


def pump(source: socket.socket, sink: socket.socket) -> None:
    """Forward bytes until either side closes."""
    with suppress(OSError, ssl.SSLError):
        while chunk := source.recv(65536):
            sink.sendall(chunk)
    for stream in (source, sink):
        with suppress(OSError):
            stream.shutdown(socket.SHUT_RDWR)


@contextmanager
def in_front_of(clever: str, folder: Path, pair: tuple[Path, Path] | None = None) -> Iterator[tuple[str, Path]]:
    """Speak TLS on a free port and forward everything to `clever`; yield the base URL and the certificate.

    `pair` is a certificate and its key; by default, a new certificate for this machine.
    """
    made, key = pair or certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made, key)
    behind = urlsplit(clever)
    streams: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def start(work: Callable[..., None], *arguments: socket.socket) -> None:
        # Daemon threads: a thread that hangs fails the check below, but doesn't stop the program from exiting.
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        thread.start()
        # Only after the start, because a thread that was not started cannot be joined.
        threads.append(thread)

    def serve(plain: socket.socket) -> None:
        with suppress(OSError, ssl.SSLError):
            # Record the connection before the handshake, which a silent client never finishes.
            near = context.wrap_socket(plain, server_side=True, do_handshake_on_connect=False)
            streams.append(near)
            near.do_handshake()
            far = socket.create_connection((behind.hostname or "", behind.port or 80), SECONDS)
            far.settimeout(None)
            streams.append(far)
            start(pump, far, near)
            pump(near, far)

    def accept() -> None:
        with suppress(OSError):
            while True:
                start(serve, listener.accept()[0])

    def end_streams() -> None:
        for stream in streams:
            with suppress(OSError):
                stream.shutdown(socket.SHUT_RDWR)

    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        start(accept)
        try:
            yield f"https://127.0.0.1:{listener.getsockname()[1]}", made
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            end = time.monotonic() + SECONDS
            while any(thread.is_alive() for thread in list(threads)) and time.monotonic() < end:
                # Repeat this, because a connection may have been accepted or completed after the last time.
                end_streams()
                for thread in threads:
                    thread.join(PAUSE_SECONDS)
            for stream in streams:
                stream.close()
    assert not [thread for thread in threads if thread.is_alive()], "a connection did not end"
