"""Units at a date: by code, by the names of before the merger, by what they became and came from."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, ManyToOneRel, Q, QuerySet

from core.kit import clock
from core.kit.text import sort_key
from core.places.finder import MERGER, find_units
from core.places.index import place_index
from core.places.models import Hamlet, HamletName, Level, Unit, UnitLink, UnitName, in_force
from core.places.registry import words_for
from core.places.wording import Doubt
from core.places.writing import read_name

_DAY_BEFORE = MERGER - timedelta(days=1)
# What may differ from the list without leaving a doubt which unit is meant.
_HARMLESS = {Doubt.MARKS, Doubt.KIND, Doubt.MERGED_DISTRICT}


@dataclass(frozen=True)
class Share:
    """A unit on the other side of one or more links, and how much of the old one went there (UnitLink.Kind)."""

    unit: Unit
    kind: str


@dataclass(frozen=True)
class Area:
    """Everything inside a unit, on the map of a day. `is_exact` is False when a commune of that map lies only partly in
    it, so that numbers by commune cannot give the unit's own."""

    unit: Unit
    on: date
    communes: tuple[Unit, ...]
    hamlets: tuple[Hamlet, ...]
    is_exact: bool


def unit_by_code(level: str, code: str, on: date) -> Unit | None:
    """The unit that carried this code (text with its leading zeros) on that day."""
    return Unit.objects.filter(in_force(on), level=level, code=code).first()


def provinces(on: date | None = None) -> QuerySet[Unit]:
    """The provinces in force that day (today by default), by code."""
    return Unit.objects.filter(in_force(on or clock.today()), level=Level.PROVINCE).order_by("code")


def communes_of(province: Unit, on: date | None = None) -> list[Unit]:
    """The communes of a province in force that day (today by default), in the order of the Vietnamese alphabet."""
    found = Unit.objects.filter(in_force(on or clock.today()), level=Level.COMMUNE, parent=province)
    return sorted(found, key=lambda unit: sort_key(unit.name))


def hamlets_of(commune: Unit, on: date | None = None) -> list[Hamlet]:
    """The hamlets of a commune in force that day (today by default), "Thôn 2" before "Thôn 10"."""
    day = on or clock.today()
    found = list(Hamlet.objects.filter(in_force(day), commune=commune))
    names = hamlet_names_on(found, day)
    return sorted(found, key=lambda hamlet: _numbers_in_order(names[hamlet.pk]))


def hamlet_names_on(hamlets: Collection[Hamlet], on: date) -> dict[int, str]:
    """What hamlets were called that day, by id; only renamed ones have dated names."""
    dated = dict(HamletName.objects.filter(in_force(on), hamlet__in=hamlets).values_list("hamlet_id", "name"))
    return {hamlet.pk: dated.get(hamlet.pk, hamlet.name) for hamlet in hamlets}


def name_on(unit: Unit, on: date) -> str:
    """ "xã Lộc Ninh" or "phường Lộc Ninh", as the unit was called that day."""
    dated = UnitName.objects.filter(in_force(on), unit=unit).first()
    return f"{dated.kind[:1].lower()}{dated.kind[1:]} {dated.name}" if dated else str(unit)


def strip_kind(written: str, level: str) -> str:
    """The folded bare name: "TX. Phước Long" → "phuoc long"; a name that is only a kind word stays.

    Of "Quận 1" and "Phường 05" the number alone is left, as in the register.
    """
    name = read_name(written)
    return name.bare if Level(level) in name.levels else name.raw


def old_unit(province: str, district: str = "", commune: str = "") -> Unit | None:
    """The unit of before 1 July 2025 that these three written names mean, or None unless it is surely exactly one.

    For records without anybody to ask; where a person can choose, use `find_units`, which also says why not.
    """
    if not province.strip():
        return None
    finding = find_units(province=province, district=district, commune=commune, on=_DAY_BEFORE)
    if finding.unit is None or not finding.doubts <= _HARMLESS:
        return None
    return Unit.objects.get(pk=finding.unit.id)


