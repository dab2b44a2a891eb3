"""The header as documentation and as source code: its comments, and the compilers that accept it."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from harness.header import FUNCTIONS, HANDLES, Function, functions_of
from harness.paths import INCLUDE, VERSION
from harness.programs import compiled, environment

if TYPE_CHECKING:
    from pathlib import Path

HEADER = (INCLUDE / "clever_sso.h").read_text("utf-8")
TWICE = "#include <clever_sso.h>\n#include <clever_sso.h>\n"
ONLY_THE_HEADER = TWICE + "int main(void) { return clever_sso_version() == 0; }\n"
WARNINGS = ["-Wall", "-Wextra", "-pedantic", "-Werror", f"-I{INCLUDE}", "-fsyntax-only"]
LANGUAGES = {"gcc": ["c99", "c11"], "clang": ["c99", "c11"], "g++": ["c++11", "c++17"], "clang++": ["c++11", "c++17"]}
CHAPTERS = ["A whole login:", "Ownership.", "Threads.", "Fork.", "Signals.", "Ends of threads and programs.", "Memory."]
CHAPTERS += ["Errors.", "Compatibility.", "Time.", "Environment.", "Log."]


@pytest.mark.parametrize(
    ("compiler", "language"), [(compiler, language) for compiler, many in LANGUAGES.items() for language in many]
)
def test_the_header_compiles_with_all_warnings_as_errors(compiler: str, language: str, tmp_path: Path) -> None:
    if shutil.which(compiler) is None:
        pytest.skip(f"{compiler} is not installed")
    source = tmp_path / ("main.cpp" if "++" in language else "main.c")
    source.write_text(ONLY_THE_HEADER)
    subprocess.run([compiler, f"-std={language}", *WARNINGS, str(source)], check=True)


def test_the_header_begins_with_the_general_rules_in_this_order() -> None:
    places = [HEADER.index(f"// {chapter}") for chapter in CHAPTERS]
    assert places == sorted(places)
    assert places[-1] < HEADER.index("#ifndef CLEVER_SSO_H")


# What a program can do with the library, and the chapter of the header that says so.
SAID = {
    "fork()": "Fork.",
    "vfork()": "Fork.",
    "signal handler": "Fork.",
    "SIGPIPE": "Signals.",
    "A handler itself": "Signals.",
    "longjmp()": "Signals.",
    "pthread_cancel": "Ends of threads and programs.",
    "exit()": "Ends of threads and programs.",
    "dlclose()": "Ends of threads and programs.",
    "pthread_key_create()": "Ends of threads and programs.",
    "malloc()": "Memory.",
}


@pytest.mark.parametrize("words", SAID)
def test_the_header_says_what_a_host_can_do(words: str) -> None:
    chapters = re.split(r"^// (?=[A-Z][\w ]*\. )", HEADER.split("#ifndef")[0], flags=re.MULTILINE)
    saying = [chapter for chapter in chapters if chapter.startswith(SAID[words])]
    assert len(saying) == 1
    assert words in re.sub(r"\s+// |\s+", " ", saying[0])


def test_the_header_says_that_the_log_callback_must_not_jump_out_of_a_call() -> None:
    said = " ".join(FUNCTIONS["clever_sso_set_log_callback"].comment.split())
    for words in ("`longjmp`", "`pthread_exit`", "`pthread_cancel` waits", "C++ exception"):
        assert words in said, words


# A heading between two lines of "=" for a section, or of "-" for a part of it.
HEADING = re.compile(r"^// (=|-)\1{90,}\n// (.+)\n// \1+$", re.MULTILINE)
STEPS = ["Types", "The version", "Configure", "Begin a login", "Finish a login", "Who it is", "Log out", "Errors"]
STEPS += ["Step by step, for a login that you drive yourself", "Keys", "Monitoring", "Check a setup", "The log"]


def sections() -> dict[tuple[str, str], list[str]]:
    """The functions below each section and part, in order."""
    found: dict[tuple[str, str], list[str]] = {}
    step, noun = "", ""
    headings = list(HEADING.finditer(HEADER))
    for heading, after in zip(headings, [*(one.start() for one in headings[1:]), len(HEADER)]):
        step, noun = (heading[2], "") if heading[1] == "=" else (step, heading[2])
        found[step, noun] = list(functions_of(HEADER[heading.end() : after]))
    return found


def test_the_sections_of_the_header_follow_a_login() -> None:
    assert list(dict.fromkeys(step for step, _ in sections())) == STEPS
    journey = ["version", "config_new", "client_new", "begin_login", "finish_login", "outcome_identity", "identity_id"]
    journey += [
        "log_out",
        "error_code",
        "authorize_url",
        "export_keys",
        "key_set_new",
        "client_stats",
        "doctor",
        "set_log_callback",
    ]
    places = [list(FUNCTIONS).index(f"clever_sso_{name}") for name in journey]
    assert places == sorted(places)


def test_every_function_is_below_the_heading_of_its_handle() -> None:
    below = {name: (step, noun) for (step, noun), names in sections().items() for name in names}
    assert below.keys() == FUNCTIONS.keys()
    headed = {noun.split(":")[0] for _, noun in below.values()} & HANDLES
    # These have a section of their own. The functions of an outcome are in the second half of the login.
    alone = {"clever_sso_outcome": "Finish a login", "clever_sso_logout": "Log out", "clever_sso_error": "Errors"}
    alone |= {"clever_sso_stats": "Monitoring", "clever_sso_report": "Check a setup"}
    assert headed | alone.keys() == HANDLES
    for name, (step, noun) in below.items():
        owners = [one for one in HANDLES if re.fullmatch(f"{one}_(new|free|set_.*|add_.*)", name)]
        if owners:
            owner = max(owners, key=len)
            assert alone.get(owner) == step or noun.startswith(f"{owner}:"), name


def test_the_types_come_before_the_functions_in_the_same_order() -> None:
    types, functions = HEADER.split('extern "C" {')
    assert list(functions_of(functions)) == list(FUNCTIONS)
    handles = re.findall(r"^typedef struct (\w+) \1;", HEADER, re.MULTILINE)
    assert all(f"typedef struct {name} {name};" in types for name in handles)
    headings = [noun.split(":")[0] for _, noun in sections() if noun.split(":")[0] in HANDLES]
    assert [name for name in handles if name in headings] == headings


def test_the_preprocessor_can_compare_the_version_number(tmp_path: Path) -> None:
    source = tmp_path / "number.c"
    source.write_text(
        "#include <clever_sso.h>\n"
        "#if CLEVER_SSO_VERSION_NUMBER < 100 || CLEVER_SSO_VERSION_NUMBER >= 1000000\n#error\n#endif\n"
        "int main(void) { return clever_sso_version_number() != CLEVER_SSO_VERSION_NUMBER; }\n"
    )
    subprocess.run([compiled(source, name="number")], env=environment(), check=True)


@pytest.mark.parametrize("function", [pytest.param(one, id=one.name) for one in FUNCTIONS.values()])
def test_a_function_says_what_it_does_then_who_frees_then_when_it_fails(function: Function) -> None:
    words, since, version = " ".join(function.comment.split()).rpartition(" Since ")
    assert since
    assert re.fullmatch(r"\d+\.\d+\.", version), version
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
        # There is no handle that owns the text.
        assert "lives as long as the library" in words
    elif "*" in function.result:
        borrowed = re.search(r"\bBorrowed from `(\w+)`", words)
        assert borrowed
        assert borrowed[1] == function.parameters[0].name


def free_of(function: Function) -> str:
    assert function.gives
    return f"{function.gives.handle or 'clever_sso_string'}_free"


def test_every_returned_handle_has_one_function_that_frees_it() -> None:
    given = {one.gives.handle for one in FUNCTIONS.values() if one.gives and one.gives.handle}
    freed = {name.removesuffix("_free") for name in FUNCTIONS if name.endswith("_free")} - {"clever_sso_string"}
    borrowed = {"clever_sso_identity", "clever_sso_set_cookie"}
    assert given == freed - {"clever_sso_error"}
    assert not freed & borrowed
    assert freed | borrowed == HANDLES


def test_every_function_in_the_header_has_our_prefix() -> None:
    text = re.sub(r"//[^\n]*", "", HEADER)
    declared = set(re.findall(r"\b(\w+)\([^()]*\);", text))
    assert len(declared) > 150
    assert {name for name in declared if not name.startswith("clever_sso_")} == set()


def test_the_version_in_the_header_matches_the_library(tmp_path: Path) -> None:
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
    assert shown.split() == [VERSION] * 4
