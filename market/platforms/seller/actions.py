"""What a seller decides about a platform."""

from __future__ import annotations

from django.db import transaction

from core.audit.actions import record
from core.people.queries import Viewer
from market.listings.models import Listing
from market.platforms.actions import NotAllowed
from market.platforms.engine.desired import bring_up_to_date
from market.platforms.models import Connection, PlatformListing
from onboarding.producers.queries import may_act_for, on_behalf_of


@transaction.atomic
def sell_there(*, listing: Listing, connection: Connection, is_off: bool, by: Viewer) -> PlatformListing:
    """The seller does not sell this listing on that platform (`is_off`), or does again; either way the work that follows is
    queued with it. Deciding the same again changes nothing. Raises NotAllowed."""
    if not may_act_for(by, listing.shop.producer_id):
        raise NotAllowed
    # Locked as every change of a listing locks: the listing, then its rows.
    listing = Listing.objects.select_for_update(of=("self",), no_key=True).select_related("shop").get(pk=listing.pk)
    row, is_new = PlatformListing.objects.select_for_update(no_key=True).get_or_create(
        listing=listing,
        connection=connection,
        defaults={"wanted": False, "revision": listing.revision, "work": PlatformListing.Work.IDLE},
    )
    if row.is_off == is_off:
        return row
    row.is_off = is_off
    row.save(update_fields=["is_off"])
    if not (is_new and is_off):  # what never was there need not be taken down
        bring_up_to_date([listing.pk], Connection.objects.filter(pk=connection.pk))
    record(
        "listing.platform_off" if is_off else "listing.platform_on",
        actor_id=by.user_id,
        object_label=f"listing:{listing.pk}",
        changes={"sàn": ("", connection.platform.name)},
        **on_behalf_of(by, listing.shop.producer_id),
    )
    row.refresh_from_db()
    return row
