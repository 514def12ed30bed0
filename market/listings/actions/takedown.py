"""Off all pages by a decision, and back: always the whole good, every size of it. Who may decide is the business of whoever
calls."""

from __future__ import annotations

from django.db import transaction

from core.kit import clock
from core.people.queries import Viewer
from market.listings.actions.shared import bump, done, locked_good
from market.listings.models import Listing


@transaction.atomic
def take_down(*, listing: Listing, by: Viewer) -> Listing:
    """Nobody sees or buys the good any more, in no size, here and on platforms; the seller may still write it, and a size
    added meanwhile is down as well. Returns the main listing. Twice is harmless."""
    good, now = locked_good(listing), clock.now()
    for size in good:
        if size.taken_down_at is None:
            size.taken_down_at = now
            bump(size, "taken_down_at")
            done("listing.taken_down", size, by, {"tình trạng": (size.get_state_display(), "bị gỡ xuống")})
    return good[0]


@transaction.atomic
def put_back(*, listing: Listing, by: Viewer) -> Listing:
    """Every size is again what its seller made it: on sale, paused or a draft. Returns the main listing. Twice is harmless."""
    good = locked_good(listing)
    for size in good:
        if size.taken_down_at is not None:
            size.taken_down_at = None
            bump(size, "taken_down_at")
            done("listing.put_back", size, by, {"tình trạng": ("bị gỡ xuống", size.get_state_display())})
    return good[0]
