"""Runs the hostile ID tokens through a program that verifies one token per line."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

from .paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FOLDER = ROOT / "tests/vectors"
CASES: list[dict[str, Any]] = json.loads((FOLDER / "hostile-id-tokens.json").read_text("utf-8"))
KEYS = json.loads((FOLDER / "hostile-jwks.json").read_text("utf-8"))
EXPECTED = KEYS["params"]
SETS = {name: json.dumps(jwks) for name, jwks in KEYS["sets"].items()}

# Each case is a line; these bytes stand for a tab and a line break inside a field.
MASKED = str.maketrans({"\n": "\x01", "\t": "\x02"})


def wrong_verdicts(program: Sequence[str], environment: Mapping[str, str]) -> dict[str, str]:
    """Let `program`, compiled from tests/vectors/verify.c, verify every token; return the wrong verdicts."""
    settings = [str(EXPECTED[name]) for name in ("issuer", "client_id", "now", "leeway")]
    lines = [
        "\t".join(
            [SETS[case["jwks"]], case["token"].translate(MASKED), case["nonce"] or "", case["access_token"] or ""]
        )
        for case in CASES
    ]
    answer = subprocess.run(
        [*program, *settings],
        input="\n".join(lines) + "\n",
        env=environment,
        encoding="utf-8",
        capture_output=True,
        check=True,
    ).stdout.splitlines()
    verdicts = {case["name"]: line.partition(" ")[0] for case, line in zip(CASES, answer)}
    if not len(answer) == len(verdicts) == len(CASES):
        raise RuntimeError(f"{len(answer)} verdicts on {len(CASES)} tokens")
    expected = {case["name"]: case["expect"] == "accept" for case in CASES}
    return {name: word for name, word in verdicts.items() if (word == "ok") != expected[name]}
