"""Months behind the demo's boards: pilots, what the register says of earlier days, and made-up household rates of a few communes, so
that pilots have something to be compared with."""

from __future__ import annotations

from datetime import date, timedelta

from core.kit import clock
from core.kit.clock import add_months
from core.people.models import User
from core.people.queries import viewer_for
from core.places.models import Level, Unit
from core.places.queries import former_provinces
from ocop.indicators.actions import count_units
from ocop.indicators.models import Tally
from ocop.indicators.registry import INDICATORS
from onboarding.households.pilots.actions import set_pilot

MONTHS_BACK = 5
# Households with an account, of a frame of so many, in the oldest month and added in each later one: three pilots, five others.
PILOTS = ((18, 120, 9), (31, 164, 7), (9, 88, 11))
OTHERS = ((14, 132, 3), (40, 210, 5), (6, 75, 2), (22, 150, 2), (11, 96, 4))


def make_months(people: dict[str, User], commune: Unit) -> None:
    """After everything that is counted is there. The pilots begin one after the other: their group changes."""
    neighbours = Unit.objects.filter(parent=commune.parent, level=Level.COMMUNE, valid_to=None).exclude(pk=commune.pk)
    around = list(neighbours.order_by("code")[1 : len(PILOTS) + len(OTHERS)])
    pilots = [commune, *around[: len(PILOTS) - 1]]
    first = clock.today().replace(day=1)
    for number, pilot in enumerate(pilots):
        set_pilot(
            commune=pilot,
            valid_from=add_months(first, number - MONTHS_BACK),
            decision=f"{15 + number}/QĐ-UBND (bản mẫu)",
            by=viewer_for(people["tinh"]),
        )
    ends = [add_months(first, -back) - timedelta(days=1) for back in range(MONTHS_BACK - 1, -1, -1)]
    for on in sorted({*ends, clock.today() - timedelta(days=7)}):
        count_units(on=on)
    for number, on in enumerate(ends):
        _households(on, number, [*pilots, *around[len(PILOTS) - 1 :]])


def _households(on: date, number: int, communes: list[Unit]) -> None:
    """No household of the demo is that old: these integers stand for registers that nobody made up row by row."""
    Tally.objects.filter(on=on, indicator="I1", unit__in=communes).delete()
    formers, at = former_provinces(), clock.now()
    Tally.objects.bulk_create(
        Tally(
            indicator="I1",
            version=INDICATORS["I1"].version,
            on=on,
            unit=unit,
            former_code=formers.get(unit.pk, ""),
            numerator=start + number * more,
            denominator=whole,
            missing=0,
            counted_at=at,
        )
        for unit, (start, whole, more) in zip(communes, PILOTS + OTHERS, strict=True)
    )
