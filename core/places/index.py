"""All units and their names in memory, so that a written name is found without a query for each try.

One index per process, built when it is first asked for (about half a second) and again when the map has changed.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from core.places.models import Level, PlacesLoad, Unit, UnitLink, UnitName
from core.places.writing import PROVINCE_ALIASES, is_one_off, key

Version = tuple[int, datetime] | None


@dataclass(frozen=True, slots=True)
class Place:
    """A unit as the index holds it; `id` is the Unit's. Name and kind are the latest ones; the period is half-open."""

    id: int
    level: str
    code: str
    kind: str
    name: str
    parent_id: int | None
    valid_from: date | None
    valid_to: date | None

    def __str__(self) -> str:
        return f"{self.kind[:1].lower()}{self.kind[1:]} {self.name}"

    def is_in_force(self, on: date) -> bool:
        """Whether the unit exists that day."""
        return _is_in_force(self.valid_from, self.valid_to, on)


@dataclass(frozen=True, slots=True)
class DatedName:
    """A name that a place carried in a period; an alias of a province is a name without a period."""

    place: Place
    kind: str
    name: str
    valid_from: date | None
    valid_to: date | None
    is_alias: bool = False

    def is_in_force(self, on: date) -> bool:
        """Whether the place carried the name that day."""
        return _is_in_force(self.valid_from, self.valid_to, on)


@dataclass
class PlaceIndex:
    """The map of all dates. `names` is keyed by level and comparison key, the links by the id of their other end."""

    version: Version
    places: dict[int, Place] = field(default_factory=dict)
    names: dict[tuple[str, str], list[DatedName]] = field(default_factory=lambda: defaultdict(list))
    successors: dict[int, list[int]] = field(default_factory=dict)
    predecessors: dict[int, list[int]] = field(default_factory=dict)
    _former: dict[date, dict[int, str]] = field(default_factory=dict)
    _halves: dict[tuple[int, bool, str], list[tuple[str, str, str]]] = field(default_factory=lambda: defaultdict(list))

    def named(self, level: str, name_key: str) -> list[DatedName]:
        """Everything of a level with exactly this key, of any date."""
        return self.names.get((level, name_key), [])

    def names_of(self, place: Place) -> list[DatedName]:
        """All names of a place; a look through everything, for the rare sentence that needs it."""
        return [name for names in self.names.values() for name in names if name.place.id == place.id]

    def nearly_named(self, written: str, levels: Iterable[str]) -> list[DatedName]:
        """Everything whose key, with or without its kind in front, is one letter off.

        One slip leaves the first or the second half of the right name whole, so only those are compared.
        """
        written = written.replace("y", "i")  # where an i or y stands must not make a second slip of one
        wanted = set(levels)
        found: set[tuple[str, str]] = set()
        for length in (len(written) - 1, len(written), len(written) + 1):
            half = max(length - 1, 0) // 2
            near = self._halves.get((length, True, written[:half]), [])
            near = near + self._halves.get((length, False, written[len(written) - half :]), [])
            for form, level, name_key in near:
                if level in wanted and (level, name_key) not in found and is_one_off(written, form):
                    found.add((level, name_key))
        return [name for hit in sorted(found) for name in self.names[hit]]

    def above(self, place: Place) -> set[int]:
        """The units that hold it, by the map of its own time."""
        found: set[int] = set()
        at = place.parent_id
        while at is not None:
            found.add(at)
            at = self.places[at].parent_id
        return found

    def related(self, place: Place) -> set[int]:
        """The units that hold, or are, what it became or came from: today's province of an old commune, and the former
        district and province of one of today's."""
        later = {unit for start in {place.id, *self.above(place)} for unit in _chain(self.successors, start)}
        found = later | _chain(self.predecessors, place.id)
        return found | {above for unit in found for above in self.above(self.places[unit])}

    def former_codes(self, on: date) -> dict[int, str]:
        """The province of that day of every commune in force later, by id; left out are communes made of several
        provinces' ground, of which nobody can say which part a row lies in."""
        if on not in self._former:
            found = {}
            for place in self.places.values():
                if place.level != Level.COMMUNE:
                    continue
                origins = (self.places[pk] for pk in {place.id, *_chain(self.predecessors, place.id)})
                above = (self.places[pk] for each in origins if each.is_in_force(on) for pk in self.above(each))
                codes = {each.code for each in above if each.level == Level.PROVINCE and each.is_in_force(on)}
                if len(codes) == 1:
                    found[place.id] = codes.pop()
            self._former[on] = found
        return self._former[on]

    def remember_forms(self) -> None:
        """Prepare `nearly_named` when all names are in."""
        forms = {(name_key, level, name_key) for level, name_key in self.names}
        forms |= {
            (f"{key(name.kind)} {name_key}", level, name_key)
            for (level, name_key), names in self.names.items()
            for name in names
        }
        for form, level, name_key in sorted((form.replace("y", "i"), *rest) for form, *rest in forms):
            half = max(len(form) - 1, 0) // 2
            self._halves[len(form), True, form[:half]].append((form, level, name_key))
            self._halves[len(form), False, form[len(form) - half :]].append((form, level, name_key))


_lock = threading.Lock()
_current: PlaceIndex | None = None


def place_index() -> PlaceIndex:
    """The index of the map as it is now; costs one small query when nothing has changed."""
    global _current
    version = PlacesLoad.objects.order_by("-pk").values_list("pk", "at").first()
    index = _current
    if index is None or index.version != version:
        with _lock:
            index = _current
            if index is None or index.version != version:
                index = _current = _build(version)
    return index


def _build(version: Version) -> PlaceIndex:
    index = PlaceIndex(version)
    # Names and links before units: a resolution may be committed in between, and units are only ever added.
    names = list(UnitName.objects.values_list("unit_id", "kind", "name", "valid_from", "valid_to"))
    links = list(UnitLink.objects.order_by("pk").values_list("old_id", "new_id"))
    rows = Unit.objects.values_list("pk", "level", "code", "kind", "name", "parent_id", "valid_from", "valid_to")
    index.places = {row[0]: Place(*row) for row in rows}
    for unit_id, kind, name, start, end in names:
        place = index.places[unit_id]
        index.names[place.level, key(name)].append(DatedName(place, kind, name, start, end))
    for alias, name_key in PROVINCE_ALIASES.items():
        index.names[Level.PROVINCE, alias] = [
            DatedName(name.place, name.kind, name.name, None, None, is_alias=True)
            for name in index.named(Level.PROVINCE, name_key)
        ]
    for old_id, new_id in links:
        index.successors.setdefault(old_id, []).append(new_id)
        index.predecessors.setdefault(new_id, []).append(old_id)
    index.remember_forms()
    return index


def _chain(links: dict[int, list[int]], start: int) -> set[int]:
    """Everything reached from a unit, in any number of steps."""
    found: set[int] = set()
    waiting = list(links.get(start, []))
    while waiting:
        unit = waiting.pop()
        if unit not in found:
            found.add(unit)
            waiting += links.get(unit, [])
    return found


def _is_in_force(start: date | None, end: date | None, on: date) -> bool:
    return (start is None or start <= on) and (end is None or on < end)
