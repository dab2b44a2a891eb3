"""The applications of docs/cookbook.md and docs/coming-from.md: their files, and the guide that they begin with."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from clever_sso.testing import Emulator
from harness.paths import ROOT

PAGE = (ROOT / "docs/cookbook.md").read_text("utf-8")
GUIDE = (ROOT / "docs/python.md").read_text("utf-8")
BLOCK = re.compile(r"^<!-- ([a-z-]+): (\S+) -->\n```\w+\n(.*?)^```$", re.DOTALL | re.MULTILINE)
BLOCKS = BLOCK.findall(PAGE)
# Applications from another page that are run in the same way.
COMING_FROM = (ROOT / "docs/coming-from.md").read_text("utf-8")
MOVED = BLOCK.findall(COMING_FROM)
REDIRECT_URI = "http://localhost/clever/callback"
Cooked = Callable[..., tuple[ModuleType, Emulator]]


def files(recipe: str) -> dict[str, str]:
    """Return the files of a recipe."""
    return {path: text for name, path, text in BLOCKS + MOVED if name == recipe}


def lay_out(recipe: str, folder: Path) -> None:
    """Write the files. Django settings and URLs are appended to the existing ones."""
    for path, text in files(recipe).items():
        place = folder / ("mysite" if path in {"settings.py", "urls.py"} else "") / path
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("a", encoding="utf-8") as opened:
            opened.write(text)


def needs(*packages: str) -> None:
    for package in packages:
        pytest.importorskip(package)


def guide_block(name: str) -> str:
    """Return a block of the guide for Python, by the name in its comment."""
    found = re.search(rf"<!-- {re.escape(name)} -->\n```python\n(.*?)```", GUIDE, re.DOTALL)
    assert found, name
    return found[1]
