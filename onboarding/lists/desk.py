"""What is read from the register for some rows of a list: where they are, and which households they may be."""

from __future__ import annotations

import difflib
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, reduce
from operator import or_

from django.db.models import Q

from core.imports.hamlets.names import HamletName, hamlet_name
from core.imports.sheet.columns import Values
from core.kit import clock
from core.kit.text import fold_words
from core.people.queries import Viewer
from core.places.finder import Finding, find_units
from core.places.models import Hamlet, Level, Unit, in_force
from onboarding.households.identity import personal_id_hash
from onboarding.households.models import EndReason, Household

_NEAR_SHOWN = 3
known_name = lru_cache(maxsize=5_000)(hamlet_name)


@dataclass(frozen=True)
class Place:
    """The hamlet a row means, or why that is not certain; `doubts` are warnings."""

    hamlet: Hamlet | None
    reasons: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


@dataclass
class ListDesk:
    """The unit of the list, the hamlets there, and the households that rows may be: by record, by personal ID, by hamlet and
    folded name; ended ones too, for a list goes on naming them (never those of an import that was taken back)."""

    unit: Unit
    viewer: Viewer
    findings: dict[str, Finding] = field(default_factory=dict)
    communes: dict[int, Unit] = field(default_factory=dict)
    hamlets: dict[int, list[tuple[HamletName, Hamlet]]] = field(default_factory=dict)
    places: dict[tuple[str, str], Place] = field(default_factory=dict)
    by_record: dict[uuid.UUID, Household] = field(default_factory=dict)
    by_person: dict[str, list[Household]] = field(default_factory=lambda: defaultdict(list))
    by_name: dict[tuple[int, str], list[Household]] = field(default_factory=lambda: defaultdict(list))

    def place_of(self, values: Values) -> Place:
        """Where a row's household is; asked once for every way of writing it."""
        written = (_text(values["commune"]), _text(values["hamlet"]))
        if written not in self.places:
            self.places[written] = self._place(*written)
        return self.places[written]

    def _place(self, commune_written: str, hamlet_written: str) -> Place:
        commune, doubts = self._commune(commune_written)
        if commune is None:
            return Place(None, doubts)
        wanted, known = known_name(hamlet_written), self.hamlets.get(commune.pk, [])
        same = [hamlet for each, hamlet in known if each.is_same_as(wanted)]
        could = [hamlet for each, hamlet in known if each.could_be(wanted)]
        if len(same) == 1:
            return Place(same[0], doubts=doubts)
        if not same and len(could) == 1 and not wanted.has_marks:
            return Place(could[0], doubts=(*doubts, f"«{hamlet_written}» ghi không dấu; hiểu là «{could[0]}»."))
        if same or could:
            names = ", ".join(f"«{hamlet}»" for hamlet in same or could)
            return Place(
                None, (f"«{hamlet_written}» có thể là {names} ở {commune}. Hãy ghi đúng tên một nơi.", *doubts)
            )
        return Place(None, (_unknown(hamlet_written, wanted, commune, known), *doubts))

    def _commune(self, written: str) -> tuple[Unit | None, tuple[str, ...]]:
        if not written:
            if self.unit.level == Level.COMMUNE:
                return self.unit, ()
            return None, ("Thiếu tên xã, phường. Hãy điền rồi gửi lại dòng này.",)
        finding = self.findings[written]
        doubts = tuple(warning.sentence for warning in finding.warnings)
        if finding.unit is not None and finding.unit.id in self.communes:
            return self.communes[finding.unit.id], doubts
        if finding.unit is not None:
            return None, (f"«{written}» không thuộc {self.unit}. Hãy nhập ở đúng nơi, hoặc ghi tên hiện nay.", *doubts)
        return None, doubts or (f"Chưa rõ «{written}» là nơi nào. Hãy ghi đủ tên xã, phường hiện nay.",)


