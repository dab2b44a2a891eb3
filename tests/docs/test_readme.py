"""The logins in the guides are copies of the lines between the README marks of the examples, which other tests run.

The README has a login in Flask, which runs here. The README must stay short.
"""

from __future__ import annotations

import os
import re
import secrets
import textwrap
from typing import Any

import pytest
from clever_sso.testing import Emulator, log_in
from harness.paths import INCLUDE, ROOT

# The most lines of a login without a framework.
MOST_LINES = {"python": 12, "c": 14, "php": 10, "rust": 14}
MOST_LINES_OF_THE_README = 120
README = ROOT / "README.md"
# The guide that shows each login.
GUIDES = {"python": "docs/python.md", "c": "docs/c.md", "php": "docs/php.md", "rust": "examples/rust/README.md"}
# `make readme` sets this to write the guides instead of comparing them.
WRITE = "CLEVER_SSO_WRITE_README"


def between_marks(path: str, comment: str) -> str:
    """Return the marked lines of a source file."""
    source = (ROOT / path).read_text("utf-8")
    parts = re.findall(rf"{comment} README: begin\n(.*?)\n\s*{comment} README: end", source, re.DOTALL)
    return "\n".join(textwrap.dedent(part).strip("\n") for part in parts)


def opening_of_the_header() -> str:
    """Return the login at the top of the C header, which is made from the marks of the C example."""
    header = (INCLUDE / "clever_sso.h").read_text("utf-8")
    example = header.split("// A whole login:\n//\n")[1].split("\n//\n// Ownership")[0]
    return "\n".join(line.removeprefix("//").removeprefix("     ") for line in example.splitlines())


SNIPPETS = {
    "python": between_marks("examples/python/login.py", "#"),
    "c": opening_of_the_header(),
    "php": between_marks("examples/php/public/index.php", "//"),
    "rust": between_marks("examples/rust/login.rs", "//"),
}


def with_snippet(guide: str, language: str, snippet: str) -> str:
    block = re.compile(rf"(<!-- {language} -->\n```{language}\n).*?(```)", re.DOTALL)
    assert block.search(guide), language
    return block.sub(lambda found: f"{found[1]}{snippet.strip()}\n{found[2]}", guide)


@pytest.mark.parametrize("language", SNIPPETS)
def test_the_guides_show_the_login_of_the_examples(language: str) -> None:
    path = ROOT / GUIDES[language]
    guide = path.read_text("utf-8")
    fresh = with_snippet(guide, language, SNIPPETS[language])
    if WRITE in os.environ:
        path.write_text(fresh, "utf-8")
        guide = fresh
    assert guide == fresh, f"{GUIDES[language]} is stale: run `make readme`"


def test_the_readme_is_short_and_leads_to_every_guide() -> None:
    readme = README.read_text("utf-8")
    assert len(readme.splitlines()) <= MOST_LINES_OF_THE_README
    linked = set(re.findall(r"\]\(([^)#:]+)", readme))
    guides = {path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").glob("*.md")}
    assert guides <= linked


def test_the_app_in_the_readme_logs_people_in(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("flask")
    (app,) = re.findall(r"<!-- flask -->\n```python\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    with Emulator.running() as emulator:
        for name, value in {**emulator.settings(), "SECRET_KEY": secrets.token_hex(32)}.items():
            monkeypatch.setenv(name, str(value))
        names: dict[str, Any] = {"__name__": "app"}
        exec(app, names)
        student, teacher = names["app"].test_client(), names["app"].test_client()
        log_in(student, "ada", emulator)
        log_in(teacher, "grace", emulator)
        assert student.get("/").text == "Hello, Ada Ashworth"
        assert student.get("/lessons").status_code == 403
        assert teacher.get("/lessons").text == f"Lessons of {emulator.person('grace').full_name}"


@pytest.mark.parametrize("language", SNIPPETS)
def test_a_login_in_the_guides_has_few_lines(language: str) -> None:
    lines = SNIPPETS[language].strip().splitlines()
    assert 5 <= len(lines) <= MOST_LINES[language]


@pytest.mark.parametrize("language", ["python", "c", "rust"])
def test_the_login_in_the_guides_is_safe_to_copy(language: str) -> None:
    # PHP's class handles refusals and ends the session by itself.
    login, callback = SNIPPETS[language].find("begin_login("), SNIPPETS[language].find("finish_login(")
    asks = [found.start() for found in re.finditer(r"refusal\(", SNIPPETS[language])]
    assert asks[0] < login < callback
    assert asks[-1] < callback
    assert "ends_session" in SNIPPETS[language]


@pytest.mark.parametrize(
    "document",
    ["README.md", "CONTRIBUTING.md", "SECURITY.md", *(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))],
)
def test_every_link_between_documents_has_a_target(document: str) -> None:
    path = ROOT / document
    for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text("utf-8")):
        assert (path.parent / target).exists(), target


def test_every_test_on_the_conformance_page_exists() -> None:
    page = (ROOT / "docs/conformance.md").read_text("utf-8")
    rows = [line.split("|")[-2] for line in page.splitlines() if line.startswith("|")]
    named = [name for row in rows for name in re.findall(r"`([^`]+)`", row)]
    tested = "".join(
        path.read_text("utf-8")
        for folder in ("tests", "core", "ffi/tests", "python/tests", "php/tests", "emulator/tests", "js/tests")
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


def test_the_page_about_the_browser_has_the_right_names_for_each_language() -> None:
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
