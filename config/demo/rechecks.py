"""Ten days ago the demo province was counted, today some of what was counted was drawn, and some of that has been looked at. The
pages and what was seen on them are made up, and the looks of ten days ago are written here as if they had been made then."""

from __future__ import annotations

from datetime import timedelta

from core.kit import clock
from core.kit.clock import start_of
from core.people.models import User
from core.people.queries import Viewer
from core.places.models import Unit
from market.platforms.models import PlatformListing
from ocop.rechecks.actions.drawing import draw_due
from ocop.rechecks.actions.looking import record_look
from ocop.rechecks.models import RecheckLook, RecheckPage
from ocop.snapshots.actions import freeze, sign
from onboarding.accounts.models import Observation
from onboarding.accounts.rules import evidence_hash

Result = RecheckLook.Result
# What the officer found, in the order of the draw; the rest waits.
FOUND = (
    (Result.THERE, "Mở trang lúc 9 giờ, còn bán (mẫu)."),
    (Result.THERE, "Còn bán, giá như cũ (mẫu)."),
    (Result.GONE, "Sàn báo không có trang này (mẫu)."),
    (Result.THERE, "Còn bán (mẫu)."),
    (Result.UNCLEAR, "Trang đòi đăng nhập (mẫu)."),
)


def make_rechecks(*, province: Unit, officer: Viewer, second: Viewer, seer: User) -> None:
    """After the snapshot of the last month's end: a day of its own, so that its draw is always due."""
    today = clock.today()
    month_end = today.replace(day=1) - timedelta(days=1)
    on = next(day for day in (today - timedelta(days=10), today - timedelta(days=9)) if day != month_end)
    rows = PlatformListing.objects.filter(
        link__isnull=False, listing__presence_links__isnull=False, listing__presence_links__ended_at__isnull=True
    )
    for row in rows.select_related("link", "listing").order_by("pk"):
        assert row.link is not None
        seen = Observation(
            link=row.link,
            at=start_of(on) + timedelta(hours=9),
            observer=Observation.Observer.PERSON,
            observed_by=seer,
            result=Observation.Result.LIVE,
            seen_title=row.listing.name,
        )
        seen.evidence_hash = evidence_hash(seen)
        seen.save()
    sign(snapshot=freeze(unit=province, on=on, by=officer), by=second)
    draw_due()
    pages = RecheckPage.objects.filter(item__draw__on=on, link__isnull=False).order_by("item__draw", "item__position")
    for page, (result, note) in zip(pages, FOUND, strict=False):
        title = page.name if result == Result.THERE else ""
        record_look(page=page, result=result, note=note, seen_title=title, by=officer)
