"""Off all pages by a decision, and back. Who may decide is the business of whoever calls."""

from __future__ import annotations

from django.db import transaction

from core.kit import clock
from core.people.queries import Viewer
from market.listings.actions.shared import bump, done, locked
from market.listings.models import Listing


@transaction.atomic
def take_down(*, listing: Listing, by: Viewer) -> Listing:
    """Nobody sees or buys the listing any more, here and on platforms; the seller may still write it. Twice is harmless."""
    listing = locked(listing)
    if listing.taken_down_at is None:
        listing.taken_down_at = clock.now()
        bump(listing, "taken_down_at")
        done("listing.taken_down", listing, by, {"tình trạng": (listing.get_state_display(), "bị gỡ xuống")})
    return listing


@transaction.atomic
def put_back(*, listing: Listing, by: Viewer) -> Listing:
    """The listing is again what its seller made it: on sale, paused or a draft. Twice is harmless."""
    listing = locked(listing)
    if listing.taken_down_at is not None:
        listing.taken_down_at = None
        bump(listing, "taken_down_at")
        done("listing.put_back", listing, by, {"tình trạng": ("bị gỡ xuống", listing.get_state_display())})
    return listing
