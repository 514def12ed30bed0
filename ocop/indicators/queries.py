"""Measuring an indicator in an area on a day, and opening the number down to its rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import BooleanField, Count, ExpressionWrapper, Q, QuerySet

from core.kit import clock
from core.people.queries import STAFF_ROLES, Viewer
from core.places.models import Level, Unit, in_force
from ocop.indicators.registry import Indicator, Side, Subject

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
    """A rate as its integers. `missing` counts the rows beside it, of which nobody can say where they belong."""

    indicator: Indicator
    numerator: int
    denominator: int
    missing: int


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
    """All these indicators at once: one query per subject, however many indicators and rows."""
    by_subject: defaultdict[str, list[Indicator]] = defaultdict(list)
    asked = list(indicators)
    for indicator in asked:
        by_subject[indicator.subject.name].append(indicator)
    counted: dict[str, int] = {}
    for group in by_subject.values():
        counts = {
            f"{indicator.code}_{side}": Count("pk", filter=indicator.condition(side))
            for indicator in group
            for side in Side
        }
        counted |= _rows_of(group[0].subject, scope).aggregate(**counts)
    return [
        Measurement(indicator, *(counted[f"{indicator.code}_{side}"] for side in Side))
        for indicator in asked
    ]  # fmt: skip


def rows_on(indicator: Indicator, scope: Scope, side: Side | None = None) -> QuerySet[Any]:
    """The rows of one side, or of both sides and beside them, marked, in a fixed order.

    Each row also carries `in_numerator`, `in_denominator` and `in_missing`.
    """
    marks = {f"in_{each}": ExpressionWrapper(indicator.condition(each), BooleanField()) for each in Side}
    rows: QuerySet[Any] = _rows_of(indicator.subject, scope).annotate(**marks)
    if side is not None:
        return rows.filter(**{f"in_{side}": True}).order_by("pk")
    return rows.filter(Q(in_denominator=True) | Q(in_missing=True)).order_by("pk")


def sides_of(row: Any) -> list[str]:
    """The sides a row of `rows_on` stands on."""
    return [side.value for side in Side if getattr(row, f"in_{side}")]


def scope_rows(rows: QuerySet[Any], scope: Scope, unit_field: str) -> QuerySet[Any]:
    """Those rows that lie in the scope's unit; the viewer's area is the caller's matter."""
    if scope.unit is None:
        return rows
    return rows.filter(Q(**{unit_field: scope.unit}) | Q(**{f"{unit_field}__parent": scope.unit}))


def _rows_of(subject: Subject, scope: Scope) -> QuerySet[Any]:
    rows: QuerySet[Any] = subject.marked(scope.on).filter(
        scope.viewer.area(*STAFF_ROLES, unit_field=subject.unit_field)
    )
    if scope.former_area:
        # As a subquery: a commune came from several old ones, and a join would count its rows several times.
        inside = subject.marked(scope.on).model._default_manager.filter(subject.former(scope.former_area))
        rows = rows.filter(pk__in=inside.values("pk"))
    return scope_rows(rows, scope, subject.unit_field)
