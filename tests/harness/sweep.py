"""Writes a C program that calls every function of the header with bad values, one parameter at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .header import FUNCTIONS
from .paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .header import Function, Parameter

SCENE = ROOT / "ffi/tests/c/scene.h"
PLAUSIBLE = '"plausible"'
# For each type of number: an ordinary value, and unusual ones.
NUMBERS = {
    "size_t": ("0", ["1", "(size_t)-1"]),
    "uint32_t": ("1", ["0", "600", "(uint32_t)-1"]),
    "uint64_t": ("1", ["0", "UINT64_MAX"]),
    "int64_t": ("1", ["0", "-1", "INT64_MAX", "INT64_MIN"]),
    "double": ("1.0", ["0.0", "-1.0", "1e300", "0.0 / 0.0"]),
    "bool": ("true", ["false"]),
}


def program() -> str:
    """Return the whole program."""
    functions = [one for one in FUNCTIONS.values() if not one.name.endswith("_free")]
    lines = [
        f'#include "{SCENE}"',
        "int main(void)",
        "{",
        "struct scene scene = {0};",
        "make_long_ones();",
        "set(&scene);",
    ]
    for function in functions:
        lines.append("renew(&scene);")
        lines += _calls(function)
    frees = [name for name in FUNCTIONS if name.endswith("_free")]
    lines += [f"{name}(NULL);" for name in frees]
    lines += ["clear(&scene);", "free_long_ones();", "return wrong_calls != 0;", "}", ""]
    return "\n".join(lines)


def _calls(function: Function) -> Iterator[str]:
    yield _call(function, None, "", "as it should be")
    for parameter in function.parameters:
        if parameter.is_text:
            body = _call(function, parameter, "surprises[i]", f"{parameter.name} surprises")
            yield f"for (size_t i = 0; i < SURPRISES; i++) {body}"
        if "*" in parameter.kind or parameter.kind not in NUMBERS:
            yield _call(function, parameter, "NULL", f"{parameter.name} is NULL")
        for number in NUMBERS.get(parameter.kind, ("", []))[1]:
            yield _call(function, parameter, number, f"{parameter.name} is {number}")


def _call(function: Function, varied: Parameter | None, value: str, what: str) -> str:
    """Return the code for one call with one unusual parameter, which then checks and frees the results."""
    arguments = ", ".join(value if one is varied else _ordinary(one) for one in function.parameters)
    call = f"{function.name}({arguments})"
    if not function.fallible:
        return f"{{ {_outputs(function)} (void){call}; }}"
    kept = function.gives if function.gives is not varied else None
    out = kept.name if kept else "NULL"
    if varied and varied.name == "error":
        judged = f"(void){call};"
    else:
        judged = f'judge("{function.name}", "{what}", {call}, {out}, error);'
    freed = f"{kept.handle or 'clever_sso_string'}_free({kept.name});" if kept else ""
    # C evaluates arguments in any order, so the outputs are read after the call.
    judged = judged.replace(f"{call}, {out}, error", "result, " + f"{out}, error")
    status = "" if judged.startswith("(void)") else f"clever_sso_status result = {call}; "
    return f"{{ {_outputs(function)} {status}{judged} {freed} }}"


def _outputs(function: Function) -> str:
    """Return the output variables, with wrong initial values that the call must overwrite."""
    declared = []
    for one in function.parameters:
        if one.kind.endswith("**"):
            declared.append(f"{one.kind.removesuffix('*')}{one.name} = (void *)&scene;")
        elif one.is_output:
            declared.append(f"{one.kind.removesuffix('*')}{one.name} = 0;")
    names = " ".join(f"(void){one.name};" for one in function.parameters if one.is_output)
    return " ".join([*declared, names])


def _ordinary(parameter: Parameter) -> str:
    if parameter.is_output:
        return f"&{parameter.name}"
    if parameter.is_text:
        return PLAUSIBLE
    if parameter.handle:
        return f"scene.{parameter.handle.removeprefix('clever_sso_')}"
    return NUMBERS[parameter.kind][0] if parameter.kind in NUMBERS else "NULL"
