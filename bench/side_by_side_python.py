"""Verifies one ID token repeatedly in Python, in turns with other programs: `side_by_side.py` starts them.

    python side_by_side_python.py NAME JOB

The loop is in `repeat.py`.
"""

# ruff: noqa: PLC0415  (a process imports only what it measures)
from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path
from typing import Any, Callable

from repeat import answer_lines

Job = dict[str, Any]


def clever_sso(job: Job) -> Callable[[], object]:
    from clever_sso import KeySet, verify_id_token

    keys = KeySet(json.dumps(job["jwks"]))
    token, nonce = job["token"], job["nonce"]
    settings = {name: job[name] for name in ("issuer", "client_id", "now")}
    return lambda: verify_id_token(token, keys=keys, nonce=nonce, **settings)


def pyjwt(job: Job) -> Callable[[], object]:
    import jwt

    key = jwt.PyJWK(job["jwks"]["keys"][0])
    return lambda: jwt.decode(job["token"], key, ["RS256"], audience=job["client_id"], issuer=job["issuer"])


def pyjwkclient(job: Job) -> Callable[[], object]:
    import jwt

    client = jwt.PyJWKClient(job["jwks_url"])

    def verify() -> object:
        key = client.get_signing_key_from_jwt(job["token"])
        return jwt.decode(job["token"], key, ["RS256"], audience=job["client_id"], issuer=job["issuer"])

    return verify


def authlib(job: Job) -> Callable[[], object]:
    from authlib.deprecate import AuthlibDeprecationWarning

    # Its successor is joserfc, which is measured too.
    warnings.simplefilter("ignore", AuthlibDeprecationWarning)
    from authlib.jose import JsonWebKey, JsonWebToken

    keys, reader = JsonWebKey.import_key_set(job["jwks"]), JsonWebToken(["RS256"])
    options = {
        "iss": {"essential": True, "value": job["issuer"]},
        "aud": {"essential": True, "value": job["client_id"]},
    }
    return lambda: reader.decode(job["token"], keys, claims_options=options).validate()


def joserfc(job: Job) -> Callable[[], object]:
    from joserfc import jwt
    from joserfc.jwk import KeySet

    keys = KeySet.import_key_set(job["jwks"])
    claims = jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": job["issuer"]}, aud={"essential": True, "value": job["client_id"]}
    )

    def verify() -> object:
        token = jwt.decode(job["token"], keys, algorithms=["RS256"])
        claims.validate(token.claims)
        return token

    return verify


VERIFIERS = {each.__name__: each for each in (clever_sso, pyjwt, pyjwkclient, authlib, joserfc)}


if __name__ == "__main__":
    answer_lines(VERIFIERS[sys.argv[1]](json.loads(Path(sys.argv[2]).read_text("utf-8"))))