def _unknown(written: str, wanted: HamletName, commune: Unit, known: Sequence[tuple[HamletName, Hamlet]]) -> str:
    names = {fold_words(each.written): hamlet.name for each, hamlet in known}
    near = difflib.get_close_matches(fold_words(wanted.written), names, n=_NEAR_SHOWN, cutoff=0.6)
    shown = f" Gần giống: {', '.join(f'«{names[each]}»' for each in near)}." if near else ""
    return f"Chưa có «{written}» ở {commune}.{shown} Hãy sửa tên, hoặc thêm nơi này vào danh sách thôn, ấp trước."


def open_list_desk(*, unit: Unit, viewer: Viewer, rows: Sequence[Values], locked: bool) -> ListDesk:
    """Read all that these rows may touch, in a fixed number of queries.

    Locked: the hamlets are, so that two imports cannot add one household, then the households that may change, both in
    the order of their numbers. (The lock on hamlets lets others register there meanwhile.)
    """
    desk = ListDesk(unit, viewer)
    within = unit if unit.level == Level.PROVINCE else unit.parent
    for written in {_text(row["commune"]) for row in rows} - {""}:
        desk.findings[written] = _finding(written, within)
    named = {found.unit.id for found in desk.findings.values() if found.unit is not None} | {unit.pk}
    here = Q(pk=unit.pk) | Q(parent=unit)
    communes = Unit.objects.filter(in_force(clock.today()), here, level=Level.COMMUNE, pk__in=named)
    desk.communes = {commune.pk: commune for commune in communes}
    hamlets = Hamlet.objects.filter(in_force(clock.today()), commune__in=list(desk.communes)).order_by("pk")
    for hamlet in hamlets:
        hamlet.commune = desk.communes[hamlet.commune_id]
        desk.hamlets.setdefault(hamlet.commune_id, []).append((known_name(hamlet.name), hamlet))
    meant = {place.hamlet.pk for row in rows if (place := desk.place_of(row)).hamlet is not None}
    if locked:
        list(Hamlet.objects.filter(pk__in=meant).order_by("pk").select_for_update(no_key=True).values_list("pk"))
    _read_households(desk, rows, locked=locked)
    return desk


def _finding(written: str, within: Unit | None) -> Finding:
    return find_units(written, level=Level.COMMUNE, within=within)


def _read_households(desk: ListDesk, rows: Sequence[Values], *, locked: bool) -> None:
    here = Q(commune=desk.unit) | Q(commune__parent=desk.unit)
    names: defaultdict[int, set[str]] = defaultdict(set)
    for row in rows:
        if (hamlet := desk.place_of(row).hamlet) is not None:
            names[hamlet.pk].add(fold_words(row["head_name"].value)[:120])
    persons = {personal_id_hash(value) for row in rows if (value := row["personal_id"] and row["personal_id"].value)}
    records = {row["record"].value for row in rows if row["record"]}
    conditions = [Q(hamlet=pk, folded_name__in=folded) for pk, folded in names.items()]
    found: set[int] = set()
    # Query by query: together they could use no index.
    for asked in (
        Q(record_id__in=records) if records else None,
        here & Q(personal_id_hash__in=persons) if persons else None,
        reduce(or_, conditions) if conditions else None,
    ):
        if asked is not None:
            found.update(Household.objects.filter(asked).values_list("pk", flat=True))
    if found:
        _sort_in(desk, found, names, persons, records, locked=locked)


def _sort_in(
    desk: ListDesk, found: Iterable[int], names: dict[int, set[str]], persons: set[str], records: set[uuid.UUID], *, locked: bool
) -> None:  # fmt: skip
    households = Household.objects.filter(pk__in=list(found)).order_by("pk")
    if locked:
        households = households.select_for_update(of=("self",))
    for household in households.select_related("commune", "hamlet", "merged_into").prefetch_related("production_lines"):
        if household.record_id in records:
            desk.by_record[household.record_id] = household
        if household.end_reason == EndReason.UNDONE:
            continue
        is_here = desk.unit.pk in {household.commune_id, household.commune.parent_id}
        if household.personal_id_hash in persons and is_here:
            desk.by_person[household.personal_id_hash].append(household)
        if household.folded_name in names.get(household.hamlet_id, ()):
            desk.by_name[household.hamlet_id, household.folded_name].append(household)


def _text(read: object) -> str:
    return str(getattr(read, "value", "") or "")
