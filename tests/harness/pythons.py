"""Finds the Pythons of this machine that the package supports: from pyenv, from uv, and in the PATH."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

MINORS = range(9, 15)


def _works(python: str) -> bool:
    # pyenv also has commands for versions that are not selected; they fail.
    return subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode == 0


def _find() -> dict[str, str]:
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    uv = Path(os.environ.get("UV_PYTHON_INSTALL_DIR", Path.home() / ".local/share/uv/python"))
    found = {}
    for name in (f"3.{minor}" for minor in MINORS):
        on_the_path = shutil.which(f"python{name}")
        candidates = [str(path) for path in sorted(pyenv.glob(f"{name}.*/bin/python"))]
        candidates += [str(path) for path in sorted(uv.glob(f"cpython-{name}.*/bin/python{name}"))]
        candidates += [on_the_path] if on_the_path else []
        if candidates and _works(candidates[0]):
            found[name] = candidates[0]
    return found


PYTHONS = _find()
