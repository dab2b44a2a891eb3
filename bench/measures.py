"""The results of each part of `make bench`, and how programs take turns.

A part is a module with `measure(budget: float) -> Chapter`. `budget` is its time in seconds, without builds.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Callable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


@dataclass(frozen=True)
class Program:
    """A program that is measured."""

    name: str
    """Its name on the page, such as `clever_sso, Python`."""
    version: str
    is_ours: bool = False


@dataclass(frozen=True)
class Row:
    """One program at one point: mostly the median of its rounds, with the quartiles."""

    name: str
    unit: str
    median: float
    low: float | None = None
    """The lower quartile; `None` where there are too few rounds."""
    high: float | None = None
    ratio: float | None = None
    """How many times as much as the reference of the figure: the median of the rounds' ratios."""
    is_ours: bool = False
    version: str = ""
    x: float | None = None
    """In a figure with lines, the position on the horizontal axis: threads, latency, logins per second."""

    @property
    def lowest(self) -> float:
        """Where the line between its quartiles starts."""
        return self.median if self.low is None else self.low

    @property
    def highest(self) -> float:
        """Where the line between its quartiles ends."""
        return self.median if self.high is None else self.high


@dataclass(frozen=True)
class Figure:
    """A picture and the table below it. Rows with an `x` are drawn as lines, others as bars."""

    key: str
    """Names the file of the picture: `docs/images/performance-KEY.svg`."""
    title: str
    """The heading, with the unit: `CPU time of one login, in milliseconds`."""
    rows: Sequence[Row]
    x_title: str = ""
    reference: str = ""
    """The name of the program that the ratios compare with."""
    is_logarithmic: bool = False
    """Whether the axis of the values is logarithmic."""
    slope: str = ""
    """For lines: the unit of the slope, such as `µs per KiB`. If it's empty, the table has no slope."""
    notes: str = ""
    """Markdown below the table: how to read the figures."""


@dataclass(frozen=True)
class Chapter:
    """A chapter of the page."""

    title: str
    text: str
    """Markdown above the figures: what was measured, and how."""
    figures: Sequence[Figure]
    missing: Mapping[str, str] = field(default_factory=dict)
    """Programs that were not measured, each with the reason: `firebase/php-jwt`: `Packagist can't be reached`."""


def is_bare(row: Row) -> bool:
    """Whether this is not a library, but only the work that every library has to do, such as `bare RSA`."""
    return row.name.startswith("bare ")


def spread(values: Sequence[float]) -> tuple[float, float]:
    """Return the lower and the upper quartile."""
    if len(values) < 2:
        return values[0], values[0]
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, high


def row(
    program: Program,
    unit: str,
    values: Sequence[float],
    reference: Sequence[float] | None = None,
    *,
    x: float | None = None,
) -> Row:
    """Return the row of a program: its values by round, and those of the reference in the same rounds."""
    low, high = spread(values)
    ratio = statistics.median(own / other for own, other in zip(values, reference)) if reference else None
    return Row(program.name, unit, statistics.median(values), low, high, ratio, program.is_ours, program.version, x)


def in_turns(turns: Mapping[str, Callable[[], Mapping[str, float]]], rounds: int) -> dict[str, dict[str, list[float]]]:
    """Run every turn once in each round, so that anything that slows the machine down slows all of them.

    A turn returns a number for each quantity that it measured, such as `cpu` and `latency`. The result has, by turn and
    quantity, the numbers of all rounds. Each round starts with another turn. A first round that isn't counted warms up
    the caches.
    """
    names = list(turns)
    taken: dict[str, dict[str, list[float]]] = {name: {} for name in names}
    for name in names:
        turns[name]()
    for number in range(rounds):
        for name in _from(names, number):
            for quantity, value in turns[name]().items():
                taken[name].setdefault(quantity, []).append(value)
    return taken


def _from(names: Sequence[str], number: int) -> Iterator[str]:
    start = number % len(names) if names else 0
    yield from names[start:]
    yield from names[:start]
