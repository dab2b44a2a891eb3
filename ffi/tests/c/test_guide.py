"""The code in docs/c.md: every block compiles with all warnings, and the whole program logs a person in."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from harness import emulator
from harness.console import log_in_with
from harness.header import FUNCTIONS
from harness.paths import INCLUDE, ROOT
from harness.programs import compiled, environment

if TYPE_CHECKING:
    from pathlib import Path

GUIDE = (ROOT / "docs/c.md").read_text("utf-8")
# The marked block is part of examples/c/login.c, which other tests compile and run.
BLOCKS = re.findall(r"(?<!<!-- c -->\n)^```c\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)
APP = emulator.App("0d1c" * 5, "5ec4e7" * 6, "http://127.0.0.1:9/callback", oidc=True)
INCLUDES = "#include <clever_sso.h>\n#include <stdio.h>\n#include <string.h>\n#include <syslog.h>\n"
# Functions of the application, which the guide only names.
APPLICATION = """
int show_problem(clever_sso_error *error);
void redirect(const char *url);
void add_header(const char *name, const char *value);
void end_session(void);
void new_session(const clever_sso_identity *identity);
void show_refusal(const char *word);
void show_page(const char *sentence);
void offer_to_try_again(void);
void raise_alarm(void);
"""
GIVEN = {
    "client": "const clever_sso_client *client",
    "options": "clever_sso_login_options *options",
    "callback": "const char *callback",
    "cookies": "const char *cookies",
    "fragment": "const char *fragment",
    "identity": "const clever_sso_identity *identity",
    "access_token": "const char *access_token",
    "info": "clever_sso_token_info *info",
    "id_token": "const char *id_token",
    "jwks": "const char *jwks",
    "client_id": "const char *client_id",
    "nonce": "const char *nonce",
    "error": "clever_sso_error *error",
}


def program(block: str) -> str:
    """The block as a program that compiles. Statements become a function, with the variables they use as parameters."""
    if "int main(" in block:
        return block
    if re.match(r"static \w+ \w+\(", block):
        return INCLUDES + block + "int main(void) { return (int)log_to_syslog(NULL); }\n"
    parameters = ", ".join(declared for name, declared in GIVEN.items() if re.search(rf"(?<![\w.>]){name}\b", block))
    return f"{INCLUDES}{APPLICATION}int example({parameters});\nint example({parameters})\n{{\n{block}return 0;\n}}\n"


@pytest.mark.parametrize("block", BLOCKS, ids=[f"block-{number}" for number in range(1, len(BLOCKS) + 1)])
def test_every_block_of_the_guide_compiles(block: str, tmp_path: Path) -> None:
    source = tmp_path / "block.c"
    source.write_text(program(block))
    compiled(source, *([] if "int main(" in program(block) else ["-c"]), name="guide-block")


def test_the_whole_program_of_the_guide_logs_in(tmp_path: Path) -> None:
    (whole,) = [block for block in BLOCKS if "int main(" in block]
    source = tmp_path / "first.c"
    source.write_text(whole)
    first = compiled(source, name="guide-first")
    with emulator.running([APP], "ada") as clever:
        ended = log_in_with([str(first)], APP, clever, environment())
    assert (ended.returncode, ended.stdout[:23]) == (0, "signed in: Ada Ashworth"), ended.stderr


@pytest.mark.parametrize(
    "compiler", [["clang", "-std=c11"], ["c++", "-xc++", "-std=c++17"], ["clang++", "-xc++", "-std=c++17"]]
)
def test_the_whole_program_compiles_with_other_compilers_and_as_cpp(compiler: list[str], tmp_path: Path) -> None:
    if shutil.which(compiler[0]) is None:
        pytest.skip(f"{compiler[0]} is not installed")
    (whole,) = [block for block in BLOCKS if "int main(" in block]
    (tmp_path / "first.c").write_text(whole)
    strict = ["-Wall", "-Wextra", "-pedantic", "-Werror", f"-I{INCLUDE}", "-fsyntax-only", "first.c"]
    subprocess.run([*compiler, *strict], check=True, cwd=tmp_path)


def test_the_guide_names_only_functions_that_exist_and_every_setting() -> None:
    text = GUIDE.replace("`…_", "`clever_sso_config_")
    named = set(re.findall(r"\bclever_sso_[a-z_]+\w\b(?!\*)", text))
    kinds = set(re.findall(r"\bclever_sso_\w+", (ROOT / "include/clever_sso.h").read_text("utf-8")))
    assert named - kinds - {"clever_sso_static"} == set()
    settings = {name for name in FUNCTIONS if re.match(r"clever_sso_config_(set|add|discover)", name)}
    assert settings - named == set()


SHOWN = ["docs/c.md", "README.md", "include/clever_sso.h", "php/extension/results.c"]
SHOWN += [path.relative_to(ROOT).as_posix() for path in sorted((ROOT / "examples/c").glob("*.c"))]


def test_every_switch_in_documented_code_has_a_default() -> None:
    found = set()
    for name in SHOWN:
        text = (ROOT / name).read_text("utf-8")
        for switch in re.finditer(r"^([ \t/]*)switch \(clever_sso_\w+\(.*?^\1\}", text, re.DOTALL | re.MULTILINE):
            found.add(name)
            assert "default:" in switch[0], name
    # The short logins in the guide and in the header use `else` instead.
    assert found == {"docs/c.md", "php/extension/results.c", "examples/c/server.c"}
