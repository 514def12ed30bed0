"""Where things lie in the drawings of the boards: a map of circles and a line of months. Pure; numbers are SVG units."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from core.kit import money

MAP_WIDTH, MAP_EDGE, MAP_TALLEST = 1000, 40, 1300
# The line is drawn without words, which would shrink with it: its grid stands at 8, 50 and 92 per cent of the
# height (250), where the page sets 100, 50 and 0 beside it (boards.css).
LINE_WIDTH, LINE_EDGE = 1000, 20
LINE_TOP, LINE_BOTTOM = 20, 230


class Band(StrEnum):
    """How far a rate is; every band has a shape and a word of its own beside its colour."""

    REACHED = "reached"
    HALF = "half"
    FAR = "far"
    NONE = "none"


def band_of(numerator: int, denominator: int, target_percent: int | None) -> Band:
    """Reached, at least half way, less than half way to the target (100 % where there is none), or no rate."""
    target = target_percent or 100
    if not denominator:
        return Band.NONE
    if money.reaches(numerator, denominator, target):
        return Band.REACHED
    return Band.HALF if numerator * 200 >= target * denominator else Band.FAR


@dataclass(frozen=True)
class Spot:
    """A point of the map."""

    x: int
    y: int


@dataclass(frozen=True)
class Ground:
    """The size of a map and its points in the order they were given; None: no known place."""

    width: int
    height: int
    spots: list[Spot | None]


def ground_of(places: Sequence[tuple[float, float] | None]) -> Ground:
    """Points (latitude, longitude) on a plane that is true in the middle: north is up, distances keep their proportions."""
    known = [place for place in places if place is not None]
    if not known:
        return Ground(MAP_WIDTH, 2 * MAP_EDGE, [None for _ in places])
    north, south = max(lat for lat, _ in known), min(lat for lat, _ in known)
    west, east = min(lon for _, lon in known), max(lon for _, lon in known)
    shrink = math.cos(math.radians((north + south) / 2))
    wide, tall = max((east - west) * shrink, 0.01), max(north - south, 0.01)
    scale = min((MAP_WIDTH - 2 * MAP_EDGE) / wide, (MAP_TALLEST - 2 * MAP_EDGE) / tall)
    width, height = round(wide * scale) + 2 * MAP_EDGE, round(tall * scale) + 2 * MAP_EDGE
    spots = [
        Spot(MAP_EDGE + round((place[1] - west) * shrink * scale), MAP_EDGE + round((north - place[0]) * scale))
        if place
        else None
        for place in places
    ]
    return Ground(width, height, spots)


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
