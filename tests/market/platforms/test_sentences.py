"""What the producer reads: one sentence for every combination of wish, sight and work."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product

import pytest

from market.platforms.models import Connection, PlatformListing
from market.platforms.queries import state_of
from onboarding.accounts.models import Platform

Work, Observed = PlatformListing.Work, PlatformListing.Observed
REASONS = [{"field": "title", "message": "Sửa tên.", "remote": "Tên sai"}]
REFUSED = ("bad", "Sàn chưa nhận. Hãy sửa các mục sau rồi gửi lại.")


def row(wanted: bool, observed: str, work: str, **changes: object) -> PlatformListing:
    facts: dict[str, object] = {
        "wanted": wanted,
        "observed": observed,
        "work": work,
        "sent_revision": 1,
        "revision": 1,
        "seen_at": datetime(2026, 3, 1, 2, tzinfo=UTC),
        "url": "https://voso.vn/a-p1.html",
        "reasons": REASONS,
    }
    connection = Connection(platform=Platform(code="voso", name="VoSo"), adapter="voso")
    return PlatformListing(connection=connection, **facts | changes)


def expected(wanted: bool, observed: str, work: str) -> tuple[str, str]:
    """The table that people were promised, row by row in the order of importance."""
    if work == Work.DEAD:
        return "bad", "Sàn chưa nhận tin này. Hãy gửi lại hoặc hỏi người vận hành."
    if not wanted:
        return ("info", "Không còn trên sàn.") if work == Work.IDLE else ("wait", "Đang gỡ khỏi sàn.")
    if work == Work.BLOCKED or (observed == Observed.REJECTED and work == Work.IDLE):
        return REFUSED
    if observed == Observed.LIVE:
        return "good", "Đã lên sàn." + ("" if work == Work.IDLE else " Bản sửa mới đang chờ gửi.")
    if work == Work.IDLE:
        return ("warn", "Sàn đang tạm ẩn tin này.") if observed == Observed.SUSPENDED else ("wait", "Sàn đang duyệt.")
    return "wait", {
        Work.QUEUED: "Đang gửi lên sàn.",
        Work.IN_FLIGHT: "Đang gửi lên sàn.",
        Work.OUTCOME_UNKNOWN: "Chưa rõ sàn đã nhận hay chưa. Hệ thống đang kiểm tra lại.",
        Work.AWAITING_OPERATOR: "Chờ nhân viên sàn đăng.",
    }[Work(work)]


@pytest.mark.parametrize(("wanted", "observed", "work"), list(product([True, False], Observed.values, Work.values)))
def test_every_combination(wanted: bool, observed: str, work: str) -> None:
    state = state_of(row(wanted, observed, work))
    assert (state.kind, state.sentence) == expected(wanted, observed, work)
    live = wanted and observed == Observed.LIVE
    is_refused = (state.kind, state.sentence) == REFUSED
    assert state.url == ("https://voso.vn/a-p1.html" if live else "")
    assert state.reasons == (REASONS if is_refused else [])
    assert state.can_send_again is (work == Work.DEAD)
    assert bool(state.time) is (live or is_refused)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"sent_revision": 0}, "Chờ đưa vào tệp gửi cho sàn."),
        ({"sent_revision": 1, "revision": 2}, "Chờ đưa vào tệp gửi cho sàn."),
        ({"claimed_url": "https://voso.vn/a-p1.html"}, "Sàn báo đã đăng. Chờ người mở trang xem và xác nhận."),
    ],
)
def test_where_a_sheet_is(changes: dict[str, object], sentence: str) -> None:
    state = state_of(row(True, Observed.ABSENT, Work.AWAITING_OPERATOR, **changes))
    assert (state.kind, state.sentence) == ("wait", sentence)


def test_trouble_is_told_in_its_own_words() -> None:
    said = "Sàn yêu cầu gửi chậm lại. Hệ thống sẽ gửi tiếp sau ít phút."
    assert state_of(row(True, Observed.ABSENT, Work.QUEUED, last_error=said)).sentence == said
    said = "Tin không còn trên sàn. Hãy chọn đăng lại hoặc ngừng bán ở sàn này."
    assert state_of(row(True, Observed.ABSENT, Work.DEAD, last_error=said)).sentence == said


def test_what_was_never_seen_has_no_time() -> None:
    assert state_of(row(True, Observed.ABSENT, Work.BLOCKED, seen_at=None)).time == ""
