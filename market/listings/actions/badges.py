"""What upper storeys certify about a listing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from core.people.queries import Viewer
from market.listings.actions.shared import bump, done, locked
from market.listings.models import Listing, ListingBadge


@dataclass(frozen=True)
class BadgeFacts:
    """One badge as the certifying storey knows it; dates are days in Vietnam, both ends included."""

    check_code: str
    label: str
    stars: int | None
    decision_number: str
    issued_on: date | None
    valid_from: date
    valid_until: date
    check_path: str
    revoked_on: date | None = None


@transaction.atomic
def set_badges(*, listing: Listing, badges: Sequence[BadgeFacts], by: Viewer) -> None:
    """Replace what upper storeys certify about a listing; called by them after their own rules have passed."""
    listing = locked(listing)
    listing.badges.all().delete()
    ListingBadge.objects.bulk_create(ListingBadge(listing=listing, **vars(badge)) for badge in badges)
    bump(listing)
    done("listing.badges_set", listing, by)
