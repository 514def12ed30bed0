"""How long a certificate holds."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocop.certificates.rules import (
    Filing,
    Period,
    State,
    extension_days,
    issuer_fits,
    last_shown_day,
    last_valid_day,
    period,
    state_on,
)
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


def extended(submitted: date, on: date, result: date | None = None, revoked: date | None = None) -> State:
    """The state of a paper of 15/1/2024, which ends on 15/1/2027, with one file."""
    known = period(WrittenDate(date(2024, 1, 15), "day"))
    return state_on(on, known, revoked, filings=[Filing(submitted, result)])


END = date(2027, 1, 15)


@pytest.mark.parametrize(
    ("before", "on_the_day", "a_day_later"),
    [
        (121, State.RENEWAL_DUE, State.VALID),
        (120, State.RENEWAL_DUE, State.VALID),
        (119, State.RENEWAL_LATE, State.VALID),
    ],
)
def test_a_file_handed_in_ends_the_waiting_for_it(before: int, on_the_day: State, a_day_later: State) -> None:
    submitted = END - timedelta(days=before)
    known = period(WrittenDate(date(2024, 1, 15), "day"))
    assert state_on(submitted, known) == on_the_day
    assert extended(submitted, submitted) == a_day_later


def test_the_extension_ends_with_its_180th_day() -> None:
    submitted = date(2026, 8, 1)
    assert extended(submitted, END) == State.VALID
    assert extended(submitted, END + timedelta(days=1)) == State.EXTENDED
    assert extended(submitted, END + timedelta(days=180)) == State.EXTENDED
    assert extended(submitted, END + timedelta(days=181)) == State.EXPIRED


def test_the_extension_ends_with_the_result_and_with_a_revocation() -> None:
    submitted, on = date(2026, 8, 1), END + timedelta(days=30)
    assert extended(submitted, on, result=on + timedelta(days=1)) == State.EXTENDED
    assert extended(submitted, on, result=on) == State.EXPIRED
    assert extended(submitted, on, revoked=on) == State.REVOKED


def test_a_file_handed_in_after_the_end_brings_nothing_back() -> None:
    assert extended(END + timedelta(days=1), END + timedelta(days=2)) == State.EXPIRED
    assert extended(END, END + timedelta(days=2)) == State.EXTENDED


def test_before_the_rule_there_was_no_extension() -> None:
    known = period(WrittenDate(date(2023, 5, 1), "day"))
    assert extension_days(date(2026, 5, 21)) == 0
    assert state_on(date(2026, 5, 21), known, filings=[Filing(date(2026, 1, 1), None)]) == State.EXPIRED
    assert state_on(date(2026, 5, 22), known, filings=[Filing(date(2026, 1, 1), None)]) == State.EXTENDED


def test_a_later_paper_speaks_from_its_day() -> None:
    known = period(WrittenDate(date(2025, 1, 1), "day"))
    new = date(2026, 3, 1)
    assert state_on(date(2026, 2, 28), known, superseded_on=new) == State.VALID
    assert state_on(new, known, superseded_on=new) == State.SUPERSEDED


@pytest.mark.parametrize(
    ("level", "stars", "on", "fits"),
    [
        ("district", 3, date(2025, 6, 30), True),
        ("district", 3, date(2025, 7, 1), False),
        ("province", 3, date(2025, 6, 30), False),
        ("province", 3, date(2025, 7, 1), True),
        ("district", 4, date(2024, 1, 1), False),
        ("province", 4, date(2024, 1, 1), True),
        ("province", 5, date(2024, 1, 1), False),
        ("ministry", 5, date(2024, 1, 1), True),
        ("ministry", 3, date(2024, 1, 1), False),
        ("province", 2, date(2026, 1, 1), False),
    ],
)
def test_who_may_recognise_what_and_when(level: str, stars: int, on: date, fits: bool) -> None:
    assert issuer_fits(level, stars, on) is fits


def test_goods_bear_a_paper_to_its_end_or_to_the_extension_or_to_the_next_paper() -> None:
    under_way, done = Filing(date(2026, 9, 1), None), Filing(date(2026, 9, 1), date(2026, 12, 1))
    assert last_shown_day(END, None, []) == END
    assert last_shown_day(END, None, [done]) == END
    assert last_shown_day(END, None, [under_way]) == END + timedelta(days=180)
    assert last_shown_day(END, date(2026, 3, 1), [under_way]) == date(2026, 2, 28)
