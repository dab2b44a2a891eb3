"""The header as a manual and as source text: what each function says of itself, and who can compile it."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from harness.header import FUNCTIONS, HANDLES, Function
from harness.paths import INCLUDE, ROOT
from harness.programs import compiled, environment

if TYPE_CHECKING:
    from pathlib import Path

HEADER = (INCLUDE / "clever_sso.h").read_text("utf-8")
TWICE = "#include <clever_sso.h>\n#include <clever_sso.h>\n"
ONLY_THE_HEADER = TWICE + "int main(void) { return clever_sso_version() == 0; }\n"
WARNINGS = ["-Wall", "-Wextra", "-pedantic", "-Werror", f"-I{INCLUDE}", "-fsyntax-only"]
LANGUAGES = {"gcc": ["c99", "c11"], "clang": ["c99", "c11"], "g++": ["c++11", "c++17"], "clang++": ["c++11", "c++17"]}
CHAPTERS = ["A whole login:", "Ownership.", "Threads.", "Fork.", "Errors.", "Time.", "Log."]


@pytest.mark.parametrize(
    ("compiler", "language"), [(compiler, language) for compiler, many in LANGUAGES.items() for language in many]
)
def test_the_header_compiles_with_all_warnings_as_errors(compiler: str, language: str, tmp_path: Path) -> None:
    if shutil.which(compiler) is None:
        pytest.skip(f"{compiler} is not installed")
    source = tmp_path / ("main.cpp" if "++" in language else "main.c")
    source.write_text(ONLY_THE_HEADER)
    subprocess.run([compiler, f"-std={language}", *WARNINGS, str(source)], check=True)


def test_the_header_opens_with_what_must_be_known_in_this_order() -> None:
    places = [HEADER.index(f"// {chapter}") for chapter in CHAPTERS]
    assert places == sorted(places)
    assert places[-1] < HEADER.index("#ifndef CLEVER_SSO_H")


@pytest.mark.parametrize("function", [pytest.param(one, id=one.name) for one in FUNCTIONS.values()])
def test_a_function_says_what_it_does_then_who_frees_then_when_it_fails(function: Function) -> None:
    words = " ".join(function.comment.split())
    assert re.match(r"[A-Z].*\.", words), words
    owner = re.search(r"\b(Free (it|them|the \w+) with `(\w+)`|Frees )", words)
    failure = re.search(r"\bFails with (`CLEVER_SSO_\w+`|any status)", words)
    if function.gives:
        assert owner
        assert failure
        assert 0 < owner.start() < failure.start()
        assert owner[3] == free_of(function)
    elif function.name.endswith("_free"):
        assert words.startswith("Frees ")
        assert words.endswith("NULL is fine.")
    assert bool(failure) == function.fallible
    if "*" in function.result and not any(one.handle for one in function.parameters):
        # There is no handle to borrow from.
        assert "lives as long as the library" in words
    elif "*" in function.result:
        borrowed = re.search(r"\bBorrowed from `(\w+)`", words)
        assert borrowed
        assert borrowed[1] == function.parameters[0].name


def free_of(function: Function) -> str:
    assert function.gives
    return f"{function.gives.handle or 'clever_sso_string'}_free"


def test_every_handle_that_is_given_out_has_one_function_that_frees_it() -> None:
    given = {one.gives.handle for one in FUNCTIONS.values() if one.gives and one.gives.handle}
    freed = {name.removesuffix("_free") for name in FUNCTIONS if name.endswith("_free")} - {"clever_sso_string"}
    borrowed = {"clever_sso_identity", "clever_sso_set_cookie"}
    assert given == freed - {"clever_sso_error"}
    assert not freed & borrowed
    assert freed | borrowed == HANDLES


def test_the_header_declares_nothing_of_others() -> None:
    text = re.sub(r"//[^\n]*", "", HEADER)
    declared = set(re.findall(r"\b(\w+)\([^()]*\);", text))
    assert len(declared) > 150
    assert {name for name in declared if not name.startswith("clever_sso_")} == set()


def test_the_version_in_the_header_is_that_of_the_library(tmp_path: Path) -> None:
    source = tmp_path / "version.c"
    source.write_text(
        "#include <clever_sso.h>\n#include <stdio.h>\n"
        "int main(void) { unsigned number = clever_sso_version_number(); "
        'printf("%s %s %d.%d.%d %u.%u.%u", clever_sso_version(), CLEVER_SSO_VERSION, '
        "CLEVER_SSO_VERSION_MAJOR, CLEVER_SSO_VERSION_MINOR, CLEVER_SSO_VERSION_PATCH, "
        "number / 10000, number / 100 % 100, number % 100); return 0; }\n"
    )
    program = compiled(source, name="version")
    shown = subprocess.run([program], env=environment(), check=True, capture_output=True, text=True).stdout
    package = re.search(r'^version = "(.*)"', (ROOT / "Cargo.toml").read_text("utf-8"), re.MULTILINE)
    assert package
    assert shown.split() == [package[1]] * 4
