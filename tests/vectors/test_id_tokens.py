"""Every ID token of the hostile set comes out as expected through Python and through C."""

from __future__ import annotations

import contextlib
import json
import resource
import subprocess
import time
from typing import Any

import clever_sso
import pytest
from harness.paths import ROOT
from harness.programs import compiled, environment

LONGEST_SECONDS = 0.5
LARGEST_KIBIBYTES = 64 * 1024
FOLDER = ROOT / "tests/vectors"
CASES: list[dict[str, Any]] = json.loads((FOLDER / "hostile-id-tokens.json").read_text("utf-8"))
KEYS = json.loads((FOLDER / "hostile-jwks.json").read_text("utf-8"))
EXPECTED = KEYS["params"]
SETS = {name: json.dumps(jwks) for name, jwks in KEYS["sets"].items()}


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
def test_python_refuses_hostile_tokens_and_accepts_odd_but_good_ones(case: dict[str, Any]) -> None:
    jwks = SETS[case["jwks"]]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    assert verdict_in_python(case, jwks) == case["expect"]
    assert time.perf_counter() - start < LONGEST_SECONDS
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < LARGEST_KIBIBYTES


def test_keys_made_once_give_the_same_verdicts() -> None:
    sets = {}
    for name, jwks in SETS.items():
        # One set has no usable key: it opens nothing.
        with contextlib.suppress(clever_sso.CleverError):
            sets[name] = clever_sso.KeySet(jwks)
    verdicts = {case["name"]: verdict_in_python(case, sets[case["jwks"]]) for case in CASES if case["jwks"] in sets}
    assert len(verdicts) > 100
    assert verdicts == {case["name"]: case["expect"] for case in CASES if case["jwks"] in sets}


def test_c_refuses_hostile_tokens_and_accepts_odd_but_good_ones() -> None:
    program = compiled(FOLDER / "verify.c")
    settings = [str(EXPECTED[name]) for name in ("issuer", "client_id", "now", "leeway")]
    # The program takes a line for a case; these bytes stand for what would end a field or a line.
    masked = str.maketrans({"\n": "\x01", "\t": "\x02"})
    lines = [
        "\t".join(
            [SETS[case["jwks"]], case["token"].translate(masked), case["nonce"] or "", case["access_token"] or ""]
        )
        for case in CASES
    ]
    answer = subprocess.run(
        [program, *settings],
        input="\n".join(lines) + "\n",
        env=environment(),
        text=True,
        capture_output=True,
        check=True,
    ).stdout.splitlines()
    verdicts = {case["name"]: line.partition(" ")[0] for case, line in zip(CASES, answer)}
    assert len(answer) == len(verdicts) == len(CASES)
    wrong = {
        name: word
        for (name, word), case in zip(verdicts.items(), CASES)
        if (word == "ok") != (case["expect"] == "accept")
    }
    assert wrong == {}
