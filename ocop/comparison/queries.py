"""Pilot communes beside the rest, month by month: which days are read, who was in which group, and what was counted there.

Only the kept counts of the last counted day of each month are read, so a comparison costs the same few queries whatever its size.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, Sum

from core.kit import clock
from core.kit.clock import add_months
from core.kit.text import sort_key
from core.people.queries import Viewer
from core.places.models import Level, Unit, in_force
from ocop.comparison.lineage import Line, follow_back, lines_of, turns
from ocop.comparison.rules import READERS
from ocop.indicators.models import Tally
from ocop.indicators.queries import Scope
from ocop.indicators.registry import Indicator
from ocop.indicators.tallies import in_scope, last_counted_days
from onboarding.households.models import PilotUnit

MONTHS = 24
Pair = tuple[int, int]


@dataclass(frozen=True)
class Part:
    """One group in a month: its sums, how many communes it has, and how many of them have figures. Of pilots also which they are and
    which of them have figures; of the rest only their numbers are read."""

    numerator: int
    denominator: int
    communes: int
    counted: int
    members: frozenset[int] = frozenset()
    known: frozenset[int] = frozenset()

    @property
    def pair(self) -> Pair | None:
        """(numerator, denominator); None: no figures, which is not 0."""
        return (self.numerator, self.denominator) if self.denominator else None


@dataclass(frozen=True)
class Month:
    """A month by its last counted day; `on` None: no day of it was counted, and both groups are None."""

    first: date
    on: date | None
    is_running: bool
    pilots: Part | None = None
    rest: Part | None = None


@dataclass(frozen=True)
class PilotLine:
    """A pilot with its figures at its start (of the last counted day before it was one, else with `is_late` of the first one since)
    and of the last counted day on which it was one."""

    line: Line
    first: tuple[date, Pair] | None
    last: tuple[date, Pair] | None
    is_late: bool = False


@dataclass(frozen=True)
class Comparison:
    """`months` from the first counted one to the running one; `unplaced` rows of the last counted day lie in no commune that is known,
    so in neither group; `followed` communes that are no more stand in today's group for those they became."""

    months: list[Month]
    pilots: list[PilotLine]
    unplaced: int
    followed: int

    @property
    def latest(self) -> Month | None:
        """The last month in which both groups have figures."""
        both = (each for each in reversed(self.months) if each.pilots and each.rest)
        return next((each for each in both if each.pilots and each.pilots.pair and each.rest and each.rest.pair), None)


def areas_to_compare(viewer: Viewer) -> list[Unit]:
    """The provinces of which this person sees all communes, by name."""
    rows = Unit.objects.filter(viewer.units(*READERS), in_force(clock.today()), level=Level.PROVINCE)
    return sorted(rows, key=lambda unit: sort_key(unit.name))


def comparison(indicator: Indicator, scope: Scope, *, same_group: bool) -> Comparison:
    """The months up to the scope's day. Membership is that of each month's day, or with `same_group` that of the scope's day, followed
    back over mergers. Six queries at most, however many communes and months."""
    running = scope.on.replace(day=1)
    counted = last_counted_days(indicator, add_months(running, 1 - MONTHS), scope.on)
    days = {day.replace(day=1): day for day in counted}
    pilots = _pilots(scope)
    # A pilot may have gone on in another commune before the first day that was counted.
    begun = min((each.valid_from for each in pilots), default=scope.on)
    first_count = min(days.values(), default=scope.on)
    known, own = turns(min(begun, first_count), scope.on), {each.commune_id for each in pilots}
    lines = lines_of(pilots, follow_back(known, begun, own))
    if not days:
        return Comparison([], [PilotLine(each, None, None) for each in lines], 0, 0)
    heirs = follow_back(known, first_count, own)
    of_unit = _by_unit(indicator, scope, counted, {pk for each in pilots for pk in heirs[each.commune_id]})
    today = {pk for each in pilots if _is_on(each, scope.on) for pk in heirs[each.commune_id]}
    groups = {day: today if same_group else _pilots_on(pilots, day) for day in counted}
    existing = _existing(today) if same_group else {}
    totals, communes = _totals(indicator, scope, counted), _communes(scope, counted)
    months, first = [], min(days)
    while first <= running:
        on = days.get(first)
        if on is None:
            months.append(Month(first, None, first == running))
        else:
            inside = _part(of_unit, on, groups[on], _size(groups[on], on, existing) if same_group else len(groups[on]))
            months.append(Month(first, on, first == running, inside, _rest(totals[on], communes[on], inside)))
        first = add_months(first, 1)
    return Comparison(
        months,
        [_pilot_line(each, heirs, of_unit, counted) for each in lines],
        totals[counted[-1]].elsewhere,
        len(today) - sum(_is_on(each, scope.on) for each in pilots) if same_group else 0,
    )


