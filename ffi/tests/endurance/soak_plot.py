"""Draws the resources that a soak test used over time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

WIDTH, LEFT, RIGHT, TOP, HEIGHT, GAP = 860, 90, 20, 56, 90, 44


@dataclass(frozen=True)
class Round:
    """The resources of the process after a round, and the logins and forks so far."""

    seconds: float
    logins: int
    forks: int
    held: int
    resident_kib: int
    descriptors: int

    @classmethod
    def read(cls, numbers: Sequence[str]) -> Round:
        """Parse a line of soak.c, without its first word."""
        return cls(float(numbers[0]), *map(int, numbers[1:]))


PANELS: tuple[tuple[str, Callable[[Round], float]], ...] = (
    ("resident memory, MiB", lambda one: one.resident_kib / 1024),
    ("allocated, KiB", lambda one: one.held / 1024),
    ("descriptors", lambda one: one.descriptors),
)


def drawn(rounds: Sequence[Round], rotations: Sequence[float]) -> str:
    """An SVG with one panel per measurement, starting at zero, and a tick for each key change."""
    end = max(one.seconds for one in rounds)
    height = TOP + len(PANELS) * (HEIGHT + GAP) + 20

    def across(seconds: float) -> float:
        return LEFT + seconds / end * (WIDTH - LEFT - RIGHT)

    last = rounds[-1]
    title = f"{last.logins:,} logins in 64 threads, {last.forks:,} forks, {len(rotations)} changes of the keys"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"',
        ' font-family="sans-serif" font-size="13">',
        f"<title>{title}: memory and descriptors stay flat</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="26" font-size="16" fill="#1f2937">{title}</text>',
    ]
    for number, (name, measure) in enumerate(PANELS):
        top, values = TOP + number * (HEIGHT + GAP), [measure(one) for one in rounds]
        bottom, most = top + HEIGHT, max(values) * 1.1
        points = " ".join(
            f"{across(one.seconds):.1f},{bottom - value / most * HEIGHT:.1f}" for one, value in zip(rounds, values)
        )
        parts += [
            f'<text x="{LEFT}" y="{top - 6}" fill="#1f2937">{name}</text>',
            f'<path d="M{LEFT} {top}V{bottom}H{WIDTH - RIGHT}" fill="none" stroke="#9ca3af"/>',
            f'<text x="{LEFT - 8}" y="{bottom}" text-anchor="end" fill="#6b7280">0</text>',
            (
                f'<text x="{LEFT - 8}" y="{bottom - values[-1] / most * HEIGHT + 4:.1f}" text-anchor="end"'
                f' fill="#6b7280">{values[-1]:,.0f}</text>'
            ),
            f'<polyline points="{points}" fill="none" stroke="#1d4ed8" stroke-width="1.5"/>',
        ]
    bottom = TOP + len(PANELS) * (HEIGHT + GAP) - GAP
    parts += [f'<path d="M{across(when):.1f} {bottom}v5" stroke="#b45309"/>' for when in rotations]
    parts += [
        f'<text x="{LEFT}" y="{bottom + 22}" fill="#6b7280">0 minutes</text>',
        f'<text x="{WIDTH - RIGHT}" y="{bottom + 22}" text-anchor="end" fill="#6b7280">{end / 60:.0f} minutes</text>',
        f'<text x="{WIDTH / 2}" y="{bottom + 22}" text-anchor="middle" fill="#b45309">each tick: new keys</text>',
        "</svg>",
    ]
    return "\n".join(parts) + "\n"
