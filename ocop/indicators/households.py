"""Which households are measured, and which have an account on a platform and do something with it, on a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from core.kit import clock
from core.kit.clock import window
from ocop.frames.models import Frame
from ocop.frames.queries import framed_communes, framed_households
from onboarding.accounts.doings import has_activity, has_trade, live_goods
from onboarding.accounts.queries import claimed_by, counting_on, state_words, with_states
from onboarding.accounts.rules import State
from onboarding.households.models import Household
from onboarding.matching.queries import households_out_of_rates

# A dead account is one that somebody claimed and nobody finds: it is in neither rate.
CLAIMED_STATES = (State.CLAIMED, State.VERIFIED)
# How long goods on show, an activity or an order keep a household among the active ones. No law sets it.
ACTIVE_DAYS = 90


@dataclass(frozen=True)
class AccountEvidence:
    """A household's account: on which platform, its state on the day, in a sentence what that rests on; `url` is a page
    last seen live at `seen_at`."""

    platform_name: str
    state: str
    words: str
    claimed_at: datetime
    seen_at: datetime | None
    url: str

    @property
    def counts(self) -> bool:
        """Whether it puts the household into the numerator of verified ones."""
        return self.state == State.VERIFIED


def accounts_on(on: date) -> QuerySet[Any]:
    """Accounts claimed by that day on platforms that count for the target on it, with their states."""
    return with_states(claimed_by(on).filter(counting_on(on, "platform__")), on)


def with_account_marks(households: QuerySet[Household], on: date) -> QuerySet[Any]:
    """Households with the marks that the rates of a day are made of.

    `is_framed`: in a signed frame in force that day, whatever became of the household since. `is_claimed` (an account that is
    claimed or verified), `is_verified` (a verified one; see `onboarding.accounts.rules.state_on`), `is_selling` (a verified
    one with goods seen in the last 90 days), `is_active` and `is_trading` (something, or an order, in the last 90 days on an
    account that is not closed or dead): of a household that lives that day. So one that ended stays in the denominator and
    cannot be in a numerator.

    Households that share a phone with too many others (`is_phone_shared`) have none of these until somebody has cleared it,
    and stay in the denominator: one phone that opens fifty shops must not raise a rate, and leaving them out of both numbers
    would let a bad phone be given to whoever has no account. So a flag can only lower the rate.

    `is_unframed`: it lives and its commune has no signed frame, so nobody can say where it belongs. Living households outside
    the frame of a commune that has one are in neither number.
    """
    accounts = accounts_on(on).filter(producer__household=OuterRef("pk"))
    kept = accounts.filter(state__in=CLAIMED_STATES)
    shared = households_out_of_rates(window(on).end)
    living = Q(registered_at__lt=window(on).end) & (Q(ended_on__isnull=True) | Q(ended_on__gt=on))
    framed = Exists(framed_households(on).filter(household=OuterRef("pk")))
    measured = living & ~shared
    return households.annotate(
        is_phone_shared=shared,
        is_framed=framed,
        is_claimed=measured & Q(Exists(kept)),
        is_verified=measured & Q(Exists(accounts.filter(state=State.VERIFIED))),
        is_selling=measured & Q(Exists(accounts.filter(Exists(live_goods(on, ACTIVE_DAYS)), state=State.VERIFIED))),
        is_active=measured & Q(Exists(kept.filter(has_activity(on, ACTIVE_DAYS)))),
        is_trading=measured & Q(Exists(kept.filter(has_trade(on, ACTIVE_DAYS)))),
        is_unframed=living & ~framed & ~Q(commune__in=framed_communes(on).values("pk")),
    )


def accounts_of(household_ids: Iterable[int], on: date) -> dict[int, list[AccountEvidence]]:
    """The evidence behind the marks, by household id; one query however many households. Closed accounts are left out."""
    rows = (
        accounts_on(on)
        .filter(producer__household__in=list(household_ids))
        .exclude(state=State.CLOSED)
        .annotate(household_id=F("producer__household"))
        .select_related("platform")
        .order_by("platform__name", "pk")
    )
    found: defaultdict[int, list[AccountEvidence]] = defaultdict(list)
    for row in rows:
        name, words = row.platform.name, state_words(row, on)
        evidence = AccountEvidence(name, row.state, words, row.claimed_at, row.seen_at, row.seen_url or "")
        found[row.household_id].append(evidence)
    return dict(found)


def verified_of(frame: Frame) -> tuple[int, int]:
    """Today's I1 of one frame, in force or not: its households with a verified account, and all of them."""
    households = with_account_marks(Household.objects.filter(frames__frame=frame), clock.today())
    return households.filter(is_verified=True).count(), frame.count
