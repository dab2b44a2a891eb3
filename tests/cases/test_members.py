"""Replaces every member of every response with values of wrong types, in Python and in C, over real sockets.

The table is `tests/vectors/members.json`. `core/tests/members.rs` runs it without sockets.
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
    """Replace the member at the path `member` with `value`; the empty path is the whole response."""
    *way, last = [answer, *(member.split(".") if member else [])]
    at: Any = answers
    for name in way:
        at = at[int(name)] if isinstance(at, list) else at[name]
    at[int(last) if isinstance(at, list) else last] = copy.deepcopy(value)


ROWS = [(name, row) for name, journey in TABLE["journeys"].items() for row in journey["members"]]


@pytest.mark.parametrize("name", TABLE["journeys"])
def test_the_unchanged_responses_are_accepted(name: str, face: Face, clever: Clever) -> None:
    journey = TABLE["journeys"][name]
    clever.reset(journey.get("without", []))
    check(run(face, clever, journey["operation"]), journey, {}, name)


@pytest.mark.parametrize(("name", "row"), ROWS, ids=lambda part: part if isinstance(part, str) else part["member"])
def test_a_member_of_a_wrong_type_is_ignored_or_refused(
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


@pytest.mark.parametrize("name", [name for name, journey in TABLE["journeys"].items() if "unread" in journey])
def test_unread_members_of_any_type_change_nothing(name: str, face: Face, clever: Clever) -> None:
    # All members of one depth at once, because their own members are replaced with them.
    journey, depths = TABLE["journeys"][name], {}
    for answer, objects in journey["unread"].items():
        for of, members in objects.items():
            for member in members.split():
                path = f"{of}.{member}".lstrip(".")
                depths.setdefault((answer, path.count(".")), []).append(path)
    for (answer, _), paths in depths.items():
        for kind, wrong in TABLE["wrong"].items():
            clever.reset(journey.get("without", []))
            for path in paths:
                place(clever.answers, answer, path, wrong)
            check(run(face, clever, journey["operation"]), journey, {}, f"{answer} {paths} are {kind}")


ANSWERS = {
    "id_token": ["discovery", "keys", "tokens", "header", "claims"],
    "me": ["tokens", "me", "user"],
    "check_token": ["tokeninfo"],
    "district": ["district"],
    "me_record": ["me"],
    "user_record": ["user"],
    "userinfo": ["userinfo"],
}


def arrays(record: dict[str, Any]) -> dict[str, object]:
    """Return arrays, with all the right content, in place of a response, or of its `data`."""
    made: dict[str, object] = {"around it": [record], "of its values": list(record.values())}
    return {**made, "around its data": {**record, "data": [record["data"]]}} if "data" in record else made


@pytest.mark.parametrize("name", TABLE["journeys"])
def test_an_array_is_never_accepted_as_an_object(name: str, face: Face, clever: Clever) -> None:
    journey = TABLE["journeys"][name]
    rows = {row["answer"]: row for row in journey["members"] if not row["member"]}
    for answer in ANSWERS[name]:
        for kind in arrays(TABLE["answers"][answer]):
            clever.reset(journey.get("without", []))
            clever.answers[answer] = arrays(clever.answers[answer])[kind]
            outcome = run(face, clever, journey["operation"])
            case = f"{answer} in an array {kind}"
            if "gives" in rows.get(answer, {}):
                # A login succeeds without the record of the person, because it decides nothing.
                check(outcome, journey, rows[answer], case)
            else:
                of_token = {"header": "id_token_malformed", "claims": "id_token_claims"}
                assert outcome[0] == f"error {of_token.get(answer, 'response_malformed')}", case


def written(text: list[Any]) -> bytes:
    """Return a string of the table."""
    pieces = (piece if isinstance(piece, str) else piece[0] * piece[1] for piece in text)
    return "".join(pieces).encode("latin-1")


@pytest.mark.parametrize("name", TABLE["journeys"])
@pytest.mark.parametrize("kind", TABLE["texts"])
def test_an_odd_string_in_a_member_that_decides_nothing_does_not_fail_the_login(
    kind: str, name: str, face: Face, clever: Clever
) -> None:
    journey, odd = TABLE["journeys"][name], TABLE["texts"][kind]
    for answer in ANSWERS[name]:
        clever.reset(journey.get("without", []))
        clever.begun = {answer: written(odd["text"])}
        outcome = run(face, clever, journey["operation"])
        if answer in odd.get("refused", []):
            assert outcome[0] == {"header": "error id_token_malformed", "claims": "error id_token_claims"}[answer]
        else:
            check(outcome, journey, {}, f"{answer} with {kind}")


@pytest.mark.parametrize("part", TABLE["deciding"])
def test_a_duplicate_claim_that_decides_is_refused(part: str, face: Face, clever: Clever) -> None:
    for member in TABLE["deciding"][part]:
        clever.reset()
        clever.begun = {part: f'{{"{member}":null,"{member}":null,'.encode()}
        result, fields = run(face, clever, "login")
        assert result == {"header": "error id_token_malformed", "claims": "error id_token_claims"}[part], member
        assert f"ambiguous: {member} appears more than once" in fields["message"]


def check(outcome: tuple[str, dict[str, str]], journey: dict[str, Any], row: dict[str, Any], case: str) -> None:
    result, fields = outcome
    assert result == row.get("result", journey["result"]), f"{case}: {fields.get('message')}"
    for name, expected in {**journey["fields"], **row.get("gives", {})}.items():
        assert fields.get(name) == expected, f"{case}: {name}"
