"""Where an area stands: its rates, those of the units in it, and how many products are linked or have lapsed beside them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.text import capfirst

from core.kit import clock
from core.kit.text import sort_key
from core.people.queries import STAFF_ROLES
from core.places.models import Unit
from ocop.certificates.models import COUNTED_QUALITIES, Certificate
from ocop.certificates.papers import COUNTED_STARS
from ocop.certificates.queries import has_counted_paper, has_open_paper
from ocop.indicators.counting import Counts, count_marked, count_together, key
from ocop.indicators.marks import Marked
from ocop.indicators.queries import Measurement, Scope, area_of, by_subject, counted_rows, measurement
from ocop.indicators.registry import INDICATORS, PRODUCTS, Indicator, Side, Subject
from ocop.indicators.tallies import Kept, kept_of
from ocop.presence.models import PresenceLink
from ocop.register.models import OcopProduct

# Papers that ran out in so many days before the day are told beside the rate: letting papers die must not help it.
LAPSE_DAYS = 365

_BESIDE = replace(
    INDICATORS["I2both"],
    code="beside",
    numerator=Q(is_certified=True) & Q(is_linked=True),
    denominator=Q(is_certified=True),
    missing=Q(is_lapsed=True),
    beside={},
)


@dataclass(frozen=True)
class Standing:
    """All rates of a scope; `by_unit` the same by code of the indicator and id of the unit; `linked` certified products with
    a listing or page, `lapsed` products whose paper ran out in the last 365 days; `counted_at`: when the kept counts were
    made (None: the rows were counted just now)."""

    measurements: list[Measurement]
    by_unit: Mapping[str, Mapping[int | None, Measurement]]
    linked: int
    lapsed: int
    counted_at: datetime | None = None

    def of(self, code: str) -> Measurement:
        """One rate of the scope."""
        return next(each for each in self.measurements if each.indicator.code == code)


@dataclass(frozen=True)
class Rank:
    """A unit with its rate; `place` 1 is the best, equal rates share one, None: it has no rate."""

    unit: Unit
    measured: Measurement
    place: int | None

    @property
    def label(self) -> str:
        """ "Xã Bắc Ruộng"."""
        return capfirst(str(self.unit))


def standing(scope: Scope) -> Standing:
    """The rates of the scope and of its units. Today's come from the kept counts; of other days, and while today's have not been
    made, the rows are counted. Two queries at any size."""
    if scope.on == clock.today():
        kept = kept_of(scope, INDICATORS.values(), by_province=is_by_province(scope))
        if kept is not None:
            return _kept(kept, scope)
    return _counted(scope)


def _kept(kept: Kept, scope: Scope) -> Standing:
    """What stands beside the rates is of products only, and counted now; it asks for papers and not for platforms."""
    # Each question about papers is asked once and not again inside another: this is the slowest statement of a board.
    products = OcopProduct.objects.filter(area_of(PRODUCTS, scope)).annotate(
        is_certified=has_counted_paper(scope.on),
        has_open=has_open_paper(scope.on),
        has_lapsed=_has_lapsed_paper(scope.on),
        is_linked=_is_linked(),
    )
    lapsed = Q(has_lapsed=True) & Q(is_certified=False) & Q(has_open=False)
    found = count_marked(Marked(products, made={"is_lapsed": lapsed}), [_BESIDE])
    counts = found[0][1] if found else {}
    return Standing(
        [summed(each, kept.by_unit[each.code].values()) for each in INDICATORS.values()],
        kept.by_unit,
        counts.get(key(_BESIDE, Side.NUMERATOR), 0),
        counts.get(key(_BESIDE, Side.MISSING), 0),
        kept.counted_at,
    )


def summed(indicator: Indicator, parts: Iterable[Measurement]) -> Measurement:
    """The rate of a whole: the sums of its parts' integers."""
    found = list(parts)
    beside = {
        part: (sum(each.beside[part][0] for each in found), sum(each.beside[part][1] for each in found))
        for part in indicator.beside
    }
    return Measurement(
        indicator,
        sum(each.numerator for each in found),
        sum(each.denominator for each in found),
        sum(each.missing for each in found),
        beside,
    )


def _counted(scope: Scope) -> Standing:
    totals: Counts = defaultdict(int)
    parts: dict[int | None, Counts] = {}
    for found in count_together([_asked(subject, group, scope) for subject, group in by_subject(INDICATORS.values())]):
        for (unit_id,), counts in found:
            of_unit = parts.setdefault(unit_id, defaultdict(int))
            for name, count in counts.items():
                totals[name] += count
                of_unit[name] += count
    return Standing(
        [measurement(each, totals) for each in INDICATORS.values()],
        {
            code: {unit: measurement(each, counts) for unit, counts in parts.items()}
            for code, each in INDICATORS.items()
        },
        totals.get(key(_BESIDE, Side.NUMERATOR), 0),
        totals.get(key(_BESIDE, Side.MISSING), 0),
    )


def _asked(subject: Subject, group: list[Indicator], scope: Scope) -> tuple[Marked, list[Indicator], dict[str, Any]]:
    marked, field = counted_rows(subject, scope), f"{subject.unit_field}_id"
    if subject is PRODUCTS:
        marked, group = marked.but(with_work_marks(marked.rows, scope.on)), [*group, _BESIDE]
    by = Coalesce(f"{subject.unit_field}__parent_id", field) if is_by_province(scope) else F(field)
    return marked, group, {"by_unit": by}


def is_by_province(scope: Scope) -> bool:
    """Whether the parts of the scope are provinces: somebody looks at the whole country."""
    return scope.unit is None and scope.viewer.sees_everything(*STAFF_ROLES)


def with_work_marks(products: QuerySet[Any], on: date) -> QuerySet[Any]:
    """Marked products with `is_linked` (a listing or page is linked now) and `is_lapsed` (no paper holds, and one that would
    count ran out in the last 365 days)."""
    lapsed = _has_lapsed_paper(on) & Q(is_certified=False) & Q(is_unclear=False)
    marked: QuerySet[Any] = products.annotate(is_linked=_is_linked(), is_lapsed=lapsed)
    return marked


def _is_linked() -> Exists:
    return Exists(PresenceLink.objects.filter(product=OuterRef("pk"), ended_at__isnull=True))


def _has_lapsed_paper(on: date) -> Exists:
    return Exists(
        Certificate.objects.filter(
            product=OuterRef("pk"),
            stars__gte=COUNTED_STARS,
            quality__in=COUNTED_QUALITIES,
            latest_end__lt=on,
            latest_end__gte=on - timedelta(days=LAPSE_DAYS),
        )
    )


def ranking(indicator: Indicator, found: Standing, units: list[Unit]) -> list[Rank]:
    """The units from the best rate to the worst; equal rates by name, units without a rate last. Rates are compared as
    fractions of integers and never averaged."""
    measured = found.by_unit[indicator.code]
    none = Measurement(indicator, 0, 0, 0)
    rows = [(unit, measured.get(unit.pk, none)) for unit in units]
    rows.sort(key=lambda row: (row[1].denominator == 0, -_rate(row[1]), sort_key(row[0].name)))
    ranks: list[Rank] = []
    for number, (unit, each) in enumerate(rows, 1):
        place = number if each.denominator else None
        if place and ranks and _rate(ranks[-1].measured) == _rate(each):
            place = ranks[-1].place
        ranks.append(Rank(unit, each, place))
    return ranks


def _rate(measured: Measurement) -> Fraction:
    return Fraction(measured.numerator, measured.denominator) if measured.denominator else Fraction(0)
