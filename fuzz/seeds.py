"""Writes the first inputs of each target, from the test vectors and from responses in Clever's formats.

`python3 fuzz/seeds.py FOLDER`. `corpus/` has the inputs that fuzzing found from them.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VECTORS = ROOT / "tests" / "vectors"
STATES = "".join(map(chr, range(17, 25)))


def _read(name: str) -> list | dict:
    return json.loads((VECTORS / name).read_text("utf-8"))


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def tokens() -> dict[str, list[bytes]]:
    """Unchanged tokens, and their contents for `verify`, which signs them again."""
    cases = [*_read("hostile-id-tokens.json"), *({"name": "", **case} for case in _read("spec-vectors.json"))]
    raw, again = [], []
    for case in cases:
        token = case["token"]
        raw.append(token.encode("utf-8", "surrogatepass"))
        parts = token.split(".")
        if len(parts) == 3:  # noqa: PLR2004 -- header, payload, signature
            try:
                header, payload = _decoded(parts[0]), _decoded(parts[1])
            except ValueError:
                continue
            # With a nonce and an access token, and some without the token.
            for options in ("na", "n")[: 2 if case["name"].startswith("ok") else 1]:
                again.append(b"\n".join((options.encode(), header.replace(b"\n", b" "), payload)))  # noqa: PERF401
    return {"jws": raw, "verify": again, "json": [one.split(b"\n", 2)[2] for one in again]}


def answers() -> dict[str, list[bytes]]:
    """Responses of Clever, usual and unusual ones."""
    found = {"answers": [], "discovery": [], "jwks": [], "times": []}
    for one in _read("clever-responses.json")["responses"]:
        body = one["body"] if isinstance(one["body"], str) else json.dumps(one["body"])
        kind = one["headers"].get("content-type", "")
        found["answers"].append(f"{one['status']} {kind}\n{body}".encode())
    for name, one in _read("members.json")["answers"].items():
        text = json.dumps(one).replace("ISSUER", "https://clever.com")
        found["discovery" if name == "discovery" else "answers"].append(
            text.encode() if name == "discovery" else f"200 application/json\n{text}".encode()
        )
    client = "4c63c1cf623dce82caac"
    bodies = [
        {"client_id": client, "scopes": ["read:user_id", "read:sis"]},
        {"access_token": "il1234567890123456", "token_type": "bearer", "id_token": "a.b.c"},
        {"error": "invalid_grant", "error_description": "the code was used"},
        {"sub": "58da8c63d7dc0ca068000478", "name": {"first": "Ada"}},
        {"data": {"id": "1", "name": "Springfield", "roles": {"teacher": {"legacy_id": "9"}, "district admin": {}}}},
    ]
    for status in ("200", "400", "206"):
        found["answers"] += [f"{status} application/json\n{json.dumps(body)}".encode() for body in bodies]
    found["answers"] += [b"200 text/html\n<html>", b"502 \n", '200 \n\ufeff{"data":{"id":"1"}}'.encode()]
    document = {"issuer": "https://clever.com", "jwks_uri": "https://u:p@clever.com/certs#x"}
    local = {"issuer": "https://clever.com", "jwks_uri": "http://127.0.0.1:1/certs", "token_endpoint": "http://x/"}
    found["discovery"] += [json.dumps(one).encode() for one in (document, local)]
    found["jwks"] += [json.dumps(one).encode() for one in _read("hostile-jwks.json")["sets"].values()]
    date = b"Sat, 01 Jan 2022 00:00:05 GMT"
    found["times"] += [
        b"\n".join(lines)
        for lines in (
            (date, b"300", b"7", b"1640995203, 1640995207"),
            (date, b"", b"Sat, 01 Jan 2022 00:00:09 GMT", b""),
            (b"Saturday, 01-Jan-22 00:00:05 GMT", b"1", b"99999999999999999999", b"x"),
            (b"Sat Jan  1 00:00:05 2022", b"", b"", b"18446744073709551615"),
        )
    ]
    return found


def browsers() -> dict[str, list[bytes]]:
    """Callbacks, cookies, states and URLs."""
    callbacks = [
        "https://app.example/callback?code=abc123&state=s&iss=https://clever.com",
        "/cb?code=abc&scope=read%3Auser_id+b&loginas_by_admin=true",
        "https://app.example/callback#token_type=bearer&access_token=il1&state=s&scope=a",
        "?error=access_denied&error_description=f%FCr&state=s",
        "code=a&code=b",
        "next=https://app.example/?a=1&code=abc",
        "#access_token=a&token_type=mac",
    ]
    lines = []
    for state in STATES[:3]:
        for what in ("code=abc", "error=access_denied", "error=server_error", "access_token=a"):
            lines += [
                f"?{what}&state={state}\n\x01; a=1; \x02; \x0e; \x0f",
                f"https://app.example/callback?{what}&state={state}\n\x03",
            ]
    lines += [
        "?code=abc\n" + "; ".join(map(chr, range(1, 9))),
        f"code=a&state={STATES[0]}\n__Host-clever_login_AAAAAAAAAAAAAAAA=x; \x01",
        'code=a\nclever_signed_in_\x10=x; __Host-clever_finished_\x10="y"',
    ]
    fixed = (1_700_000_000).to_bytes(8, "big")
    digest = hashlib.sha256(b"https://app.example/callback").digest()[16:]
    seconds = (1_700_000_000).to_bytes(4, "big")
    plain = [
        b"\0\x05" + fixed + bytes((1, 0, flags)) + digest + loan + goal
        for flags, loan in ((0, b""), (3, b""), (16, b"0123456789abcdef"), (32, b""), (12, b""))
        for goal in (b"", b"/grades?x=1", b"//evil.example", b"https://www.school.example/a", b"https://evil.example/")
    ]
    plain += [b"\0\x05" + fixed + bytes((redirects, 3, 0)) + digest for redirects in (2, 3, 8, 255)]
    plain += [b"\x01\x05" + fixed + b"n" * 16 + b"d" * 16, b"\x02\x05" + seconds + b"\x02"]
    plain += [
        b"\x03\x05" + seconds + bytes((flags,)) + rest
        for flags, rest in ((1, b""), (3, b"abcd"), (9, b"\0\x01abcdefgh"))
    ]
    targets = [
        "/grades?class=1#a",
        "//evil.example",
        "/\\evil.example",
        "/%2fevil.example",
        "https://www.school.example/ä",
        "https://app.example/call%62ack",
        "/a/../callback?x",
        "/%C3%A9%ff%20",
        "https:evil.example",
        "https://app.example@evil.example/",
    ]
    return {
        "callback": [one.encode() for one in callbacks],
        "cookies": [one.encode() for one in lines],
        "pending": plain,
        "return_to": [one.encode() for one in targets],
    }


def requests() -> dict[str, list[bytes]]:
    """Requests to the emulator, and its data."""
    callback = "http%3A%2F%2F127.0.0.1%3A5000%2Fcallback"
    authorize = f"/oauth/authorize?response_type=code&client_id=my-client-id&redirect_uri={callback}&state=s"
    paths = [
        "/",
        "/login",
        "/oauth/certs",
        "/.well-known/openid-configuration",
        "/in/springfield",
        "/v3.0/me",
        authorize,
    ]
    paths += ["/oauth/instant-login?client_id=my-client-id&district_id=1", "/s/me-500/v3.0/me", "/_emulator/journal"]
    paths += [
        "/oauth/district-picker?client_id=my-client-id",
        "/_emulator/scenarios",
        "/_emulator/",
        "/_emulator/desk/live",
    ]
    basic = base64.b64encode(b"my-client-id:hunter2-hunter2-hunter2").decode()
    found = [f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n" for path in paths]
    form = f"grant_type=authorization_code&code=x&redirect_uri={callback}"
    kinds = [("application/x-www-form-urlencoded", form), ("application/json", json.dumps({"code": "x"}))]
    for kind, body in kinds:
        found += [
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:5999\r\nAuthorization: Basic {basic}\r\n"
            f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n{body}"
            for path in ("/oauth/tokens", "/login", "/_emulator/people", "/_emulator/clock", "/logout", "/login/badge")
        ]
    found += [
        "POST /login HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na=1\r\n0\r\n\r\n",
        "OPTIONS /v3.0/me HTTP/1.1\r\nHost: x\r\nOrigin: http://x\r\nAccess-Control-Request-Method: GET\r\n\r\n",
        "GET /login HTTP/1.1\r\nHost: x\r\nAccept-Language: es;q=0.5\r\nCookie: clever_emulator_5999=x\r\n\r\n" * 2,
        "HEAD / HTTP/1.0\r\n\r\n",
    ]
    world = (ROOT / "emulator" / "world.toml").read_text("utf-8")
    small = """[[district]]
