"""Reading the state of listings on platforms, in sentences."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.urls import reverse

from core.desk.registry import Todo
from core.people.queries import Viewer
from core.templatetags.vietnamese import moment
from market.listings.models import Listing
from market.platforms.models import PlatformListing
from onboarding.producers.queries import producers_of

Work, Observed = PlatformListing.Work, PlatformListing.Observed
FEW_TODOS = 10


@dataclass(frozen=True)
class PlatformState:
    """What people read: kind (of the design system), one sentence, when, reasons, where to look."""

    row: PlatformListing
    platform: str
    is_simulation: bool
    kind: str
    sentence: str
    time: str
    url: str
    reasons: list[dict[str, Any]]
    can_send_again: bool


def states_of(listing: Listing) -> list[PlatformState]:
    """One state per platform of a listing, targets first."""
    rows = listing.on_platforms.select_related("connection__platform").order_by(
        "-connection__platform__counts_for_target", "connection__platform__name"
    )
    return [state_of(row) for row in rows]


def state_of(row: PlatformListing) -> PlatformState:
    """Derive the sentence from desired, observed and work."""
    platform = row.connection.platform
    kind, sentence = _sentence(row)
    live = row.observed == Observed.LIVE and row.wanted
    return PlatformState(
        row=row,
        platform=platform.name,
        is_simulation=platform.is_simulation,
        kind=kind,
        sentence=sentence,
        time=moment(row.seen_at) if row.seen_at and (live or is_refused(row)) else "",
        url=row.url if live else "",
        reasons=row.reasons if is_refused(row) else [],
        can_send_again=row.work == Work.DEAD,
    )


def is_refused(row: PlatformListing) -> bool:
    """Whether the seller has something to mend; what was mended and is on its way again is no longer refused."""
    return row.wanted and (row.work == Work.BLOCKED or (row.observed == Observed.REJECTED and row.work == Work.IDLE))


def _sentence(row: PlatformListing) -> tuple[str, str]:
    if row.work == Work.DEAD:
        return "bad", row.last_error or "Sàn chưa nhận tin này. Hãy gửi lại hoặc hỏi người vận hành."
    if is_refused(row):
        return "bad", "Sàn chưa nhận. Hãy sửa các mục sau rồi gửi lại."
    if not row.wanted:
        return ("wait", "Đang gỡ khỏi sàn.") if row.work != Work.IDLE else ("info", "Không còn trên sàn.")
    if row.observed == Observed.LIVE:
        later = " Bản sửa mới đang chờ gửi." if {row.work, row.offer_work} != {Work.IDLE} else ""
        return "good", f"Đã lên sàn.{later}"
    if row.work == Work.OUTCOME_UNKNOWN:
        return "wait", "Chưa rõ sàn đã nhận hay chưa. Hệ thống đang kiểm tra lại."
    if row.work in {Work.QUEUED, Work.IN_FLIGHT}:
        return "wait", row.last_error or "Đang gửi lên sàn."
    if row.claimed_url:
        return "wait", "Sàn báo đã đăng. Chờ người mở trang xem và xác nhận."
    if row.work == Work.AWAITING_OPERATOR:
        return (
            "wait",
            "Chờ nhân viên sàn đăng." if row.sent_revision >= row.revision else "Chờ đưa vào tệp gửi cho sàn.",
        )
    if row.observed == Observed.SUSPENDED:
        return "warn", "Sàn đang tạm ẩn tin này."
    return "wait", "Sàn đang duyệt."


def platform_todos(viewer: Viewer) -> Iterable[Todo]:
    """Listings that a platform refused or that stopped."""
    rows = PlatformListing.objects.filter(
        Q(work__in=[Work.BLOCKED, Work.DEAD]) | Q(observed=Observed.REJECTED, work=Work.IDLE),
        wanted=True,
        listing__shop__producer__in=producers_of(viewer),
    ).select_related("listing", "connection__platform")
    for row in rows.order_by("pk")[:FEW_TODOS]:
        yield Todo(
            f"{row.connection.platform.name} chưa nhận {row.listing.name}.",
            reverse("seller_on_platforms", args=[row.listing.sku]),
            "Xem lý do và sửa",
            1,
            "bad",
        )


def awaiting_person() -> Q:
    """Rows whose words or price wait for the platform's staff."""
    return Q(work=Work.AWAITING_OPERATOR) | Q(offer_work=Work.AWAITING_OPERATOR)
