"""A Python sub-interpreter is refused with a sentence that says what to set; the main interpreter continues."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

WORDS = ["cannot be used in a Python sub-interpreter", "WSGIApplicationGroup %{GLOBAL}"]
PROGRAM = """
import sys
try:
    import _interpreters as interpreters
    make = {"own": lambda: interpreters.create("isolated"), "shared": lambda: interpreters.create("legacy")}
except ImportError:
    import _xxsubinterpreters as interpreters
    make = {"own": lambda: interpreters.create(), "shared": lambda: interpreters.create(isolated=False)}

if sys.argv[2] == "after":
    import clever_sso
inside = make[sys.argv[1]]()
text = '''
try:
    import clever_sso
except ImportError as error:
    open(FILE, "a").write(str(error))
else:
    open(FILE, "a").write("imported")
'''
interpreters.run_string(inside, text.replace("FILE", repr(sys.argv[3])))
interpreters.destroy(inside)
import clever_sso
try:
    clever_sso.Client("")
except clever_sso.Error as error:
    print(error.code)
"""


@pytest.mark.skipif(
    not (find_spec("_interpreters") or find_spec("_xxsubinterpreters")), reason="this Python makes no sub-interpreters"
)
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("lock", ["shared", "own"])
def test_a_sub_interpreter_is_refused_and_the_main_interpreter_continues(lock: str, when: str, tmp_path: Path) -> None:
    said = tmp_path / "said"
    command = [sys.executable, "-W", "ignore", "-c", PROGRAM, lock, when, str(said)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "config_invalid\n", "")
    refused = said.read_text()
    for words in WORDS:
        assert words in refused
