"""Which households count, and which have an account on a platform, on a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value

from core.kit.clock import window
from onboarding.accounts.queries import claimed_by, counting_on, state_words, with_states
from onboarding.accounts.rules import State
from onboarding.households.models import Household
from onboarding.matching.queries import households_out_of_rates

# A dead account is one that somebody claimed and nobody finds: it is in neither rate.
CLAIMED_STATES = (State.CLAIMED, State.VERIFIED)


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


def with_account_marks(households: QuerySet[Household], on: date) -> QuerySet[Household]:
    """Households marked `is_counted` (registered by the day and living on it), `is_claimed` (an account that is claimed
    or verified) and `is_verified` (a verified one; see `onboarding.accounts.rules.state_on`).

    Households that share a phone with too many others (`is_phone_shared`) are neither until somebody has cleared it, and
    stay in the denominator: one phone that opens fifty shops must not raise a rate, and leaving them out of both numbers
    would let a bad phone be given to whoever has no account. So a flag can only lower the rate.

    `is_unclear` is never true: an account nobody has seen is not verified, and the household stays in the denominator.
    """
    accounts = accounts_on(on).filter(producer__household=OuterRef("pk"))
    shared = households_out_of_rates(window(on).end)
    return households.annotate(
        is_phone_shared=shared,
        is_counted=Q(registered_at__lt=window(on).end) & (Q(ended_on__isnull=True) | Q(ended_on__gt=on)),
        is_claimed=~shared & Q(Exists(accounts.filter(state__in=CLAIMED_STATES))),
        is_verified=~shared & Q(Exists(accounts.filter(state=State.VERIFIED))),
        is_unclear=Value(False),
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
