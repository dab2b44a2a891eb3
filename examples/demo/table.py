"""The table at the end of the demo."""

from __future__ import annotations

import sys
from dataclasses import dataclass

HEADINGS = ("entry", "language", "person", "district", "proven by", "ms", "")


@dataclass(frozen=True)
class Result:
    """The outcome of one login."""

    person: str
    district: str
    proof: str
    milliseconds: float
    right: bool


class Table:
    """Collects results, shows progress, and prints the results as a table."""

    def __init__(self) -> None:
        self._rows: list[tuple[str, ...]] = []
        self.all_right = True

    def add(self, entry: str, language: str, result: Result) -> None:
        """Add one result."""
        verdict = "ok" if result.right else "WRONG"
        milliseconds = f"{result.milliseconds:.0f}"
        self._rows.append((entry, language, result.person, result.district, result.proof, milliseconds, verdict))
        self.all_right = self.all_right and result.right
        print(f"    {entry}, {language}: {verdict}", file=sys.stderr)

    def show(self) -> None:
        """Print everything."""
        widths = [max(map(len, column)) for column in zip(HEADINGS, *self._rows)]
        print()
        for row in (HEADINGS, tuple("-" * width for width in widths), *self._rows):
            print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
        print(f"\n{sum(row[-1] == 'ok' for row in self._rows)} of {len(self._rows)} logins came out right.")
