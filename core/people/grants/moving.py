"""Grants follow the map: when units or hamlets merge or split, what people hold goes on in the successor.

Called on the day, in the transaction that moves the households: what was given, renewed or ended since the resolution
was entered counts as it is then, and until then everybody keeps exactly the old place. The old grant ends on the day, an
equal one begins there. Repeating changes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import F, Q, QuerySet

from core.audit.actions import record
from core.kit import clock
from core.kit.text import squeeze
from core.people.grants.queries import in_period, overlapping
from core.people.grants.rules import Place
from core.people.grants.wording import place_words
from core.people.models import Grant, User
from core.places.events import MapTurned, UnitLinkFact
from core.places.models import Hamlet, Unit, UnitLink

WHOLE, DEFAULT = UnitLink.Kind.WHOLE.value, UnitLink.Kind.DEFAULT.value


@dataclass(frozen=True)
class _Fate:
    """What became of one old place: where its grants go (None: nowhere by itself), and whether it was divided."""

    successor_id: int | None
    is_split: bool


def follow_map(event: MapTurned) -> None:
    """Grants of whole units go with their units, those of hamlets with their hamlets, into another commune too."""
    _follow_units(event)
    _follow_hamlets(event)


def _follow_units(event: MapTurned) -> None:
    held = Grant.objects.filter(hamlet__isnull=True)
    for unit_id, fate in _fates(event.units).items():
        unit = Unit.objects.select_related("parent").filter(pk=fate.successor_id or 0).first()
        _move(held.filter(unit_id=unit_id), Place(unit) if unit else None, event.on, event.decision, fate.is_split)


def _follow_hamlets(event: MapTurned) -> None:
    for hamlet_id, fate in _fates(event.hamlets).items():
        hamlet = Hamlet.objects.select_related("commune__parent").filter(pk=fate.successor_id or 0).first()
        place = Place(hamlet.commune, hamlet) if hamlet else None
        _move(Grant.objects.filter(hamlet_id=hamlet_id), place, event.on, event.decision, fate.is_split)


def _fates(links: Iterable[UnitLinkFact]) -> dict[int, _Fate]:
    by_old: defaultdict[int, list[UnitLinkFact]] = defaultdict(list)
    for link in links:
        by_old[link.old_id].append(link)
    fates = {}
    for old_id, found in by_old.items():
        successors = [link.new_id for link in found if link.kind in {WHOLE, DEFAULT}]
        is_split = len(found) > 1 or found[0].kind != WHOLE
        fates[old_id] = _Fate(successors[0] if len(successors) == 1 else None, is_split)
    return fates


@transaction.atomic
def _move(grants: QuerySet[Grant], to: Place | None, on: date, decision: str, is_split: bool) -> None:
    # A resolution may be entered, or its day's job run, late: what has ended by then stays ended, where it was.
    lasting = Q(valid_to__isnull=True) | (Q(valid_to__gt=max(on, clock.today())) & Q(valid_to__gt=F("valid_from")))
    rows = grants.filter(lasting)
    # The people first, in order, as every action on grants does.
    list(User.objects.select_for_update(no_key=True).filter(pk__in=rows.values("user_id")).order_by("pk"))
    for grant in rows.select_related("unit__parent", "hamlet").order_by("pk"):
        question = _question(grant, to, on) if is_split or to is None else ""
        if to is None or (to.unit and grant.unit_id == to.unit.pk and grant.hamlet_id == (to.hamlet and to.hamlet.pk)):
            Grant.objects.filter(pk=grant.pk).update(to_decide=question)
            continue
        _move_one(grant, to, on, decision, question)


def _move_one(grant: Grant, to: Place, on: date, decision: str, question: str) -> None:
    start, end, before = max(on, grant.valid_from), grant.valid_to, place_words(grant)
    grant.valid_to, grant.end_reason = start, squeeze(f"Địa giới thay đổi: {decision}")[:200]
    grant.to_decide = ""
    grant.save(update_fields=["valid_to", "end_reason", "to_decide"])
    moved = _go_on(grant, to, start, end, question)
    record(
        "grant.moved",
        actor_id=None,
        object_label=f"grant:{moved.pk}",
        unit_code=to.unit.code if to.unit else "",
        changes={"nơi làm việc": (before, place_words(moved))},
    )


def _go_on(grant: Grant, to: Place, start: date, end: date | None, question: str) -> Grant:
    """The grant in the new place. Who held both merged communes holds the new one once, for the longer period."""
    assert to.unit is not None
    equal = overlapping(
        user_id=grant.user_id, role=grant.role, unit_id=to.unit.pk, hamlet_id=to.hamlet.pk if to.hamlet else None
    )
    there = list(equal.filter(in_period(start, end)).order_by("valid_from", "pk"))
    if not there:
        return Grant.objects.create(
            user_id=grant.user_id,
            role=grant.role,
            unit=to.unit,
            hamlet=to.hamlet,
            valid_from=start,
            valid_to=end,
            given_by_id=grant.given_by_id,
            given_at=grant.given_at,
            opened_account=grant.opened_account,
            reviewed_on=grant.reviewed_on,
            reviewed_by_id=grant.reviewed_by_id,
            to_decide=question,
        )
    kept = there[0]
    for other in there[1:]:  # several periods with pauses between: the moved one bridges them
        Grant.objects.filter(pk=other.pk).update(valid_to=F("valid_from"), end_reason="Gộp vào quyền cùng nơi")
    ends = [end, *(other.valid_to for other in there)]
    kept.valid_from = min(start, kept.valid_from)
    kept.valid_to = None if None in ends else max(day for day in ends if day is not None)
    kept.to_decide = kept.to_decide or question
    kept.save(update_fields=["valid_from", "valid_to", "to_decide"])
    return kept


def _question(grant: Grant, to: Place | None, on: date) -> str:
    place = grant.hamlet.name if grant.hamlet else str(grant.unit)
    if to is None:
        return squeeze(f"Từ {on:%d/%m/%Y} {place} được chia, chưa rõ quyền theo phần nào. Hãy cấp lại ở nơi mới.")[:200]
    goes = to.hamlet.name if to.hamlet else str(to.unit)
    return squeeze(f"Từ {on:%d/%m/%Y} {place} được chia; quyền đang theo {goes}. Hãy xem có đúng nơi không.")[:200]
