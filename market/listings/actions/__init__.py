"""Every change to a listing."""

from market.listings.actions.badges import BadgeFacts, set_badges
from market.listings.actions.shared import NotYourShop
from market.listings.actions.stock import OutOfStock, give_stock_back, move_stock, sell_stock, take_stock
from market.listings.actions.writing import (
    ListingFacts,
    NotReady,
    new_sku,
    pause_listing,
    photos_by_id,
    publish_listing,
    write_listing,
)

__all__ = [
    "BadgeFacts", "ListingFacts", "NotReady", "NotYourShop", "OutOfStock", "give_stock_back", "move_stock", "new_sku", "pause_listing",
    "photos_by_id", "publish_listing", "sell_stock", "set_badges", "take_stock", "write_listing",
]  # fmt: skip
