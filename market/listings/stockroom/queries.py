"""Reading the store."""

from __future__ import annotations

from django.db.models import QuerySet

from core.people.queries import Viewer
from market.listings.models import Listing, StockMove
from market.listings.queries import listings_of


def goods_in_store(viewer: Viewer) -> QuerySet[Listing]:
    """The goods of the shops this person works for now, what has run out first, then by name."""
    return listings_of(viewer).order_by("stock", "name", "pk")


def moves_of(listing: Listing) -> QuerySet[StockMove]:
    """What happened to a listing's stock, newest first."""
    return listing.stock_moves.order_by("-pk")