def _pilots(scope: Scope) -> list[PilotUnit]:
    """Every pilot there has been in the area, with its commune."""
    rows = PilotUnit.objects.filter(valid_from__lte=scope.on)
    if scope.unit is not None:
        rows = rows.filter(commune__parent=scope.unit)
    # A period that ended on its first day never was: the pilot was taken back before it began.
    return [
        each for each in rows.select_related("commune").order_by("valid_from", "pk") if each.valid_to != each.valid_from
    ]


def _is_on(pilot: PilotUnit, day: date) -> bool:
    return pilot.valid_from <= day and (pilot.valid_to is None or pilot.valid_to > day)


def _pilots_on(pilots: Iterable[PilotUnit], day: date) -> set[int]:
    return {each.commune_id for each in pilots if _is_on(each, day)}


@dataclass(frozen=True)
class _Total:
    numerator: int
    denominator: int
    counted: int
    elsewhere: int


def _totals(indicator: Indicator, scope: Scope, days: Collection[date]) -> dict[date, _Total]:
    """All communes of the area together, by day."""
    placed = Q(unit__level=Level.COMMUNE)
    rows = Tally.objects.filter(in_scope(scope), on__in=days, indicator=indicator.code, version=indicator.version)
    summed = rows.order_by().values("on").annotate(
        n=Sum("numerator", filter=placed), d=Sum("denominator", filter=placed), whole=Sum("denominator"),
        counted=Count("unit", filter=placed & Q(denominator__gt=0), distinct=True),
    )  # fmt: skip
    found = dict.fromkeys(days, _Total(0, 0, 0, 0))
    for row in summed:
        n, d = row["n"] or 0, row["d"] or 0
        found[row["on"]] = _Total(n, d, row["counted"], (row["whole"] or 0) - d)
    return found


def _by_unit(
    indicator: Indicator, scope: Scope, days: Collection[date], unit_ids: Collection[int]
) -> dict[int, dict[date, Pair]]:
    """The sums of these communes by day; only those with a denominator."""
    rows = Tally.objects.filter(
        in_scope(scope), on__in=days, indicator=indicator.code, version=indicator.version, unit__in=unit_ids
    )
    summed = rows.order_by().values("unit_id", "on").annotate(n=Sum("numerator"), d=Sum("denominator"))
    found: defaultdict[int, dict[date, Pair]] = defaultdict(dict)
    for row in summed:
        if row["d"]:
            found[row["unit_id"]][row["on"]] = (row["n"], row["d"])
    return dict(found)


def _communes(scope: Scope, days: Collection[date]) -> dict[date, int]:
    """How many communes the area had on each day. Units share few pairs of dates, so few rows come back."""
    rows = Unit.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=min(days)), level=Level.COMMUNE)
    if scope.unit is not None:
        rows = rows.filter(parent=scope.unit)
    counted = list(rows.order_by().values_list("valid_from", "valid_to").annotate(Count("pk")))
    return {
        day: sum(n for start, end, n in counted if (start is None or start <= day) and (end is None or end > day))
        for day in days
    }


def _existing(unit_ids: Collection[int]) -> dict[int, tuple[date | None, date | None]]:
    rows = Unit.objects.filter(pk__in=unit_ids).values_list("pk", "valid_from", "valid_to")
    return {pk: (start, end) for pk, start, end in rows}


def _size(unit_ids: Iterable[int], day: date, existing: Mapping[int, tuple[date | None, date | None]]) -> int:
    """How many of these units there were on a day."""
    periods = (existing[pk] for pk in unit_ids)
    return sum((start is None or start <= day) and (end is None or end > day) for start, end in periods)


def _part(of_unit: Mapping[int, Mapping[date, Pair]], on: date, unit_ids: Collection[int], communes: int) -> Part:
    pairs = {pk: of_unit[pk][on] for pk in unit_ids if on in of_unit.get(pk, {})}
    return Part(
        sum(n for n, _d in pairs.values()),
        sum(d for _n, d in pairs.values()),
        communes,
        len(pairs),
        frozenset(unit_ids),
        frozenset(pairs),
    )


def _rest(total: _Total, communes: int, pilots: Part) -> Part:
    return Part(
        total.numerator - pilots.numerator,
        total.denominator - pilots.denominator,
        max(communes - pilots.communes, 0),
        total.counted - pilots.counted,
    )


def _pilot_line(
    line: Line, heirs: Mapping[int, Collection[int]], of_unit: Mapping[int, Mapping[date, Pair]], days: Iterable[date]
) -> PilotLine:
    known = []
    for day in days:
        part = _part(of_unit, day, heirs[line.commune.pk], 0)
        if part.pair:
            known.append((day, part.pair))
    before = [each for each in known if each[0] <= line.since]
    during = [each for each in known if line.since < each[0] and (line.until is None or each[0] < line.until)]
    start = before[-1:] or during[:1]
    end = during[-1:] or before[-1:]
    return PilotLine(line, start[0] if start else None, end[0] if end else None, is_late=bool(during) and not before)
