"""Phones that more than three households gave, and the households that therefore stay out of rates.

Equal phones are found through all their stored forms, so that this holds while keys are being changed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from core.kit import phones
from core.kit.encryption import blind_index_candidates
from core.people.queries import Viewer
from core.people.reveal.registry import Revealed
from onboarding.households.models import Household
from onboarding.matching.models import MAX_HOUSEHOLDS, SharedPhone
from onboarding.matching.rules.rights import DECIDERS

MANY = Q(households__gt=MAX_HOUSEHOLDS)
FLAGGED = MANY & Q(households__gt=F("cleared_for"))
SHOWN = 200


@dataclass
class PhoneRow:
    """A shared phone as an officer sees it: the households of their own area by name, the others as a number."""

    shared: SharedPhone
    households: list[Household] = field(default_factory=list)
    elsewhere: int = 0

    @property
    def masked(self) -> str:
        """ "091… …678"."""
        return phones.masked(self.shared.phone)

    @property
    def may_clear(self) -> bool:
        """Whether all its households are in this person's area."""
        return bool(self.households) and not self.elsewhere


def stored_forms(numbers: Iterable[str]) -> dict[str, str]:
    """Every form under which these phones may be stored → the phone (E.164)."""
    return {index: number for number in set(numbers) - {""} for index in blind_index_candidates(number, "phone")}


def living_with(forms: Mapping[str, str]) -> QuerySet[Household]:
    """The living households that gave one of these phones, whoever's it is."""
    return Household.objects.filter(phone_index__in=list(forms), ended_on__isnull=True)


def counts_of(numbers: Iterable[str]) -> dict[str, int]:
    """How many living households gave each of these phones; one query."""
    forms = stored_forms(numbers)
    found: defaultdict[str, int] = defaultdict(int)
    rows = living_with(forms).order_by().values_list("phone_index").annotate(count=Count("pk"))
    for index, count in rows:
        found[forms[index]] += count
    return dict(found)


def miscounted() -> QuerySet[SharedPhone]:
    """Shared phones whose number of households is no longer what it was (also all whose keys are being changed)."""
    same = Household.objects.filter(phone_index=OuterRef("phone_index"), ended_on__isnull=True).order_by()
    counted = same.values("phone_index").annotate(count=Count("pk")).values("count")
    now = Coalesce(Subquery(counted, output_field=IntegerField()), 0)
    return SharedPhone.objects.annotate(now=now).exclude(now=F("households"))


def households_out_of_rates(before: datetime | None = None) -> Q:
    """The condition "gave a phone that more than three households share and that nobody has cleared", over Household.

    `before` is the end of the day that is looked at: phones flagged later do not touch it, phones cleared later did not
    help it yet. Only while several keys are in the ring it costs a query of its own.
    """
    waiting = FLAGGED
    if before is not None:
        waiting = Q(flagged_at__lt=before) & MANY & (Q(households__gt=F("cleared_for")) | Q(cleared_at__gte=before))
    shared = SharedPhone.objects.filter(waiting)
    if len(settings.FIELD_KEYS) == 1:  # then a phone has one stored form, and the database finds it by itself
        return Q(phone_index__in=shared.values("phone_index"))
    return Q(phone_index__in=list(stored_forms(shared.values_list("phone", flat=True))))


def flagged_phones_of(households: QuerySet[Household]) -> int:
    """How many phones wait for a look (shared by too many, more than when they were cleared) that one of these living
    households gave; one query, and one more only while several keys are in the ring."""
    shared = SharedPhone.objects.filter(FLAGGED)
    if len(settings.FIELD_KEYS) == 1:
        return shared.filter(phone_index__in=households.order_by().values("phone_index")).count()
    forms = stored_forms(shared.values_list("phone", flat=True))
    given = households.filter(phone_index__in=list(forms)).order_by().values_list("phone_index", flat=True)
    return len({forms[index] for index in given})


def phones_to_look_at(viewer: Viewer, *, cleared: bool = False) -> list[PhoneRow]:
    """The flagged (or cleared) phones that somebody in this officer's area gave, most households first; at most 200.
    Two queries."""
    rows = SharedPhone.objects.filter(MANY).filter(~FLAGGED if cleared else FLAGGED).order_by("-households", "pk")
    return _seen_by(viewer, list(rows.select_related("cleared_by")))[:SHOWN]


def phone_to_look_at(viewer: Viewer, pk: int) -> PhoneRow | None:
    """One of them, None for phones of other places."""
    found = _seen_by(viewer, list(SharedPhone.objects.filter(MANY, pk=pk).select_related("cleared_by")))
    return found[0] if found else None


def _seen_by(viewer: Viewer, shared: list[SharedPhone]) -> list[PhoneRow]:
    forms = stored_forms(each.phone for each in shared)
    rows = {each.phone: PhoneRow(each) for each in shared}
    mine = viewer.area(*DECIDERS, unit_field="commune")
    households = living_with(forms).filter(mine).select_related("hamlet", "commune").order_by("hamlet__name", "pk")
    for household in households:
        rows[forms[household.phone_index]].households.append(household)
    for row in rows.values():
        row.elsewhere = max(row.shared.households - len(row.households), 0)
    return [row for row in rows.values() if row.households]


def shared_phone(viewer: Viewer, number: int) -> Revealed | None:
    """The number itself, for an audited look by an officer who may see the row."""
    row = phone_to_look_at(viewer, number)
    if row is None:
        return None
    return Revealed(row.shared.phone, "Điện thoại dùng chung", f"shared_phone:{number}", row.households[0].commune.code)
