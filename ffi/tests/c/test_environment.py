"""The environment variables that the docs list are read when a client is created. No call reads any."""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING

import pytest
from harness import emulator
from harness.driver import tokens_of
from harness.paths import ROOT
from harness.patience import MANY_STEPS_SECONDS
from harness.programs import compiled, environment

if TYPE_CHECKING:
    from pathlib import Path

APP = emulator.App("0d1c" * 5, "5ec4e7" * 6, "http://127.0.0.1:9/callback", oidc=True)
# How the docs write the name of a variable.
NAME = re.compile(r"`([A-Za-z]+(?:_[A-Za-z]+)+)`")


@pytest.fixture
def preloaded(tmp_path: Path) -> Path:
    library = tmp_path / "getenv.so"
    source = str(ROOT / "ffi/tests/c/getenv.c")
    subprocess.run([os.environ.get("CC", "cc"), "-shared", "-fPIC", source, "-ldl", "-o", str(library)], check=True)
    return library


def listed() -> set[str]:
    """The variables in the table of the docs."""
    page = (ROOT / "docs/network.md").read_text("utf-8")
    section = page.split("## Environment variables")[1].split("\n## ")[0]
    return {name for line in section.splitlines() if line.startswith("| `") for name in NAME.findall(line)}


def test_a_new_client_reads_only_the_listed_variables_and_calls_read_none(preloaded: Path) -> None:
    program = compiled(ROOT / "ffi/tests/c/environment.c", "-std=gnu11", "-Wno-pedantic", "-pthread", "-ldl")
    with emulator.running([APP], "ada") as clever:
        id_token = tokens_of(APP, clever)["id_token"]
        by_name = clever.replace("127.0.0.1", "localhost")
        ended = subprocess.run(
            [program, APP.client_id, clever, by_name, id_token],
            env=environment(LD_PRELOAD=str(preloaded)),
            capture_output=True,
            text=True,
            timeout=MANY_STEPS_SECONDS,
            check=False,
        )
    # stderr names the variables that a call reads.
    assert (ended.returncode, ended.stderr) == (0, "")
    assert set(ended.stdout.split()) == listed()


def test_a_call_of_getenv_is_detected(preloaded: Path, tmp_path: Path) -> None:
    program = tmp_path / "asks"
    source = tmp_path / "asks.c"
    source.write_text(
        "#include <stdio.h>\n#include <stdlib.h>\nvoid note_variables(FILE *);\n"
        'int main(void) { getenv("BEFORE"); note_variables(stdout); getenv("ASKED"); return 0; }\n'
    )
    subprocess.run(["cc", str(source), str(preloaded), f"-Wl,-rpath,{tmp_path}", "-o", str(program)], check=True)
    ended = subprocess.run([program], capture_output=True, text=True, check=True)
    assert ended.stdout == "ASKED\n"
