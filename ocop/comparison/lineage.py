"""Pilots across mergers: which communes a commune took over, and which pilots are one and the same going on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from core.kit import clock
from core.kit.text import sort_key
from core.places.models import Unit, UnitLink
from ocop.comparison.rules import is_chosen_late
from onboarding.households.models import PilotUnit


@dataclass(frozen=True)
class Line:
    """A pilot: its commune of last, since when (also as one that this one took over from), until when, by which decision; `before` are
    the communes it was a pilot in until a merger. `recorded_on` is the day it was written down (None: not kept), and
    `is_afterthought` says that this was long after it is said to have begun."""

    commune: Unit
    since: date
    until: date | None
    decision: str
    before: tuple[str, ...]
    recorded_on: date | None = None
    is_afterthought: bool = False


@dataclass(frozen=True)
class Turn:
    """On that day one commune took over the rows of another."""

    on: date
    old_id: int
    new_id: int


def turns(since: date, until: date) -> list[Turn]:
    """Which communes took over which in the days after `since`: of a divided commune the default part has its rows, as pilots and rows
    themselves go there. One query."""
    links = UnitLink.objects.filter(on__gt=since, on__lte=until).exclude(kind=UnitLink.Kind.PART)
    return [Turn(*row) for row in links.values_list("on", "old_id", "new_id")]


def follow_back(known: Iterable[Turn], since: date, unit_ids: Collection[int]) -> dict[int, set[int]]:
    """Each of these communes with those whose rows it took over in the days after `since`."""
    older: defaultdict[int, set[int]] = defaultdict(set)
    for turn in known:
        if turn.on > since:
            older[turn.new_id].add(turn.old_id)
    found = {}
    for pk in unit_ids:
        reached, waiting = {pk}, [pk]
        while waiting:
            fresh = older[waiting.pop()] - reached
            reached |= fresh
            waiting += fresh
        found[pk] = reached
    return found


def lines_of(pilots: Iterable[PilotUnit], heirs: Mapping[int, Collection[int]]) -> list[Line]:
    """The pilots, one that went on in another commune as one line with it; by the name of the commune, the newest first."""
    rows = list(pilots)
    earlier: dict[int, list[PilotUnit]] = {}
    for each in rows:
        taken_over = set(heirs.get(each.commune_id, ())) - {each.commune_id}
        earlier[each.pk] = [one for one in rows if one.commune_id in taken_over and one.valid_to == each.valid_from]
    gone_on = {one.pk for found in earlier.values() for one in found}
    lines = []
    for each in rows:
        if each.pk in gone_on:
            continue
        chain = _chain(each, earlier)
        before = tuple(str(one.commune) for one in chain[1:])
        first = min(one.valid_from for one in chain)
        late = any(_is_afterthought(one) for one in chain)
        lines.append(Line(each.commune, first, each.valid_to, each.decision, before, _recorded_on(chain), late))
    return sorted(lines, key=lambda line: (sort_key(line.commune.name), -line.since.toordinal()))


def _recorded_on(chain: Iterable[PilotUnit]) -> date | None:
    """The day the last of them was written down; None when that is not known of all."""
    moments = [one.recorded_at for one in chain]
    known = [clock.day_of(at) for at in moments if at is not None]
    return max(known) if len(known) == len(moments) else None


def _is_afterthought(pilot: PilotUnit) -> bool:
    return pilot.recorded_at is not None and is_chosen_late(pilot.valid_from, clock.day_of(pilot.recorded_at))


def _chain(pilot: PilotUnit, earlier: Mapping[int, list[PilotUnit]]) -> list[PilotUnit]:
    found = [pilot]
    for one in earlier[pilot.pk]:
        found += _chain(one, earlier)
    return found