def became(unit: Unit, on: date | None = None) -> list[Share]:
    """The units of that day (today by default) that hold what the unit held, through any number of resolutions.

    A unit still in force is its own whole. A former district without a link of its own became what its communes did.
    """
    day = on or clock.today()
    shares = _follow({unit.pk: UnitLink.Kind.WHOLE}, day)
    if not shares and unit.level == Level.DISTRICT and unit.valid_to and unit.valid_to <= day:
        inside = _below(unit, unit.valid_to - timedelta(days=1))
        shares = _follow(dict.fromkeys(inside, UnitLink.Kind.PART), day)
    kinds = {**shares, next(iter(shares)): UnitLink.Kind.WHOLE} if len(shares) == 1 else shares
    return _shares(kinds)


def came_from(unit: Unit, on: date, *, as_of: date | None = None) -> list[Share]:
    """The units of that day that the unit, as it is on `as_of` (by default today, or its last day), is made of; `part` and
    `default` ones gave only some of theirs. A unit that took in another and went on is made of itself and that one."""
    start = _nearest_day(unit, as_of or clock.today())
    return _shares(_follow({unit.pk: UnitLink.Kind.WHOLE}, on, start=start, forward=False))


def successor(old: Unit, on: date | None = None) -> Unit | None:
    """The one unit that day (today by default) that holds all of an old one, or None when it was divided."""
    shares = became(old, on)
    return shares[0].unit if len(shares) == 1 else None


def everything_under(unit: Unit, on: date | None = None) -> Area:
    """The communes and hamlets inside a unit, on the map of that day (today by default).

    Of a unit of another time (a former province, a former district) these are the communes that its own ones became or
    came from, and `is_exact` says whether they cover the same ground.
    """
    day = on or clock.today()
    own_day = _nearest_day(unit, day)
    base = _below(unit, own_day)
    is_exact = True
    communes = base
    if own_day != day:
        forward = own_day < day
        communes = set(_follow(dict.fromkeys(base, UnitLink.Kind.WHOLE), day, start=own_day, forward=forward))
        back = _follow(dict.fromkeys(communes, UnitLink.Kind.WHOLE), own_day, start=day, forward=not forward)
        is_exact = set(back) <= base
    units = Unit.objects.filter(pk__in=communes, level=Level.COMMUNE).select_related("parent")
    found = tuple(sorted(units, key=lambda one: sort_key(one.name)))
    hamlets = Hamlet.objects.filter(in_force(day), commune__in=found).select_related("commune")
    return Area(unit, day, found, tuple(hamlets.order_by("commune__code", "name")), is_exact)


def former_area(unit: Unit) -> Area:
    """A former province or district as a roll-up of today's communes: "khu vực cũ"."""
    return everything_under(unit)


def former_provinces() -> dict[int, str]:
    """The code of the province of before 1 July 2025 in which all of a commune's ground lay, by the commune's id, through any
    number of resolutions; the few communes made of several provinces' ground are left out."""
    return place_index().former_codes(_DAY_BEFORE)


def former_province_of(commune: Unit | None) -> Unit | None:
    """The province of before 1 July 2025 in which all of a commune's ground lay; None where that is not one."""
    code = former_provinces().get(commune.pk) if commune is not None else None
    if code is None:
        return None
    return Unit.objects.filter(level=Level.PROVINCE, code=code, valid_to__isnull=False).order_by("valid_from").first()


@dataclass(frozen=True)
class Use:
    """How many rows of one table point to a unit or hamlet."""

    place: str
    what: str
    rows: int


