"""Every ID token of the hostile set gets the expected verdict, in Python and in C."""

from __future__ import annotations

import contextlib
import resource
from typing import Any

import clever_sso
import pytest
from harness.hostile import CASES, EXPECTED, FOLDER, SETS, wrong_verdicts
from harness.programs import compiled, environment

LARGEST_KIBIBYTES = 64 * 1024


def verdict_in_python(case: dict[str, Any], keys: clever_sso.KeySet | str) -> str:
    try:
        clever_sso.verify_id_token(
            case["token"],
            keys=keys,
            issuer=EXPECTED["issuer"],
            client_id=EXPECTED["client_id"],
            nonce=case["nonce"],
            now=EXPECTED["now"],
            leeway=EXPECTED["leeway"],
            access_token=case["access_token"],
        )
    except clever_sso.Error as error:
        return "reject" if case["token"] not in f"{error} {error!r}" else "told"
    return "accept"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_python_refuses_invalid_tokens_and_accepts_unusual_valid_ones(case: dict[str, Any]) -> None:
    # `make bench` measures the slowest of them.
    jwks = SETS[case["jwks"]]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert verdict_in_python(case, jwks) == case["expect"]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < LARGEST_KIBIBYTES


def test_a_key_set_gives_the_same_verdicts_each_time() -> None:
    sets = {}
    for name, jwks in SETS.items():
        # One key set has no usable key, so it cannot be created.
        with contextlib.suppress(clever_sso.CleverError):
            sets[name] = clever_sso.KeySet(jwks)
    verdicts = {case["name"]: verdict_in_python(case, sets[case["jwks"]]) for case in CASES if case["jwks"] in sets}
    assert len(verdicts) > 100
    assert verdicts == {case["name"]: case["expect"] for case in CASES if case["jwks"] in sets}


def test_c_refuses_invalid_tokens_and_accepts_unusual_valid_ones() -> None:
    assert wrong_verdicts([str(compiled(FOLDER / "verify.c"))], environment()) == {}
