"""The page about going live names existing tests, and exactly the error codes of the catalogue."""

from __future__ import annotations

import re

from harness.paths import ROOT

PAGE = (ROOT / "docs/going-live.md").read_text("utf-8")


def rows(heading: str) -> list[list[str]]:
    section = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line] for line in lines[2:]]


def test_every_requirement_of_clever_names_existing_tests() -> None:
    table = rows("Certification")
    assert len(table) > 10
    for asked, _, shown in table:
        named = re.findall(r"`([^`:]+\.py)(?:::(\w+))?`", shown)
        assert named, asked
        for path, name in named:
            source = (ROOT / path).read_text("utf-8")
            assert not name or f"def {name}(" in source, f"{path}::{name}"


def test_the_table_has_exactly_the_error_codes_of_the_catalogue() -> None:
    known = set(re.findall(r"^\| `(\w+)` \|", (ROOT / "docs/errors.md").read_text("utf-8"), re.MULTILINE))
    named = {code for row in rows("When logins fail") for code in re.findall(r"`(\w+)`", row[0])}
    assert len(known) > 40
    assert named == known
