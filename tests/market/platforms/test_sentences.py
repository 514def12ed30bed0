"""What the producer reads: one sentence for every combination of wish, sight and work."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
import time_machine

from market.listings.models import Listing
from market.platforms.models import Connection, PlatformListing
from market.platforms.queries import Sight, state_of
from market.platforms.wording import Offer, Situation, sight_of, told_of
from onboarding.accounts.models import Platform

Work, Observed = PlatformListing.Work, PlatformListing.Observed
NOW = datetime(2026, 3, 1, 2, tzinfo=UTC)
REASONS = [{"field": "title", "message": "Sửa tên.", "remote": "Tên sai"}]
REFUSED = ("bad", "Sàn chưa nhận. Hãy sửa các mục sau rồi gửi lại.")
CHECKED = "Chưa rõ sàn đã {} hay chưa. Hệ thống đang kiểm tra lại."
OFF, ON = Offer.TURN_OFF, Offer.TURN_ON
SEND, POST, MEND = Offer.SEND_AGAIN, Offer.POST_AGAIN, Offer.MEND


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def row(wanted: bool, observed: str, work: str, **changes: object) -> PlatformListing:
    facts: dict[str, object] = {
        "wanted": wanted,
        "observed": observed,
        "work": work,
        "sent_revision": 1,
        "revision": 1,
        "seen_at": NOW,
        "url": "https://voso.vn/a-p1.html",
        "reasons": REASONS,
    }
    connection = Connection(platform=Platform(code="voso", name="VoSo"), adapter="voso")
    return PlatformListing(connection=connection, listing=Listing(sku="LS00000001"), **facts | changes)


def expected(wanted: bool, observed: str, work: str) -> tuple[str, str]:
    """The table that people were promised, row by row in the order of importance."""
    if not wanted:
        return {
            Work.IDLE: ("info", "Không còn trên sàn."),
            Work.DEAD: ("bad", "Chưa gỡ được khỏi sàn."),
            Work.OUTCOME_UNKNOWN: ("wait", CHECKED.format("gỡ")),
            Work.AWAITING_OPERATOR: ("wait", "Chờ nhân viên sàn gỡ xuống."),
        }.get(Work(work), ("wait", "Đang gỡ khỏi sàn."))
    if work == Work.DEAD:
        return "bad", "Sàn chưa nhận tin này. Hãy gửi lại hoặc hỏi người vận hành."
    if work == Work.BLOCKED or (observed == Observed.REJECTED and work == Work.IDLE):
        return REFUSED
    if observed == Observed.LIVE:
        return "good", "Đã lên sàn." + ("" if work == Work.IDLE else " Bản sửa mới đang chờ gửi.")
    if work == Work.IDLE:
        return {
            Observed.SUSPENDED: ("warn", "Sàn đang tạm ẩn tin này."),
            Observed.PENDING: ("wait", "Sàn đang duyệt."),
            Observed.UNKNOWN: ("wait", "Chưa rõ tin còn trên sàn hay không. Hệ thống đang kiểm tra lại."),
            Observed.ABSENT: ("info", "Tin chưa có trên sàn."),
        }[Observed(observed)]
    return "wait", {
        Work.QUEUED: "Đang gửi lên sàn.",
        Work.IN_FLIGHT: "Đang gửi lên sàn.",
        Work.OUTCOME_UNKNOWN: CHECKED.format("nhận"),
        Work.AWAITING_OPERATOR: "Chờ nhân viên sàn đăng.",
    }[Work(work)]


@pytest.mark.parametrize(("wanted", "observed", "work"), list(product([True, False], Observed.values, Work.values)))
def test_every_combination(wanted: bool, observed: str, work: str) -> None:
    state = state_of(row(wanted, observed, work))
    assert (state.kind, state.sentence) == expected(wanted, observed, work)
    live = wanted and observed == Observed.LIVE
    is_refused = (state.kind, state.sentence) == REFUSED
    shown = is_refused or (wanted and observed == Observed.SUSPENDED)
    assert state.url == ("https://voso.vn/a-p1.html" if live else "")
    assert [(each.message, each.remote, each.label) for each in state.reasons] == (
        [("Sửa tên.", "Tên sai", "Tên sản phẩm")] if shown else []
    )
    assert state.can_send_again is (work == Work.DEAD)
    assert bool(state.time) is is_refused
    if live:
        assert state.sight == "Đã thấy trên sàn lúc 09:00 hôm nay."


@pytest.mark.parametrize(
    ("observed", "work", "offer_work", "is_off"),
    list(product(Observed.values, Work.values, Work.values, [True, False])),
)
def test_both_lanes_always_give_one_sentence(observed: str, work: str, offer_work: str, is_off: bool) -> None:
    """2 × 6 × 7 × 7: a sentence with a verb and an end, never "on the platform" unseen, and always a way out of a halt."""
    for seen in (None, NOW - timedelta(days=45)):
        found = Situation(
            wanted=not is_off, is_off=is_off, observed=observed, work=work, offer_work=offer_work, seen_at=seen
        )
        told = told_of(found)
        assert told.sentence.endswith(".") and told.kind in {"good", "warn", "bad", "info", "wait"}
        assert told.kind != "good" and "Đã lên sàn" not in told.sentence, "seen long ago is not live"
        assert "Đã thấy" not in sight_of(found)
        assert (ON in told.offers) is is_off and (OFF in told.offers) is not is_off
        if Work.DEAD in {work, offer_work}:
            assert {SEND, POST, MEND} & set(told.offers)


def said(**facts: object) -> tuple[str, str, tuple[Offer, ...]]:
    told = told_of(Situation(**facts))  # type: ignore[arg-type]
    return told.kind, told.sentence, told.offers


LONG_AGO = NOW - timedelta(days=45)
LIVE = {"observed": Observed.LIVE, "seen_at": NOW, "counts": True}


@pytest.mark.parametrize(
    ("facts", "kind", "sentence", "offers"),
    [
        ({"is_new": True}, "info", "Chưa gửi lên sàn này.", (OFF,)),
        (
            {"work": Work.DEAD, "cause": "NotFound", "trouble": "x"},
            "bad",
            "Tin không còn trên sàn. Bạn chọn đăng lại hay thôi bán ở sàn này.",
            (POST, OFF),
        ),
        ({"work": Work.DEAD, "trouble": "Sàn không nhận tin này."}, "bad", "Sàn không nhận tin này.", (SEND, OFF)),
        (LIVE | {"offer_work": Work.QUEUED}, "good", "Đã lên sàn. Bản sửa mới đang chờ gửi.", (OFF,)),
        (LIVE | {"offer_work": Work.BLOCKED}, *REFUSED, (MEND, SEND, OFF)),
        (
            LIVE | {"offer_work": Work.DEAD, "offer_trouble": "Sàn đã đổi giá."},
            "bad",
            "Sàn chưa nhận giá hoặc số lượng mới. Sàn đã đổi giá.",
            (SEND, OFF),
        ),
        ({"observed": Observed.LIVE}, "warn", "Sàn báo đã đăng, chưa ai thấy trang bán.", (OFF,)),
        (
            {"observed": Observed.LIVE, "seen_at": NOW - timedelta(days=12)},
            "warn",
            "Lần cuối thấy trên sàn 12 ngày trước.",
            (OFF,),
        ),
        (
            {"observed": Observed.LIVE, "seen_at": NOW - timedelta(days=1), "is_missed": True},
            "warn",
            "Lần cuối thấy trên sàn hôm qua. Lần xem sau không còn thấy.",
            (OFF,),
        ),
        (
            {"observed": Observed.PENDING, "is_late": True},
            "warn",
            "Sàn duyệt lâu hơn dự kiến. Bạn không phải làm gì, hệ thống vẫn đang hỏi sàn.",
            (OFF,),
        ),
        ({"observed": Observed.PENDING, "is_late": True, "work": Work.QUEUED}, "wait", "Đang gửi lên sàn.", (OFF,)),
        (
            {"work": Work.QUEUED, "stopped": "key", "trouble": "Sàn không còn nhận khóa kết nối này."},
            "wait",
            "Kết nối với sàn đang dừng, người vận hành sẽ nối lại. Tin của bạn giữ nguyên và tự gửi tiếp.",
            (OFF,),
        ),
        (
            LIVE | {"work": Work.QUEUED, "stopped": "shop"},
            "wait",
            "Tin vẫn trên sàn. Sàn đang tạm khóa gian hàng, nên chưa gửi được gì thêm. Khi sàn mở lại, tin tự gửi tiếp.",
            (OFF,),
        ),
        (
            {"observed": Observed.PENDING, "is_paused": True},
            "wait",
            "Người vận hành đang tạm ngừng gửi lên sàn này. Tin của bạn giữ nguyên và tự gửi tiếp.",
            (OFF,),
        ),
        (LIVE | {"stopped": "key"}, "good", "Đã lên sàn.", (OFF,)),
        ({"work": Work.BLOCKED, "stopped": "key"}, *REFUSED, (MEND, SEND, OFF)),
        ({"is_over": True, "work": Work.QUEUED}, "info", "Sàn này đã ngừng hoạt động. Tin không được gửi nữa.", ()),
        ({"is_off": True, "wanted": False}, "info", "Bạn không bán ở sàn này.", (ON,)),
        ({"is_off": True, "wanted": False, "work": Work.QUEUED}, "wait", "Đang gỡ khỏi sàn.", (ON,)),
        ({"is_off": True, "wanted": False, "work": Work.OUTCOME_UNKNOWN}, "wait", CHECKED.format("gỡ"), (ON,)),
        (
            {"wanted": False, "work": Work.DEAD, "trouble": "Tin đang khóa."},
            "bad",
            "Chưa gỡ được khỏi sàn. Tin đang khóa.",
            (SEND,),
        ),
    ],
)
def test_what_is_said_and_offered(
    facts: dict[str, object], kind: str, sentence: str, offers: tuple[Offer, ...]
) -> None:
    assert said(**facts) == (kind, sentence, offers)


@pytest.mark.parametrize(
    ("facts", "sight"),
    [
        ({}, ""),
        (LIVE, "Đã thấy trên sàn lúc 09:00 hôm nay."),
        (LIVE | {"seen_at": NOW - timedelta(days=3)}, "Đã thấy trên sàn lúc 09:00, 26/02/2026."),
        ({"observed": Observed.LIVE, "seen_at": LONG_AGO}, ""),
        ({"observed": Observed.REJECTED, "seen_at": LONG_AGO}, "Lần cuối thấy trên sàn 45 ngày trước."),
        (LIVE | {"wanted": False}, "Lần cuối thấy trên sàn hôm nay."),
        ({"work": Work.DEAD, "seen_at": NOW - timedelta(days=1)}, "Lần cuối thấy trên sàn hôm qua."),
    ],
)
def test_when_it_was_seen(facts: dict[str, object], sight: str) -> None:
    assert sight_of(Situation(**facts)) == sight  # type: ignore[arg-type]


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


def test_evidence_comes_before_what_the_row_says() -> None:
    state = state_of(row(True, Observed.LIVE, Work.IDLE), Sight(LONG_AGO))
    assert (state.kind, state.sentence) == ("warn", "Lần cuối thấy trên sàn 45 ngày trước.")
    assert state.url == "https://voso.vn/a-p1.html", "so that somebody can look"


@pytest.mark.parametrize(
    ("field", "anchor", "label"),
    [
        ("net_weight_grams", "#id_net_weight", "Khối lượng tịnh"),
        ("photos[2].alt", "#anh", "Ảnh"),
        ("badges", "", ""),
        ("", "", ""),
    ],
)
def test_a_reason_leads_to_its_field(field: str, anchor: str, label: str) -> None:
    reasons = [{"field": field, "message": "Sửa.", "remote": "<b>x</b>"}]
    (reason,) = state_of(row(True, Observed.REJECTED, Work.BLOCKED, reasons=reasons)).reasons
    url = f"/nguoi-ban/san-pham/LS00000001/sua/{anchor}" if anchor else ""
    assert (reason.label, reason.remote) == (label, "<b>x</b>")
    assert reason.url.endswith(anchor) and bool(reason.url) is bool(url)
