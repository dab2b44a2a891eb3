"""Classes of the compiled part are made by `__new__`. Their reference shows its parameters as those of the class."""

from __future__ import annotations

from typing import Any

import griffe


class NewAsInit(griffe.Extension):
    """Shows `__new__` as `__init__`, which is what readers know."""

    def on_class(self, *, cls: griffe.Class, **_: Any) -> None:  # noqa: ANN401  (griffe adds more)
        """Rename it, with its first parameter; and leave out what only `pickle` calls."""
        cls.members.pop("__reduce__", None)
        made = cls.members.get("__new__")
        if isinstance(made, griffe.Function) and "__init__" not in cls.members:
            del cls.members["__new__"]
            made.name = "__init__"
            made.parameters[0].name = "self"
            cls.members["__init__"] = made
