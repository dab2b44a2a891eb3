"""Every function of the header, called with nothing at all and with what is not UTF-8: it refuses, and never crashes.

The functions are read from the header, so a new one is covered by itself.
"""

from __future__ import annotations

import ctypes
import re
import subprocess
import sys
from typing import Any

import pytest
from harness.paths import INCLUDE, RELEASE

NO_COMMENTS = re.sub(r"//[^\n]*", "", (INCLUDE / "clever_sso.h").read_text("utf-8"))
PROTOTYPE = re.compile(r"^([\w\s]+?[\s*])(clever_sso_\w+)\(([^)]*)\);", re.MULTILINE)
FUNCTIONS = {name: (result.strip(), re.sub(r"\s+", " ", rest)) for result, name, rest in PROTOTYPE.findall(NO_COMMENTS)}
NUMBERS = {"size_t": ctypes.c_size_t, "int64_t": ctypes.c_int64, "uint32_t": ctypes.c_uint32, "bool": ctypes.c_bool}
OK, ARGUMENT = 0, 2


def library() -> ctypes.CDLL:
    return ctypes.CDLL(str(RELEASE / "libclever_sso.so"))


def arguments_of(name: str) -> list[tuple[str, str]]:
    """The types and names of the parameters."""
    _, rest = FUNCTIONS[name]
    if rest == "void":
        return []
    parts = [part.strip() for part in rest.split(",")]
    return [(part.rpartition(" ")[0] + "*" * part.count("*"), part.rpartition(" ")[2].lstrip("*")) for part in parts]


def call(name: str, text: bytes | None) -> Any:  # noqa: ANN401
    """Call with `text` for every string, NULL for every handle and 0 for every number; outputs are given."""
    function, result = getattr(library(), name), FUNCTIONS[name][0]
    function.restype = ctypes.c_void_p if "*" in result else {"void": None}.get(result, ctypes.c_uint32)
    values: list[Any] = []
    for kind, _ in arguments_of(name):
        if "**" in kind:
            values.append(ctypes.byref(ctypes.c_void_p(1)))
        elif kind.startswith("const char"):
            values.append(text)
        elif "*" in kind:
            values.append(None)
        else:
            values.append(NUMBERS[kind.strip()](0))
    return function(*values)


def test_the_header_was_read() -> None:
    assert len(FUNCTIONS) > 130, len(FUNCTIONS)
    assert FUNCTIONS["clever_sso_version"] == ("const char *", "void")


@pytest.mark.parametrize("name", [name for name, (result, _) in FUNCTIONS.items() if result == "clever_sso_status"])
@pytest.mark.parametrize("text", [None, b"\xff\xfe", b""], ids=["null", "not-utf-8", "empty"])
def test_a_call_with_nothing_is_refused(name: str, text: bytes | None) -> None:
    makes_options = name.endswith("_options_new")
    made_of_text = name == "clever_sso_config_new" and text == b""
    status = call(name, text)
    assert status == OK if makes_options or made_of_text else status != OK
    if text is None and not makes_options:
        assert status == ARGUMENT


@pytest.mark.parametrize("name", [name for name, (result, _) in FUNCTIONS.items() if result != "clever_sso_status"])
def test_reading_and_freeing_nothing_is_fine(name: str) -> None:
    result = call(name, None)
    if name != "clever_sso_version":
        assert not result


def test_outputs_may_be_left_out() -> None:
    program = """
import ctypes, sys
library = ctypes.CDLL(sys.argv[1])
assert library.clever_sso_config_new(b"client", None, None) == 2
assert library.clever_sso_parse_callback(b"code=a", None, None) == 2
assert library.clever_sso_client_new(None, None, None) == 2
"""
    subprocess.run([sys.executable, "-c", program, str(RELEASE / "libclever_sso.so")], check=True)
