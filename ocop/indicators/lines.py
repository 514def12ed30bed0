"""Where a line of months lies in a drawing. Pure; numbers are SVG units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from core.kit import money

# The line is drawn without words, which would shrink with it: its grid stands at 8, 50 and 92 per cent of the
# height (250), where the page sets 100, 50 and 0 beside it (boards.css).
LINE_WIDTH, LINE_EDGE = 1000, 20
LINE_TOP, LINE_BOTTOM = 20, 230


@dataclass(frozen=True)
class Dot:
    """A month on the line: (x, y) where it is known."""

    on: date
    x: int
    y: int | None
    text: str


@dataclass(frozen=True)
class Line:
    """Months from left to right. `paths` joins neighbours that are known: a month without a number leaves a gap."""

    dots: list[Dot]
    paths: list[str]
    target_y: int | None

    @property
    def known(self) -> list[Dot]:
        """The months that have a number."""
        return [dot for dot in self.dots if dot.y is not None]


def line_of(points: Sequence[tuple[date, tuple[int, int] | None]], target_percent: int | None) -> Line:
    """The line of (day, (numerator, denominator)) from 0 to 100 per cent; None and 0 of 0 are gaps, not zero."""
    step = (LINE_WIDTH - 2 * LINE_EDGE) / max(len(points) - 1, 1)
    dots = []
    for number, (on, pair) in enumerate(points):
        known = pair if pair and pair[1] else None
        y = _height(known[0], known[1]) if known else None
        dots.append(Dot(on, LINE_EDGE + round(number * step), y, money.rate(*known) if known else ""))
    paths, run = [], list[str]()
    for dot in [*dots, None]:
        if dot is not None and dot.y is not None:
            run.append(f"{dot.x} {dot.y}")
            continue
        if len(run) > 1:
            paths.append("M" + "L".join(run))
        run = []
    return Line(dots, paths, None if target_percent is None else _height(target_percent, 100))


def _height(numerator: int, denominator: int) -> int:
    return LINE_BOTTOM - (LINE_BOTTOM - LINE_TOP) * numerator // denominator
