"""What each part of `make bench` gives to its page, and how programs take turns.

A part is a module with `measure(budget: float) -> Chapter`. `budget` is how many seconds it may take, without builds.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Callable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


@dataclass(frozen=True)
class Program:
    """What takes part."""

    name: str
    """As the page shows it: `clever_sso, Python`."""
    version: str
    is_ours: bool = False


@dataclass(frozen=True)
class Row:
    """One program at one point: the median of its rounds, and the quartiles."""

    name: str
    unit: str
    median: float
    low: float
    high: float
    ratio: float | None = None
    """To the reference of its figure: the median of the ratios of the same round."""
    is_ours: bool = False
    version: str = ""
    x: float | None = None
    """Where it stands in a figure of lines: threads, latency, logins a second."""


@dataclass(frozen=True)
class Figure:
    """A picture and the table below it. With an `x` in its rows it has lines, without it bars."""

    key: str
    """Its file is `docs/images/performance-KEY.svg`."""
    title: str
    """What is drawn and in which unit, as a heading: `CPU time of one login, in milliseconds`."""
    rows: Sequence[Row]
    x_title: str = ""
    reference: str = ""
    """The program that the ratios compare with, as the table's heading has it."""
    is_logarithmic: bool = False
    """Whether the values are drawn so that each step is ten times the one before."""
    slope: str = ""
    """For lines: the unit of what one more `x` costs, such as `µs per KiB`. Empty: the table has no slope."""
    notes: str = ""
    """Markdown below the table: what the figures say, and what they do not say."""


@dataclass(frozen=True)
class Chapter:
    """A part of the page."""

    title: str
    text: str
    """Markdown: what was measured, and how."""
    figures: Sequence[Figure]
    missing: Mapping[str, str] = field(default_factory=dict)
    """Programs that were left out, each with the reason: `firebase/php-jwt`: `Packagist can't be reached`."""


def is_bare(row: Row) -> bool:
    """Whether it is no library, but only what each library has to do, such as `bare RSA`."""
    return row.name.startswith("bare ")


def spread(values: Sequence[float]) -> tuple[float, float]:
    """The lower and the upper quartile."""
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
    """The row of a program that took `values` in the rounds in which the reference took `reference`."""
    low, high = spread(values)
    ratio = statistics.median(own / other for own, other in zip(values, reference)) if reference else None
    return Row(program.name, unit, statistics.median(values), low, high, ratio, program.is_ours, program.version, x)


def in_turns(turns: Mapping[str, Callable[[], Mapping[str, float]]], rounds: int) -> dict[str, dict[str, list[float]]]:
    """Run every turn once in each round, so that a slow moment of the machine hits all.

    A turn returns a number for each quantity that it measured, such as `cpu` and `latency`; the result has the numbers
    of all rounds by turn and quantity. Each round starts with another turn. One round before them fills caches and
    doesn't count.
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
