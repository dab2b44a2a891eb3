"""What is wrong when a name in a setting cannot be imported.

Messages have the class of an exception and where it was raised. They don't have its text: a module of the project may
put anything into it, even a secret.
"""

from __future__ import annotations

from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clever_sso import _settings

if TYPE_CHECKING:
    from types import TracebackType


def problem(path: str, kind: str) -> str | None:
    """Why a dotted path leads to nothing; `None` if it leads to something.

    Args:
        path: The path from a setting.
        kind: What the setting names, for example `function`.
    """
    module, dot, name = path.rpartition(".")
    is_shown = not _settings.may_be_secret(path)
    missing = f"names no {kind}"
    if not dot or not all(part.isidentifier() for part in path.split(".")):
        return f"{missing}: {path!r} is not the path of one" if is_shown else missing
    try:
        loaded: Any = import_module(module)
    except Exception as error:  # noqa: BLE001  (a module of the project may raise anything)
        absent = error.name if isinstance(error, ModuleNotFoundError) else None
        if absent and f"{module}.".startswith(f"{absent}."):
            return f"{missing}: there is no module {absent!r}" if is_shown else missing
        shown = repr(module) if is_shown else "its module"
        return f"names a {kind} that cannot be imported: {shown} raises {why(error)}"
    if hasattr(loaded, name):
        return None
    return f"{missing}: the module {module!r} has no {name!r}" if is_shown else missing


def why(error: Exception) -> str:
    """The class of an exception that an import raised, and the file and line."""
    kind = type(error).__name__
    if isinstance(error, ModuleNotFoundError) and error.name:
        kind = f"{kind} (there is no module {error.name!r})"
    place = (error.filename, error.lineno) if isinstance(error, SyntaxError) else _place(error.__traceback__)
    return f"{kind} in {_shown(place[0])}, line {place[1]}" if place and place[0] and place[1] else kind


def _place(trace: TracebackType | None) -> tuple[str, int] | None:
    """The last line of a module that was running. Functions that it calls are often those of a library."""
    found = None
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_name == "<module>" and not code.co_filename.startswith("<"):
            found = code.co_filename, trace.tb_lineno
        trace = trace.tb_next
    return found


def _shown(file: str) -> str:
    # The folder that the process was started in may be gone.
    with suppress(OSError, ValueError):
        return str(Path(file).relative_to(Path.cwd()))
    return file
