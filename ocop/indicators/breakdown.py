"""Rates by what they are made of: today's unit, former area, sector, star, kind of producer; and month by month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import F, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce, NullIf

from core.kit.clock import add_months
from core.kit.text import sort_key
from core.places.models import Level, Unit
from core.places.queries import former_provinces
from ocop.certificates.models import COUNTED_QUALITIES, Certificate
from ocop.certificates.queries import holds_on
from ocop.indicators.counting import Counts, count_marked
from ocop.indicators.queries import Measurement, Scope, by_subject, counted_rows, measure, measurement
from ocop.indicators.registry import PRODUCTS, Indicator, Subject
from ocop.indicators.tallies import kept_series
from onboarding.producers.models import ProducerKind

MONTHS = 12


class Dimension(StrEnum):
    """By what. Sector, star and kind of producer are known of products only."""

    UNIT = "unit"
    FORMER = "former"
    SECTOR = "sector"
    STAR = "star"
    KIND = "kind"


@dataclass(frozen=True)
class Group:
    """One group of a breakdown: its value (a unit's or province's code, "": not known) in words, with its rates."""

    key: str
    label: str
    measurements: list[Measurement]


@dataclass(frozen=True)
class Point:
    """A rate on one day; `measurement` None: not counted, which is not 0."""

    on: date
    measurement: Measurement | None


def measure_by(indicators: Iterable[Indicator], scope: Scope, dimension: Dimension) -> list[Group]:
    """The rates in groups that together are the rate of the scope; a row is in one group only. By unit: the communes of a
    chosen province, else provinces, and what is known only by its province under the province itself. Indicators of a
    subject that has no such dimension are left out. A fixed number of queries."""
    asked = [each for each in indicators if each.subject is PRODUCTS or dimension in (Dimension.UNIT, Dimension.FORMER)]
    found: defaultdict[str, Counts] = defaultdict(dict)
    for subject, group in by_subject(asked):
        by, keys = _grouping(subject, dimension, scope)
        marked = counted_rows(subject, scope)
        for (value,), counts in count_marked(
            marked.but(marked.rows.annotate(**by)), group, {"by_group": F("by_value")}
        ):
            key = keys.get(value, "") if keys is not None else str(value or "")
            for name, count in counts.items():
                found[key][name] = found[key].get(name, 0) + count
    labels = _labels(dimension, found)
    groups = [
        Group(key, labels.get(key, key), [measurement(each, counts) for each in asked])
        for key, counts in found.items()
        if any(counts.values())
    ]
    return sorted(groups, key=lambda each: (not each.key, sort_key(each.label)))


def _grouping(subject: Subject, dimension: Dimension, scope: Scope) -> tuple[dict[str, Any], dict[Any, str] | None]:
    """The expression a row is grouped by, as `by_value`, and what its values stand for (None: for themselves)."""
    field = subject.unit_field
    if dimension is Dimension.UNIT:
        if scope.unit is not None or scope.former_area:
            return {"by_value": F(f"{field}__code")}, None
        return {"by_value": Coalesce(f"{field}__parent__code", f"{field}__code")}, None
    if dimension is Dimension.FORMER:
        if subject is PRODUCTS:
            return {"by_value": F("former_province__code")}, None
        return {"by_value": F(f"{field}_id")}, dict(former_provinces())
    if dimension is Dimension.SECTOR:
        return {"by_value": F("product_set__parent__parent__name")}, None
    if dimension is Dimension.KIND:
        return {"by_value": Coalesce(F("producer__kind"), NullIf(F("producer_kind"), Value("")))}, None
    papers = Certificate.objects.filter(holds_on(scope.on), product=OuterRef("pk"), quality__in=COUNTED_QUALITIES)
    best = papers.filter(stars__isnull=False).order_by("-stars").values("stars")[:1]
    return {"by_value": Subquery(best)}, None


def _labels(dimension: Dimension, keys: Iterable[str]) -> dict[str, str]:
    wanted = [key for key in keys if key]
    if dimension is Dimension.UNIT:
        units = Unit.objects.filter(code__in=wanted, valid_to=None, level__in=[Level.PROVINCE, Level.COMMUNE])
        return {unit.code: str(unit) for unit in units} | {"": "chưa rõ nơi"}
    if dimension is Dimension.FORMER:
        units = Unit.objects.filter(code__in=wanted, level=Level.PROVINCE, valid_from=None, valid_to__isnull=False)
        return {unit.code: f"{unit} (cũ)" for unit in units} | {"": "chưa xếp được vào tỉnh cũ"}
    if dimension is Dimension.STAR:
        return {key: f"{key} sao" for key in wanted} | {"": "chưa rõ số sao"}
    if dimension is Dimension.KIND:
        return dict(ProducerKind.choices) | {"": "nguồn không ghi"}
    return {"": "chưa xếp ngành"}


def month_ends(on: date) -> list[date]:
    """The last days of the eleven months before, and the day itself."""
    first = on.replace(day=1)
    return [add_months(first, -back) - timedelta(days=1) for back in range(MONTHS - 2, -1, -1)] + [on]


def series(indicators: Iterable[Indicator], scope: Scope) -> dict[str, list[Point]]:
    """Each indicator at the twelve last ends of a month (the scope's day last): kept counts where they were made with the
    definition of today, else counted now from what was known by then. At most three queries a day."""
    asked, days = list(indicators), month_ends(scope.on)
    kept = kept_series(asked, scope, days)
    found: dict[str, list[Point]] = {each.code: [] for each in asked}
    for day in days:
        absent = [each for each in asked if day not in kept.get(each.code, {})]
        live = {one.indicator.code: one for one in measure(absent, replace(scope, on=day))} if absent else {}
        for each in asked:
            numbers = kept.get(each.code, {}).get(day)
            point = Measurement(each, *numbers) if numbers else live.get(each.code)
            found[each.code].append(Point(day, point))
    return found
