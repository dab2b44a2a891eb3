"""Every function of the header, called with NULL and with text that is not UTF-8: it fails, and never crashes.

The functions are read from the header, so new ones are tested automatically.
"""

from __future__ import annotations

import ctypes
import subprocess
import sys
from typing import Any

import pytest
from harness.header import FUNCTIONS, Function
from harness.paths import RELEASE

NUMBERS = {
    "size_t": ctypes.c_size_t,
    "int64_t": ctypes.c_int64,
    "uint64_t": ctypes.c_uint64,
    "uint32_t": ctypes.c_uint32,
    "bool": ctypes.c_bool,
}
OK, ARGUMENT = 0, 2
METHOD_NOT_ALLOWED = 405
# They accept empty text: later calls refuse an empty client ID or method, and an empty callback has no key.
TAKES_EMPTY_TEXT = {"clever_sso_config_new", "clever_sso_login_key_of_callback", "clever_sso_request_new"}
# A request can have any bytes.
TAKES_BYTES = {"clever_sso_request_new"}
# They return a constant.
CONSTANTS = {"clever_sso_version", "clever_sso_version_number", "clever_sso_request_header_name"}


def library() -> ctypes.CDLL:
    return ctypes.CDLL(str(RELEASE / "libclever_sso.so"))


def call(function: Function, text: bytes | None) -> Any:  # noqa: ANN401
    """Call with `text` for each string, NULL for each handle and callback, 0 for each number, and all outputs."""
    called = getattr(library(), function.name)
    # A bool has 8 bits and an HTTP status 16. The other bits of the register have no meaning.
    numbers = {"void": None, "uint16_t": ctypes.c_uint16, "double": ctypes.c_double, **NUMBERS}
    called.restype = ctypes.c_void_p if "*" in function.result else numbers.get(function.result, ctypes.c_uint32)
    values: list[Any] = []
    for parameter in function.parameters:
        if parameter.is_output:
            values.append(ctypes.byref(ctypes.c_void_p(1)))
        elif parameter.is_text:
            values.append(text)
        elif parameter.kind in NUMBERS:
            values.append(NUMBERS[parameter.kind](0))
        else:
            values.append(None)
    return called(*values)


def named(functions: list[Function]) -> Any:  # noqa: ANN401
    return pytest.mark.parametrize("function", [pytest.param(one, id=one.name) for one in functions])


def test_every_function_of_the_header_is_parsed() -> None:
    assert len(FUNCTIONS) > 150, len(FUNCTIONS)
    assert FUNCTIONS["clever_sso_version"].result == "const char *"
    assert [one.kind for one in FUNCTIONS["clever_sso_claims_integer"].parameters] == [
        "const clever_sso_claims *",
        "const char *",
        "int64_t *",
    ]


@named([one for one in FUNCTIONS.values() if one.fallible])
@pytest.mark.parametrize("text", [None, b"\xff\xfe", b""], ids=["null", "not-utf-8", "empty"])
def test_null_empty_text_and_invalid_utf8_are_refused(function: Function, text: bytes | None) -> None:
    makes_options = function.name.endswith("_options_new") and not any(one.is_text for one in function.parameters)
    status = call(function, text)
    takes_it = text is not None and function.name in (TAKES_BYTES if text else TAKES_EMPTY_TEXT)
    assert status == OK if makes_options or takes_it else status != OK
    if text is None and not makes_options:
        assert status == ARGUMENT


def test_an_empty_callback_has_no_login_key() -> None:
    key = ctypes.c_void_p(1)
    assert library().clever_sso_login_key_of_callback(b"", ctypes.byref(key), None) == OK
    assert key.value is None


@pytest.mark.parametrize("endpoint", [1, 2, 3])
def test_a_request_with_an_empty_method_gets_405_at_every_endpoint(endpoint: int) -> None:
    c = library()
    config, client, request, status = ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_uint16()
    assert c.clever_sso_config_new(b"client", ctypes.byref(config), None) == OK
    assert c.clever_sso_config_set_client_secret(config, b"secret", None) == OK
    assert c.clever_sso_config_add_redirect_uri(config, b"https://app.example/callback", None) == OK
    assert c.clever_sso_client_new(config, ctypes.byref(client), None) == OK
    assert c.clever_sso_request_new(b"", ctypes.byref(request), None) == OK
    assert c.clever_sso_request_refusal(client, endpoint, request, ctypes.byref(status), None) == OK
    assert status.value == METHOD_NOT_ALLOWED
    c.clever_sso_request_free(request)
    c.clever_sso_client_free(client)
    c.clever_sso_config_free(config)


@named([one for one in FUNCTIONS.values() if not one.fallible])
def test_getters_return_nothing_for_null_and_null_can_be_freed(function: Function) -> None:
    result = call(function, None)
    if function.name not in CONSTANTS:
        assert not result


def test_a_null_output_is_refused_and_does_not_crash() -> None:
    program = """
import ctypes, sys
library = ctypes.CDLL(sys.argv[1])
assert library.clever_sso_config_new(b"client", None, None) == 2
assert library.clever_sso_parse_callback(b"code=a", None, None) == 2
assert library.clever_sso_client_new(None, None, None) == 2
"""
    subprocess.run([sys.executable, "-c", program, str(RELEASE / "libclever_sso.so")], check=True)
