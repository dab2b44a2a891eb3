"""Reads the code blocks of `docs/coming-from.md`: a comment before each block names it."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[4] / "docs" / "coming-from.md"


def block(name: str) -> str:
    """Return the block below `<!-- NAME -->`."""
    found = re.search(rf"<!-- {re.escape(name)} -->\n```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    if not found:
        message = f"{PAGE.name} has no code named {name}"
        raise LookupError(message)
    return found[1]
