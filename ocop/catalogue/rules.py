"""Which figures can be true, when a target is reached, and who may write. Pure reading."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from core.people.queries import Viewer
from core.places.models import Level, Unit
from ocop.catalogue.decimals import MOST
from ocop.catalogue.models import HandFigure, HandIndicator, HandTarget, Measure
from ocop.indicators.targets import SETTERS, can_set

WRITERS = SETTERS
EARLIEST_DAY, FIRST_YEAR = date(2018, 1, 1), 2018
# The groups as the programme of old Bà Rịa – Vũng Tàu counts them (2023). Which indicators those are stands in no text that we have.
COUNTED_BY_PROGRAMME = {"government": 17, "economy": 8, "society": 14, "security": 7}


def can_write(viewer: Viewer, unit: Unit) -> bool:
    """Whether this person writes into the catalogue for a province: who sets its targets does, of former provinces too."""
    return unit.level == Level.PROVINCE and can_set(viewer, unit)


def can_write_for_country(viewer: Viewer) -> bool:
    """Whether this person writes targets of the whole country: no single province does, all would read them."""
    return viewer.sees_everything(*WRITERS)


def bounds(measure: str) -> tuple[Decimal, Decimal]:
    """Between which values a figure can be true."""
    if measure == Measure.PERCENT:
        return Decimal(0), Decimal(100)
    return (Decimal(-100), Decimal(1000)) if measure == Measure.GROWTH else (Decimal(0), MOST)


def is_reached(figure: HandFigure, target: HandTarget) -> bool:
    """Whether the figure is at least the target (above it, where the document says so). Two integers are compared as integers: a
    percentage rounded up to the target has not reached it."""
    assert figure.value is not None and target.value is not None
    if figure.numerator is not None and figure.denominator is not None:
        found, wanted = Decimal(figure.numerator) * 100, target.value * figure.denominator
    else:
        found, wanted = figure.value, target.value
    return found > wanted if target.is_above else found >= wanted


def is_of(indicator: HandIndicator, unit: Unit) -> bool:
    """Whether a province has this line: all have the common ones."""
    return indicator.unit_id in (None, unit.pk)
