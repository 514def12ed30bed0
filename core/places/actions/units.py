"""Changing units on a day. Each verb brings about a state and says nothing when it is there already, so that a
resolution may be entered again; what contradicts the map is refused with a sentence."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db import transaction
from django.db.models import F

from core.kit import clock
from core.kit.text import fold_words
from core.places.events import UnitLinkFact
from core.places.models import Hamlet, Level, PlacesLoad, Unit, UnitLink, UnitName, in_force


class Contradiction(Exception):
    """What a line asks does not fit the map; a Vietnamese sentence."""


@dataclass(frozen=True)
class Change:
    """One thing that was changed: the audit word, what it was done to, and a sentence for people."""

    word: str
    object_label: str
    unit_code: str
    sentence: str
    unit_id: int | None = None
    hamlet_id: int | None = None


@dataclass
class Entry:
    """What one decision has done so far."""

    decision: str
    on: date
    changes: list[Change] = field(default_factory=list)
    unit_links: list[UnitLinkFact] = field(default_factory=list)
    hamlet_links: list[UnitLinkFact] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def eve(self) -> date:
        """The last day of the old map."""
        return self.on - timedelta(days=1)

    def note_unit(self, word: str, unit: Unit, sentence: str) -> None:
        """Remember a change of a unit."""
        self.changes.append(Change(word, f"unit:{unit.pk}", unit.code, sentence, unit_id=unit.pk))

    def note_hamlet(self, word: str, hamlet: Hamlet, sentence: str) -> None:
        """Remember a change of a hamlet."""
        code = hamlet.commune.code
        self.changes.append(Change(word, f"hamlet:{hamlet.pk}", code, sentence, hamlet_id=hamlet.pk))


def unit_on(level: str, code: str, on: date) -> Unit:
    """The unit with this code that day. Raises Contradiction without one."""
    found = Unit.objects.filter(in_force(on), level=level, code=code).select_related("parent").first()
    if found is None:
        raise Contradiction(f"ngày {on:%d/%m/%Y} không có {Level(level).label.lower()} mã {code}.")
    return found


def end_unit(entry: Entry, level: str, code: str) -> Unit:
    """The unit that was in force on the eve ends."""
    unit = unit_on(level, code, entry.eve)
    if unit.valid_to == entry.on:
        UnitName.objects.filter(unit=unit, valid_to=None).update(valid_to=entry.on)
        return unit
    if unit.valid_to is not None:
        raise Contradiction(f"{unit} đã có ngày chấm dứt {unit.valid_to:%d/%m/%Y}.")
    if UnitName.objects.filter(unit=unit, valid_from__gte=entry.on).exists():
        raise Contradiction(f"{unit} đã có tên từ ngày sau ngày {entry.on:%d/%m/%Y}.")
    Unit.objects.filter(pk=unit.pk).update(valid_to=entry.on)
    UnitName.objects.filter(unit=unit, valid_to=None).update(valid_to=entry.on)
    unit.valid_to = entry.on
    entry.note_unit("unit.ended", unit, f"{unit} (mã {code}) chấm dứt")
    return unit


def open_unit(
    entry: Entry, level: str, code: str, *, kind: str, name: str, parent: Unit | None, like: Unit | None = None
) -> Unit:
    """A unit with this code begins; `like` gives its coordinates. Refused while another one carries the code."""
    same_code = Unit.objects.filter(level=level, code=code)
    unit = same_code.filter(valid_from=entry.on).first()
    clash = same_code.filter(valid_from__gt=entry.on).first() or same_code.filter(in_force(entry.on)).first()
    if clash is not None and clash != unit:
        raise Contradiction(f"mã {code} đang thuộc {clash} từ ngày {clash.valid_from:%d/%m/%Y}.")
    if unit is None:
        unit = Unit.objects.create(
            level=level, code=code, parent=parent, kind=kind, name=name, folded_name=fold_words(name),
            valid_from=entry.on, decision=entry.decision,
            latitude=like.latitude if like else None, longitude=like.longitude if like else None,
        )  # fmt: skip
        entry.note_unit("unit.opened", unit, f"{unit} (mã {code}) ra đời")
    elif unit.parent_id != (parent.pk if parent else None):
        raise Contradiction(f"{unit} (mã {code}) đã ra đời ngày ấy trong một tỉnh khác.")
    named, _ = UnitName.objects.get_or_create(
        unit=unit, valid_from=entry.on, defaults={"kind": kind, "name": name, "source": entry.decision}
    )
    if (named.kind, named.name) != (kind, name):
        raise Contradiction(f"mã {code} đã ra đời ngày ấy với tên {named.kind} {named.name}.")
    return unit


def link_units(entry: Entry, old: Unit, new: Unit, kind: str) -> None:
    """What an ended unit became. Refused when another share of it is already on record."""
    if old.pk == new.pk or old.level != new.level:
        raise Contradiction(f"{old} không thể nhập vào {new}.")
    link, is_new = UnitLink.objects.get_or_create(
        old=old, new=new, on=entry.on, defaults={"kind": kind, "decision": entry.decision}
    )
    if link.kind != kind:
        raise Contradiction(f"{old} đã được ghi là {link.get_kind_display()} vào {new}.")
    if is_new:
        entry.unit_links.append(UnitLinkFact(old.pk, new.pk, kind))
        entry.note_unit("unit.linked", old, f"{old} → {new} (mã {new.code}): {link.get_kind_display()}")


def rename_unit(entry: Entry, level: str, code: str, *, kind: str = "", name: str = "") -> None:
    """The unit carries another name or kind from the day; what is empty stays."""
    unit = unit_on(level, code, entry.on)
    now = UnitName.objects.filter(in_force(entry.on), unit=unit).get()
    wanted = (kind or now.kind, name or now.name)
    if (now.kind, now.name) == wanted and now.valid_from == entry.on:
        return
    since = f"{now.valid_from:%d/%m/%Y}" if now.valid_from else "trước 1/7/2025"
    if (now.kind, now.name) == wanted:
        raise Contradiction(f"{unit} (mã {code}) đã mang tên ấy từ ngày {since}.")
    if now.valid_from == entry.on:
        raise Contradiction(f"mã {code} đã có tên {now.kind} {now.name} từ đúng ngày ấy.")
    if now.valid_to is not None and now.valid_to != unit.valid_to:
        raise Contradiction(f"mã {code} đã có tên khác từ ngày {now.valid_to:%d/%m/%Y}.")
    UnitName.objects.filter(pk=now.pk).update(valid_to=entry.on)
    UnitName.objects.create(
        unit=unit, kind=wanted[0], name=wanted[1], valid_from=entry.on, valid_to=now.valid_to, source=entry.decision
    )
    entry.note_unit("unit.renamed", unit, f"{now.kind} {now.name} (mã {code}) → {wanted[0]} {wanted[1]}")


@transaction.atomic
def show_names_of_today() -> int:
    """Bring Unit.name, which lists show, to the name of today; a name entered ahead appears on its day. Returns how many
    units changed."""
    due = list(
        UnitName.objects.filter(in_force(clock.today()))
        .exclude(unit__name=F("name"), unit__kind=F("kind"))
        .select_related("unit")
    )
    for dated in due:
        unit = dated.unit
        unit.name, unit.kind, unit.folded_name = dated.name, dated.kind, fold_words(dated.name)
        unit.save(update_fields=["name", "kind", "folded_name"])
    if due:
        map_has_changed()
    return len(due)


def map_has_changed() -> None:
    """Tell every process that its index of names is old; the data files stay loaded as they are."""
    last = PlacesLoad.objects.order_by("-pk").first()
    PlacesLoad.objects.create(checksum=last.checksum if last else "", at=clock.now())


def one_map_at_a_time() -> None:
    """Wait until nobody else changes the map: what a change is checked against must not move meanwhile."""
    PlacesLoad.objects.select_for_update().order_by("pk").first()
