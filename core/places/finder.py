"""Finding the unit that somebody wrote: the unit when it is sure, candidates with reasons otherwise, never a guess.

A name may be without marks, in capitals, shortened, one letter off, of another time, or stand in a wrong column. What had
to be mended or assumed is said in the remarks: an answer without a remark is what was written.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from core.kit import clock
from core.places.index import Place, PlaceIndex, place_index
from core.places.matching import Hit, Search
from core.places.models import Level, Unit
from core.places.wording import (
    NOTHING_WRITTEN,
    Candidate,
    Doubt,
    Remark,
    another_level,
    candidate,
    full_words,
    nothing_fits,
    several_fit,
)
from core.places.writing import WrittenPlace, read_name, read_place

MERGER = date(2025, 7, 1)
_MOST_CANDIDATES = 8
Reading = tuple[WrittenPlace, str | None, tuple[str | None, ...]]


@dataclass(frozen=True)
class Finding:
    """`unit` is None unless exactly one unit fits best; `candidates` come nearest first and include it.

    `warnings` are for people: empty only when the unit is what was written.
    """

    unit: Place | None
    candidates: tuple[Candidate, ...] = ()
    warnings: tuple[Remark, ...] = ()

    @property
    def doubts(self) -> frozenset[Doubt]:
        """The kinds of its warnings."""
        return frozenset(warning.doubt for warning in self.warnings)


def find_units(
    written: str = "",
    *,
    commune: str = "",
    district: str = "",
    province: str = "",
    level: str | None = None,
    within: Unit | None = None,
    on: date | None = None,
) -> Finding:
    """The unit of that day (today by default) that was written, as one text or in the columns of a sheet.

    `level` is where `written` is looked for (any level without it), `within` a unit that holds it. With columns the
    deepest one filled in is looked for and the others say where. A unit of another time is found too, with the doubt
    ERA; `successor` tells what it became.
    """
    day = on or clock.today()
    index = place_index()
    columns = [(commune, Level.COMMUNE), (district, Level.DISTRICT), (province, Level.PROVINCE)]
    given = [(text, at) for text, at in [(written, level), *columns] if text.strip()]
    writes_marks = any(read_name(text).has_marks for text, _ in given)
    first: Finding | None = None
    for place, at, above_levels in _readings(given):
        when = _day_of_era(place.era, day)
        search = Search(index, place, at, above_levels, within.pk if within else None, when, writes_marks)
        finding = _judge(search, search.hits())
        if finding.unit is not None:
            return finding
        first = first if first and first.candidates else finding
    return first or Finding(None, (), (NOTHING_WRITTEN,))


def names_today(finding: Finding, most: int = 3) -> list[str]:
    """What may be meant, in full words, of units that exist today only: for one that ended, what it became. Nearest first."""
    index, day = place_index(), clock.today()
    meant = {place.id: place for each in finding.candidates for place in _became(index, each.unit, day)}
    return [full_words(index, place) for place in meant.values()][:most]


def _became(index: PlaceIndex, place: Place, day: date) -> Iterable[Place]:
    if place.is_in_force(day):
        return [place]
    later = [index.places[number] for number in index.successors.get(place.id, [])]
    return [unit for each in later for unit in _became(index, each, day)]


def _readings(given: Sequence[tuple[str, str | None]]) -> Iterable[Reading]:
    """The ways to take it apart: at commas and brackets; else the other way round; else also at dashes and prefixes."""
    if not given:
        return
    (text, level), *columns = given
    rest = [
        (name, at if name is other.name else None)
        for other, at in ((read_place(column), at) for column, at in columns)
        for name in (other.name, *other.above)
        if not name.is_empty
    ]
    plain = read_place(text)
    turned = WrittenPlace(plain.above[-1], (*plain.above[:-1], plain.name), plain.era) if plain.above else plain
    readings = [plain, read_place(text, at_dashes=True)] if level else [plain, turned, read_place(text, at_dashes=True)]
    for place in dict.fromkeys(readings):
        if not place.name.is_empty:
            above = (*place.above, *(name for name, _ in rest))
            levels = (*(None for _ in place.above), *(at for _, at in rest))
            yield WrittenPlace(place.name, above, place.era), level, levels


def _day_of_era(era: str, day: date) -> date:
    """«cũ» asks for the map before the merger, «mới» for the one since."""
    if era == "former":
        return min(day, MERGER - timedelta(days=1))
    return max(day, MERGER) if era == "latter" else day


def _judge(search: Search, hits: list[Hit]) -> Finding:
    """The unit, if one fits all names and is nearer than every other; else the candidates."""
    fitting = [hit for hit in hits if not hit.cost.names_missed]
    shown = tuple(candidate(search, hit) for hit in (fitting or hits)[:_MOST_CANDIDATES])
    if not fitting:
        return Finding(None, shown, (nothing_fits(search, hits),))
    best = [hit for hit in fitting if hit.cost == fitting[0].cost]
    if len(best) > 1:
        return Finding(None, shown, (*shown[0].remarks, several_fit(search, best)))
    return Finding(best[0].name.place, shown, (*shown[0].remarks, *another_level(search, fitting)))
