"""Which households are measured, and which have an account on a platform and do something with it, on a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db.models import BooleanField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Value

from core.kit import clock
from core.kit.clock import window
from core.kit.tables import Table, table_of
from ocop.frames.models import Frame
from ocop.frames.queries import framed_communes, framed_households
from ocop.indicators.marks import Marked
from onboarding.accounts.at_once import STATES, states_at_once
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


# The account that a mark asks for: in which states, and what of the last 90 days.
_ASKED = {
    "has_claimed": (CLAIMED_STATES, ""),
    "has_verified": ((State.VERIFIED,), ""),
    "has_selling": ((State.VERIFIED,), "has_goods"),
    "has_active": (CLAIMED_STATES, "is_active"),
    "has_trading": (CLAIMED_STATES, "is_trading"),
}
_MEASURED = Q(is_living=True, is_phone_shared=False)
# The marks of the rates out of those that are read: of a row and of all rows at once they are made alike.
MADE = {
    "is_claimed": _MEASURED & Q(has_claimed=True),
    "is_verified": _MEASURED & Q(has_verified=True),
    "is_selling": _MEASURED & Q(has_selling=True),
    "is_active": _MEASURED & Q(has_active=True),
    "is_trading": _MEASURED & Q(has_trading=True),
    "is_unframed": Q(is_living=True, is_framed=False, is_commune_framed=False),
}


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
    more = {
        "": Q(),
        "has_goods": Q(Exists(live_goods(on, ACTIVE_DAYS))),
        "is_active": has_activity(on, ACTIVE_DAYS),
        "is_trading": has_trade(on, ACTIVE_DAYS),
    }
    has = {mark: Exists(accounts.filter(more[what], state__in=states)) for mark, (states, what) in _ASKED.items()}
    rows = _with_own_marks(households, on).alias(**has).annotate(
        is_framed=Exists(framed_households(on).filter(household=OuterRef("pk")))
    )  # fmt: skip
    marked: QuerySet[Any] = rows.annotate(
        **{mark: ExpressionWrapper(made, BooleanField()) for mark, made in MADE.items()}
    )
    return marked


def counted_households(on: date, area: Q) -> Marked:
    """The same marks of the households of an area (a condition over them; Q(): all), to be counted at once."""
    rows = Household.objects.filter(area)
    ids = rows.values("pk") if area else None
    framed, accounts = framed_households(on), claimed_by(on).filter(counting_on(on, "platform__"))
    if ids is not None:
        framed = framed.filter(household__in=ids)
    frames = table_of("framed", framed.annotate(is_framed=Value(True)).distinct(), "household_id", "is_framed")
    tables = states_at_once(accounts, on, ACTIVE_DAYS, ids)
    if frames is None or not tables:
        return Marked(Household.objects.none())
    frames = replace(frames, columns=("row_id", "is_framed"))
    return Marked(_with_own_marks(rows, on), (*tables, _HAS, frames), MADE)


def _with_own_marks(households: QuerySet[Household], on: date) -> QuerySet[Any]:
    """Marks that need no evidence."""
    end = window(on).end
    living = Q(registered_at__lt=end) & (Q(ended_on__isnull=True) | Q(ended_on__gt=on))
    return households.annotate(
        is_living=ExpressionWrapper(living, BooleanField()),
        is_phone_shared=households_out_of_rates(end),
        is_commune_framed=ExpressionWrapper(Q(commune__in=framed_communes(on).values("pk")), BooleanField()),
    )


def _any_account(states: Iterable[str], what: str) -> str:
    named = ", ".join(f"'{State(state).value}'" for state in states)
    return f"MAX(CASE WHEN state IN ({named}){f' AND {what}' if what else ''} THEN 1 ELSE 0 END) = 1"


_HAS = Table(
    "accounts_of_household",
    ("row_id", *_ASKED),
    f"SELECT household_id, {', '.join(_any_account(*asked) for asked in _ASKED.values())} FROM {STATES} GROUP BY household_id",  # noqa: S608  names of our own
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
