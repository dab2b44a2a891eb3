"""`make lint` finds phrases that are hard to read, even across line breaks."""

from __future__ import annotations

import pytest
from harness.prose import findings, texts

FOUND = {
    "Whoever logs in": ["whoever"],
    "the person for whom it is": ["whom"],
    "a login is begun anew": ["anew"],
    "in the\nplace of": ["in the place of"],
    "// a person, and what comes\n    // of a login": ["what comes of"],
    "    # it came to\n    # nothing, or was sent to and fro": ["came to nothing", "to and fro"],
    " * Somebody\n * who is signed in": ["somebody who"],
    "/// a loop without\n/// end": ["without end"],
    "def test_whoever_logs_in_is_greeted() -> None": ["whoever"],
    "fn it_came_to_nothing()": ["came to nothing"],
    "a key that is not fresh any\n# more": ["any more"],
    "waits for so many\n// requests, and tells of each": ["so many requests", "tells of"],
    "it is none of ours, and is no text": ["is no text", "is none of"],
}
PLAIN = [
    "A person who is signed in logs in again.",
    "the outcome of a login, in one place of many",
    "it comes, with nothing missing; the place of a rule",
    "a login that restarts without an end tag",
    "fn recommend(); amend the commit, and log out",
    "any more than ten; any more requests; so many people; the tale that it told",
]


@pytest.mark.parametrize("text", FOUND)
def test_a_phrase_is_found(text: str) -> None:
    assert [finding.found for finding in findings(text)] == FOUND[text]


@pytest.mark.parametrize("text", PLAIN)
def test_plain_english_is_not_reported(text: str) -> None:
    assert findings(text) == []


def test_a_finding_has_its_line_and_a_suggestion() -> None:
    (found,) = findings("one\ntwo, without\nend\n")
    assert found.line == 2
    assert "forever" in found.instead


def test_every_kind_of_file_is_read() -> None:
    endings = {name.rpartition(".")[2] for name in texts()}
    assert endings >= {"md", "rs", "py", "pyi", "c", "h", "php", "toml", "html", "js", "css", "sh"}
