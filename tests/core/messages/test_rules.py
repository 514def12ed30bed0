"""The pure rules: who may get what, when, and what happens after a failed try."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kit import clock
from core.messages import rules
from core.messages.contract import Channel, Purpose

YES, NO, NEVER_ASKED = True, False, None


@pytest.mark.parametrize(
    ("purpose", "channel", "allowed_for"),
    [
        (Purpose.SIGN_IN, Channel.SMS, {YES, NO, NEVER_ASKED}),
        (Purpose.SERVICE, Channel.INBOX, {YES, NO, NEVER_ASKED}),
        (Purpose.SERVICE, Channel.SMS, {YES, NEVER_ASKED}),
        (Purpose.SERVICE, Channel.EMAIL, {YES, NEVER_ASKED}),
        (Purpose.ADVERT, Channel.INBOX, {YES}),
        (Purpose.ADVERT, Channel.SMS, {YES}),
        (Purpose.ADVERT, Channel.EMAIL, {YES}),
    ],
)
def test_the_opt_in_matrix(purpose: str, channel: str, allowed_for: set[bool | None]) -> None:
    found = {
        choice for choice in (YES, NO, NEVER_ASKED) if rules.is_allowed(channel=channel, purpose=purpose, choice=choice)
    }
    assert found == allowed_for


def vietnam(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, second, tzinfo=clock.VIETNAM)


@pytest.mark.parametrize(
    ("now", "leaves"),
    [
        (vietnam(22, 7), vietnam(22, 7)),
        (vietnam(22, 20, 59, 59), vietnam(22, 20, 59, 59)),
        (vietnam(22, 21), vietnam(23, 7)),
        (vietnam(22, 23, 59, 59), vietnam(23, 7)),
        (vietnam(23, 0), vietnam(23, 7)),
        (vietnam(23, 6, 59, 59), vietnam(23, 7)),
        (datetime(2026, 12, 31, 17, 30, tzinfo=UTC), datetime(2027, 1, 1, 0, 0, tzinfo=UTC)),  # half past midnight, New Year
        (datetime(2026, 3, 29, 14, 0, tzinfo=UTC), datetime(2026, 3, 30, 0, 0, tzinfo=UTC)),  # Europe changes its clocks
    ],
)  # fmt: skip
def test_the_night_belongs_to_sleep(now: datetime, leaves: datetime) -> None:
    for channel in (Channel.SMS, Channel.EMAIL):
        for purpose in (Purpose.SERVICE, Purpose.ADVERT):
            assert rules.earliest(now, channel=channel, purpose=purpose, urgent=False) == leaves
    assert rules.earliest(now, channel=Channel.SMS, purpose=Purpose.SIGN_IN, urgent=False) == now
    assert rules.earliest(now, channel=Channel.SMS, purpose=Purpose.SERVICE, urgent=True) == now
    assert rules.earliest(now, channel=Channel.INBOX, purpose=Purpose.ADVERT, urgent=False) == now


@given(st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)))
def test_nothing_leaves_at_night_and_nothing_waits_longer_than_one(now: datetime) -> None:
    leaves = rules.earliest(now, channel=Channel.SMS, purpose=Purpose.SERVICE, urgent=False)
    assert timedelta(0) <= leaves - now <= timedelta(hours=10)
    assert rules.DAY_BEGINS <= leaves.astimezone(clock.VIETNAM).time() < rules.DAY_ENDS


@pytest.mark.parametrize(
    ("purpose", "drops_repeats", "hours", "expected"),
    [
        (Purpose.ADVERT, False, 0, False),
        (Purpose.SERVICE, False, 0, False),
        (Purpose.SIGN_IN, False, 0, True),
        (Purpose.ADVERT, True, 0, True),
        (Purpose.SERVICE, True, 22, True),
        (Purpose.SERVICE, True, 24, False),  # the provider has forgotten our reference
    ],
)
def test_what_may_be_repeated(purpose: str, drops_repeats: bool, hours: int, expected: bool) -> None:
    age = timedelta(hours=hours)
    assert rules.may_repeat(purpose=purpose, drops_repeats=drops_repeats, age=age) is expected


def test_pauses_grow_and_a_code_does_not_wait_long() -> None:
    service = [rules.pause_before_next(n, purpose=Purpose.SERVICE).total_seconds() for n in range(1, 9)]
    code = [rules.pause_before_next(n, purpose=Purpose.SIGN_IN).total_seconds() for n in range(1, 6)]
    assert 22 <= service[0] <= 38 and 2000 < service[-1] <= 4500
    assert sum(code) < 150  # five tries inside the five minutes of a code
    assert rules.pause_before_next(1, purpose=Purpose.SERVICE, asked=600).total_seconds() == 600
    assert rules.pause_before_next(1, purpose=Purpose.SERVICE, asked=1e9).total_seconds() == 3600


@pytest.mark.parametrize(
    "written", ["TC", "tc", " Tc ", "TC QC", "STOP", "stop all", "DUNG", "dừng", "Từ chối", "HUY", "tu choi."]
)
def test_words_that_stop(written: str) -> None:
    assert rules.is_stop_word(written)


@pytest.mark.parametrize(
    "written", ["", "ok", "Đúng rồi, cảm ơn", "dung roi", "tôi từ chối đơn 12", "TCVN", "hủy đơn hàng", "?"]
)
def test_words_that_do_not(written: str) -> None:
    assert not rules.is_stop_word(written)
