"""What a seller has to do about platforms, in the order of urgency."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from core.desk.registry import Todo
from core.kit import clock
from core.people.queries import Viewer
from market.platforms.models import Drift, PlatformListing
from market.platforms.wording import REMOVED, ago
from onboarding.accounts.live_pages import last_seen_live, live_links
from onboarding.producers.queries import producers_of

Work, Observed = PlatformListing.Work, PlatformListing.Observed
FEW = 10


def platform_todos(viewer: Viewer) -> Iterable[Todo]:
    """Listings that a platform refused or removed or that stopped, then those that it changed or hides, then reviews that are
    late, then pages that nobody has seen for long; at most ten of each, a fixed number of queries."""
    if not viewer.is_signed_in:
        return
    rows = PlatformListing.objects.filter(listing__shop__producer__in=producers_of(viewer), connection__is_enabled=True)
    rows = rows.filter(Q(connection__platform__valid_to=None) | Q(connection__platform__valid_to__gt=clock.today()))
    rows = rows.select_related("listing", "connection__platform").order_by("pk")
    yield from _stopped(rows)
    yield from _different(rows)
    late = rows.filter(
        wanted=True, observed=Observed.PENDING, work=Work.IDLE, expected_by__lt=clock.now(), connection__stopped=""
    )
    for row in late[:FEW]:
        yield _todo(row, "{platform} duyệt {listing} lâu hơn dự kiến.", "Xem", 3, "wait")
    yield from _unseen(rows)


def _stopped(rows: QuerySet[PlatformListing]) -> Iterator[Todo]:
    lanes = Q(work__in=[Work.BLOCKED, Work.DEAD]) | Q(offer_work__in=[Work.BLOCKED, Work.DEAD])
    wanted = rows.filter(lanes | Q(observed=Observed.REJECTED, work=Work.IDLE), wanted=True)
    not_taken_down = rows.filter(wanted=False, work=Work.DEAD)
    for row in (wanted | not_taken_down)[:FEW]:
        if not row.wanted:
            yield _todo(row, "Chưa gỡ được {listing} khỏi {platform}.", "Gửi lại", 1, "bad")
        elif row.work == Work.DEAD and row.cause == REMOVED:
            yield _todo(row, "{listing} không còn trên {platform}.", "Đăng lại hoặc thôi bán ở đó", 1, "bad")
        elif row.work == Work.DEAD:
            yield _todo(row, "{platform} chưa nhận {listing}.", "Xem và gửi lại", 1, "bad")
        elif row.work != Work.BLOCKED and row.offer_work == Work.DEAD:
            yield _todo(row, "{platform} chưa nhận giá hoặc số lượng mới của {listing}.", "Xem và gửi lại", 1, "bad")
        else:
            yield _todo(row, "{platform} chưa nhận {listing}.", "Xem lý do và sửa", 1, "bad")


def _different(rows: QuerySet[PlatformListing]) -> Iterator[Todo]:
    """What is removed there is told with what stopped."""
    kinds = {
        Drift.Kind.HIDDEN: ("{platform} đang ẩn {listing}.", "Cho hiện lại hoặc thôi bán ở đó"),
        Drift.Kind.EDITED: ("{listing} trên {platform} khác bản của bạn.", "Xem và chọn bản nào"),
    }
    drifts = Drift.objects.filter(decision=Drift.Decision.OPEN, kind__in=kinds, row__in=rows.filter(wanted=True))
    for drift in drifts.select_related("row__listing", "row__connection__platform").order_by("pk")[:FEW]:
        assert drift.row is not None
        yield _todo(drift.row, *kinds[Drift.Kind(drift.kind)], 2, "warn")


def _unseen(rows: QuerySet[PlatformListing]) -> Iterator[Todo]:
    live = Exists(live_links(clock.today()).filter(pk=OuterRef("link")))
    found = list(rows.filter(~live, wanted=True, observed=Observed.LIVE, link__isnull=False)[:FEW])
    seen = last_seen_live([row.link_id for row in found if row.link_id])
    for row in found:
        at = seen.get(row.link_id or 0)
        words = (
            f"Lần cuối thấy {{listing}} trên {{platform}} {ago(at)}."
            if at
            else "Chưa ai thấy {listing} trên {platform}."
        )
        yield _todo(row, words, "Xem", 4, "warn")


def _todo(row: PlatformListing, words: str, label: str, urgency: int, kind: str) -> Todo:
    sentence = words.format(platform=row.connection.platform.name, listing=row.listing.full_name)
    return Todo(sentence, reverse("seller_on_platforms", args=[row.listing.sku]), label, urgency, kind)
