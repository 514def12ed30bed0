"""Which stalls are there on a day, and which of them count: from what was known by the end of that day."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db.models import BooleanField, Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from core.kit import clock
from core.places.models import in_force
from onboarding.markets.models import CodeCheck, MonthUse, NameDecision, Stall, Stallholder


def stalls_in_force(on: date) -> QuerySet[Stall]:
    """The stalls that are there on that day, in markets that are."""
    return Stall.objects.filter(in_force(on), in_force(on, "market__"))


def holder_on(stall: Stall, on: date) -> Stallholder | None:
    """Who holds the stall on that day."""
    return stall.holders.filter(in_force(on)).order_by("-valid_from", "-pk").first()


def told_in(stall_ids: Collection[int], month: date, on: date | None = None) -> dict[int, MonthUse]:
    """What these stalls told of a month (its first day) by the end of `on` (by now), the last line of each; what was taken
    back is left out. One query."""
    rows = MonthUse.objects.filter(stall__in=list(stall_ids), month=month)
    if on is not None:
        rows = rows.filter(at__lt=clock.window(on).end)
    last = {row.stall_id: row for row in rows.select_related("recorded_by").order_by("at", "pk")}
    return {pk: row for pk, row in last.items() if row.did_use is not None}


def last_checks(on: date) -> QuerySet[CodeCheck]:
    """The last check of every stall by the end of that day."""
    end = clock.window(on).end
    later = Q(at__gt=OuterRef("at")) | Q(at=OuterRef("at"), pk__gt=OuterRef("pk"))
    others = CodeCheck.objects.filter(later, stall=OuterRef("stall"), at__lt=end)
    return CodeCheck.objects.filter(~Exists(others), at__lt=end)


def right_checks(on: date) -> QuerySet[CodeCheck]:
    """Last checks of stalls in force that found a payment code with a right checksum, and on it the name of whoever holds the
    stall that day: equal, or nearly and a second person said by then that it is the same."""
    decided = NameDecision.objects.filter(check_row=OuterRef("pk"), is_same=True, at__lt=clock.window(on).end)
    named = Q(name_match=CodeCheck.NameMatch.SAME) | (Q(name_match=CodeCheck.NameMatch.NEAR) & Exists(decided))
    return last_checks(on).filter(
        named,
        in_force(on, "holder__"),
        in_force(on, "stall__"),
        in_force(on, "stall__market__"),
        holder__isnull=False,
        finding=CodeCheck.Finding.READ,
        crc_is_right=True,
    )


def elsewhere(on: date) -> QuerySet[CodeCheck]:
    """Right checks of another stall with the same code as the check `OuterRef`, held by somebody else. One household or one phone
    is one person; two people of one name are two."""
    same_phone = Q(holder__phone_index=OuterRef("holder__phone_index")) & ~Q(holder__phone_index="")
    return (
        right_checks(on)
        .filter(
            code__issuer=OuterRef("code__issuer"),
            code__bank_bin=OuterRef("code__bank_bin"),
            code__account_index=OuterRef("code__account_index"),
        )
        .alias(home=Coalesce("holder__household_id", Value(0)))
        .exclude(stall=OuterRef("stall"))
        .exclude(home=Coalesce(OuterRef("holder__household_id"), Value(-1)))
        .exclude(same_phone)
    )


def with_stall_marks(stalls: QuerySet[Stall], on: date) -> QuerySet[Stall]:
    """Stalls with `has_right_code` (a code that pays its holder, and nobody else's stall has it) and `is_used` (told of the
    month of that day; of the month before while nothing is told of this one)."""
    end, month = clock.window(on).end, on.replace(day=1)
    right = right_checks(on).filter(~Exists(elsewhere(on)), stall=OuterRef("pk"))
    told: list[Any] = [
        Subquery(
            MonthUse.objects.filter(stall=OuterRef("pk"), month=each, at__lt=end)
            .order_by("-at", "-pk")
            .values("did_use")[:1]
        )
        for each in (month, clock.add_months(month, -1))
    ]
    return stalls.annotate(
        has_right_code=Exists(right),
        is_used=Coalesce(*told, Value(False), output_field=BooleanField()),
    )
