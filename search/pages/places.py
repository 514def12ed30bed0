"""From where «near» is measured: a place the browser told (rounded) or a commune somebody chose."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext as _

from core.kit import clock
from core.kit.text import squeeze
from core.places.finder import find_units
from core.places.models import Level, Unit, in_force
from core.places.queries import unit_by_code
from search.engines.contract import Spot

SPOT, COMMUNE, WRITTEN = "gan", "xa", "noi"  # names in the address: "10.93,108.10", a commune's code, a name as typed
# Viet Nam with its islands; what lies outside is no place to buy from.
SOUTH, NORTH, WEST, EAST = 5.0, 24.0, 101.0, 118.0
LONGEST_NAME = 120
MOST_MEANT = 12
_SPOT = re.compile(r"(\d{1,2}(?:\.\d{1,8})?),(\d{1,3}(?:\.\d{1,8})?)", re.ASCII)
_CODE = re.compile(r"\d{1,5}", re.ASCII)


@dataclass(frozen=True)
class Place:
    """Where somebody is: its spot, how the address says it, and in words after «tính từ»."""

    spot: Spot
    field: tuple[str, str]
    words: str


@dataclass(frozen=True)
class Places:
    """Where somebody is, or which communes a written name may mean."""

    here: Place | None = None
    written: str = ""
    several: tuple[Place, ...] = ()


def places_of(parameters: QueryDict) -> Places:
    """The place in an address. What makes no sense is left out; without one, nothing is read."""
    here = _told(parameters.get(SPOT, "")) or _chosen(parameters.get(COMMUNE, ""))
    return Places(here) if here else _written(parameters.get(WRITTEN, ""))


def places_called(text: str) -> Places:
    """The place that a program says in one field: "10.93,108.10", a commune's code, or a name. None where it makes no sense."""
    if _SPOT.fullmatch(text) or _CODE.fullmatch(text):
        return Places(_told(text) or _chosen(text))
    return _written(text)


def _written(text: str) -> Places:
    written = squeeze(text)[:LONGEST_NAME]
    if not written:
        return Places()
    meant = _meant(written)
    return Places(meant[0]) if len(meant) == 1 else Places(None, written, tuple(meant))


def _told(text: str) -> Place | None:
    """Two decimals are a square of about a kilometre: near enough for a list, and no address of anybody."""
    found = _SPOT.fullmatch(text)
    if not found:
        return None
    latitude, longitude = round(float(found[1]), 2), round(float(found[2]), 2)
    if not (SOUTH <= latitude <= NORTH and WEST <= longitude <= EAST):
        return None
    return Place(Spot(latitude, longitude), (SPOT, f"{latitude:.2f},{longitude:.2f}"), _("chỗ bạn đang đứng"))


def _chosen(code: str) -> Place | None:
    unit = unit_by_code(Level.COMMUNE, code, clock.today()) if _CODE.fullmatch(code) else None
    return _place(unit) if unit else None


def _meant(written: str) -> list[Place]:
    """The communes of today that a name may mean, one that ended by what it became; those of today's name first."""
    finding = find_units(written, level=Level.COMMUNE)
    ids = [finding.unit.id] if finding.unit else [each.unit.id for each in finding.candidates]
    today = in_force(clock.today())
    units = Unit.objects.filter(today, Q(pk__in=ids) | Q(came_from__old_id__in=ids), level=Level.COMMUNE)
    named_so = sorted(units.select_related("parent").distinct(), key=lambda unit: (unit.pk not in ids, unit.pk))
    return [place for place in map(_place, named_so) if place][:MOST_MEANT]


def _place(unit: Unit) -> Place | None:
    """A commune's middle; of one that nobody has measured, its province's."""
    at = unit if unit.latitude is not None else unit.parent
    if at is None or at.latitude is None or at.longitude is None:
        return None
    words = f"{unit}, {unit.parent.name}" if unit.parent else str(unit)
    return Place(Spot(float(at.latitude), float(at.longitude)), (COMMUNE, unit.code), words)
