"""Odd responses of Clever, in Python and in C, over real sockets.

Data that only describes a person never fails a login. Data that decides who the person is must be right. If a login
fails, the error says why.
"""

from __future__ import annotations

import gzip
import socket
import threading
from typing import TYPE_CHECKING, Any

import pytest
from faces import run
from harness.clever import CLIENT, TABLE, Server, serving
from harness.patience import SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from faces import Face
    from harness.clever import Clever

    Odd = Callable[[bytes], Iterable[bytes]]

PERSON = TABLE["answers"]["claims"]["sub"]
# The responses that a login needs, with an ID token and without one.
OF_ID_TOKEN = ("discovery", "keys", "tokens")
OF_ME = ("tokens", "me", "user")


def with_head(body: bytes, *headers: str, status: str = "200 OK") -> list[bytes]:
    head = [f"HTTP/1.1 {status}", "Content-Type: application/json", *headers]
    return ["\r\n".join([*head, "", ""]).encode(), body]


def whole(body: bytes, *headers: str, status: str = "200 OK") -> list[bytes]:
    return with_head(body, f"Content-Length: {len(body)}", *headers, status=status)


def chunked(body: bytes, sizes: Iterable[int], extension: bytes = b"", trailer: bytes = b"") -> list[bytes]:
    """Send the body in chunks of these sizes, and the rest in one chunk."""
    chunks, rest = [], body
    for size in sizes:
        chunks, rest = [*chunks, rest[:size]], rest[size:]
    parts = [b"%X%s\r\n%s\r\n" % (len(part), extension, part) for part in [*chunks, rest] if part]
    return [*with_head(b"", "Transfer-Encoding: chunked"), *parts, b"0\r\n", trailer, b"\r\n"]


def login(face: Face, clever: Clever, **settings: str) -> tuple[str, dict[str, str]]:
    return run(face, clever, "login", **settings)


FINE: dict[str, Odd] = {
    "chunks of one byte": lambda body: chunked(body, [1] * len(body)),
    "chunks with extensions and trailers": lambda body: chunked(body, [7, 1, 64], b';a="b"', b"X-Trailer: 1\r\n"),
    "sizes with leading zeros": lambda body: [
        *with_head(b"", "Transfer-Encoding: chunked"),
        b"000000%x\r\n%s\r\n0000\r\n\r\n" % (len(body), body),
    ],
    "the end of the connection": lambda body: with_head(body, "Connection: close"),
    "HTTP/1.0": lambda body: [b"HTTP/1.0 200 OK\r\n\r\n", body],
    "early hints": lambda body: [b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n", *whole(body)],
    "a byte order mark": lambda body: whole(b"\xef\xbb\xbf" + body),
    "white space around": lambda body: whole(b"\r\n\t " + body + b" \r\n\n"),
    "no content type": lambda body: [b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body), body],
    "a content type of text": lambda body: [
        b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Length: %d\r\n\r\n" % len(body),
        body,
    ],
    "a reason that isn't ASCII": lambda body: [
        b"HTTP/1.1 200 \xc3\x89tat\r\nContent-Length: %d\r\n\r\n" % len(body),
        body,
    ],
    "no reason": lambda body: [b"HTTP/1.1 200\r\nContent-Length: %d\r\n\r\n" % len(body), body],
    "many headers": lambda body: whole(body, *(f"X-Header-{number}: {number}" for number in range(80))),
    "a header of Latin-1": lambda body: [
        b"HTTP/1.1 200 OK\r\nX-School: \xc9cole\r\nContent-Length: %d\r\n\r\n" % len(body),
        body,
    ],
    "cookies": lambda body: whole(body, "Set-Cookie: a=b; Domain=clever.com", "Set-Cookie: c=d"),
    "one byte at a time": lambda body: [bytes([byte]) for part in whole(body) for byte in part],
    "a date in 1970": lambda body: whole(body, "Date: Thu, 01 Jan 1970 00:00:00 GMT"),
    "a date in 9999": lambda body: whole(body, "Date: Fri, 31 Dec 9999 23:59:59 GMT"),
    "an invalid date": lambda body: whole(body, "Date: yesterday"),
    "unknown members": lambda body: whole(b'{"\\u0000": "\\u0000", "": [[]], "__proto__": {"id": "x"},' + body[1:]),
    "the same unknown member twice": lambda body: whole(b'{"x": 1, "x": {"id": "2"},' + body[1:]),
    "an unknown member nested deeply": lambda body: whole(b'{"x": %s1%s,' % (b'{"a":[' * 400, b"]}" * 400) + body[1:]),
    "an unknown number beyond every range": lambda body: whole(b'{"x": -1e999, "y": 0.1e-999,' + body[1:]),
    "an unknown text cut inside an emoji": lambda body: whole(b'{"x": "\\ud83d", "y": "\xff\xfe",' + body[1:]),
}


