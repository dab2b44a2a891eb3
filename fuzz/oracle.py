"""Judges ID tokens by strict rules, and compares its verdicts with those of the library.

`cases COUNT FOLDER | python3 fuzz/oracle.py`. The rules are those of OpenID Connect Core 3.1.3.7, RFC 7515, RFC 7519
and RFC 8725, written here from the standards. `cryptography` checks the signature. PyJWT
checks accepted tokens a second time.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import sys
from typing import Any

import jwt
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

_BASE64URL = re.compile(r"[A-Za-z0-9_-]*")
_SUBJECT = re.compile(r"[!-~](?:[ -~]{0,253}[!-~])?")
_YEAR = 366 * 24 * 3600
_HIGHEST = 2**53
_DEEPEST = 60
# Errors of PyJWT about the content of a token, not about its format.
_OF_PYJWT = (
    jwt.InvalidSignatureError,
    jwt.InvalidAlgorithmError,
    jwt.InvalidAudienceError,
    jwt.InvalidIssuerError,
    jwt.MissingRequiredClaimError,
)


class UnclearError(Exception):
    """Readers may differ: the library repairs what only describes, and this program judges nothing."""


def _decoded(part: str) -> bytes | None:
    if not _BASE64URL.fullmatch(part) or len(part) % 4 == 1:
        return None
    decoded = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    return decoded if base64.urlsafe_b64encode(decoded).rstrip(b"=").decode() == part else None


def _object(members: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in members}) < len(members):
        raise UnclearError
    return dict(members)


def _constant(_: str) -> Any:
    raise ValueError("NaN and Infinity are no JSON")


def _check_depth(value: Any, depth: int = 0) -> None:
    if depth > _DEEPEST:
        raise UnclearError
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for one in inner:
        _check_depth(one, depth + 1)


def _texts(value: Any) -> Any:
    """Numbers and text that some JSON parsers cannot represent."""
    if isinstance(value, dict):
        for name, one in value.items():
            yield name
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
    else:
        yield value


def read(data: bytes) -> dict[str, Any] | None:
    """One JSON object in UTF-8, or None."""
    try:
        text = data.decode("utf-8")
        # Between values, Python's parser accepts only the white space of JSON.
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_constant)
    except RecursionError:
        raise UnclearError from None
    except ValueError:
        if data.startswith(b"\xef\xbb\xbf"):
            raise UnclearError from None
        return None
    _check_depth(value)
    for one in _texts(value):
        if isinstance(one, str) and any("\ud800" <= letter <= "\udfff" for letter in one):
            raise UnclearError
        if isinstance(one, float) and one in (float("inf"), float("-inf")):
            raise UnclearError
        if isinstance(one, int) and not isinstance(one, bool) and abs(one) >= 2**64:
            raise UnclearError
    return value if isinstance(value, dict) else None


def _seconds(claims: dict[str, Any], name: str) -> int | None:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
        return None
    return int(value) if isinstance(value, int) or value < _HIGHEST else None


def _is_header(header: dict[str, Any], claims: dict[str, Any], kids: set[str]) -> bool:
    typ, kid = header.get("typ"), header.get("kid")
    return (
        header.get("alg") == "RS256"
        and not {"crit", "b64", "zip", "cty"} & header.keys()
        and (typ is None or (isinstance(typ, str) and typ.lower() in {"jwt", "application/jwt"}))
        and (kid in (None, "") or (isinstance(kid, str) and kid in kids))
        and all(
            name not in header or (name in claims and header[name] == claims[name]) for name in ("iss", "sub", "aud")
        )
    )


def _is_ours(claims: dict[str, Any], expected: dict[str, Any]) -> bool:
    sub, client = claims.get("sub"), expected["client_id"]
    return (
        claims.get("iss") == expected["issuer"]
        and isinstance(sub, str)
        and bool(_SUBJECT.fullmatch(sub))
        and claims.get("aud") in (client, [client])
        and claims.get("azp", client) == client
    )


def _is_in_time(claims: dict[str, Any], now: int, leeway: int) -> bool:
    iat, exp, nbf = (_seconds(claims, name) for name in ("iat", "exp", "nbf"))
    if iat is None or exp is None or ("nbf" in claims and nbf is None):
        return False
    return exp + leeway > now and iat <= now + leeway and exp - iat <= _YEAR and (nbf is None or nbf <= now + leeway)


def _is_bound(claims: dict[str, Any], case: dict[str, Any], expected: dict[str, Any]) -> bool:
    sent = {"nonce": expected["nonce"]} if case["nonce"] else {}
    if {name: claims[name] for name in ("nonce",) if name in claims} != sent:
        return False
    half = hashlib.sha256(expected["access_token"].encode()).digest()[:16]
    at_hash = base64.urlsafe_b64encode(half).rstrip(b"=").decode()
    return not case["access_token"] or claims.get("at_hash", at_hash) == at_hash


def is_good(case: dict[str, Any], expected: dict[str, Any], key: rsa.RSAPublicKey, kids: set[str]) -> bool:
    """Whether a token passes every rule."""
    token = case["token"]
    parts = token.split(".")
    if len(parts) != 3 or len(token) > 32 * 1024 or len(parts[0]) > 8 * 1024:  # noqa: PLR2004 -- header, payload, signature
        return False
    header_bytes, payload, signature = map(_decoded, parts)
    if header_bytes is None or payload is None or signature is None:
        return False
    try:
        key.verify(signature, ".".join(parts[:2]).encode(), padding.PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    header, claims = read(header_bytes), read(payload)
    return (
        header is not None
        and claims is not None
        and _is_header(header, claims, kids)
        and _is_ours(claims, expected)
        and _is_in_time(claims, expected["now"], case["leeway"])
        and _is_bound(claims, case, expected)
    )


def _pyjwt_accepts(token: str, expected: dict[str, Any], key: rsa.RSAPublicKey) -> bool:
    options = {
        "require": ["iss", "aud", "sub", "exp", "iat"],
        "verify_exp": False,
        "verify_iat": False,
        "verify_nbf": False,
    }
    try:
        jwt.decode(
            token, key, algorithms=["RS256"], audience=expected["client_id"], issuer=expected["issuer"], options=options
        )
    except _OF_PYJWT as error:
        print(f"PyJWT: {error}", file=sys.stderr)
        return False
    except jwt.PyJWTError:
        # PyJWT refuses a null `kid`, which means unset.
        return True
    return True


def _number(text: str) -> int:
    return int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), "big")


def main() -> int:
    """Compare all verdicts. The exit code is 0 if they agree."""
    lines = iter(sys.stdin)
    expected = json.loads(next(lines))
    jwk = expected["jwks"]["keys"][0]
    key = rsa.RSAPublicNumbers(_number(jwk["e"]), _number(jwk["n"])).public_key()
    kids = {jwk["kid"]}
    counts = {"accepted": 0, "refused": 0, "unclear": 0, "differ": 0}
    for line in lines:
        case = json.loads(line)
        try:
            good = is_good(case, expected, key, kids)
        except UnclearError:
            counts["unclear"] += 1
            continue
        counts["accepted" if case["accepted"] else "refused"] += 1
        if good != case["accepted"] or (good and not _pyjwt_accepts(case["token"], expected, key)):
            counts["differ"] += 1
            print(f"the library {'accepts' if case['accepted'] else 'refuses'} ({case['code']}): {case['token']}")
    print(", ".join(f"{count} {name}" for name, count in counts.items()))
    enough = counts["accepted"] > 0 and counts["refused"] > 0
    return 1 if counts["differ"] or not enough else 0


if __name__ == "__main__":
    sys.exit(main())
