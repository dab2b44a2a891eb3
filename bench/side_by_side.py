"""Measures the verification of an ID token in this library and in others: a part of `make bench`."""

from __future__ import annotations

import base64
import json
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contenders import CLOCK, CPU, Contender, measured
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from harness.programs import compiled
from measures import Chapter, Figure, Program, row
from peers import (
    BENCH,
    NO_PHP_PEER,
    NODE_MODULES,
    NOT_INSTALLED,
    debian_options,
    debian_version,
    locked,
    node_version,
    ours,
    php_commands,
    python_version,
    rust_program,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

THREADS = (1, 2, 4)
ROUNDS = 9
BARE = "bare RSA"
ISSUER, CLIENT_ID, NONCE = "https://clever.com", "4c63c1cf623dce82caac", "n-0S6_WzA2Mj"
A_DAY = 86_400
TEXT = """\
Every program verifies the same token again and again: {size} bytes, signed by RS256 with a 2048-bit key. The keys are
already loaded. PyJWKClient has fetched them before, and keeps them in its cache.

*Bare RSA* is only SHA-256 and `RSA_verify` of aws-lc, with a key that is already parsed and a token that is already
decoded. Nothing that uses aws-lc can be faster. The ratios compare with it.

The programs don't make the same checks. All of them check the signature, the issuer, the audience and the expiry. This
library also checks the nonce, the authorized party and the subject. It refuses claims that appear twice, and header
parameters that ask for other rules. cjose and libjwt 1 verify only the signature, so the benchmark checks the claims in
C. libjwt 1 parses the key from PEM text for each token. fast-jwt has a cache for verified tokens; it is off here,
because a site sees each ID token only once.
"""
THREAD_NOTES = """\
Threads are those of the operating system; in Node, they are workers. PHP is left out: it has one thread per process.
More threads than cores can't make a program faster.
"""


# ---------------------------------------------------------------- the job


def text(raw: bytes) -> str:
    """Encode as base64url without padding."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def new_key() -> rsa.RSAPrivateKey:
    """Create a key of the usual size."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def jwk(key: rsa.RSAPrivateKey, kid: str) -> dict[str, str]:
    """Return the public key as a member of a JWKS."""
    numbers = key.public_key().public_numbers()
    number = {"n": numbers.n, "e": numbers.e}
    members = {name: text(value.to_bytes((value.bit_length() + 7) // 8, "big")) for name, value in number.items()}
    return {"kty": "RSA", "alg": "RS256", "use": "sig", "kid": kid, **members}


def job(key: rsa.RSAPrivateKey, now: int, **more: object) -> dict[str, Any]:
    """Return a token like Clever's, with `more` claims, and everything that is needed to verify it."""
    header = {"typ": "JWT", "alg": "RS256", "kid": "bench"}
    claims = {
        "iss": ISSUER,
        "aud": CLIENT_ID,
        "sub": "58da8c63d7dc0ca068003d3b",
        "iat": now,
        "exp": now + A_DAY,
        "nonce": NONCE,
        "user_id": "58da8c63d7dc0ca068003d3b",
        "user_type": "student",
        "district": "53ee4b8a44abc88c1c00119b",
        "given_name": "Ada",
        "family_name": "Lovelace",
        "email": "ada@school.example",
        "email_verified": False,
        **more,
    }
    signed = ".".join(text(json.dumps(part).encode()) for part in (header, claims))
    signature = key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    return {
        "token": f"{signed}.{text(signature)}",
        "jwks": {"keys": [jwk(key, "bench")]},
        "pem": key.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode(),
        "issuer": ISSUER,
        "client_id": CLIENT_ID,
        "nonce": NONCE,
        "now": now,
    }


@contextmanager
def published(*sets: dict[str, Any]) -> Iterator[list[str]]:
    """Serve key sets; yield their URLs."""
    bodies = [json.dumps(jwks).encode() for jwks in sets]

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = bodies[int(self.path[1:])]
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield [f"http://127.0.0.1:{server.server_port}/{number}" for number in range(len(bodies))]
        finally:
            server.shutdown()
            thread.join()


# ---------------------------------------------------------------- the programs


def in_rust(path: Path) -> Iterator[Contender]:
    """Return bare RSA, this library, and jsonwebtoken."""
    for program, name in (
        (Program(BARE, f"aws-lc-sys {locked('aws-lc-sys')}"), "bare"),
        (ours("Rust"), "clever_sso"),
        (Program("jsonwebtoken, Rust", locked("jsonwebtoken")), "jsonwebtoken"),
    ):
        yield Contender(program, [rust_program(), name, str(path)], THREADS)


def in_c(wanted: dict[str, Any], missing: dict[str, str]) -> Iterator[Contender]:
    """Return clever_sso and the libraries that Debian has."""
    jwks, key = json.dumps(wanted["jwks"]), json.dumps(wanted["jwks"]["keys"][0])
    token, expected = wanted["token"], [wanted["issuer"], wanted["client_id"]]
    own = compiled(BENCH / "side_by_side.c", "-O2", "-pthread")
    arguments = [jwks, token, wanted["nonce"], *expected, str(wanted["now"])]
    yield Contender(ours("C"), [str(own), *arguments], THREADS)
    for name, libraries, given in (("cjose", ["cjose", "jansson"], key), ("libjwt", ["jwt"], wanted["pem"])):
        version = debian_version(name)
        if not version:
            missing[f"{name}, C"] = "its Debian package could not be downloaded"
            continue
        source = BENCH / f"side_by_side_{name}.c"
        program = compiled(source, "-O2", "-pthread", *debian_options(*libraries))
        yield Contender(Program(f"{name}, C", version), [str(program), given, token, *expected], THREADS)


def python_command(name: str, path: Path) -> list[str]:
    """Return the command for a Python library."""
    return [sys.executable, str(BENCH / "side_by_side_python.py"), name, str(path)]


def in_python(path: Path, missing: dict[str, str]) -> Iterator[Contender]:
    """Return clever_sso and other Python libraries."""
    yield Contender(ours("Python"), python_command("clever_sso", path), THREADS)
    for label, name, package in (
        ("PyJWT, Python", "pyjwt", "pyjwt"),
        ("PyJWKClient, Python", "pyjwkclient", "pyjwt"),
        ("Authlib, Python", "authlib", "authlib"),
        ("joserfc, Python", "joserfc", "joserfc"),
    ):
        version = python_version(package)
        if version:
            yield Contender(Program(label, version), python_command(name, path), THREADS)
        else:
            missing[label] = NOT_INSTALLED


def in_node(path: Path, missing: dict[str, str]) -> Iterator[Contender]:
    """Return Node libraries."""
    for name in ("jose", "fast-jwt"):
        version = node_version(name)
        if version:
            command = ["node", str(BENCH / "side_by_side.mjs"), name, str(path), str(NODE_MODULES.parent)]
            yield Contender(Program(f"{name}, Node", version), command, THREADS)
        else:
            missing[f"{name}, Node"] = "npm could not install it"


def contenders(wanted: dict[str, Any], folder: Path) -> tuple[dict[str, Contender], dict[str, str]]:
    """Return the programs that can run here, and the reason for each one that cannot."""
    path = folder / "job.json"
    path.write_text(json.dumps(wanted), "utf-8")
    missing = {"firebase/php-jwt, PHP": NO_PHP_PEER}
    found = [*in_rust(path), *in_c(wanted, missing), *in_python(path, missing)]
    by_php = php_commands("verify", path)
    found += [Contender(ours(way), command) for way, command in by_php.items()]
    if not by_php:
        missing["clever_sso, PHP"] = "PHP or phpize is not installed"
    found += in_node(path, missing)
    return {each.program.name: each for each in found}, missing


def measure(budget: float) -> Chapter:
    """Measure all programs in turns."""
    wanted = job(new_key(), int(time.time()))
    with tempfile.TemporaryDirectory(prefix="clever-sso-bench-") as name, published(wanted["jwks"]) as addresses:
        found, missing = contenders({**wanted, "jwks_url": addresses[0]}, Path(name))
        taken = measured(found, ROUNDS, budget)
    programs = [each.program for each in found.values()]
    cost = [row(each, "µs", taken[each.name, 1][CPU], taken[BARE, 1][CPU]) for each in programs]
    speed = [
        row(each.program, "tokens/s", [1e6 / took for took in taken[name, threads][CLOCK]], x=threads)
        for name, each in found.items()
        for threads in each.threads
        if len(each.threads) > 1
    ]
    return Chapter(
        "Verify an ID token",
        TEXT.format(size=len(wanted["token"])),
        [
            Figure("verify", "CPU time of one ID token, in microseconds", cost, reference=BARE),
            Figure("threads", "ID tokens verified per second", speed, x_title="threads", notes=THREAD_NOTES),
        ],
        missing,
    )
