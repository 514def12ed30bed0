"""The households of a desk, narrowed, and everything about one of them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from core.kit import clock, phones
from core.kit.text import fold_words
from core.people.queries import Viewer
from onboarding.accounts.models import PlatformAccount
from onboarding.accounts.queries import AccountState, account_states
from onboarding.households.actions import production_of
from onboarding.households.models import Household, HouseholdPhoto, PhoneOwner
from onboarding.households.rules import desk_area
from onboarding.households.wording import production_words
from onboarding.producers.models import Producer
from onboarding.visits.models import Visit

SHOWN_VISITS = 10
# What a household may still lack for selling online. "no" and "not asked" are both a gap to close.
GAPS: dict[str, tuple[str, Q]] = {
    "dien-thoai": ("Chưa có điện thoại", Q(phone_index="")),
    "ngan-hang": ("Chưa có tài khoản ngân hàng", ~Q(has_bank_account=True)),
    "vi": ("Chưa có ví điện tử", ~Q(has_e_wallet=True)),
    "dinh-danh": ("Chưa định danh điện tử mức 2", ~Q(has_e_identity=True)),
    "qr": ("Chưa có mã QR nhận tiền", ~Q(has_payment_qr=True)),
}


@dataclass(frozen=True)
class Asked:
    """What somebody looks for; empty values narrow nothing. `verified` is "", "yes" or "no"; `gap` a key of GAPS."""

    words: str = ""
    commune_id: int | None = None
    hamlet_id: int | None = None
    verified: str = ""
    source: str = ""
    gap: str = ""
    without_shop: bool = False
    ended: bool = False


def households_at_desk(viewer: Viewer) -> QuerySet[Household]:
    """Every household of this person's desk, ended ones too, newest first."""
    rows = Household.objects.filter(desk_area(viewer)).select_related("hamlet", "commune")
    return rows.order_by("-registered_at", "-pk")


def open_accounts() -> QuerySet[PlatformAccount]:
    """Open accounts on real platforms."""
    return PlatformAccount.objects.filter(closed_on__isnull=True, platform__is_simulation=False)


def narrowed(rows: QuerySet[Household], asked: Asked) -> QuerySet[Household]:
    """Those that fit; living ones unless `ended` is asked for. Words are a phone as it stands, or every word of a name
    without regard to marks."""
    rows = rows.filter(ended_on__isnull=not asked.ended)
    rows = rows.annotate(has_shop=Exists(open_accounts().filter(producer__household=OuterRef("pk"))))
    conditions: list[tuple[object, Callable[[], Q]]] = [
        (asked.commune_id, lambda: Q(commune=asked.commune_id)),
        (asked.hamlet_id, lambda: Q(hamlet=asked.hamlet_id)),
        (asked.verified, lambda: Q(verified_by__isnull=asked.verified != "yes")),
        (asked.source, lambda: Q(source=asked.source)),
        (asked.gap, lambda: GAPS[asked.gap][1]),
        (asked.without_shop, lambda: Q(has_shop=False)),
    ]
    for value, condition in conditions:
        if value:
            rows = rows.filter(condition())
    return rows.filter(_named(asked.words)) if asked.words else rows


def _named(words: str) -> Q:
    with suppress(phones.NotAPhone):
        return Q(phone_index__of=phones.normalise(words))
    found = Q()
    for word in fold_words(words).split():
        found &= Q(folded_name__contains=word)
    return found


@dataclass(frozen=True)
class Card:
    """What stands beside the facts of a household."""

    producers: list[Producer]
    accounts: list[AccountState]
    visits: list[Visit]
    photos: list[HouseholdPhoto]


def card_of(household: Household) -> Card:
    """Its producers with their consents, accounts, the latest visits, and photos."""
    producers = Producer.objects.filter(household=household).prefetch_related("consents").order_by("pk")
    visits = Visit.objects.filter(household=household).select_related("visited_by", "team")
    return Card(
        list(producers),
        account_states([household.pk], clock.today()).get(household.pk, []),
        list(visits.order_by("-visited_at", "-pk")[:SHOWN_VISITS]),
        list(household.photos.select_related("photo").order_by("pk")),
    )


def production_words_of(household: Household) -> str:
    """ "điều, 1,5 ha; Chăn nuôi, 40 con"; its lines are best prefetched."""
    return "; ".join(production_words(line) for line in production_of(household))


def says_phone(household: Household) -> bool | None:
    """Whether there is a phone; None when nobody asked."""
    if household.phone:
        return True
    return False if household.phone_owner == PhoneOwner.NONE else None
