"""Which households count, and which have an account on a platform, on a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, Value

from ocop.presence.rules import limits_on, window
from onboarding.accounts.models import Observation, PlatformAccount
from onboarding.households.models import Household


@dataclass(frozen=True)
class AccountEvidence:
    """A household's account: on which platform, since when claimed, when last seen live; `url` is a page seen then."""

    platform_name: str
    claimed_at: datetime
    seen_at: datetime | None
    url: str
    counts: bool


def open_accounts(on: date) -> QuerySet[PlatformAccount]:
    """Accounts on platforms that count for the target, claimed by that day and not closed on it."""
    return PlatformAccount.objects.filter(
        Q(closed_on__isnull=True) | Q(closed_on__gt=on),
        platform__counts_for_target=True,
        claimed_at__lt=window(on, 0).end,
    )


def with_account_marks(households: QuerySet[Household], on: date) -> QuerySet[Household]:
    """Households marked `is_counted` (registered by the day and living on it), `is_claimed` (an open account)
    and `is_verified` (such an account with a product page seen live in the last 180 days, see `presence.rules.LIMITS`).

    A page that has gone since does not undo a verified account: the account is what is counted. `is_unclear`
    is never true: an account nobody has seen is not verified, and the household stays in the denominator.
    """
    accounts = open_accounts(on).filter(producer__household=OuterRef("pk"))
    seen = _seen_in_time(on)
    return households.annotate(
        is_counted=Q(registered_at__lt=window(on, 0).end) & (Q(ended_on__isnull=True) | Q(ended_on__gt=on)),
        is_claimed=Exists(accounts),
        is_verified=Exists(accounts.filter(seen)),
        is_unclear=Value(False),
    )


def accounts_of(household_ids: Iterable[int], on: date) -> dict[int, list[AccountEvidence]]:
    """The evidence behind the marks, by household id; two queries however many households."""
    rows = (
        open_accounts(on)
        .filter(producer__household__in=list(household_ids))
        .annotate(household_id=F("producer__household"))
        .select_related("platform")
        .order_by("platform__name", "pk")
    )
    accounts = list(rows)
    span = window(on, limits_on(on).account_days)
    last: dict[int, tuple[datetime, str]] = {}
    live = Observation.objects.filter(link__account__in=accounts, result=Observation.Result.LIVE, at__lt=span.end)
    for account_id, url, at in (
        live.values("link__account", "link__url")
        .annotate(last_at=Max("at"))
        .values_list("link__account", "link__url", "last_at")
    ):
        if account_id not in last or at > last[account_id][0]:
            last[account_id] = (at, url)
    found: defaultdict[int, list[AccountEvidence]] = defaultdict(list)
    for account in accounts:
        at_url = last.get(account.pk)
        found[account.household_id].append(
            AccountEvidence(
                platform_name=account.platform.name,
                claimed_at=account.claimed_at,
                seen_at=at_url[0] if at_url else None,
                url=at_url[1] if at_url else "",
                counts=bool(at_url and at_url[0] >= span.start),
            )
        )
    return dict(found)


def _seen_in_time(on: date) -> Q:
    span = window(on, limits_on(on).account_days)
    return Q(
        links__observations__result=Observation.Result.LIVE,
        links__observations__at__gte=span.start,
        links__observations__at__lt=span.end,
    )
