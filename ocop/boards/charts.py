"""Where things lie on the map of the boards, a ground of circles. Pure; numbers are SVG units."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from core.kit import money

MAP_WIDTH, MAP_EDGE, MAP_TALLEST = 1000, 40, 1300


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
