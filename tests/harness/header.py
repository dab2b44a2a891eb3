"""Reads the declarations of the C header, so that tests include a new function automatically."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .paths import INCLUDE

_TEXT = (INCLUDE / "clever_sso.h").read_text("utf-8")
_PROTOTYPE = re.compile(r"((?:^//[^\n]*\n)*)^([a-z][\w\s]*?[\s*]+)(clever_sso_\w+)\(([^)]*)\);", re.MULTILINE)


@dataclass(frozen=True)
class Parameter:
    """A parameter of a function."""

    kind: str
    name: str

    @property
    def is_output(self) -> bool:
        """Whether the function writes to this parameter."""
        return self.kind.endswith("**") or self.kind in {"int64_t *", "uint16_t *", "bool *", "double *"}

    @property
    def is_text(self) -> bool:
        """Whether it is an input string."""
        return self.kind == "const char *"

    @property
    def handle(self) -> str:
        """The type of the handle, for input or output; empty if it is not a handle."""
        found = re.fullmatch(r"(?:const )?(clever_sso_\w+) \*{1,2}", self.kind)
        return found[1] if found else ""


@dataclass(frozen=True)
class Function:
    """A function that the header declares."""

    name: str
    result: str
    parameters: tuple[Parameter, ...]
    comment: str

    @property
    def fallible(self) -> bool:
        """Whether it returns a status."""
        return self.result == "clever_sso_status"

    @property
    def gives(self) -> Parameter | None:
        """The output that the caller must free, besides the error; `None` if there is none."""
        owned = [one for one in self.parameters if one.kind.endswith("**") and one.name != "error"]
        return owned[0] if owned else None


def _parameter(text: str) -> Parameter:
    before, stars, name = re.fullmatch(r"(.*?)\s*(\**)(\w+)", " ".join(text.split())).groups()  # type: ignore[union-attr]
    return Parameter(f"{before} {stars}".strip(), name)


def _function(found: re.Match[str]) -> Function:
    comment = "\n".join(line.removeprefix("//").strip() for line in found[1].splitlines())
    parameters = () if found[4].strip() == "void" else tuple(map(_parameter, found[4].split(",")))
    return Function(found[3], " ".join(found[2].split()), parameters, comment.strip())


def functions_of(header: str) -> dict[str, Function]:
    """Return the declarations in a header of this library, by name."""
    return {one.name: one for one in map(_function, _PROTOTYPE.finditer(header))}


FUNCTIONS = functions_of(_TEXT)
HANDLES = set(re.findall(r"^typedef struct (\w+) \1;", _TEXT, re.MULTILINE))
