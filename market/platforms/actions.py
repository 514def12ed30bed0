"""What sellers do about their listings on platforms."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F

from core.audit.actions import record
from core.kit import clock
from core.people.queries import Viewer
from market.platforms.models import PlatformListing
from onboarding.producers.queries import may_act_for, on_behalf_of

Work = PlatformListing.Work


class NotAllowed(PermissionError):
    """The person may not do this to this listing or connection."""


@transaction.atomic
def send_again(*, row: PlatformListing, by: Viewer) -> None:
    """Put a stopped listing back into the queue, each lane that stopped. Raises NotAllowed."""
    if not may_act_for(by, row.listing.shop.producer_id):
        raise NotAllowed
    now, stopped = clock.now(), [Work.DEAD, Work.BLOCKED]
    rows = PlatformListing.objects.filter(pk=row.pk)
    # What is in a file already goes into the next one again.
    rows.filter(work__in=stopped).update(
        work=Work.QUEUED,
        attempts=0,
        next_try_at=now,
        last_error="",
        cause="",
        confirmed_hash="",
        sent_revision=0,
        wish=F("wish") + 1,
    )
    rows.filter(offer_work__in=stopped).update(
        offer_work=Work.QUEUED, offer_attempts=0, offer_next_try_at=now, offer_error="", offer_cause=""
    )
    behalf = on_behalf_of(by, row.listing.shop.producer_id)
    record("listing.sent_again", actor_id=by.user_id, object_label=f"platform_listing:{row.pk}", **behalf)
