"""What stalls tell about a month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from core.kit import clock
from core.people.queries import Viewer
from onboarding.markets.actions.locking import MarketRefused, lock_market, note
from onboarding.markets.models import Market, MonthUse, Stall
from onboarding.markets.queries.stalls import told_in
from onboarding.markets.rules import MOST_PAYMENTS, month_problem


@dataclass(frozen=True)
class Told:
    """What a stall told of a month: whether money came by the code (None: nothing told any more), and how often if told."""

    did_use: bool | None
    payments: int | None = None


@transaction.atomic
def tell_use(*, market: Market, month: date, told: Mapping[int, Told], told_by: str, by: Viewer) -> int:
    """Write what stalls of a market (by id) told of a month, given by its first day; what is as before is not written again.
    Returns how many lines were added. Raises NotAllowed, MarketRefused."""
    market = lock_market(market, by, to_check=True)
    if problem := month_problem(month):
        raise MarketRefused(problem)
    if told_by not in MonthUse.ToldBy.values:
        raise MarketRefused("Hãy chọn ai khai: chủ sạp hay ban quản lý chợ.")
    stalls = Stall.objects.filter(market=market, pk__in=told).in_bulk()
    if set(stalls) != set(told):
        raise MarketRefused("Có sạp không thuộc chợ này. Hãy mở lại trang.")
    before = told_in(stalls, month)
    now = clock.now()
    added = 0
    for pk, each in told.items():
        known = before.get(pk)
        was = Told(known.did_use, known.payments) if known else Told(None)
        payments = each.payments if each.did_use else None
        if payments is not None and not 1 <= payments <= MOST_PAYMENTS:
            raise MarketRefused(
                f"Số lần nhận tiền của sạp {stalls[pk].number} phải từ 1 đến {MOST_PAYMENTS}, hoặc bỏ trống."
            )
        if Told(each.did_use, payments) == was:
            continue
        row = MonthUse(
            stall=stalls[pk],
            month=month,
            did_use=each.did_use,
            payments=payments,
            told_by=told_by,
            at=now,
            recorded_by_id=by.user_id,
        )
        row.save()
        added += 1
    if added:
        words = {f"tháng {month.month}/{month.year}": ("", f"{added} sạp")}
        note("stall.use_told", f"digital_market:{market.pk}", market, by, words)
    return added
