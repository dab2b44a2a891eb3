"""A fake Clever: it signs with its own key, and a test decides its responses.

The responses come from `tests/vectors/members.json`. A test changes them before a call.
"""

from __future__ import annotations

import base64
import copy
import hashlib
import json
import secrets
import threading
import time
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from .paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

TABLE: dict[str, Any] = json.loads((ROOT / "tests/vectors/members.json").read_text("utf-8"))
CLIENT = {
    "client_id": TABLE["answers"]["tokeninfo"]["client_id"],
    "secret": "5ec4e7e55ec4e7e55ec4e7e55ec4e7e55ec4e7e5",
    "redirect_uri": "http://127.0.0.1:9/callback",
}
PATHS = {
    "/.well-known/openid-configuration": "discovery",
    "/oauth/certs": "keys",
    "/oauth/tokens": "tokens",
    "/oauth/tokeninfo": "tokeninfo",
    "/userinfo": "userinfo",
    "/v3.0/me": "me",
    "/v3.0/users": "user",
    "/v3.0/districts": "district",
}
# DigestInfo of SHA-256 (RFC 8017 9.2).
SHA256 = bytes.fromhex("3031300d060960864801650304020105000420")


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def is_prime(number: int) -> bool:
    """Test for a prime by Miller-Rabin: good enough for a key that only one test run uses."""
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for _ in range(8):
        power = pow(secrets.randbelow(number - 3) + 2, odd, number)
        if power not in {1, number - 1} and all(
            (power := pow(power, 2, number)) != number - 1 for _ in range(twos - 1)
        ):
            return False
    return True


def prime() -> int:
    while True:
        number = secrets.randbits(1024) | 1 | 3 << 1022
        if number % 65537 != 1 and is_prime(number):
            return number


class Signer:
    """An RSA key that signs with RS256."""

    def __init__(self) -> None:
        p, q = prime(), prime()
        self._n, self._p, self._q = p * q, p, q
        d = pow(65537, -1, (p - 1) * (q - 1))
        # RFC 8017 5.1.2: with the Chinese remainder theorem, a signature takes a quarter of the time.
        self._d_p, self._d_q, self._q_inverse = d % (p - 1), d % (q - 1), pow(q, -1, p)

    def jwk(self) -> dict[str, str]:
        n = base64url(self._n.to_bytes(256, "big"))
        return {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "first", "n": n, "e": "AQAB"}

    def sign(self, header: bytes, claims: bytes) -> str:
        signed = ".".join(base64url(part) for part in (header, claims))
        hashed = SHA256 + hashlib.sha256(signed.encode()).digest()
        padded = b"\0\1" + b"\xff" * (256 - 3 - len(hashed)) + b"\0" + hashed
        return f"{signed}.{base64url(self._power(int.from_bytes(padded, 'big')).to_bytes(256, 'big'))}"

    def _power(self, message: int) -> int:
        first, second = pow(message, self._d_p, self._p), pow(message, self._d_q, self._q)
        return second + self._q * ((first - second) * self._q_inverse % self._p)


@cache
def signer() -> Signer:
    """Return the key of this process. It is created only once, because finding primes takes a second."""
    return Signer()


class Clever:
    """A Clever that responds as the table says. Tests change `answers` and `odd` between calls."""

    def __init__(self, base_url: str, signer: Signer) -> None:
        self.base_url = base_url
        self.nonce = ""
        self.answers: dict[str, Any] = {}
        # By the name of a response: makes the bytes to send from its body. Then the connection is closed.
        self.odd: dict[str, Callable[[bytes], Iterable[bytes]]] = {}
        # By the name of a claim: the text of its number, because Python would write some numbers differently.
        self.written: dict[str, Callable[[int], str]] = {}
        # By the name of a response, or of a part of the ID token: the text that replaces its first brace.
        self.begun: dict[str, bytes] = {}
        self.seen: list[str] = []
        self._signer = signer

    def reset(self, without: Iterable[str] = ()) -> None:
        self.answers = copy.deepcopy(TABLE["answers"])
        self.answers["keys"]["keys"] = [self._signer.jwk()]
        self.odd, self.written, self.begun, self.seen = {}, {}, {}, []
        for path in without:
            answer, member = path.split(".")
            del self.answers[answer][member]

    def filled(self, value: object) -> object:
        if isinstance(value, dict):
            return {name: self.filled(member) for name, member in value.items()}
        if isinstance(value, list):
            return [self.filled(item) for item in value]
        if not isinstance(value, str):
            return value
        if value == "ID_TOKEN":
            return self._id_token()
        now = int(time.time())
        known = {"NOW": now, "LATER": now + 600, "LATER_TEXT": str(now + 600)}
        return known.get(value, value.replace("ISSUER", self.base_url).replace("NONCE", self.nonce))

    def _id_token(self) -> str:
        claims: Any = self.filled(self.answers["claims"])
        text = json.dumps(claims)
        for name, written in self.written.items():
            text = text.replace(f'"{name}": {claims[name]}', f'"{name}": {written(claims[name])}')
        return self._signer.sign(self.body("header"), self._begun("claims", text.encode()))

    def _begun(self, name: str, body: bytes) -> bytes:
        return body.replace(b"{", self.begun.get(name, b"{"), 1)

    def body(self, name: str) -> bytes:
        return self._begun(name, json.dumps(self.filled(self.answers[name])).encode())


def handler_of(clever: Clever) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Nagle's algorithm would hold the body back until the client has acknowledged the head.
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            name = next(name for prefix, name in PATHS.items() if prefix in self.path)
            clever.seen.append(name)
            body = clever.body(name)
            if name in clever.odd:
                self.close_connection = True
                for part in clever.odd[name](body):
                    self.wfile.write(part)
                return
            self.send_response_only(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

    return Handler


class Server(ThreadingHTTPServer):
    """A server that doesn't report closed connections as errors."""

    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving(server: type[ThreadingHTTPServer] = Server, host: str = "127.0.0.1") -> Iterator[Clever]:
    """Serve on a free port."""
    with server((host, 0), BaseHTTPRequestHandler) as running:
        name = f"[{host}]" if ":" in host else host
        made = Clever(f"http://{name}:{running.server_port}", signer())
        running.RequestHandlerClass = handler_of(made)
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        try:
            yield made
        finally:
            running.shutdown()
            thread.join()
