"""Draws a figure as SVG: bars, or lines if its rows have an `x`. The same figures give the same bytes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from measures import is_bare

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from measures import Figure, Row

WIDTH, RIGHT, TOP, BOTTOM = 760, 170, 52, 34
# The widths of a letter: of a name, and of the title.
CHARACTER, TITLE_CHARACTER = 8.2, 8.8
STEP, BAR, LABEL, LEAST_HEIGHT, SPACE = 28, 16, 16, 220, 34
TIMES = "\N{MULTIPLICATION SIGN}"
# Light and dark follow the reader's system. The picture has its own background, so it fits every page.
STYLE = """\
svg { --ink: #1b2733; --paper: #ffffff; --grid: #d5dce4; --ours: #2f5fd0; --theirs: #9aa7b5; --bare: #1d8a6b; }
@media (prefers-color-scheme: dark) {
  svg { --ink: #e8edf2; --paper: #14191f; --grid: #2e3945; --ours: #7ea6ff; --theirs: #76828f; --bare: #4cc39e; }
}
.paper { fill: var(--paper); }
text { fill: var(--ink); font: 13px sans-serif; }
.title { font-size: 15px; font-weight: 600; }
.small { font-size: 11px; }
.grid { stroke: var(--grid); }
.spread { stroke: var(--ink); stroke-width: 1.5; }
.ours { fill: var(--ours); } .theirs { fill: var(--theirs); } .bare { fill: var(--bare); }
polyline { fill: none !important; stroke-width: 2; }
polyline.ours { stroke: var(--ours); stroke-width: 3; } polyline.theirs { stroke: var(--theirs); }
polyline.bare { stroke: var(--bare); }
text.ours { font-weight: 600; fill: var(--ink); } text.theirs, text.bare { fill: var(--ink); }
"""


def number(value: float) -> str:
    """Format a number with three significant digits, or more if the part before the decimal point has more."""
    if value == 0 or abs(value) >= 1000:
        return f"{value:,.0f}"
    digits = 2 - math.floor(math.log10(abs(value)))
    return f"{value:.{min(max(digits, 0), 6)}f}"


def place(x: float) -> str:
    """Format a position on the axis. Sizes and counts are mostly whole numbers."""
    return f"{x:g}" if x % 1 else f"{x:,.0f}"


def picture(figure: Figure) -> str:
    """Return the text of the SVG."""
    draw = _lines if any(row.x is not None for row in figure.rows) else _bars
    height, parts = draw(figure)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"',
            f'width="{WIDTH}" height="{height}" role="img">',
            f"<title>{escape(figure.title)}</title>",
            f"<style>\n{STYLE}</style>",
            f'<rect class="paper" width="{WIDTH}" height="{height}" rx="8"/>',
            f'<text class="title" x="14" y="26">{escape(figure.title.replace("`", ""))}</text>',
            *parts,
            "</svg>",
            "",
        ]
    )


def _kind(row: Row) -> str:
    return "ours" if row.is_ours else "bare" if is_bare(row) else "theirs"


def _scale(figure: Figure, values: Sequence[float], start: float, end: float) -> Callable[[float], float]:
    """Return the function from a value to its position between two edges: linear from zero, or logarithmic."""
    most = max(values)
    if not figure.is_logarithmic:
        return lambda value: start + (end - start) * value / most
    least = 10 ** math.floor(math.log10(min(value for value in values if value > 0)))
    span = math.log10(most / least) or 1
    return lambda value: start + (end - start) * math.log10(max(value, least) / least) / span


def _bars(figure: Figure) -> tuple[int, list[str]]:
    """Draw bars. A bar is as long as the median. A thin line at its end connects the quartiles."""
    left = round(CHARACTER * max(len(row.name) for row in figure.rows)) + 24
    at = _scale(figure, [row.highest for row in figure.rows], left, WIDTH - RIGHT)
    parts = []
    for index, row in enumerate(figure.rows):
        top = TOP - 10 + STEP * index
        middle, end, far = top + BAR / 2, at(row.median), at(row.highest)
        said = number(row.median) + (f" ({number(row.ratio)} {TIMES})" if row.ratio is not None else "")
        kind = _kind(row)
        parts += [
            f'<text class="{kind}" x="{left - 8}" y="{middle + 5:.1f}" text-anchor="end">{escape(row.name)}</text>',
            f'<rect class="{kind}" x="{left}" y="{top}" width="{max(end - left, 1):.1f}" height="{BAR}"/>',
            *_spread(row, (at(row.lowest), middle), (far, middle)),
            f'<text x="{max(far, end) + 8:.1f}" y="{middle + 5:.1f}">{said}</text>',
        ]
    return TOP + STEP * len(figure.rows), parts


def _lines(figure: Figure) -> tuple[int, list[str]]:
    """Draw lines, each with the program's name at its end. A thin line at each point connects the quartiles."""
    names = list(dict.fromkeys(row.name for row in figure.rows))
    height = max(LEAST_HEIGHT, TOP + BOTTOM + 10 + LABEL * len(names))
    left, bottom = 70, height - BOTTOM
    right = WIDTH - max(RIGHT, 30 + round(CHARACTER * max(len(name) for name in names)))
    places = sorted({row.x for row in figure.rows if row.x is not None})
    far = places[-1] or 1
    up = _scale(figure, [row.highest for row in figure.rows], bottom, TOP)

    def across(x: float) -> float:
        return left + (right - left) * x / far

    parts = _grid(figure, up, left, right)
    shown = -math.inf
    for x in places:
        # Leave out a label that would touch the one before it.
        if across(x) - shown >= SPACE:
            shown = across(x)
            said = place(x)
            parts.append(f'<text class="small" x="{shown:.1f}" y="{bottom + 16}" text-anchor="middle">{said}</text>')
    unit = escape(figure.x_title)
    parts.append(f'<text class="small" x="{right + 24}" y="{bottom + 16}">{unit}</text>')
    ends = []
    # Ours are drawn last, on top of the others.
    for name in sorted(names, key=lambda name: any(row.is_ours for row in figure.rows if row.name == name)):
        rows = sorted((row for row in figure.rows if row.name == name), key=lambda row: row.x or 0)
        kind = _kind(rows[0])
        points = [(across(row.x or 0), up(row.median)) for row in rows]
        parts.append(f'<polyline class="{kind}" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in points)}"/>')
        for (x, y), row in zip(points, rows):
            parts += _spread(row, (x, up(row.lowest)), (x, up(row.highest)))
            parts.append(f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="3"/>')
        ends.append((points[-1], name, kind))
    return height, parts + _labels(ends, right, bottom)


def _spread(row: Row, low: tuple[float, float], high: tuple[float, float]) -> list[str]:
    """A line between the quartiles, if the row has them."""
    if row.low is None or row.high is None:
        return []
    (x1, y1), (x2, y2) = low, high
    return [f'<line class="spread" x1="{x1:.1f}" x2="{x2:.1f}" y1="{y1:.1f}" y2="{y2:.1f}"/>']


def _grid(figure: Figure, up: Callable[[float], float], left: int, right: int) -> list[str]:
    """Draw horizontal lines at round values, each with its value."""
    most = max(row.highest for row in figure.rows)
    if figure.is_logarithmic:
        least = min(row.median for row in figure.rows if row.median > 0)
        steps = [10.0**power for power in range(math.floor(math.log10(least)), math.floor(math.log10(most)) + 1)]
    else:
        rough = most / 4
        power = 10 ** math.floor(math.log10(rough))
        step = next(power * times for times in (1, 2, 5, 10) if power * times >= rough)
        steps = [step * index for index in range(int(most / step) + 1)]
    parts = []
    for value in steps:
        y = up(value)
        said = f"{value:,.0f}" if value >= 10 or value == 0 else f"{value:g}"
        parts.append(f'<line class="grid" x1="{left}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="small" x="{left - 8}" y="{y + 4:.1f}" text-anchor="end">{said}</text>')
    return parts


def _labels(ends: list[tuple[tuple[float, float], str, str]], right: int, bottom: float) -> list[str]:
    """Write the names at the ends of the lines, so that none overlaps another."""
    parts = []
    lowest = bottom + LABEL
    ordered = sorted(ends, key=lambda end: -end[0][1])
    room = LABEL * len(ordered)
    for index, ((x, y), name, kind) in enumerate(ordered):
        # As low as the end of its line, but above the name before it, and with room for the names that follow.
        lowest = max(min(y, lowest - LABEL), TOP + room - LABEL * (index + 1))
        parts.append(f'<line class="grid" x1="{x + 4:.1f}" x2="{right + 18}" y1="{y:.1f}" y2="{lowest:.1f}"/>')
        parts.append(f'<text class="{kind}" x="{right + 22}" y="{lowest + 4:.1f}">{escape(name)}</text>')
    return parts
