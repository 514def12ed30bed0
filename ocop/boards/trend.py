"""A rate at the ends of the last twelve months, as pairs for a chart."""

from __future__ import annotations

from datetime import date

from ocop.indicators.breakdown import month_ends, series
from ocop.indicators.queries import Measurement, Scope
from ocop.indicators.registry import Indicator
from ocop.indicators.tallies import kept_series

Points = list[tuple[date, tuple[int, int] | None]]


def kept_points(indicator: Indicator, scope: Scope, now: tuple[int, int]) -> Points:
    """The months with what was kept (None: nothing was), and today's numbers last; one query."""
    days = month_ends(scope.on)
    kept = kept_series([indicator], scope, days[:-1]).get(indicator.code, {})
    return [*((day, kept[day][:2] if day in kept else None) for day in days[:-1]), (days[-1], now)]


def counted_points(indicator: Indicator, scope: Scope) -> Points:
    """The months with what was kept, and where nothing was, counted now from what is known of that day."""
    return [(each.on, _pair(each.measurement)) for each in series([indicator], scope)[indicator.code]]


def _pair(measured: Measurement | None) -> tuple[int, int] | None:
    return (measured.numerator, measured.denominator) if measured else None
