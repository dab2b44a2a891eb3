"""Writes docs/performance.md and its pictures from the results in bench/results.json."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from measures import Chapter, Figure, Row, is_bare
from picture import TIMES, number, picture, place

if TYPE_CHECKING:
    from collections.abc import Sequence

TEMPLATE = Path(__file__).with_name("performance_template.md")
RESULTS = Path(__file__).with_name("results.json")
PAGE = "performance.md"
SIGNIFICANT = 5


@dataclass(frozen=True)
class Machine:
    """The machine that measured."""

    processor: str
    cores: int
    system: str


@dataclass(frozen=True)
class Measured:
    """A chapter, with the module that measured it and the date."""

    part: str
    chapter: Chapter
    date: str
    load: float
    """The load average of the machine in the minute before."""


# ---------------------------------------------------------------- the results as a file


def saved(machine: Machine, measured: Sequence[Measured]) -> str:
    """Return the text of bench/results.json."""
    results = {"machine": asdict(machine), "measured": [asdict(each) for each in measured]}
    return json.dumps(_rounded(results), ensure_ascii=False, indent=1) + "\n"


def _rounded(value: Any) -> Any:  # noqa: ANN401  (any value of JSON)
    if isinstance(value, float):
        return float(f"{value:.{SIGNIFICANT}g}")
    if isinstance(value, dict):
        return {name: _rounded(each) for name, each in value.items()}
    return [_rounded(each) for each in value] if isinstance(value, (list, tuple)) else value


def loaded(text: str) -> tuple[Machine, list[Measured]]:
    """Read the text that `saved` returned."""
    results = json.loads(text)
    return Machine(**results["machine"]), [
        Measured(**{**each, "chapter": _chapter(each["chapter"])}) for each in results["measured"]
    ]


def _chapter(members: dict[str, Any]) -> Chapter:
    figures = [
        Figure(**{**figure, "rows": [Row(**each) for each in figure["rows"]]}) for figure in members.pop("figures")
    ]
    return Chapter(**members, figures=figures)


# ---------------------------------------------------------------- the page


def written(machine: Machine, measured: Sequence[Measured]) -> dict[str, str]:
    """Return the texts of all files, by their paths below docs/."""
    chapters = "\n".join(_text(each) for each in measured)
    files = {PAGE: TEMPLATE.read_text("utf-8").format(chapters=chapters, **asdict(machine))}
    for each in measured:
        for figure in each.chapter.figures:
            files[_path(figure)] = picture(figure)
    return files


def _path(figure: Figure) -> str:
    return f"images/performance-{figure.key}.svg"


def _text(measured: Measured) -> str:
    chapter = measured.chapter
    parts = [f"## {chapter.title}", chapter.text.strip()]
    parts += [_figure(figure) for figure in chapter.figures]
    if chapter.missing:
        reasons = "\n".join(f"- {name}: {reason}." for name, reason in chapter.missing.items())
        parts.append(f"Not measured:\n\n{reasons}")
    parts.append(f"Measured on {measured.date}. Load average of the machine at the start: {measured.load:.2f}.")
    return "\n\n".join(parts) + "\n"


def _figure(figure: Figure) -> str:
    table = _by_x(figure) if any(row.x is not None for row in figure.rows) else _list(figure)
    title = figure.title.replace("`", "")
    parts = [f"### {figure.title}", f"![{title}]({_path(figure)})", table]
    parts += [part for part in (cheaper(figure), figure.notes.strip()) if part]
    return "\n\n".join(parts)


def _name(row: Row) -> str:
    return f"**{row.name}**" if row.is_ours else row.name


def _lines(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    shown = [heading, ["---"] * len(heading), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in shown)


def _list(figure: Figure) -> str:
    """Return a table with one line for each program."""
    unit = figure.rows[0].unit
    has_quartiles = any(row.low is not None for row in figure.rows)
    heading = ["program", "version", unit, *(["quartiles"] if has_quartiles else [])]
    heading += [f"{TIMES} {figure.reference}"] if figure.reference else []
    rows = []
    for row in figure.rows:
        cells = [_name(row), row.version, number(row.median), *([_quartiles(row)] if has_quartiles else [])]
        if figure.reference:
            cells.append("" if row.ratio is None else number(row.ratio))
        rows.append(cells)
    return _lines(heading, rows)


def _quartiles(row: Row) -> str:
    return "" if row.low is None or row.high is None else f"{number(row.low)} to {number(row.high)}"


def _cell(row: Row) -> str:
    quartiles = _quartiles(row)
    return number(row.median) + (f" ({quartiles})" if quartiles else "")


def _by_x(figure: Figure) -> str:
    """Return a table with one line for each program and one column for each `x`."""
    places = sorted({row.x for row in figure.rows if row.x is not None})
    columns = [place(x) for x in places]
    columns[0] = f"{figure.x_title}: {columns[0]}"
    heading = ["program", "version", *columns, *([figure.slope] if figure.slope else [])]
    rows = []
    for name in dict.fromkeys(row.name for row in figure.rows):
        own = [row for row in figure.rows if row.name == name]
        at = {row.x: _cell(row) for row in own}
        cells = [_name(own[0]), own[0].version, *(at.get(x, "") for x in places)]
        if figure.slope:
            cells.append(number(slope([(row.x or 0, row.median) for row in own])))
        rows.append(cells)
    return _lines(heading, rows)


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Return the slope of the line that fits the points best (least squares)."""
    if len(points) < 2:
        return 0.0
    middle_x = sum(x for x, _ in points) / len(points)
    middle_y = sum(y for _, y in points) / len(points)
    across = sum((x - middle_x) ** 2 for x, _ in points)
    return sum((x - middle_x) * (y - middle_y) for x, y in points) / across


def cheaper(figure: Figure) -> str:
    """Return a sentence that names the programs that cost less than this library in the same language.

    Only for figures with bars: bars are costs.
    """
    if any(row.x is not None for row in figure.rows):
        return ""
    own = {_language(row): row for row in figure.rows if row.is_ours and _language(row)}
    others = [row for row in figure.rows if not row.is_ours and not is_bare(row) and _language(row) in own]
    if not others:
        return ""
    found = [row for row in others if row.median < own[_language(row)].median]
    if not found:
        return "In each language, no other library has a lower figure than this one."
    named = ", ".join(f"{row.name} ({number(row.median / own[_language(row)].median)} {TIMES})" for row in found)
    return f"Lower than this library, in the same language: {named}."


def _language(row: Row) -> str:
    return row.name.partition(", ")[2]
