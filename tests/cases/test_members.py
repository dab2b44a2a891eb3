"""Every member of every answer with a value of every wrong kind, through Python and through C over real sockets.

The table is `tests/vectors/members.json`; `tests/vectors/members.rs` runs it through the pure readers.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest
from faces import run
from harness.clever import TABLE

if TYPE_CHECKING:
    from faces import Face
    from harness.clever import Clever


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
