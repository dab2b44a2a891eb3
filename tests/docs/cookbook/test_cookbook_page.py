"""Every recipe in docs/cookbook.md is run, and the page says what is not; its table leads to them."""

from __future__ import annotations

import re
from pathlib import Path

from recipes import BLOCKS, GUIDE, PAGE


def test_every_recipe_is_run() -> None:
    assert PAGE.count("```") == 2 * len(BLOCKS)
    tests = sorted(Path(__file__).parent.glob("test_cookbook_*.py"))
    text = "".join(path.read_text("utf-8") for path in tests)
    recipes = {name for name, _, _ in BLOCKS}
    assert len(recipes) > 15
    assert [name for name in sorted(recipes) if f'"{name}"' not in text and f"'{name}'" not in text] == []


def test_the_page_says_of_every_file_that_is_no_python_what_is_run() -> None:
    table = PAGE.split("## What is not run\n", 1)[1]
    told = {line.split("`")[1] for line in table.splitlines() if line.startswith("| `")}
    assert told == {path for _, path, _ in BLOCKS if not path.endswith((".py", ".html"))}


def test_every_link_of_the_first_table_leads_to_a_recipe() -> None:
    def anchor(heading: str) -> str:
        return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")

    own = {anchor(heading) for heading in re.findall(r"^## (.+)$", PAGE, re.MULTILINE)}
    table = PAGE.split("## Flask-Login", 1)[0]
    linked = set(re.findall(r"\]\(#([\w-]+)\)", table))
    assert linked == own
    of_the_guide = {anchor(heading) for heading in re.findall(r"^##+ (.+)$", GUIDE, re.MULTILINE)}
    assert set(re.findall(r"\]\(python\.md#([\w-]+)\)", PAGE)) <= of_the_guide
