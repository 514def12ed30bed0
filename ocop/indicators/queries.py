"""Measuring an indicator in an area on a day, and opening the number down to its rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet

from core.kit import clock
from core.people.queries import STAFF_ROLES, Viewer
from core.places.models import Level, Unit, in_force
from ocop.frames.queries import Coverage, coverage_of
from ocop.indicators.counting import count_together, key
from ocop.indicators.marks import Marked
from ocop.indicators.registry import Beside, Indicator, Side, Subject, former_communes

ROWS_PER_PAGE = 50


class NotVisible(LookupError):
    """There is no such area for this viewer; says neither whether it exists nor why not."""


@dataclass(frozen=True)
class Scope:
    """Whose rows are counted: what the viewer may see, within today's `unit`, within the province of before
    1 July 2025 with code `former_area` ("": no narrowing), as of the day `on`."""

    viewer: Viewer
    on: date
    unit: Unit | None = None
    former_area: str = ""


@dataclass(frozen=True)
class Measurement:
    """A rate as its integers. `missing` counts the rows beside it, of which nobody can say where they belong; `beside` are
    parts of it as (numerator, denominator)."""

    indicator: Indicator
    numerator: int
    denominator: int
    missing: int
    beside: Mapping[Beside, tuple[int, int]] = field(default_factory=dict)


def scope_for(viewer: Viewer, *, unit_code: str = "", former_area: str = "", on: date | None = None) -> Scope:
    """The scope a viewer asks for: a code of today's province (2 digits) or commune (5), and an old province's code.

    Raises NotVisible for people without a staff role, unknown codes, and units outside the viewer's area.
    """
    if not viewer.has_role(*STAFF_ROLES):
        raise NotVisible
    day = on or clock.today()
    unit = None
    if unit_code:
        unit = areas_of(viewer).filter(code=unit_code).first()
        if unit is None:
            raise NotVisible(unit_code)
    if (
        former_area
        and not Unit.objects.filter(
            level=Level.PROVINCE, code=former_area, valid_from__isnull=True, valid_to__isnull=False
        ).exists()
    ):
        raise NotVisible(former_area)
    return Scope(viewer, day, unit, former_area)


def areas_of(viewer: Viewer) -> QuerySet[Unit]:
    """Today's provinces and communes that lie in the viewer's area as staff."""
    today = Unit.objects.filter(in_force(clock.today()), level__in=[Level.PROVINCE, Level.COMMUNE])
    return today.filter(viewer.units(*STAFF_ROLES))


def measure(indicators: Iterable[Indicator], scope: Scope) -> list[Measurement]:
    """All these indicators at once: one query, however many subjects, indicators and rows."""
    asked = list(indicators)
    counted: dict[str, int] = {}
    parts = [(counted_rows(subject, scope), group, dict[str, Any]()) for subject, group in by_subject(asked)]
    for found in count_together(parts) if parts else []:
        for _, counts in found:
            counted |= counts
    return [measurement(indicator, counted) for indicator in asked]


def coverage(scope: Scope) -> Coverage:
    """How many communes of the scope that have households are measured against a signed frame; one query."""
    communes = Unit.objects.filter(in_force(scope.on), scope.viewer.units(*STAFF_ROLES))
    if scope.former_area:
        communes = communes.filter(pk__in=former_communes(scope.former_area))
    if scope.unit is not None:
        communes = communes.filter(Q(pk=scope.unit.pk) | Q(parent=scope.unit))
    return coverage_of(communes, scope.on)


def by_subject(indicators: Iterable[Indicator]) -> list[tuple[Subject, list[Indicator]]]:
    """The indicators in groups of one subject."""
    found: defaultdict[str, list[Indicator]] = defaultdict(list)
    for indicator in indicators:
        found[indicator.subject.name].append(indicator)
    return [(group[0].subject, group) for group in found.values()]


def measurement(indicator: Indicator, counted: Mapping[str, int]) -> Measurement:
    """The integers of an indicator out of counts by `counting.key`; what was not counted is 0."""
    numerator, denominator, missing = (counted.get(key(indicator, side), 0) for side in Side)
    beside = {
        part: (
            counted.get(key(indicator, Side.NUMERATOR, part), 0),
            counted.get(key(indicator, Side.DENOMINATOR, part), 0),
        )
        for part in indicator.beside
    }
    return Measurement(indicator, numerator, denominator, missing, beside)


def rows_on(indicator: Indicator, scope: Scope, side: Side | None = None) -> QuerySet[Any]:
    """The rows of one side, or of both sides and beside them, marked, in a fixed order.

    Each row also carries `in_numerator`, `in_denominator` and `in_missing`.
    """
    marks = {f"in_{each}": ExpressionWrapper(indicator.condition(each), BooleanField()) for each in Side}
    rows: QuerySet[Any] = marked_rows(indicator.subject, scope).annotate(**marks)
    if side is not None:
        return rows.filter(**{f"in_{side}": True}).order_by("pk")
    return rows.filter(Q(in_denominator=True) | Q(in_missing=True)).order_by("pk")


def sides_of(row: Any) -> list[str]:
    """The sides a row of `rows_on` stands on."""
    return [side.value for side in Side if getattr(row, f"in_{side}")]


def scope_rows(rows: QuerySet[Any], scope: Scope, unit_field: str) -> QuerySet[Any]:
    """Those rows that lie in the scope's unit; the viewer's area is the caller's matter."""
    return rows if scope.unit is None else rows.filter(_in_unit(scope.unit, unit_field))


def marked_rows(subject: Subject, scope: Scope) -> QuerySet[Any]:
    """The rows of a subject in a scope with the marks of its day."""
    return subject.marked(scope.on).filter(area_of(subject, scope))


def counted_rows(subject: Subject, scope: Scope) -> Marked:
    """The same, ready to be counted at once."""
    return subject.counted(scope.on, area_of(subject, scope))


def area_of(subject: Subject, scope: Scope) -> Q:
    """The condition "lies in the scope" over the rows of a subject."""
    area = scope.viewer.area(*STAFF_ROLES, unit_field=subject.unit_field)
    if scope.former_area:
        area &= subject.former(scope.former_area)
    return area if scope.unit is None else area & _in_unit(scope.unit, subject.unit_field)


def _in_unit(unit: Unit, field: str) -> Q:
    """The rows of a unit and, of a province, of its communes; asked of the units, so that an index by unit is used."""
    if unit.level == Level.COMMUNE:
        return Q(**{field: unit})
    within = Unit.objects.filter(Q(pk=unit.pk) | Q(parent=unit)).order_by()
    return Q(**{f"{field}__in": within.values("pk")})