def rows_in_use(unit_ids: Collection[int], hamlet_ids: Collection[int]) -> list[Use]:
    """What leans on these units and hamlets, in every table of the upper slices."""
    found = []
    for model, ids in ((Unit, unit_ids), (Hamlet, hamlet_ids)):
        places = {place.pk: str(place) for place in model._default_manager.filter(pk__in=ids)}
        for relation in model._meta.get_fields(include_hidden=True):
            table = relation.related_model
            if (
                not isinstance(relation, ManyToOneRel)
                or not isinstance(table, type)
                or table.__module__ == Unit.__module__
            ):
                continue
            column = relation.field.name
            counted = table._default_manager.filter(**{f"{column}__in": ids}).values_list(column).annotate(Count("pk"))
            words = words_for(table._meta.label)
            if words:
                found += [Use(places[pk], words, rows) for pk, rows in counted.order_by(column)]
    return sorted(found, key=lambda use: (use.place, use.what))


def _numbers_in_order(name: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    return sort_key(re.sub(r"\d+", lambda number: number[0].zfill(6), name))


def _nearest_day(unit: Unit, day: date) -> date:
    """The day itself when the unit is in force then, else the last or first day it was."""
    if unit.valid_to is not None and unit.valid_to <= day:
        return unit.valid_to - timedelta(days=1)
    return max(day, unit.valid_from) if unit.valid_from else day


def _below(unit: Unit, on: date) -> set[int]:
    """The communes inside, and the districts that had none (islands), on a day the unit was in force."""
    if unit.level == Level.COMMUNE:
        return {unit.pk}
    found = Unit.objects.filter(in_force(on)).filter(Q(pk=unit.pk) | Q(parent=unit) | Q(parent__parent=unit))
    rows = list(found.values_list("pk", "level", "parent_id"))
    parents = {parent for _, _, parent in rows}
    return {pk for pk, level, _ in rows if level != Level.PROVINCE and pk not in parents}


def _follow(starts: dict[int, str], on: date, *, start: date = date.max, forward: bool = True) -> dict[int, str]:
    """Where these units are on that day: links are walked until every unit is in force then. Dead ends fall away.

    Backward, from the day `start`, a unit that is in force on both days still came from what joined it in between.
    """
    reached: dict[int, str] = {}
    waiting = dict(starts)
    seen: set[int] = set()
    while waiting:
        there = set(Unit.objects.filter(in_force(on), pk__in=waiting).values_list("pk", flat=True))
        for pk in there:
            reached[pk] = _stronger(reached.get(pk), waiting[pk])
        open_ends = {pk: kind for pk, kind in waiting.items() if pk not in seen and not (forward and pk in there)}
        seen |= set(open_ends)
        waiting = {}
        for here, next_pk, kind in _links(open_ends, on, start, forward=forward):
            waiting[next_pk] = _stronger(waiting.get(next_pk), _joined(open_ends[here], kind))
    return reached


def _links(units: Collection[int], on: date, start: date, *, forward: bool) -> Iterable[tuple[int, int, str]]:
    if forward:
        return UnitLink.objects.filter(old__in=units, on__lte=on).values_list("old_id", "new_id", "kind")
    links = UnitLink.objects.filter(new__in=units, on__gt=on, on__lte=start)
    return links.values_list("new_id", "old_id", "kind")


def _joined(first: str, then: str) -> str:
    """The share that is left after two steps."""
    if UnitLink.Kind.WHOLE in (first, then):
        return then if first == UnitLink.Kind.WHOLE else first
    return first if first == then else UnitLink.Kind.PART


def _stronger(one: str | None, other: str) -> str:
    order = [UnitLink.Kind.WHOLE, UnitLink.Kind.DEFAULT, UnitLink.Kind.PART]
    return other if one is None else min(one, other, key=lambda kind: order.index(UnitLink.Kind(kind)))


def _shares(kinds: dict[int, str]) -> list[Share]:
    units = Unit.objects.filter(pk__in=kinds).select_related("parent").order_by("code")
    return [Share(unit, kinds[unit.pk]) for unit in units]
