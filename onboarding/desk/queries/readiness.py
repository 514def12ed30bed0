"""How ready households and producers are, place by place. A rate is of those who were asked; who was not stands apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q

from core.kit import money
from core.kit.text import sort_key
from core.people.queries import Viewer
from core.places.models import Unit
from onboarding.households.models import Household, PhoneOwner
from onboarding.households.rules import DESK_ROLES, desk_area
from onboarding.producers.models import READINESS, Producer

_HOUSEHOLD = {
    "has_bank_account": "Tài khoản ngân hàng",
    "has_e_wallet": "Ví điện tử",
    "has_e_identity": "Định danh mức 2",
    "has_payment_qr": "Mã QR",
}
HOUSEHOLD_LABELS = ("Điện thoại", *_HOUSEHOLD.values())
PRODUCER_LABELS = tuple(READINESS.values())


@dataclass(frozen=True)
class Share:
    """How many of those asked have it, and how many were not asked."""

    label: str
    yes: int
    no: int
    unknown: int

    @property
    def words(self) -> str:
        """ "12/20 (60,0 %)"; "" when nobody was asked."""
        return money.rate(self.yes, self.yes + self.no) if self.yes + self.no else ""


@dataclass(frozen=True)
class PlaceReadiness:
    """One place; `key` is its commune code or hamlet id."""

    key: str
    name: str
    total: int
    shares: tuple[Share, ...]


def household_readiness(viewer: Viewer, commune: Unit | None) -> list[PlaceReadiness]:
    """Living households of this desk by hamlet of a commune, or by commune; one query."""
    rows = Household.objects.filter(desk_area(viewer), ended_on__isnull=True)
    place = ("hamlet_id", "hamlet__name") if commune else ("commune__code", "commune__name")
    if commune:
        rows = rows.filter(commune=commune)
    has_phone = ~Q(phone_index="")
    counts = [Count("pk", filter=has_phone), Count("pk", filter=Q(phone_index="", phone_owner=PhoneOwner.NONE))]
    for name in _HOUSEHOLD:
        counts += [Count("pk", filter=Q(**{name: True})), Count("pk", filter=Q(**{name: False}))]
    named = {f"count_{number}": count for number, count in enumerate(counts)}
    found = rows.order_by().values_list(*place).annotate(total=Count("pk"), **named)
    return _places(found, HOUSEHOLD_LABELS)


def producer_readiness(viewer: Viewer, commune: Unit | None) -> list[PlaceReadiness]:
    """Producers of this desk by commune; one query. (Companies stand in no hamlet.)"""
    area = viewer.area(*DESK_ROLES, unit_field="commune", hamlet_field="household__hamlet")
    rows = Producer.objects.filter(area).exclude(household__ended_on__isnull=False)
    if commune:
        rows = rows.filter(commune=commune)
    named = {}
    for name in READINESS:
        named[f"{name}_yes"] = Count("pk", filter=Q(**{name: True}))
        named[f"{name}_no"] = Count("pk", filter=Q(**{name: False}))
    found = rows.order_by().values_list("commune__code", "commune__name").annotate(total=Count("pk"), **named)
    return _places(found, PRODUCER_LABELS)


def total_of(places: Sequence[PlaceReadiness]) -> PlaceReadiness | None:
    """All places together: sums first, then one division. None for no places."""
    if not places:
        return None
    shares = tuple(
        Share(column[0].label, *(sum(getattr(each, name) for each in column) for name in ("yes", "no", "unknown")))
        for column in zip(*(place.shares for place in places), strict=True)
    )
    return PlaceReadiness("", "Tất cả", sum(place.total for place in places), shares)


def _places(rows: object, labels: Sequence[str]) -> list[PlaceReadiness]:
    found = []
    for key, name, total, *counts in rows:  # type: ignore[attr-defined]
        shares = tuple(
            Share(label, yes, no, total - yes - no)
            for label, yes, no in zip(labels, counts[::2], counts[1::2], strict=True)
        )
        found.append(PlaceReadiness(str(key), name, total, shares))
    return sorted(found, key=lambda place: sort_key(place.name))
