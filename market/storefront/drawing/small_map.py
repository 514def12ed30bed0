"""A province as dots, one for each commune, with one of them marked. No tiles, no outlines, no other server: a drawing
that says "there" and leaves the words to the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians
from statistics import median

from django.utils.html import format_html
from django.utils.safestring import SafeString

WIDTH, HEIGHT, EDGE = 320, 240, 14  # units of the drawing
# Degrees from the province's middle beyond which a commune is an archipelago: drawn at the edge, towards where it lies,
# so that it does not press the mainland into a corner.
FAR = 2.0


@dataclass(frozen=True)
class Dot:
    """A commune's middle, in degrees."""

    unit_id: int
    name: str
    latitude: float
    longitude: float


def draw_map(dots: Sequence[Dot], marked_id: int, label: str) -> SafeString:
    """Markup of the map, or "" where the marked commune's place is not known. `label` says in words what is drawn."""
    if not any(dot.unit_id == marked_id for dot in dots):
        return SafeString("")
    places = _places(dots)
    # A line of no length with a round end is a dot: one path for all of them, a tenth of the bytes of circles.
    others = "".join(f"M{x} {y}h0" for unit_id, (x, y) in places.items() if unit_id != marked_id)
    x, y = places[marked_id]
    return format_html(
        '<svg class="small-map" viewBox="0 0 {} {}" width="{}" height="{}" role="img" aria-label="{}">'
        '<path class="small-map-dots" d="{}"/><circle class="small-map-ring" cx="{}" cy="{}" r="11"/>'
        '<circle class="small-map-here" cx="{}" cy="{}" r="5"/></svg>',
        WIDTH, HEIGHT, WIDTH, HEIGHT, label, others, x, y, x, y,
    )  # fmt: skip


def _places(dots: Sequence[Dot]) -> dict[int, tuple[int, int]]:
    """Where each dot stands in the drawing; north is up, and a degree is as long eastwards as it is there."""
    middle = median(dot.latitude for dot in dots), median(dot.longitude for dot in dots)
    near = [dot for dot in dots if max(abs(dot.latitude - middle[0]), abs(dot.longitude - middle[1])) <= FAR] or dots
    squeeze = cos(radians(middle[0]))
    west, east = min(dot.longitude for dot in near), max(dot.longitude for dot in near)
    south, north = min(dot.latitude for dot in near), max(dot.latitude for dot in near)
    wide, high = (east - west) * squeeze or 0.01, (north - south) or 0.01
    scale = min((WIDTH - 2 * EDGE) / wide, (HEIGHT - 2 * EDGE) / high)
    left, top = (WIDTH - wide * scale) / 2, (HEIGHT - high * scale) / 2
    found = {}
    for dot in dots:
        x = left + (dot.longitude - west) * squeeze * scale
        y = top + (north - dot.latitude) * scale
        found[dot.unit_id] = (_inside(x, WIDTH), _inside(y, HEIGHT))
    return found


def _inside(value: float, size: int) -> int:
    return round(min(max(value, EDGE), size - EDGE))