id = "58da8a43cc70ab00017a1a87"
name = "Springfield"
short_name = "springfield"

[[school]]
id = "58da8c58155b940248000001"
name = "Elementary"
district = "58da8a43cc70ab00017a1a87"
grades = ["1", "5"]

[[app]]
client_id = "app"
client_secret = "hunter2hunter2hunter2"
redirect_uris = ["http://127.0.0.1:5000/callback"]

[[person]]
handle = "ada"
id = "58da8c63d7dc0ca068000478"
number = "1"
given_name = "Ada"
family_name = "A"
district = "58da8a43cc70ab00017a1a87"
roles = [{ role = "teacher", legacy_id = "58da8c63d7dc0ca068000479" }]
"""
    return {"http": [one.encode() for one in found], "world": [world.encode(), small.encode()]}


def calls() -> dict[str, list[bytes]]:
    """Calls of the C library: each function once with usual arguments, some also with NULL."""
    header = (ROOT / "include" / "clever_sso.h").read_text("utf-8")
    count = header.count("\n// Since ")
    texts = b'\xff{"data":{"id":"1","roles":{"teacher":{}}}}\0clever_sso_\0https://x.example/\0'
    found = [bytes((number, 0, 0, 0, 0, 0)) + texts for number in range(min(count + 10, 254))]
    found += [bytes((number, 0xFE, 0xC0, 0xC1, 0xC2, 0)) * 3 for number in range(0, 254, 5)]
    return {"c": found}


def main() -> None:
    """Write all inputs."""
    folder = Path(sys.argv[1])
    for target, inputs in (tokens() | answers() | browsers() | requests() | calls()).items():
        place = folder / target
        place.mkdir(parents=True, exist_ok=True)
        for data in inputs:
            (place / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)


if __name__ == "__main__":
    main()
