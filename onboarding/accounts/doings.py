"""Reading what is done with accounts: goods that are there to be bought, activities, orders."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import TruncDate

from core.kit.clock import window
from onboarding.accounts.models import AccountActivity, Observation, OutsideLink
from onboarding.accounts.registry import trade_sources


@dataclass(frozen=True)
class Doing:
    """One thing done with an account: which of the four kinds, when, and who says so."""

    kind: str
    words: str
    happened_on: date
    source: str


def live_goods(on: date, days: int) -> QuerySet[Observation]:
    """Looks at a product's page of the account `OuterRef("pk")` that found it there in the last `days` days before `on`, and
    it was not found gone since."""
    fresh = window(on, days)
    later = Q(at__gt=OuterRef("at")) | Q(at=OuterRef("at"), pk__gt=OuterRef("pk"))
    gone = Observation.objects.filter(later, link=OuterRef("link"), result=Observation.Result.GONE, at__lt=fresh.end)
    live = Observation.objects.filter(result=Observation.Result.LIVE, at__gte=fresh.start, at__lt=fresh.end)
    return live.filter(link__account=OuterRef("pk"), link__kind=OutsideLink.Kind.PRODUCT).exclude(Exists(gone))


def activities_within(on: date, days: int) -> QuerySet[AccountActivity]:
    """What was done in the last `days` days before `on` and written down by the end of that day: what somebody writes later
    about an earlier day does not change what was reported of it."""
    first = on - timedelta(days=days)
    return AccountActivity.objects.filter(happened_on__gte=first, happened_on__lte=on, at__lt=window(on).end)


def has_activity(on: date, days: int) -> Q:
    """The condition "something was done with the account in these days" over accounts; an order is something done."""
    return Q(Exists(activities_within(on, days).filter(account=OuterRef("pk")))) | traded_elsewhere(on, days)


def has_trade(on: date, days: int) -> Q:
    """The condition "the account had a proven order in these days" over accounts."""
    trades = activities_within(on, days).filter(account=OuterRef("pk"), kind=AccountActivity.Kind.TRADE)
    return Q(Exists(trades)) | traded_elsewhere(on, days)


def doings_of(household_ids: Collection[int], on: date, days: int) -> dict[int, list[Doing]]:
    """What was done with the accounts of these households, by household id, newest first; one query however many. Of orders that
    other slices know of, the newest of each account."""
    ids = list(household_ids)
    rows: Any = activities_within(on, days).filter(account__producer__household__in=ids)
    told = rows.values_list(F("account__producer__household"), "happened_on", "kind", "source", "pk")
    elsewhere = [
        trades(on - timedelta(days=days), on)
        .filter(producer__household__in=ids)
        .values_list(
            F("producer__household"),
            TruncDate("traded_at"),
            Value(AccountActivity.Kind.TRADE.value),
            Value(name, output_field=CharField()),
            "pk",
        )
        for name, trades in trade_sources().items()
    ]
    kinds, sources = dict(AccountActivity.Kind.choices), dict(AccountActivity.Source.choices)
    found: defaultdict[int, list[Doing]] = defaultdict(list)
    by_day = sorted(told.union(*elsewhere, all=True), key=lambda row: (row[1], row[4], row[2:4]), reverse=True)
    for household, day, kind, source, _pk in by_day:
        found[household].append(Doing(kind, str(kinds[kind]), day, str(sources.get(source, source))))
    return dict(found)


def traded_elsewhere(on: date, days: int) -> Q:
    """The condition "slices above know of a proven order of these days" over accounts."""
    found = Q(pk__in=[])
    for trades in trade_sources().values():
        found |= Q(pk__in=trades(on - timedelta(days=days), on).values("pk"))
    return found
