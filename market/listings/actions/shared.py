"""What every change to a listing begins and ends with."""

from __future__ import annotations

from collections.abc import Mapping

from core.audit.actions import record
from core.events.registry import emit
from core.kit import clock
from core.kit.text import slug as slug_of
from core.people.queries import Viewer
from market.listings.events import ListingChanged
from market.listings.models import Listing
from market.shops.models import Shop
from onboarding.producers.queries import may_act_for, on_behalf_of


class NotYourShop(PermissionError):
    """The person may not act for the shop's producer."""


def check_shop(shop: Shop, by: Viewer) -> None:
    """Raises NotYourShop."""
    if not may_act_for(by, shop.producer_id):
        raise NotYourShop


def locked(listing: Listing) -> Listing:
    """The listing as it is now, held until the transaction ends."""
    return (
        Listing.objects.select_for_update(of=("self",), no_key=True)
        .select_related("shop__producer__commune")
        .get(pk=listing.pk)
    )


def locked_after_main(listing: Listing) -> Listing:
    """The same, a size after its main one: who writes the main one holds them in this order."""
    if listing.main_id is not None:
        Listing.objects.select_for_update(no_key=True).get(pk=listing.main_id)
    return locked(listing)


def locked_good(listing: Listing) -> list[Listing]:
    """All sizes of the same goods as they are now, the main one first, held until the transaction ends. The main one is
    locked before the others are looked for: whoever adds a size holds it as well, so none is missed."""
    rows = Listing.objects.select_for_update(of=("self",), no_key=True).select_related("shop__producer__commune")
    main = rows.get(pk=listing.main_id or listing.pk)
    return [main, *rows.filter(main=main).order_by("pk")]


def address_part(words: str, sku: str) -> str:
    """The part of a public address that names goods."""
    return f"{slug_of(words) or 'san-pham'}-{sku[-6:]}"


def bump(listing: Listing, *fields: str) -> None:
    """A new revision, with these fields as well."""
    listing.revision += 1
    listing.changed_at = clock.now()
    listing.save(update_fields=["revision", "changed_at", *fields])


def done(word: str, listing: Listing, by: Viewer, changes: Mapping[str, tuple[str, str]] | None = None) -> None:
    """The trail, in the commune of the shop, and the news."""
    record(
        word,
        actor_id=by.user_id,
        object_label=f"listing:{listing.pk}",
        unit_code=listing.shop.producer.commune.code,
        changes=changes,
        **on_behalf_of(by, listing.shop.producer_id),
    )
    emit(ListingChanged(listing.pk))
