"""What something costs today, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from market.listings.models import Listing
from market.listings.rules import promotion_of


@dataclass(frozen=True)
class Price:
    """Whole đồng for one unit; `was` and `until` (the last day) only while a promotion runs."""

    amount: int
    was: int | None = None
    until: date | None = None


def price_of(listing: Listing) -> Price:
    """Today's price; costs no query for a listing from `with_promotions`."""
    promotion = promotion_of(listing)
    if promotion is None:
        return Price(listing.price)
    return Price(promotion.price, listing.price, promotion.ends_on)
