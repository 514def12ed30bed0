"""What should be on platforms, written in the transaction of the change itself."""

from __future__ import annotations

from core.kit import clock
from market.listings.events import ListingChanged
from market.listings.models import Listing
from market.platforms.models import Connection, PlatformListing
from market.shops.events import ShopChanged
from market.shops.models import Shop
from onboarding.consent.events import ConsentsRecorded
from onboarding.consent.models import Purpose
from onboarding.consent.queries import has_consent

Work = PlatformListing.Work


def on_listing_changed(event: ListingChanged) -> None:
    """Bring the wishes for one listing up to date on every connection, and queue the work.

    A listing goes out when it is on sale and its producer agreed to that; one that never was out is not withdrawn.
    """
    # Locked in this order everywhere: two changes at once must not both make the first rows, and no work in the air may be
    # written over by a wish that was read before the claim.
    listing = Listing.objects.select_for_update().get(pk=event.listing_id)
    # Read after the lock: a join would still show the shop as it was before we waited for whoever closed it.
    listing.shop = Shop.objects.select_related("producer").get(pk=listing.shop_id)
    wanted = listing.is_on_sale and has_consent(listing.shop.producer, Purpose.PLATFORM)
    held = PlatformListing.objects.select_for_update().filter(listing=listing).order_by("pk")
    rows = {row.connection_id: row for row in held}
    for connection in Connection.objects.filter(is_enabled=True):
        row = rows.get(connection.pk)
        if row is None:
            if wanted:
                PlatformListing.objects.create(listing=listing, connection=connection, revision=listing.revision)
            continue
        # What stopped waits for a person («Gửi lại»): a sold kilogram does not put it up again where it was removed.
        stopped = row.work == Work.DEAD and row.wanted == wanted
        row.wanted, row.revision = wanted, listing.revision
        row.attempts, row.next_try_at = 0, clock.now()
        changed = ["wanted", "revision", "attempts", "next_try_at"]
        # Work in the air is left alone: whoever brings it home sees the newer revision and queues it again.
        if row.work not in {Work.IN_FLIGHT, Work.OUTCOME_UNKNOWN} and not stopped:
            row.work = Work.QUEUED
            changed.append("work")
        row.save(update_fields=changed)


def on_consents_recorded(event: ConsentsRecorded) -> None:
    """A yes sends everything that is on sale, a no takes it down everywhere."""
    for shop_id in Shop.objects.filter(producer_id=event.producer_id).values_list("pk", flat=True):
        on_shop_changed(ShopChanged(shop_id))


def on_shop_changed(event: ShopChanged) -> None:
    """A shop opened or closed: the same for each of its listings."""
    for listing_id in Listing.objects.filter(shop_id=event.shop_id).order_by("pk").values_list("pk", flat=True):
        on_listing_changed(ListingChanged(listing_id))
