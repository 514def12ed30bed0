"""What should be on platforms, written in the transaction of the change itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from django.db.models import Q, QuerySet

from core.kit import clock
from core.places.models import in_force
from market.listings.events import ListingChanged
from market.listings.models import Listing
from market.platforms.models import Connection, PlatformListing
from market.shops.events import ShopChanged
from market.shops.models import Shop
from onboarding.consent.events import ConsentsRecorded
from onboarding.consent.models import Purpose
from onboarding.consent.queries import has_consent

Work = PlatformListing.Work
_AT_ONCE = 200


def on_listing_changed(event: ListingChanged) -> None:
    """Bring the wishes for one listing up to date on every connection, and queue the work.

    A listing goes out when it is on sale and its producer agreed to that; one that never was out is not withdrawn. A paused
    connection keeps the wishes for what it has, and catches up with the rest when it goes on; on a platform that is closed
    today, or not yet open, nothing is wished for.
    """
    on_listings_changed([event])


def on_listings_changed(events: Collection[ListingChanged]) -> None:
    """The same for several, in a number of queries that grows only with the wishes there are already."""
    bring_up_to_date({event.listing_id for event in events}, Connection.objects.filter(open_today()))


def open_today() -> Q:
    """Connections to platforms that exist today."""
    return in_force(clock.today(), "platform__")


def bring_up_to_date(ids: Collection[int], to: QuerySet[Connection]) -> None:
    """Bring the wishes for these listings on these connections up to date, in the caller's transaction."""
    # Locked in this order everywhere: two changes at once must not both make the first rows, and no work in the air may be
    # written over by a wish that was read before the claim.
    listings = list(Listing.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"))
    # Read after the lock: a join would still show the shop as it was before we waited for whoever closed it.
    shops = Shop.objects.select_related("producer").in_bulk({listing.shop_id for listing in listings})
    agreed = {shop.pk: has_consent(shop.producer, Purpose.PLATFORM) for shop in shops.values()}
    rows: dict[int, dict[int, PlatformListing]] = defaultdict(dict)
    for row in (
        PlatformListing.objects.select_for_update(no_key=True).filter(listing__in=ids).order_by("listing_id", "pk")
    ):
        rows[row.listing_id][row.connection_id] = row
    connections = list(to)
    made: list[PlatformListing] = []
    for listing in listings:
        listing.shop = shops[listing.shop_id]
        wanted, known = listing.is_on_sale and agreed[listing.shop_id], rows[listing.pk]
        for connection in connections:
            if connection.pk in known:
                _wish(known[connection.pk], listing, wanted and not known[connection.pk].is_off)
            elif wanted and connection.is_enabled:
                made.append(_first_wish(listing, connection))
    PlatformListing.objects.bulk_create(made)


def _first_wish(listing: Listing, connection: Connection) -> PlatformListing:
    return PlatformListing(listing=listing, connection=connection, revision=listing.revision, waiting_since=clock.now())


def _wish(row: PlatformListing, listing: Listing, wanted: bool) -> None:
    """Bring one row's wish up to date and queue both its lanes."""
    now = clock.now()
    # What stopped waits for a person («Gửi lại»): a sold kilogram does not put it up again where it was removed.
    stopped = row.work == Work.DEAD and row.wanted == wanted
    row.wanted, row.revision, row.wish = wanted, listing.revision, row.wish + 1
    row.priority = _priority(row, listing)
    row.waiting_since = row.waiting_since or now
    row.attempts, row.next_try_at = 0, now
    row.offer_attempts, row.offer_next_try_at = 0, now
    changed = ["wanted", "revision", "wish", "priority", "waiting_since", "attempts", "next_try_at"]
    changed += ["offer_attempts", "offer_next_try_at"]
    # Work in the air is left alone: whoever brings it home sees the newer revision and queues it again.
    if row.work not in {Work.IN_FLIGHT, Work.OUTCOME_UNKNOWN} and not stopped:
        row.work = Work.QUEUED
        changed.append("work")
    if row.offer_work != Work.IN_FLIGHT:
        row.offer_work = Work.QUEUED
        changed.append("offer_work")
    row.save(update_fields=changed)


def _priority(row: PlatformListing, listing: Listing) -> int:
    """Nobody shall be able to order what is not there: that news overtakes all other."""
    if not row.wanted or listing.stock <= 0:
        return PlatformListing.Priority.OFF_SALE
    return PlatformListing.Priority.OFFER if row.remote_id else PlatformListing.Priority.CONTENT


def on_consents_recorded(event: ConsentsRecorded) -> None:
    """A yes sends everything that is on sale, a no takes it down everywhere."""
    for shop_id in Shop.objects.filter(producer_id=event.producer_id).values_list("pk", flat=True):
        on_shop_changed(ShopChanged(shop_id))


def on_shop_changed(event: ShopChanged) -> None:
    """A shop opened or closed: the same for each of its listings."""
    ids = list(Listing.objects.filter(shop_id=event.shop_id).order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), _AT_ONCE):
        on_listings_changed([ListingChanged(listing_id) for listing_id in ids[start : start + _AT_ONCE]])
