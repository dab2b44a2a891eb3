"""The sentences for people are the same in every programming language, and easy to read in English and Spanish."""

from __future__ import annotations

import re
import subprocess
import sys
import warnings
from types import ModuleType
from typing import Callable

import pytest
from harness.paths import ROOT
from harness.patience import SECONDS

sys.path.insert(0, str(ROOT / "docs"))
import write_sentences

# The highest school grade that a text may need.
GRADE = 5
# The texts of the emulator's pages in the source: English and Spanish, with placeholders in braces.
CALL = re.compile(r"language(?:\(\))?\s*\.say\(|Text::new\(|=\s*\(|Some\(\(")
LITERAL = r'(?:format!\(\s*)?"((?:[^"\\]|\\.)*)"\s*\)?'
PAIR = re.compile(rf"\s*{LITERAL},\s*{LITERAL},?\s*\)")
# Calls that pass these texts on.
PASSED_ON = {"Text::new(reason.0, reason.1)", "language.say(&self.english, &self.spanish)"}
# The formulas count words in sentences, so they don't work for a button or a title.
SHORTEST = 5


@pytest.fixture(scope="module")
def textstat() -> ModuleType:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("textstat", reason="textstat is not installed")


@pytest.fixture(scope="module")
def grade(textstat: ModuleType) -> Callable[[str, str], float]:
    """Return the school grade of a text: Flesch-Kincaid in English, Crawford in Spanish."""

    def of(language: str, text: str) -> float:
        textstat.textstat.set_lang({"en": "en_US", "es": "es"}[language])
        measure = {"en": textstat.textstat.flesch_kincaid_grade, "es": textstat.textstat.crawford}[language]
        return float(measure(re.sub(r"[{}]", "", text)))

    return of


def test_every_programming_language_has_the_same_sentences() -> None:
    command = [sys.executable, str(ROOT / "docs" / "write_sentences.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, done.stderr


def test_the_page_of_errors_has_the_codes_of_refusals() -> None:
    table = (ROOT / "docs/errors.md").read_text("utf-8").split("## Refusals")[1].split("\n## ")[0]
    listed = set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE))
    folder = ROOT / "python/clever_sso/_web"
    constant = r"^(?:DENIED|NOT_\w+|LINK_REFUSED) = \"(\w+)\""
    used = {
        code
        for name in ("api.py", "arrival.py")
        for code in re.findall(constant, (folder / name).read_text("utf-8"), re.MULTILINE)
        if "_" in code
    }
    crate = "".join((ROOT / "core/src/web" / name).read_text("utf-8") for name in ("response.rs", "browser_leg.rs"))
    used |= set(re.findall(r"const (?:DENIED|NOT_\w+): &str = \"(\w+)\"", crate))
    assert listed == used
    assert len(listed) > 4


def test_a_child_in_grade_five_can_read_every_sentence(grade: Callable[[str, str], float]) -> None:
    pairs = write_sentences.spanish()
    texts = [("en", text) for text in pairs] + [("es", text) for text in pairs.values()]
    sentences = [(language, text) for language, text in texts if len(text.split()) >= SHORTEST]
    assert len(sentences) > len(texts) / 2
    hard = {text: level for language, text in sentences if (level := grade(language, text)) > GRADE}
    assert hard == {}


def emulators() -> list[tuple[str, str]]:
    """Return the texts of the emulator's pages for people, in both languages."""
    files = sorted((ROOT / "emulator/src").rglob("*.rs"))
    text = "\n".join(path.read_text("utf-8").partition("#[cfg(test)]")[0] for path in files)
    found = []
    for call in CALL.finditer(text):
        pair = PAIR.match(text, call.end())
        if pair:
            found.append((pair[1], pair[2]))
        elif call[0].endswith(("say(", "new(")):
            whole = text[call.start() : text.index(")", call.end()) + 1]
            assert whole in PASSED_ON, f"its reading level is not measured: {whole}"
    return found


def test_a_child_in_grade_five_can_read_the_pages_of_the_emulator(grade: Callable[[str, str], float]) -> None:
    texts = [(language, text) for pair in emulators() for language, text in zip(("en", "es"), pair)]
    assert len(texts) > 100
    sentences = [(language, text) for language, text in texts if len(text.split()) >= SHORTEST]
    hard = {text: level for language, text in sentences if (level := grade(language, text)) > GRADE}
    assert hard == {}


def test_a_hard_sentence_is_found(grade: Callable[[str, str], float]) -> None:
    assert grade("en", "Authentication was unsuccessful: the identity provider rejected authorization.") > GRADE
    assert grade("es", "La autenticación resultó insatisfactoria: el proveedor de identidad rechazó la sesión.") > GRADE
