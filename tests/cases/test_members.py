"""Every member of every answer with a value of every wrong kind, through Python and through C over real sockets.

The table is `tests/vectors/members.json`; `core/tests/members.rs` runs it through the pure readers.
"""

from __future__ import annotations

import base64
import copy
import hashlib
import json
import secrets
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from faces import CFace, Face, PythonFace
from harness.paths import ROOT
from harness.programs import compiled, environment

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    """Miller-Rabin: good enough for a key that lives as long as a test."""
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
    """An RSA key and RS256 with it."""

    def __init__(self) -> None:
        p, q = prime(), prime()
        self._n, self._d = p * q, pow(65537, -1, (p - 1) * (q - 1))

    def jwk(self) -> dict[str, str]:
        n = base64url(self._n.to_bytes(256, "big"))
        return {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "first", "n": n, "e": "AQAB"}

    def sign(self, header: object, claims: object) -> str:
        signed = ".".join(base64url(json.dumps(part).encode()) for part in (header, claims))
        hashed = SHA256 + hashlib.sha256(signed.encode()).digest()
        padded = b"\0\1" + b"\xff" * (256 - 3 - len(hashed)) + b"\0" + hashed
        return f"{signed}.{base64url(pow(int.from_bytes(padded, 'big'), self._d, self._n).to_bytes(256, 'big'))}"


class Clever:
    """A Clever that answers as the table says; `answers` are changed between the calls."""

    def __init__(self, base_url: str, signer: Signer) -> None:
        self.base_url = base_url
        self.nonce = ""
        self.answers: dict[str, Any] = {}
        self._signer = signer

    def reset(self, without: list[str]) -> None:
        self.answers = copy.deepcopy(TABLE["answers"])
        self.answers["keys"]["keys"] = [self._signer.jwk()]
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
            return self._signer.sign(self.filled(self.answers["header"]), self.filled(self.answers["claims"]))
        known = {"NOW": int(time.time()), "LATER": int(time.time()) + 600, "NONCE": self.nonce}
        return known.get(value, value.replace("ISSUER", self.base_url))

    def answer(self, path: str) -> bytes:
        name = next(name for prefix, name in PATHS.items() if path.startswith(prefix))
        return json.dumps(self.filled(self.answers[name])).encode()


def handler_of(clever: Clever) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = clever.answer(self.path)
            self.send_response_only(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

    return Handler


@pytest.fixture(scope="module")
def clever() -> Iterator[Clever]:
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        server.daemon_threads = True
        made = Clever(f"http://127.0.0.1:{server.server_port}", Signer())
        server.RequestHandlerClass = handler_of(made)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield made
        server.shutdown()


@pytest.fixture(scope="module", params=["python", "c"])
def face(request: pytest.FixtureRequest) -> Iterator[Face]:
    if request.param == "python":
        yield PythonFace()
        return
    pipe, driver = subprocess.PIPE, compiled(ROOT / "ffi/tests/c/driver.c")
    with subprocess.Popen([driver], stdin=pipe, stdout=pipe, encoding="utf-8", env=environment()) as process:
        yield CFace(process)
        assert process.stdin
        process.stdin.close()
        assert process.wait(60) == 0


def run(face: Face, clever: Clever, operation: str) -> tuple[str, dict[str, str]]:
    """One operation with a client that knows nothing yet."""
    face.make_client("fresh", base_url=clever.base_url, **CLIENT)
    if operation != "login":
        answers = TABLE["answers"]
        ids = {"district": answers["district"]["data"]["id"], "user": answers["user"]["data"]["id"]}
        arguments = {"access_token": answers["tokens"]["access_token"]}
        if operation in ids:
            arguments["id"] = ids[operation]
        if operation == "userinfo":
            arguments["subject"] = answers["userinfo"]["sub"]
        return face.call(operation, "fresh", arguments)
    result, login = face.call("begin_login", "fresh", {})
    assert result == "ok", login
    sent = {name: values[0] for name, values in parse_qs(urlsplit(login["url"]).query).items()}
    clever.nonce = sent["nonce"]
    callback = f"{CLIENT['redirect_uri']}?code=c0de&state={sent['state']}"
    return face.call("finish_login", "fresh", {"callback": callback, "pending": login["pending"]})


def place(answers: dict[str, Any], answer: str, member: str, value: object) -> None:
    """Put `value` where the path `member` leads; the empty path is the whole answer."""
    *way, last = [answer, *(member.split(".") if member else [])]
    at: Any = answers
    for name in way:
        at = at[int(name)] if isinstance(at, list) else at[name]
    at[int(last) if isinstance(at, list) else last] = copy.deepcopy(value)


ROWS = [(name, row) for name, journey in TABLE["journeys"].items() for row in journey["members"]]


@pytest.mark.parametrize("name", TABLE["journeys"])
def test_the_answers_as_they_should_be_end_well(name: str, face: Face, clever: Clever) -> None:
    journey = TABLE["journeys"][name]
    clever.reset(journey.get("without", []))
    check(run(face, clever, journey["operation"]), journey, {}, name)


@pytest.mark.parametrize(("name", "row"), ROWS, ids=lambda part: part if isinstance(part, str) else part["member"])
def test_a_value_of_a_wrong_kind_is_left_out_or_refused(
    name: str, row: dict[str, Any], face: Face, clever: Clever
) -> None:
    journey = TABLE["journeys"][name]
    for kind in row.get("kinds", TABLE["wrong"]):
        clever.reset(journey.get("without", []))
        place(clever.answers, row["answer"], row["member"], TABLE["wrong"][kind])
        outcome = run(face, clever, journey["operation"])
        case = f"{row['answer']} {row['member']} is {kind}"
        if row.get("refused"):
            assert outcome[0].startswith("error "), case
        else:
            check(outcome, journey, row, case)


def check(outcome: tuple[str, dict[str, str]], journey: dict[str, Any], row: dict[str, Any], case: str) -> None:
    result, fields = outcome
    assert result == row.get("result", journey["result"]), f"{case}: {fields.get('message')}"
    for name, expected in {**journey["fields"], **row.get("gives", {})}.items():
        assert fields.get(name) == expected, f"{case}: {name}"
