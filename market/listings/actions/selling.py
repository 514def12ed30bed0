"""Putting listings on sale and taking them off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from core.kit import clock
from core.people.queries import Viewer
from market.listings.actions.shared import address_part, bump, check_shop, done, locked
from market.listings.actions.stock import move_stock
from market.listings.models import Listing, StockMove
from market.listings.rules import Missing, missing_for_sale


class NotReady(Exception):
    """The listing cannot be sold yet; `missing` says why."""

    def __init__(self, missing: list[Missing]) -> None:
        super().__init__("; ".join(item.field for item in missing))
        self.missing = missing


@dataclass(frozen=True)
class Outcome:
    """What became of one listing of several: whether something changed, and what keeps it from being sold."""

    listing: Listing
    changed: bool
    missing: tuple[Missing, ...] = ()


@transaction.atomic
def publish_listing(*, listing: Listing, by: Viewer) -> Listing:
    """Put a listing on sale. Raises NotYourShop, NotReady."""
    check_shop(listing.shop, by)
    listing = locked(listing)
    if missing := missing_for_sale(listing):
        raise NotReady(missing)
    if listing.state != Listing.State.PUBLISHED:
        before, listing.state = listing.get_state_display(), Listing.State.PUBLISHED
        if listing.published_at is None:  # from here on the address stays: a name tried before is not to be in it
            listing.published_at = clock.now()
            listing.slug = address_part(f"{listing.name} {listing.variant_name}", listing.sku)
        bump(listing, "state", "published_at", "slug")
        done("listing.published", listing, by, {"tình trạng": (before, listing.get_state_display())})
    return listing


@transaction.atomic
def pause_listing(*, listing: Listing, by: Viewer) -> Listing:
    """Take a listing off sale, here and on every platform; publishing again brings it back. Raises NotYourShop."""
    check_shop(listing.shop, by)
    listing = locked(listing)
    if listing.state == Listing.State.PUBLISHED:
        before, listing.state = listing.get_state_display(), Listing.State.PAUSED
        bump(listing, "state", "published_at")
        done("listing.paused", listing, by, {"tình trạng": (before, listing.get_state_display())})
    return listing


@transaction.atomic
def withdraw_listing(*, listing: Listing, by: Viewer, keeps_stock: bool = False) -> Listing:
    """Make a listing the draft it was before somebody put it on sale by mistake, with nothing in store unless
    `keeps_stock`. Listings are never deleted: their moves of stock and prices are history. Raises NotYourShop."""
    check_shop(listing.shop, by)
    listing = locked(listing)
    if listing.stock and not keeps_stock:
        move_stock(listing, StockMove.Kind.CORRECTED, change=-listing.stock, by=by)
    before, listing.state = listing.get_state_display(), Listing.State.DRAFT
    bump(listing, "state")
    done("listing.withdrawn", listing, by, {"tình trạng": (before, listing.get_state_display())})
    return listing


def publish_several(*, listings: Sequence[Listing], by: Viewer) -> list[Outcome]:
    """Put each of these on sale that can be; one that is not ready stops no other. Raises NotYourShop."""
    outcomes = []
    for listing in listings:
        try:
            after = publish_listing(listing=listing, by=by)
        except NotReady as problem:
            outcomes.append(Outcome(listing, False, tuple(problem.missing)))
        else:
            outcomes.append(Outcome(after, after.revision != listing.revision))
    return outcomes


def pause_several(*, listings: Sequence[Listing], by: Viewer) -> list[Outcome]:
    """Take each of these off sale. Raises NotYourShop."""
    outcomes = []
    for listing in listings:
        after = pause_listing(listing=listing, by=by)
        outcomes.append(Outcome(after, after.revision != listing.revision))
    return outcomes
