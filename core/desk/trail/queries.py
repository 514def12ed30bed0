"""Entries of the trail that a person may see, narrowed, and each as a line in plain words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import Q, QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from core.audit.models import AuditEntry
from core.audit.registry import action_label, object_name
from core.desk.trail.rules import DETAIL_READERS, READERS
from core.kit import clock
from core.kit.text import fold_words
from core.people.models import Grant, User
from core.people.queries import Viewer, users_named
from core.places.models import Level, Unit
from core.places.queries import strip_kind

MOST_PEOPLE = 50
NOTHING = Q(pk__in=[])
VIA = {
    "web": "trang web",
    "api": "API",
    "worker": "việc nền",
    "work": "việc nền",
    "command": "lệnh vận hành",
    "import": "nhập tệp",
    "gateway": "cổng thanh toán",
}


@dataclass(frozen=True)
class Line:
    """One entry for a page or a file."""

    entry: AuditEntry
    who: str
    for_whom: str
    what: str
    object: str
    place: str
    via: str


@dataclass(frozen=True)
class Asked:
    """What a reader looks for; empty values narrow nothing. Both days count."""

    since: date | None = None
    until: date | None = None
    action: str = ""
    who: str = ""
    kind: str = ""
    number: str = ""
    place: str = ""


def entries_visible_to(viewer: Viewer, *roles: str) -> QuerySet[AuditEntry]:
    """Everything for operators and for auditors of the whole country; for others what happened in their units.

    With `roles`, only what the grants of these roles cover.
    """
    roles = roles or READERS
    rows = AuditEntry.objects.select_related("detail").order_by("-pk")
    if viewer.sees_everything(*roles):
        return rows
    return rows.filter(_in_units(Unit.objects.filter(viewer.units(*roles))))


def may_read_detail(viewer: Viewer, entry: AuditEntry) -> bool:
    """Whether the words of this change are open to the viewer: as an auditor (or operator) of where it happened."""
    return hasattr(entry, "detail") and entries_visible_to(viewer, *DETAIL_READERS).filter(pk=entry.pk).exists()


def narrowed(entries: QuerySet[AuditEntry], asked: Asked, viewer: Viewer) -> QuerySet[AuditEntry]:
    """The entries that fit what is asked for."""
    if asked.since:
        entries = entries.filter(at__gte=_midnight(asked.since))
    if asked.until:
        entries = entries.filter(at__lt=_midnight(date.fromordinal(asked.until.toordinal() + 1)))
    if asked.action:
        entries = entries.filter(action=asked.action)
    if asked.kind and asked.number:
        entries = entries.filter(object_label=f"{asked.kind}:{asked.number}")
    elif asked.kind:
        entries = entries.filter(object_label__startswith=f"{asked.kind}:")
    elif asked.number:
        entries = entries.filter(object_label__endswith=f":{asked.number}")
    if asked.who:
        people = _people_like(asked.who)
        entries = entries.filter(Q(actor_id__in=people) | Q(on_behalf_of_id__in=people))
    if asked.place:
        entries = entries.filter(_in_units(_units_like(asked.place, viewer)))
    return entries


def lines_of(entries: Sequence[AuditEntry]) -> list[Line]:
    """The entries in words; two queries however many they are."""
    people = users_named(number for entry in entries for number in (entry.actor_id, entry.on_behalf_of_id) if number)
    places = _places({entry.unit_code for entry in entries if entry.unit_code})
    return [
        Line(
            entry=entry,
            who=_who(entry, people),
            for_whom=_for_whom(entry, people),
            what=capfirst(action_label(entry.action)),
            object=object_name(entry.object_label),
            place=_place(entry, places),
            via=VIA.get(entry.via, entry.via),
        )
        for entry in entries
    ]


def own_labels(user_id: int) -> list[str]:
    """The object labels of a person's own account and grants."""
    grants = Grant.objects.filter(user_id=user_id).values_list("pk", flat=True)
    return [f"user:{user_id}", *(f"grant:{number}" for number in grants)]


def _who(entry: AuditEntry, people: dict[int, str]) -> str:
    if entry.actor_id is not None:
        return people.get(entry.actor_id) or _("người số %(number)s") % {"number": entry.actor_id}
    return _("khách không đăng nhập") if entry.via == "web" else _("hệ thống")


def _for_whom(entry: AuditEntry, people: dict[int, str]) -> str:
    """ "Nguyễn Văn An, chủ thể số 12", or what of it is known."""
    person = people.get(entry.on_behalf_of_id, "") if entry.on_behalf_of_id else ""
    return ", ".join(filter(None, [person, object_name(entry.on_behalf_of_label)]))


def _in_units(units: QuerySet[Unit]) -> Q:
    """Entries of these units while they were in force: a code may later name another place."""
    codes: dict[tuple[date | None, date | None], list[str]] = defaultdict(list)
    for code, start, end in units.values_list("code", "valid_from", "valid_to"):
        codes[(start, end)].append(code)
    found = NOTHING
    for (start, end), together in codes.items():
        there = Q(unit_code__in=together)
        if start:
            there &= Q(at__gte=_midnight(start))
        if end:
            there &= Q(at__lt=_midnight(end))
        found |= there
    return found


def _people_like(written: str) -> list[int]:
    """Ids of people with such a name or user name."""
    wanted = Q(username__iexact=written) | Q(full_name__icontains=written)
    return list(User.objects.filter(wanted).order_by("pk").values_list("pk", flat=True)[:MOST_PEOPLE])


def _units_like(written: str, viewer: Viewer) -> QuerySet[Unit]:
    """Units of the reader's area with this code or name, and the communes in them."""
    names = {fold_words(written), *(strip_kind(written, level) for level in Level.values)} - {""}
    fitting = Unit.objects.filter(viewer.units(*READERS)).filter(Q(code=written.strip()) | Q(folded_name__in=names))
    return Unit.objects.filter(Q(pk__in=fitting) | Q(parent__in=fitting))


def _places(codes: Iterable[str]) -> dict[str, list[Unit]]:
    found: dict[str, list[Unit]] = defaultdict(list)
    for unit in Unit.objects.filter(code__in=list(codes)):
        found[unit.code].append(unit)
    return found


def _place(entry: AuditEntry, places: dict[str, list[Unit]]) -> str:
    on = entry.at.astimezone(clock.VIETNAM).date()
    for unit in places.get(entry.unit_code, []):
        if (unit.valid_from is None or unit.valid_from <= on) and (unit.valid_to is None or unit.valid_to > on):
            return str(unit)
    return entry.unit_code


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), clock.VIETNAM)
