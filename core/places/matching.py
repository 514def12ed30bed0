"""Which units a written place may mean, and how far each is from what was written. Reads the index only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import date

from core.places.index import DatedName, PlaceIndex
from core.places.models import Level
from core.places.writing import MERGED_DISTRICTS, WrittenName, WrittenPlace, same_marks


@dataclass(frozen=True, order=True)
class Cost:
    """How far a unit is from what was written, each field counted; the earlier a field, the heavier it weighs.

    `areas_of_other_era` outweighs `other_era`: whoever writes the district of old writes the commune of old.
    """

    names_missed: int = 0
    letters: int = 0
    areas_of_other_era: int = 0
    other_era: int = 0
    merged: int = 0
    kind: int = 0
    former_name: int = 0
    marks: int = 0

    def plus(self, other: Cost) -> Cost:
        """Both together."""
        return Cost(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(Cost)))


@dataclass(frozen=True)
class Hit:
    """A unit under one of its names, the written names that do not hold it, and those that had to be mended."""

    name: DatedName
    cost: Cost
    missed: tuple[str, ...] = ()
    mended: tuple[str, ...] = ()


@dataclass(frozen=True)
class Search:
    """One question: the names with the level of the column each stood in (None: any), an area, and the day."""

    index: PlaceIndex
    place: WrittenPlace
    level: str | None
    above_levels: tuple[str | None, ...]
    within_id: int | None
    on: date
    writes_marks: bool

    def hits(self) -> list[Hit]:
        """One hit per unit, nearest first. Slips are only looked for when nothing fits as written."""
        named = zip(self.place.above, self.above_levels, strict=True)
        above = [(name, self._areas(name, level)) for name, level in named]
        found = [self._in_area(hit, above) for hit in self._named(self.place.name, self.level)]
        if not any(hit.cost.names_missed == 0 for hit in found):
            known = {hit.name.place.id for hit in found}
            slips = [hit for hit in self._nearly_named(self.place.name, self.level) if hit.name.place.id not in known]
            found += [self._in_area(hit, above) for hit in slips]
        if not found:
            # What a former district was joined to is worth showing, but it is another district.
            joined = self._merged(self.place.name, self.level)
            found = [replace(hit, cost=replace(hit.cost, names_missed=1)) for hit in joined]
        best: dict[int, Hit] = {}
        for hit in found:
            other = best.get(hit.name.place.id)
            if other is None or hit.cost < other.cost:
                best[hit.name.place.id] = hit
        return sorted(best.values(), key=lambda hit: (hit.cost, hit.name.place.code, hit.name.place.id))

    def _areas(self, written: WrittenName, level: str | None) -> list[Hit]:
        """The units that a name above the wanted one may mean."""
        hits = self._named(written, level) + self._merged(written, level)
        return hits or self._nearly_named(written, level)

    def _named(self, written: WrittenName, level: str | None) -> list[Hit]:
        """Units with exactly this key, the prefix read as part of the name («Quan Hóa», «Xà Bang») or as a kind."""
        hits = [self._hit(written, name, "") for at in _all_levels(level) for name in self.index.named(at, written.raw)]
        if written.bare != written.raw:
            kinds = [name for at in _levels(written, level) for name in self.index.named(at, written.bare)]
            hits += [self._hit(written, name, written.kind) for name in kinds]
        return hits

    def _nearly_named(self, written: WrittenName, level: str | None) -> list[Hit]:
        """Units whose key, or whose kind and key, is one letter off."""
        hits = [self._slip(written, name, "") for name in self.index.nearly_named(written.raw, _all_levels(level))]
        if written.kind:
            kinds = self.index.nearly_named(written.bare, _levels(written, level))
            hits += [self._slip(written, name, written.kind) for name in kinds]
        return hits

    def _merged(self, written: WrittenName, level: str | None) -> list[Hit]:
        joined = MERGED_DISTRICTS.get(written.bare, "")
        if Level.DISTRICT not in _levels(written, level):
            return []
        return [Hit(name, Cost(merged=1)) for name in self.index.named(Level.DISTRICT, joined)]

    def _hit(self, written: WrittenName, name: DatedName, kind: str) -> Hit:
        is_marked = not name.is_alias and self.writes_marks and not same_marks(written.text, name.name)
        return Hit(name, replace(self._cost_of_dates(name, kind), marks=int(is_marked)))

    def _slip(self, written: WrittenName, name: DatedName, kind: str) -> Hit:
        return Hit(name, replace(self._cost_of_dates(name, kind), letters=1), mended=(written.text,))

    def _cost_of_dates(self, name: DatedName, kind: str) -> Cost:
        is_there = name.place.is_in_force(self.on)
        return Cost(
            other_era=int(not is_there),
            kind=int(bool(kind) and kind != name.kind),
            former_name=int(is_there and not name.is_in_force(self.on)),
        )

    def _in_area(self, hit: Hit, above: Iterable[tuple[WrittenName, list[Hit]]]) -> Hit:
        """The hit with the cost of the names above it: each must hold the unit, in its own time or across a link."""
        own, across = self.index.above(hit.name.place), self.index.related(hit.name.place)
        if self.within_id is not None and self.within_id not in own:
            cost = Cost(areas_of_other_era=1) if self.within_id in across else Cost(names_missed=1)
            hit = replace(hit, cost=hit.cost.plus(cost))
        for written, areas in above:
            fitting = [
                (replace(area.cost, areas_of_other_era=int(area.name.place.id not in own), other_era=0, former_name=0), area.mended)
                for area in areas
                if area.name.place.id in own or area.name.place.id in across
            ]  # fmt: skip
            if fitting:
                cost, mended = min(fitting)
                hit = replace(hit, cost=hit.cost.plus(cost), mended=(*hit.mended, *mended))
            else:
                hit = replace(hit, cost=hit.cost.plus(Cost(names_missed=1)), missed=(*hit.missed, written.text))
        return hit


def _all_levels(level: str | None) -> tuple[str, ...]:
    return (level,) if level else tuple(Level)


def _levels(written: WrittenName, level: str | None) -> tuple[str, ...]:
    """Where to look: in the column's level, unless the written prefix belongs to another («huyện …» among communes)."""
    return written.levels if level is None or level not in written.levels else (level,)