@pytest.mark.parametrize("kind", FINE)
@pytest.mark.parametrize("proof", ["id_token", "me"])
def test_a_valid_response_in_an_odd_encoding_is_accepted(proof: str, kind: str, face: Face, clever: Clever) -> None:
    clever.reset([] if proof == "id_token" else ["tokens.id_token"])
    clever.odd = dict.fromkeys(OF_ID_TOKEN if proof == "id_token" else OF_ME, FINE[kind])
    result, fields = login(face, clever)
    assert (result, fields.get("id")) == (f"signed_in {proof}", PERSON), fields.get("message")
    assert fields["name"] == "Ada B Ashworth"


BROKEN: dict[str, tuple[Odd, str, str]] = {
    "gzip": (
        lambda body: whole(gzip.compress(body), "Content-Encoding: gzip"),
        "response_malformed",
        "it is compressed, which was not requested",
    ),
    "UTF-16": (lambda body: whole(body.decode().encode("utf-16")), "response_malformed", "it is UTF-16"),
    "nothing": (lambda _: whole(b""), "response_malformed", "it is empty"),
    "204": (lambda _: with_head(b"", status="204 No Content"), "response_malformed", "HTTP 204"),
    "206": (lambda body: whole(body, status="206 Partial Content"), "response_malformed", "HTTP 206"),
    "a page": (
        lambda _: whole(b"<!DOCTYPE html><p>Accept the terms</p>", "X-Portal: 1"),
        "response_html",
        "HTTP 200",
    ),
    "a page that says that it is JSON": (lambda _: whole(b"\n <html>"), "response_html", "HTTP 200"),
    "JSON that says that it is a page": (
        lambda body: [b"HTTP/1.1 200 OK\r\nContent-Type: Text/HTML\r\nContent-Length: %d\r\n\r\n" % len(body), body],
        "response_html",
        "HTTP 200",
    ),
    "a redirect": (
        lambda _: whole(b"", "Location: https://evil.example/", status="302 Found"),
        "response_redirect",
        "HTTP 302",
    ),
    "two documents": (lambda body: whole(body + body), "response_malformed", "line 1"),
    "a document in an array": (lambda body: whole(b"[" + body + b"]"), "response_malformed", "HTTP 200"),
    "a document in a text": (lambda _: whole(b'"{}"'), "response_malformed", "HTTP 200"),
    "a callback of JSONP": (lambda body: whole(b"f(" + body + b")"), "response_malformed", "line 1"),
    "a prefix against JSONP": (lambda body: whole(b")]}',\n" + body), "response_malformed", "line 1"),
    "half of it": (lambda body: whole(body[: len(body) // 2]), "response_malformed", "line 1"),
    "lengths that differ": (
        lambda body: with_head(body, f"Content-Length: {len(body)}", f"Content-Length: {len(body) + 1}"),
        "response_malformed",
        "",
    ),
    "an invalid length": (lambda body: with_head(body, "Content-Length: many"), "response_malformed", ""),
    "an invalid chunk size": (
        lambda _: [*with_head(b"", "Transfer-Encoding: chunked"), b"zz\r\n{}\r\n0\r\n\r\n"],
        "network_interrupted response_malformed",
        "",
    ),
    "a chunk beyond all sizes": (
        lambda _: [*with_head(b"", "Transfer-Encoding: chunked"), b"ffffffffffffffffff\r\n{}\r\n0\r\n\r\n"],
        "network_interrupted response_malformed",
        "",
    ),
    "a hundred megabytes in a header": (
        lambda _: [b"HTTP/1.1 200 OK\r\nX: ", *[b"x" * 1024 * 1024] * 100, b"\r\n\r\n{}"],
        "response_malformed",
        "",
    ),
    "a million headers": (
        lambda _: [b"HTTP/1.1 200 OK\r\n", *[b"X: 1\r\n" * 1000] * 1000, b"\r\n{}"],
        "response_malformed",
        "",
    ),
    "two megabytes": (lambda _: whole(b" " * 2 * 1024 * 1024), "response_too_large", ""),
    "another protocol": (lambda _: [b"SSH-2.0-OpenSSH_9.9\r\n\r\n"], "response_malformed", ""),
    "HTTP/2": (lambda _: [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"], "response_malformed", ""),
    "TLS": (lambda _: [b"\x15\x03\x01\x00\x02\x02\x46"], "response_malformed", ""),
}


@pytest.mark.parametrize("kind", BROKEN)
@pytest.mark.parametrize("name", ["tokens", "me"])
def test_an_invalid_response_is_refused_with_its_error_code(name: str, kind: str, face: Face, clever: Clever) -> None:
    odd, codes, named = BROKEN[kind]
    clever.reset(["tokens.id_token"])
    clever.odd = {name: odd}
    result, fields = login(face, clever)
    assert result in {f"error {code}" for code in codes.split()}, fields
    assert named in fields["message"]
    assert TABLE["answers"]["tokens"]["access_token"] not in fields["message"]
    assert clever.seen.count("tokens") == 1, "the code must be sent only once"


def signs_in_without_a_record(face: Face, clever: Clever, **settings: str) -> None:
    result, fields = login(face, clever, **settings)
    seen = (result, fields.get("id"), fields.get("name"), fields.get("roles"), fields.get("user_type"))
    assert seen == ("signed_in me", PERSON, "", None, "teacher"), fields.get("message")


@pytest.mark.parametrize("status", [204, 302, 400, 401, 403, 404, 410, 418, 429, 451, 500, 502, 503, 504])
def test_a_login_succeeds_if_clever_does_not_give_the_record(status: int, face: Face, clever: Clever) -> None:
    clever.reset(["tokens.id_token"])
    clever.odd = {"user": lambda _: whole(b"<pre>Cannot GET</pre>", "Retry-After: 3600", status=f"{status} No")}
    signs_in_without_a_record(face, clever)


@pytest.mark.parametrize("kind", BROKEN)
def test_a_login_succeeds_if_the_record_is_malformed(kind: str, face: Face, clever: Clever) -> None:
    clever.reset(["tokens.id_token"])
    clever.odd = {"user": BROKEN[kind][0]}
    signs_in_without_a_record(face, clever)


@pytest.mark.parametrize("identifier", ["", " ", f" {PERSON}", f"{PERSON}\0", "../me", "a" * 129, 7, None, [PERSON]])
def test_a_login_succeeds_if_the_record_has_an_invalid_id(identifier: object, face: Face, clever: Clever) -> None:
    clever.reset(["tokens.id_token"])
    clever.answers["user"]["data"]["id"] = identifier
    signs_in_without_a_record(face, clever)


def test_a_record_of_another_person_is_refused(face: Face, clever: Clever) -> None:
    clever.reset(["tokens.id_token"])
    clever.answers["user"]["data"]["id"] = PERSON[::-1]
    assert login(face, clever)[0] == "error response_malformed"


def test_a_login_succeeds_if_the_record_never_arrives(face: Face, clever: Clever) -> None:
    clever.reset(["tokens.id_token"])
    over = threading.Event()

    def never(_: bytes) -> Iterable[bytes]:
        over.wait(SECONDS)
        yield b""

    clever.odd = {"user": never}
    try:
        signs_in_without_a_record(face, clever, timeout="1")
    finally:
        over.set()


@pytest.mark.parametrize(
    ("member", "value", "word"),
    [
        ("header.crit", ["exp"], "id_token_header"),
        ("header.b64", False, "id_token_header"),
        ("header.b64", True, "id_token_header"),
        ("header.zip", "DEF", "id_token_header"),
        ("header.kid", 1, "id_token_header"),
        ("header.typ", "at+jwt", "id_token_header"),
        ("header.alg", "none", "id_token_algorithm"),
        ("header.alg", "HS256", "id_token_algorithm"),
        ("claims.aud", [], "id_token_audience"),
        ("claims.aud", [CLIENT["client_id"], "other"], "id_token_audience"),
        ("claims.aud", CLIENT["client_id"].upper(), "id_token_audience"),
        ("claims.iss", "ISSUER/", "id_token_issuer"),
        ("claims.iss", ["ISSUER"], "id_token_issuer"),
        ("claims.sub", "", "id_token_subject"),
        ("claims.sub", "a" * 256, "id_token_subject"),
        ("claims.sub", f"{PERSON} ", "id_token_subject"),
        ("claims.sub", f" {PERSON}", "id_token_subject"),
        ("claims.sub", f"{PERSON}\n", "id_token_subject"),
        ("claims.sub", f"{PERSON}\0", "id_token_subject"),
        ("claims.sub", f"\ufeff{PERSON}", "id_token_subject"),
        ("claims.exp", 10**18, "id_token_issued_at"),
        ("claims.exp", 10**30, "id_token_claims id_token_issued_at"),
        ("claims.exp", "LATER_TEXT", "id_token_claims"),
        ("claims.exp", 0, "id_token_expired"),
        ("claims.iat", -1, "id_token_claims"),
        ("claims.iat", 0, "id_token_issued_at"),
        ("claims.nbf", 10**10, "id_token_not_yet_valid"),
        ("claims.nonce", "NONCE ", "id_token_nonce"),
    ],
)
def test_an_id_token_with_a_wrong_deciding_claim_is_refused_with_its_error_code(
    member: str, value: object, word: str, face: Face, clever: Clever
) -> None:
    clever.reset()
    part, name = member.split(".")
    clever.answers[part][name] = value
    result, fields = login(face, clever)
    assert result in {f"error {code}" for code in word.split()}, fields


@pytest.mark.parametrize(
    ("part", "members"),
    [
        ("claims", {"aud": [CLIENT["client_id"]]}),
        ("claims", {"name": {"first": {"first": {"first": "Ada"}}}}),
        ("claims", {"roles": {"district_admin": {}}, "scope": "admin", "admin": True}),
        ("claims", {"acr": 1, "amr": "pwd", "auth_time": "never"}),
        ("header", {"typ": "jwt"}),
        ("header", {"typ": "application/JWT"}),
        ("header", {"x5c": "junk", "jku": "https://evil.example/keys", "x5u": 7, "jwk": {}}),
        ("header", {"kid": "first", "note": {"kid": "second"}}),
        ("header", {"kid": None, "typ": None}),
        ("header", {"kid": ""}),
        (
            "discovery",
            {"id_token_signing_alg_values_supported": "none", "mtls_endpoint_aliases": 1},
        ),
        ("tokens", {"expires_in": "86400", "scope": ["a"], "refresh_token": None}),
    ],
)
def test_odd_claims_that_decide_nothing_change_nothing(
    part: str, members: dict[str, Any], face: Face, clever: Clever
) -> None:
    clever.reset()
    clever.answers[part].update(members)
    result, fields = login(face, clever)
    assert (result, fields.get("roles"), fields.get("name")) == (
        "signed_in id_token",
        "teacher",
        "Ada B Ashworth",
    ), fields.get("message")


@pytest.mark.parametrize("proof", ["id_token", "me"])
def test_a_byte_order_mark_inside_a_name_is_kept(proof: str, face: Face, clever: Clever) -> None:
    clever.reset([] if proof == "id_token" else ["tokens.id_token"])
    clever.answers["claims"]["given_name"] = clever.answers["user"]["data"]["name"]["first"] = "\ufeffA\ufeffda"
    result, fields = login(face, clever)
    assert (result, fields.get("name")) == (f"signed_in {proof}", "\ufeffA\ufeffda B Ashworth"), fields.get("message")


TIMES = ("exp", "iat", "nbf")


@pytest.mark.parametrize("form", ["fraction", "exponent", "point zero"])
def test_times_may_be_any_json_number(form: str, face: Face, clever: Clever) -> None:
    """RFC 7519 section 2: a NumericDate is a JSON number."""
    written: dict[str, Callable[[int], str]] = {
        "fraction": lambda seconds: f"{seconds - 1}.75",
        "exponent": lambda seconds: f"{seconds / 1e9:.9f}e9",
        "point zero": lambda seconds: f"{seconds}.0",
    }
    clever.reset()
    clever.answers["claims"]["nbf"] = "NOW"
    clever.written = dict.fromkeys(TIMES, written[form])
    result, fields = login(face, clever)
    assert (result, fields.get("id")) == ("signed_in id_token", PERSON), fields.get("message")
    for name, code in [("exp", "id_token_expired"), ("iat", "id_token_issued_at"), ("nbf", "id_token_not_yet_valid")]:
        # A fraction is truncated. It is checked like a whole number.
        far = -7200 if name == "exp" else 7200
        clever.written = {name: lambda seconds, far=far: f"{seconds + far}.5"}
        result, fields = login(face, clever)
        assert result == f"error {code}", fields


def test_the_right_key_is_found_among_a_thousand_others(face: Face, clever: Clever) -> None:
    clever.reset()
    ours = clever.answers["keys"]["keys"][0]
    strange = [
        {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "kid": "first"},
        {"kty": "AKP", "alg": "ML-DSA-44", "kid": "first", "pub": "AA"},
        {"kty": "RSA", "use": "enc", "kid": "first", "n": ours["n"], "e": "AQAB"},
        {"kty": "RSA", "alg": "RSA-OAEP", "kid": "first", "n": ours["n"], "e": "AQAB"},
        {"kty": "RSA", "kid": "first", "n": "AQAB", "e": "AQAB"},
        {"kty": 7, "kid": ["first"]},
        {},
        [],
        None,
    ]
    others = [{**ours, "kid": f"old-{number}"} for number in range(1000)]
    clever.answers["keys"]["keys"] = [*strange, *others, ours, *strange]
    result, fields = login(face, clever)
    assert (result, fields.get("id")) == ("signed_in id_token", PERSON), fields.get("message")


@pytest.mark.parametrize(
    ("headers", "status", "expected"),
    [
        (["Retry-After: 120"], "429 Slow Down", "120"),
        (["Date: Sat, 01 Jan 2022 00:00:00 GMT", "Retry-After: Sat, 01 Jan 2022 00:01:00 GMT"], "503 Later", "60"),
        (["Date: Sat, 01 Jan 2022 00:00:00 GMT", "X-RateLimit-Reset: 1640995290"], "429 Slow Down", "90"),
        (["Retry-After: soon"], "503 Later", None),
        (["Retry-After: 1000000000000000000"], "503 Later", "86400"),
        (["Retry-After: 99999999999999999999999"], "429 Slow Down", "86400"),
        (["Retry-After: Fri, 31 Dec 9999 23:59:59 GMT"], "503 Later", "86400"),
        ([], "429 Slow Down", None),
    ],
)
def test_an_error_says_when_to_retry(
    headers: list[str], status: str, expected: str | None, face: Face, clever: Clever
) -> None:
    clever.reset(["tokens.id_token"])
    clever.odd = {"tokens": lambda _: whole(b"", *headers, status=status)}
    result, fields = login(face, clever)
    assert result == ("error rate_limited" if status.startswith("429") else "error clever_unavailable")
    assert fields.get("retry_after") == expected


class OfIpv6(Server):
    address_family = socket.AF_INET6


def has_ipv6() -> bool:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


@pytest.mark.skipif(not has_ipv6(), reason="needs IPv6 on the loopback interface")
def test_a_clever_with_only_an_ipv6_address_is_reached(face: Face) -> None:
    with serving(OfIpv6, "::1") as clever:
        clever.reset()
        assert login(face, clever)[0] == "signed_in id_token"


@pytest.mark.parametrize("path", ["", "/", "//", "/clever", "/clever/", "/a/b//"])
def test_a_base_url_can_have_a_path_and_trailing_slashes(path: str, face: Face, clever: Clever) -> None:
    clever.reset()
    issuer = clever.base_url + path.rstrip("/")
    for part, member in [("claims", "iss"), ("discovery", "issuer")]:
        clever.answers[part][member] = issuer
    clever.answers["discovery"]["jwks_uri"] = f"{issuer}/oauth/certs"
    result, fields = login(face, clever, base_url=clever.base_url + path)
    assert result == "signed_in id_token", fields.get("message")


def test_a_response_that_never_ends_fails_at_the_deadline(face: Face, clever: Clever) -> None:
    clever.reset(["tokens.id_token"])
    over = threading.Event()

    def drip(body: bytes) -> Iterable[bytes]:
        yield from with_head(body[:3], f"Content-Length: {len(body)}")
        over.wait(SECONDS)

    clever.odd = {"tokens": drip}
    try:
        result, fields = login(face, clever, timeout="1")
    finally:
        over.set()
    assert result == "error network_timeout", fields
