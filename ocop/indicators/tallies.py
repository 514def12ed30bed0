"""Reading the kept counts of a day: figures of any area are their sums, never means of rates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, F, Max, Q, Sum
from django.db.models.functions import Coalesce, TruncMonth

from core.kit import clock
from core.people.queries import STAFF_ROLES
from ocop.frames.queries import Coverage
from ocop.indicators.models import Recount, Tally
from ocop.indicators.queries import Measurement, Scope, coverage, measure
from ocop.indicators.registry import INDICATORS, Beside, Indicator
from ocop.indicators.targets import TargetFor, targets_for

# The unit and former province of the row that every whole count leaves for each indicator, even if it is 0 of 0.
MARKER: tuple[int | None, str] = (None, "")
_IS_MARKER = Q(unit__isnull=True, former_code="")


@dataclass(frozen=True)
class Figures:
    """All rates of a scope with what they are to reach and how far they reach. `counted_at`: when the kept counts were
    made (None: counted just now); `is_settling`: something has changed that is not in them yet."""

    measurements: list[Measurement]
    targets: dict[str, TargetFor]
    coverage: Coverage
    counted_at: datetime | None
    is_settling: bool


def codes_of(indicators: Iterable[Indicator]) -> list[str]:
    """The names under which the counts of these indicators are kept: their codes, and one for each part of them."""
    return [code for each in indicators for code in (each.code, *(f"{each.code}:{part}" for part in each.beside))]


def is_counted(on: date) -> bool:
    """Whether every indicator, as it is defined now, has been counted wholly on this day."""
    rows = Tally.objects.filter(_IS_MARKER, on=on).values_list("indicator", "version")
    return {(each.code, each.version) for each in INDICATORS.values()} <= set(rows)


def last_counted_days(indicator: Indicator, since: date, until: date) -> list[date]:
    """The last day of each month that was counted wholly with the definition of today, the earliest first; one query over the few
    rows that say so."""
    rows = Tally.objects.filter(_IS_MARKER, indicator=indicator.code, version=indicator.version)
    months = rows.filter(on__range=(since, until)).order_by().values(month=TruncMonth("on")).annotate(last=Max("on"))
    return sorted(row["last"] for row in months)


def counted_days(indicators: Iterable[Indicator], since: date, until: date) -> list[date]:
    """The days between these on which all these indicators were counted wholly with the definitions of today, the earliest first; one
    query."""
    asked = Q(pk__in=[])
    wanted = list(indicators)
    for each in wanted:
        asked |= Q(indicator=each.code, version=each.version)
    rows = Tally.objects.filter(_IS_MARKER, asked, on__range=(since, until)).order_by().values("on")
    return sorted(row["on"] for row in rows.annotate(found=Count("pk")) if row["found"] == len(wanted))


def last_count(scope: Scope, on: date) -> datetime | None:
    """When the latest of the kept counts of a scope on a day was made; one query."""
    found: datetime | None = Tally.objects.filter(in_scope(scope) | _IS_MARKER, on=on).aggregate(at=Max("counted_at"))[
        "at"
    ]
    return found


def figures(scope: Scope, indicators: Iterable[Indicator] | None = None) -> Figures:
    """The rates of a scope on its day. Today's are sums of kept counts (four queries at any size); of other days, and while
    today's have not been made, the rows are counted now."""
    asked = list(INDICATORS.values() if indicators is None else indicators)
    found, at = (None, None)
    if scope.on == clock.today():
        found, at = _from_tallies(asked, scope)
    return Figures(
        measurements=measure(asked, scope) if found is None else found,
        targets=targets_for(asked, scope),
        coverage=coverage(scope),
        counted_at=at,
        is_settling=found is not None and Recount.objects.exists(),
    )


def _from_tallies(indicators: list[Indicator], scope: Scope) -> tuple[list[Measurement] | None, datetime | None]:
    inside = in_scope(scope)
    rows = Tally.objects.filter(inside | _IS_MARKER, on=scope.on, indicator__in=codes_of(indicators))
    summed = {
        row["indicator"]: row
        for row in rows.order_by().values("indicator").annotate(
            n=Sum("numerator", filter=inside),
            d=Sum("denominator", filter=inside),
            m=Sum("missing", filter=inside),
            oldest=Max("version"),
            markers=Count("pk", filter=_IS_MARKER),
            at=Max("counted_at"),
        )
    }  # fmt: skip
    for each in indicators:
        row = summed.get(each.code)
        if row is None or not row["markers"] or row["oldest"] != each.version:
            return None, None
    return [_measured(each, summed) for each in indicators], max((row["at"] for row in summed.values()), default=None)


