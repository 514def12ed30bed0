"""How long a certificate holds."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocop.certificates.rules import Period, State, last_valid_day, period, state_on
from ocop.register.cells import WrittenDate


@pytest.mark.parametrize(
    ("start", "last"),
    [
        (date(2022, 1, 19), date(2025, 1, 19)),
        (date(2024, 2, 29), date(2027, 2, 28)),
        (date(2021, 2, 28), date(2024, 2, 28)),
        (date(2023, 8, 31), date(2026, 8, 31)),
        (date(2023, 12, 31), date(2026, 12, 31)),
    ],
)
def test_thirty_six_months_with_the_expiry_day_counting(start: date, last: date) -> None:
    assert last_valid_day(start) == last


def state(written: WrittenDate | None, on: date) -> State:
    return state_on(on, period(written))


def test_the_expiry_day_itself_is_valid_and_the_next_is_not() -> None:
    issued = WrittenDate(date(2022, 1, 19), "day")
    assert state(issued, date(2022, 1, 18)) == State.NOT_YET
    assert state(issued, date(2022, 1, 19)) == State.VALID
    assert state(issued, date(2025, 1, 19)) == State.RENEWAL_LATE
    assert state(issued, date(2025, 1, 20)) == State.EXPIRED


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        (181, State.VALID),
        (180, State.RENEWAL_DUE),
        (120, State.RENEWAL_DUE),
        (119, State.RENEWAL_LATE),
        (0, State.RENEWAL_LATE),
    ],
)
def test_the_renewal_window(left: int, expected: State) -> None:
    issued = WrittenDate(date(2022, 1, 19), "day")
    assert state(issued, date(2025, 1, 19) - timedelta(days=left)) == expected


def test_a_year_is_valid_only_while_its_first_day_still_covers() -> None:
    known = WrittenDate(date(2023, 1, 1), "year")
    assert state(known, date(2022, 12, 31)) == State.NOT_YET
    assert state(known, date(2026, 1, 1)) == State.RENEWAL_LATE
    assert state(known, date(2026, 1, 2)) == State.UNKNOWN
    assert state(known, date(2026, 12, 31)) == State.UNKNOWN
    assert state(known, date(2027, 1, 1)) == State.EXPIRED


def test_a_month_is_valid_only_while_its_first_day_still_covers() -> None:
    known = WrittenDate(date(2024, 2, 1), "month")
    assert period(known) == Period(date(2024, 2, 1), date(2027, 2, 1), date(2027, 2, 28))
    assert state(known, date(2027, 2, 1)) == State.RENEWAL_LATE
    assert state(known, date(2027, 2, 2)) == State.UNKNOWN
    assert state(known, date(2027, 3, 1)) == State.EXPIRED


def test_without_a_date_nobody_can_say() -> None:
    assert state(None, date(2026, 11, 22)) == State.UNKNOWN


def test_revocation_counts_from_its_own_day_whatever_else_is_known() -> None:
    known = period(WrittenDate(date(2025, 1, 1), "day"))
    revoked = date(2026, 3, 1)
    assert state_on(date(2026, 2, 28), known, revoked) == State.VALID
    assert state_on(date(2026, 3, 1), known, revoked) == State.REVOKED
    assert state_on(date(2026, 3, 1), None, revoked) == State.REVOKED


days = st.dates(date(2018, 1, 1), date(2032, 12, 31))


@given(start=days, on=days, precision=st.sampled_from(["day", "month", "year"]))
def test_less_exact_dates_never_claim_more(start: date, on: date, precision: str) -> None:
    """Whatever an inexact date says for sure is also said of every exact day it can mean."""
    first = {"day": start, "month": start.replace(day=1), "year": start.replace(month=1, day=1)}[precision]
    coarse, exact = state(WrittenDate(first, precision), on), state(WrittenDate(start, "day"), on)
    if coarse in {State.EXPIRED, State.NOT_YET}:
        assert exact == coarse
    if coarse in {State.VALID, State.RENEWAL_DUE, State.RENEWAL_LATE}:
        assert exact != State.EXPIRED
