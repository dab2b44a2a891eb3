"""What people read: the same in every language of programs, and easy to read in both languages of people."""

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

# The school grade that a text is for, at most.
GRADE = 5
# The formulas count words in sentences: of a button or a title they say nothing.
SHORTEST = 5


@pytest.fixture(scope="module")
def textstat() -> ModuleType:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("textstat", reason="textstat is not installed")


@pytest.fixture(scope="module")
def grade(textstat: ModuleType) -> Callable[[str, str], float]:
    """The grade of a text: by Flesch and Kincaid in English, by Crawford in Spanish."""

    def of(language: str, text: str) -> float:
        textstat.textstat.set_lang({"en": "en_US", "es": "es"}[language])
        measure = {"en": textstat.textstat.flesch_kincaid_grade, "es": textstat.textstat.crawford}[language]
        return float(measure(re.sub(r"[{}]", "", text)))

    return of


def test_no_language_of_programs_has_other_sentences() -> None:
    command = [sys.executable, str(ROOT / "docs" / "write_sentences.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, done.stderr


def test_a_child_in_grade_five_can_read_every_sentence(grade: Callable[[str, str], float]) -> None:
    pairs = write_sentences.spanish()
    texts = [("en", text) for text in pairs] + [("es", text) for text in pairs.values()]
    sentences = [(language, text) for language, text in texts if len(text.split()) >= SHORTEST]
    assert len(sentences) > len(texts) / 2
    hard = {text: level for language, text in sentences if (level := grade(language, text)) > GRADE}
    assert hard == {}


def test_a_hard_sentence_would_be_found(grade: Callable[[str, str], float]) -> None:
    assert grade("en", "Authentication was unsuccessful: the identity provider rejected authorization.") > GRADE
    assert grade("es", "La autenticación resultó insatisfactoria: el proveedor de identidad rechazó la sesión.") > GRADE