@dataclass(frozen=True)
class Kept:
    """The kept counts of a day by code and id of the unit, with their parts; `counted_at`: when the latest of them was made."""

    by_unit: dict[str, dict[int | None, Measurement]]
    counted_at: datetime


def kept_of(scope: Scope, indicators: Iterable[Indicator], *, by_province: bool = False) -> Kept | None:
    """The kept counts of a scope's day by commune (or province, for products known only by it; None: place not known), or with
    `by_province` by its province, without units in which nothing was found. None while the day is not counted wholly with the
    definitions of today. One query."""
    asked, inside = list(indicators), in_scope(scope)
    rows = Tally.objects.filter(inside | _IS_MARKER, on=scope.on, indicator__in=codes_of(asked))
    unit = Coalesce("unit__parent_id", "unit_id") if by_province else F("unit_id")
    summed: Any = rows.order_by().annotate(by=unit).values("indicator", "version", "by").annotate(
        n=Sum("numerator", filter=inside), d=Sum("denominator", filter=inside), m=Sum("missing", filter=inside),
        markers=Count("pk", filter=_IS_MARKER), at=Max("counted_at"),
    )  # fmt: skip
    counts: defaultdict[int | None, dict[str, Any]] = defaultdict(dict)
    counted, times = set[tuple[str, int]](), list[datetime]()
    for row in summed:
        times.append(row["at"])
        if row["markers"]:
            counted.add((row["indicator"], row["version"]))
        if row["d"] or row["m"]:
            counts[row["by"]][row["indicator"]] = row
    if not {(each.code, each.version) for each in asked} <= counted:
        return None
    found = {
        each.code: {unit_id: _measured(each, of_unit) for unit_id, of_unit in counts.items() if each.code in of_unit}
        for each in asked
    }
    return Kept(found, max(times))


def kept_by_unit(scope: Scope, indicators: Iterable[Indicator]) -> dict[str, dict[int | None, Measurement]]:
    """`kept_of` by commune; empty while the day is not counted."""
    kept = kept_of(scope, indicators)
    return kept.by_unit if kept else {}


def _measured(indicator: Indicator, summed: Mapping[str, Any]) -> Measurement:
    beside = {Beside(part): _numbers(summed, f"{indicator.code}:{part}")[:2] for part in indicator.beside}
    return Measurement(indicator, *_numbers(summed, indicator.code), beside)


def in_scope(scope: Scope) -> Q:
    """The condition "lies in the scope" over kept counts."""
    inside = scope.viewer.area(*STAFF_ROLES, unit_field="unit")
    if scope.unit is not None:
        inside &= Q(unit=scope.unit) | Q(unit__parent=scope.unit)
    if scope.former_area:
        inside &= Q(former_code=scope.former_area)
    return inside


def _numbers(summed: Mapping[str, Any], code: str) -> tuple[int, int, int]:
    row = summed.get(code, {})
    return row.get("n") or 0, row.get("d") or 0, row.get("m") or 0


def kept_series(
    indicators: Iterable[Indicator], scope: Scope, days: Iterable[date]
) -> dict[str, dict[date, tuple[int, int, int]]]:
    """Numerator, denominator and missing by code and day, of those of these days that were counted with the definition of
    today; one query. A day without counts is missing, not 0; so is one on which the unit was not there yet."""
    asked, inside = list(indicators), in_scope(scope)
    began = scope.unit.valid_from if scope.unit is not None else None
    rows = Tally.objects.filter(on__in=[day for day in days if began is None or day >= began]).filter(
        inside | _IS_MARKER
    )
    versions = Q(pk__in=[])
    for each in asked:
        versions |= Q(indicator=each.code, version=each.version)
    found: defaultdict[str, dict[date, tuple[int, int, int]]] = defaultdict(dict)
    summed = rows.filter(versions).order_by().values("indicator", "on").annotate(
        n=Sum("numerator", filter=inside), d=Sum("denominator", filter=inside), m=Sum("missing", filter=inside)
    )  # fmt: skip
    for row in summed:
        found[row["indicator"]][row["on"]] = (row["n"] or 0, row["d"] or 0, row["m"] or 0)
    return dict(found)
