"""Hamlets on a day: opened, renamed, ended. Merging and splitting is a resolution's, which moves the households too."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.db.models import F, Q

from core.audit.actions import record
from core.kit import clock
from core.kit.text import squeeze
from core.places.actions.units import Contradiction, Entry
from core.places.events import UnitLinkFact
from core.places.models import Hamlet, HamletLink, HamletName, Unit, UnitLink, in_force


def hamlet_on(commune: Unit, name: str, on: date) -> Hamlet | None:
    """The hamlet of that commune that carried the name that day."""
    hamlets = Hamlet.objects.filter(in_force(on), commune=commune).select_related("commune")
    named = HamletName.objects.filter(in_force(on), name=name, hamlet__in=hamlets).values("hamlet")
    return hamlets.filter(Q(pk__in=named) | Q(name=name, is_renamed=False)).first()


def named_since(commune: Unit, name: str, since: date | None, besides: Hamlet | None = None) -> Hamlet | None:
    """A hamlet of that commune that carries the name on this day or any later one (None: that ever did)."""
    lasting = Q() if since is None else Q(valid_to__isnull=True) | Q(valid_to__gt=since)
    hamlets = Hamlet.objects.filter(lasting, commune=commune).exclude(pk__in=[besides.pk] if besides else [])
    named = HamletName.objects.filter(lasting, name=name, hamlet__in=hamlets).values("hamlet")
    return hamlets.filter(Q(pk__in=named) | Q(name=name, is_renamed=False)).first()


def ensure_hamlet(entry: Entry, commune: Unit, name: str) -> Hamlet:
    """The hamlet of that name in force on the day, opened if there is none."""
    found = hamlet_on(commune, name, entry.on)
    if found is None:
        if named_since(commune, name, entry.on) is not None:
            raise Contradiction(f"sau ngày {entry.on:%d/%m/%Y} {commune} đã có {name}.")
        found = Hamlet.objects.create(commune=commune, name=name, valid_from=entry.on)
        entry.note_hamlet("hamlet.opened", found, f"{name}, {commune}: ra đời")
    return found


def ensure_name(entry: Entry, hamlet: Hamlet, name: str) -> None:
    """The hamlet carries another name from the day; its name until then stays on record."""
    if HamletName.objects.filter(hamlet=hamlet, name=name, valid_from=entry.on).exists():
        return
    if HamletName.objects.filter(hamlet=hamlet, valid_from__gte=entry.on).exists():
        raise Contradiction(f"{hamlet} đã có tên khác từ ngày sau.")
    if hamlet.valid_from is not None and entry.on <= hamlet.valid_from:
        raise Contradiction(f"{hamlet} mới có từ ngày {hamlet.valid_from:%d/%m/%Y}. Hãy đổi tên từ một ngày sau đó.")
    if hamlet.valid_to is not None and entry.on >= hamlet.valid_to:
        raise Contradiction(f"{hamlet} chấm dứt ngày {hamlet.valid_to:%d/%m/%Y}. Hãy chọn nơi hiện nay.")
    if named_since(hamlet.commune, name, entry.on, besides=hamlet) or hamlet_on(hamlet.commune, name, entry.on):
        raise Contradiction(f"{hamlet.commune} đã có {name}.")
    if not hamlet.is_renamed:
        HamletName.objects.create(
            hamlet=hamlet, name=hamlet.name, valid_from=hamlet.valid_from, valid_to=hamlet.valid_to
        )
        Hamlet.objects.filter(pk=hamlet.pk).update(is_renamed=True)
    HamletName.objects.filter(in_force(entry.on), hamlet=hamlet).update(valid_to=entry.on)
    HamletName.objects.create(hamlet=hamlet, name=name, valid_from=entry.on, valid_to=hamlet.valid_to)
    entry.note_hamlet("hamlet.renamed", hamlet, f"{hamlet}, {hamlet.commune} → {name}")
    if entry.on <= clock.today():
        Hamlet.objects.filter(pk=hamlet.pk).update(name=name)


def ensure_end(entry: Entry, hamlet: Hamlet, became: Sequence[tuple[Hamlet, str]]) -> None:
    """The hamlet ends and became these, each with its share (UnitLink.Kind)."""
    if hamlet.valid_to not in (None, entry.on) or any(new.pk == hamlet.pk for new, _ in became):
        raise Contradiction(f"{hamlet}, {hamlet.commune} không thể chấm dứt ngày {entry.on:%d/%m/%Y}.")
    if HamletName.objects.filter(hamlet=hamlet, valid_from__gte=entry.on).exists():
        raise Contradiction(f"{hamlet}, {hamlet.commune} đã có tên từ ngày sau ngày {entry.on:%d/%m/%Y}.")
    for new, kind in became:
        link, is_new = HamletLink.objects.get_or_create(
            old=hamlet, new=new, on=entry.on, defaults={"kind": kind, "decision": entry.decision}
        )
        if link.kind != kind:
            raise Contradiction(f"{hamlet} đã được ghi là {link.get_kind_display()} vào {new}.")
        if is_new:
            entry.hamlet_links.append(UnitLinkFact(hamlet.pk, new.pk, kind))
            word = "hamlet.merged" if kind == UnitLink.Kind.WHOLE else "hamlet.split"
            entry.note_hamlet(
                word, hamlet, f"{hamlet}, {hamlet.commune} → {new}, {new.commune}: {link.get_kind_display()}"
            )
    Hamlet.objects.filter(pk=hamlet.pk).update(valid_to=entry.on)
    HamletName.objects.filter(hamlet=hamlet, valid_to=None).update(valid_to=entry.on)
    hamlet.valid_to = entry.on


@transaction.atomic
def open_hamlet(*, commune: Unit, name: str, on: date, actor_id: int | None) -> Hamlet:
    """A new thôn, ấp or khu phố. Raises Contradiction when the commune has one of that name that day."""
    _lock(commune)
    name = _clean(name)
    if hamlet_on(commune, name, on) is not None:
        raise Contradiction(f"{commune} đã có {name}. Hãy chọn tên khác.")
    entry = Entry("", on)
    hamlet = ensure_hamlet(entry, commune, name)
    _note_all(entry, actor_id)
    return hamlet


@transaction.atomic
def rename_hamlet(*, hamlet: Hamlet, name: str, on: date, decision: str = "", actor_id: int | None) -> None:
    """Another name from a day on; households and grants stay with the hamlet."""
    _lock(hamlet.commune)
    entry = Entry(decision, on)
    ensure_name(entry, Hamlet.objects.select_related("commune").get(pk=hamlet.pk), _clean(name))
    _note_all(entry, actor_id)


def _note_all(entry: Entry, actor_id: int | None) -> None:
    """Put what was done on the trail."""
    for change in entry.changes:
        record(change.word, actor_id=actor_id, object_label=change.object_label, unit_code=change.unit_code)


@transaction.atomic
def show_hamlet_names_of_today() -> int:
    """Bring Hamlet.name to the name of today, for renames entered ahead. Returns how many changed."""
    due = HamletName.objects.filter(in_force(clock.today())).exclude(hamlet__name=F("name"))
    return sum(Hamlet.objects.filter(pk=pk).update(name=name) for pk, name in due.values_list("hamlet_id", "name"))


def _lock(commune: Unit) -> None:
    """One change of a commune's hamlets at a time."""
    Unit.objects.select_for_update().get(pk=commune.pk)


def _clean(name: str) -> str:
    found = squeeze(name)
    if not found or len(found) > 80:
        raise Contradiction("Tên thôn, ấp phải có từ 1 đến 80 ký tự.")
    return found
