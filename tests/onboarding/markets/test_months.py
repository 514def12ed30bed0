"""What stalls tell of a month: their own word, dated, taken back by another line."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine

from core.kit import clock
from onboarding.markets.actions import MarketRefused, NotAllowed, Told, tell_use
from onboarding.markets.models import MonthUse, Stall
from onboarding.markets.queries.stalls import stalls_in_force, told_in, with_stall_marks
from onboarding.markets.queries.states import stall_states, use_words
from tests.onboarding.markets.bazaar import Bazaar


def tell(
    bazaar: Bazaar, stall: Stall, month: date, did_use: bool | None, payments: int | None = None, by: str = "hanh"
) -> int:
    told = {stall.pk: Told(did_use, payments)}
    return tell_use(market=bazaar.market, month=month, told=told, told_by="holder", by=bazaar.viewers[by])


def used(bazaar: Bazaar, on: date) -> bool:
    found: bool = with_stall_marks(stalls_in_force(on), on).get().is_used  # type: ignore[attr-defined]
    state = next(iter(stall_states(stalls_in_force(on).values_list("pk", flat=True), on).values()))
    assert found is bool(state.use and state.use.did_use)
    return found


def test_what_is_told_is_marked_as_told(bazaar: Bazaar) -> None:
    stall, month = bazaar.stall("A1"), bazaar.today.replace(day=1)
    assert tell(bazaar, stall, month, True, 1200) == 1
    row = MonthUse.objects.get()
    assert use_words(row) == f"có dùng, 1.200 lần, tháng {month.month}/{month.year} (tự khai)"
    assert row.recorded_by == bazaar.people.users["hanh"] and row.get_told_by_display() == "chủ sạp tự khai"
    assert use_words(None) == "chưa khai"


def test_the_same_again_writes_nothing_and_another_word_adds_a_line(bazaar: Bazaar) -> None:
    stall, month = bazaar.stall("A1"), bazaar.today.replace(day=1)
    assert [tell(bazaar, stall, month, True), tell(bazaar, stall, month, True), tell(bazaar, stall, month, None)] == [
        1,
        0,
        1,
    ]
    assert MonthUse.objects.count() == 2 and told_in([stall.pk], month) == {} and not used(bazaar, bazaar.today)
    assert tell(bazaar, stall, month, None) == 0


def test_last_month_counts_until_this_one_is_told(bazaar: Bazaar) -> None:
    stall, month = bazaar.stall("A1"), bazaar.today.replace(day=1)
    tell(bazaar, stall, clock.add_months(month, -1), True)
    assert used(bazaar, bazaar.today)
    tell(bazaar, stall, month, False)
    assert not used(bazaar, bazaar.today)


def test_what_is_told_later_does_not_change_an_earlier_day(bazaar: Bazaar) -> None:
    stall = bazaar.stall("A1")
    yesterday = bazaar.today - timedelta(days=1)
    with time_machine.travel(yesterday, tick=False):
        tell(bazaar, stall, yesterday.replace(day=1), True)
    assert used(bazaar, yesterday)
    tell(bazaar, stall, yesterday.replace(day=1), False)
    assert used(bazaar, yesterday)


@pytest.mark.parametrize("payments", [0, -1, 100_001])
def test_numbers_that_make_no_sense(bazaar: Bazaar, payments: int) -> None:
    with pytest.raises(MarketRefused, match="từ 1 đến"):
        tell(bazaar, bazaar.stall("A1"), bazaar.today.replace(day=1), True, payments)


def test_months_to_come_and_long_ago_are_refused(bazaar: Bazaar) -> None:
    stall, month = bazaar.stall("A1"), bazaar.today.replace(day=1)
    for wrong in (clock.add_months(month, 1), clock.add_months(month, -13), month + timedelta(days=1)):
        with pytest.raises(MarketRefused, match="Chỉ ghi được"):
            tell(bazaar, stall, wrong, True)


def test_stalls_of_another_market_and_strangers(bazaar: Bazaar) -> None:
    stall, month = bazaar.stall("A1"), bazaar.today.replace(day=1)
    with pytest.raises(MarketRefused, match="không thuộc chợ này"):
        tell_use(
            market=bazaar.market,
            month=month,
            told={stall.pk + 999: Told(True)},
            told_by="holder",
            by=bazaar.viewers["chi"],
        )
    for name in ("an", "dung", "phuong", "buu"):
        with pytest.raises(NotAllowed):
            tell(bazaar, stall, month, True, by=name)
    assert not MonthUse.objects.exists()
