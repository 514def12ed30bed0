"""What sellers do about their listings on platforms."""

from __future__ import annotations

from django.db import transaction

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
    """Put a stopped listing back into the queue. Raises NotAllowed."""
    if not may_act_for(by, row.listing.shop.producer_id):
        raise NotAllowed
    PlatformListing.objects.filter(pk=row.pk, work__in=[Work.DEAD, Work.BLOCKED]).update(
        work=Work.QUEUED, attempts=0, next_try_at=clock.now(), last_error="", cause="", confirmed_hash=""
    )
    behalf = on_behalf_of(by, row.listing.shop.producer_id)
    record("listing.sent_again", actor_id=by.user_id, object_label=f"platform_listing:{row.pk}", **behalf)
