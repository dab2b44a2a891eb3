"""The logins in the README are the lines between the README marks of the examples, which other tests run."""

from __future__ import annotations

import os
import re
import textwrap

import pytest
from harness.paths import INCLUDE, ROOT

# A login of one's own took one line more before the library set the cookies.
MOST_LINES = {"python": 12, "c": 14, "php": 10, "rust": 14}
README = ROOT / "README.md"
# Set by `make readme`: write the README instead of comparing it.
WRITE = "CLEVER_SSO_WRITE_README"


def between_marks(path: str, comment: str) -> str:
    """The marked lines of a source file."""
    source = (ROOT / path).read_text("utf-8")
    parts = re.findall(rf"{comment} README: begin\n(.*?)\n\s*{comment} README: end", source, re.DOTALL)
    return "\n".join(textwrap.dedent(part).strip("\n") for part in parts)


def opening_of_the_header() -> str:
    """The login at the top of the C header, which is made from the marks of the C example."""
    header = (INCLUDE / "clever_sso.h").read_text("utf-8")
    example = header.split("// A whole login:\n//\n")[1].split("\n//\n// Ownership")[0]
    return "\n".join(line.removeprefix("//").removeprefix("     ") for line in example.splitlines())


SNIPPETS = {
    "python": between_marks("examples/python/login.py", "#"),
    "c": opening_of_the_header(),
    "php": between_marks("examples/php/public/index.php", "//"),
    "rust": between_marks("examples/rust/login.rs", "//"),
}


def with_snippet(readme: str, language: str, snippet: str) -> str:
    block = re.compile(rf"(<!-- {language} -->\n```{language}\n).*?(```)", re.DOTALL)
    assert block.search(readme), language
    return block.sub(lambda found: f"{found[1]}{snippet.strip()}\n{found[2]}", readme)


@pytest.mark.parametrize("language", SNIPPETS)
def test_the_readme_shows_the_tested_login(language: str) -> None:
    readme = README.read_text("utf-8")
    fresh = with_snippet(readme, language, SNIPPETS[language])
    if WRITE in os.environ:
        README.write_text(fresh, "utf-8")
        readme = fresh
    assert readme == fresh, "README.md is stale: run `make readme`"


@pytest.mark.parametrize("language", SNIPPETS)
def test_a_whole_login_takes_few_lines(language: str) -> None:
    lines = SNIPPETS[language].strip().splitlines()
    assert 5 <= len(lines) <= MOST_LINES[language]


@pytest.mark.parametrize("language", ["python", "c", "rust"])
def test_a_login_is_safe_as_it_stands(language: str) -> None:
    # PHP's class asks and ends by itself.
    login, callback = SNIPPETS[language].find("begin_login("), SNIPPETS[language].find("finish_login(")
    asks = [found.start() for found in re.finditer(r"refusal\(", SNIPPETS[language])]
    assert asks[0] < login < callback
    assert asks[-1] < callback
    assert "ends_session" in SNIPPETS[language]


@pytest.mark.parametrize(
    "document",
    ["README.md", "CONTRIBUTING.md", "SECURITY.md", *(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))],
)
def test_links_between_documents_lead_somewhere(document: str) -> None:
    path = ROOT / document
    for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text("utf-8")):
        assert (path.parent / target).exists(), target


def test_what_the_page_of_conformance_names_exists() -> None:
    page = (ROOT / "docs/conformance.md").read_text("utf-8")
    rows = [line.split("|")[-2] for line in page.splitlines() if line.startswith("|")]
    named = [name for row in rows for name in re.findall(r"`([^`]+)`", row)]
    tested = "".join(
        path.read_text("utf-8")
        for folder in ("tests", "core", "ffi/tests", "python/tests", "php/tests", "emulator/tests")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".rs", ".py", ".toml", ".json"} and "__pycache__" not in path.parts
    )
    missing = [name for name in named if not re.search(rf'(fn {name}\(|def {name}\(|"{re.escape(name)}")', tested)]
    assert len(named) > 50
    assert missing == []


def test_each_promise_about_the_browser_names_tests_that_exist() -> None:
    page = (ROOT / "SECURITY.md").read_text("utf-8").split("## What it promises about the browser")[1].split("\n## ")[0]
    rows = [line.strip("|").split("|") for line in page.splitlines() if line.startswith("| ")][1:]
    assert len(rows) >= 12
    for promise, tests in rows:
        named = re.findall(r"`([^`:]+)::([a-z0-9_]+)`", tests)
        assert named, promise
        for path, name in named:
            source = (ROOT / path).read_text("utf-8")
            found = re.search(rf'^ *(async )?(fn|def) {name}\(|^name = "{name}"', source, re.MULTILINE)
            assert found, f"{path}::{name}"


def test_the_names_in_the_page_about_the_browser_are_those_of_each_language() -> None:
    sources = {
        "Python": "python/clever_sso/_native.pyi",
        "C": "include/clever_sso.h",
        "PHP": "php/extension/clever_sso.stub.php",
        "Rust": "core/src",
    }
    page = (ROOT / "docs/browser.md").read_text("utf-8").split("## Names in each language")[1]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines() if line.startswith("|")]
    assert rows[0][1:] == list(sources)
    for column, place in enumerate(sources.values(), 1):
        files = [ROOT / place] if (ROOT / place).is_file() else (ROOT / place).rglob("*.rs")
        text = "".join(path.read_text("utf-8") for path in files)
        for row in rows[2:]:
            called = re.findall(r"`([^`]+)`", row[column])
            assert called, row
            for name in {word for call in called for word in re.findall(r"[A-Za-z_]{5,}", call)}:
                assert re.search(rf"\b{name}\b", text), name
