"""Rates as two integers, money as whole đồng, days as Vietnam counts them."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from core.kit.clock import add_months, today
from core.kit.money import dong, rate, reaches


@pytest.mark.parametrize(
    ("numerator", "denominator", "written"),
    [
        (76, 95, "76/95 (80,0\u00a0%)"),
        (0, 95, "0/95 (0,0\u00a0%)"),
        (1, 3, "1/3 (33,3\u00a0%)"),
        (2, 3, "2/3 (66,7\u00a0%)"),
        (1, 2000, "1/2000 (0,1\u00a0%)"),  # 0.05 % is half a tenth: up
        (7996, 10_000, "7996/10000 (80,0\u00a0%)"),
        (5, 0, "5/0"),
        (0, 0, "0/0"),
    ],
)
def test_rates_are_rounded_half_up_to_one_decimal(numerator: int, denominator: int, written: str) -> None:
    assert rate(numerator, denominator) == written


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_the_shown_rate_is_within_half_a_tenth(numerator: int, denominator: int) -> None:
    shown = rate(numerator, denominator).split("(")[1].removesuffix("\u00a0%)").replace(",", ".")
    difference = Fraction(shown) - Fraction(100 * numerator, denominator)
    assert Fraction(-1, 20) < difference <= Fraction(1, 20)


def test_almost_eighty_percent_is_not_eighty() -> None:
    assert not reaches(7996, 10_000, 80)
    assert not reaches(79_999_999, 100_000_000, 80)
    assert reaches(76, 95, 80)
    assert not reaches(0, 0, 80)
    assert not reaches(0, 0, 0)  # nothing counted is nothing reached


def test_money_is_written_the_vietnamese_way() -> None:
    assert [dong(0), dong(999), dong(1_234_567), dong(-50_000)] == [
        "0\u00a0đ", "999\u00a0đ", "1.234.567\u00a0đ", "-50.000\u00a0đ",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2024, 2, 29), 36, date(2027, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 3, 31), 36, date(2029, 3, 31)),
        (date(2026, 8, 31), 1, date(2026, 9, 30)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
    ],
)
def test_adding_months(start: date, months: int, end: date) -> None:
    assert add_months(start, months) == end


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(-120, 120))
def test_a_month_later_is_the_same_day_or_the_months_last(start: date, months: int) -> None:
    end = add_months(start, months)
    assert (end.year * 12 + end.month) - (start.year * 12 + start.month) == months
    assert end.day == start.day or (end.day < start.day and (end + timedelta(days=1)).day == 1)


def test_the_day_turns_at_midnight_in_vietnam() -> None:
    with time_machine.travel("2026-04-29T16:59:59Z", tick=False):
        assert today() == date(2026, 4, 29)
    with time_machine.travel("2026-04-29T17:00:00Z", tick=False):
        assert today() == date(2026, 4, 30)
