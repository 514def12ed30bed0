"""A rate at the ends of the last twelve months, from the counts that were kept on those days."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Q, Sum

from core.kit.clock import add_months
from core.people.queries import STAFF_ROLES
from ocop.indicators.models import Tally
from ocop.indicators.queries import Scope, measure
from ocop.indicators.registry import Indicator

MONTHS = 12
Points = list[tuple[date, tuple[int, int] | None]]


def month_ends(on: date) -> list[date]:
    """The last days of the eleven months before, and the day itself."""
    first = on.replace(day=1)
    return [add_months(first, -back) - timedelta(days=1) for back in range(MONTHS - 2, -1, -1)] + [on]


def kept_months(indicator: Indicator, scope: Scope) -> dict[date, tuple[int, int]]:
    """What was kept of the rate at the ends of the months before, with the definition of today; one query."""
    rows = Tally.objects.filter(scope.viewer.area(*STAFF_ROLES), on__in=month_ends(scope.on)[:-1])
    if scope.unit is not None:
        rows = rows.filter(Q(unit=scope.unit) | Q(unit__parent=scope.unit))
    rows = rows.filter(indicator=indicator.code, version=indicator.version)
    summed = rows.order_by().values_list("on").annotate(Sum("numerator"), Sum("denominator"))
    return {on: (numerator, denominator) for on, numerator, denominator in summed}


def kept_points(indicator: Indicator, scope: Scope, now: tuple[int, int]) -> Points:
    """The months with what was kept (None: nothing was), and today's numbers last."""
    kept = kept_months(indicator, scope)
    days = month_ends(scope.on)
    return [*((day, kept.get(day)) for day in days[:-1]), (days[-1], now)]


def counted_points(indicator: Indicator, scope: Scope) -> Points:
    """The months with what was kept, and where nothing was, counted now from what is known of that day: at most one query a
    month."""
    kept, points = kept_months(indicator, scope), Points()
    for day in month_ends(scope.on):
        pair = kept.get(day) if day != scope.on else None
        if pair is None:
            [measured] = measure([indicator], Scope(scope.viewer, day, scope.unit, scope.former_area))
            pair = (measured.numerator, measured.denominator)
        points.append((day, pair))
    return points
