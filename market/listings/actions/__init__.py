"""Every change to a listing."""

from market.listings.actions.badges import BadgeFacts, set_badges
from market.listings.actions.facts import ListingFacts
from market.listings.actions.meanwhile import WrittenMeanwhile
from market.listings.actions.selling import (
    NotReady,
    Outcome,
    pause_listing,
    pause_several,
    publish_listing,
    publish_several,
    withdraw_listing,
)
from market.listings.actions.shared import NotYourShop, locked_good
from market.listings.actions.stock import (
    OutOfStock,
    book_order_elsewhere,
    give_stock_back,
    move_stock,
    return_stock,
    sell_stock,
    take_stock,
)
from market.listings.actions.takedown import put_back, take_down
from market.listings.actions.writing import WrongFacts, new_sku, photos_by_id, write_listing

__all__ = [
    "BadgeFacts", "ListingFacts", "NotReady", "NotYourShop", "OutOfStock", "Outcome", "WrittenMeanwhile", "WrongFacts", "book_order_elsewhere", "give_stock_back",
    "locked_good", "move_stock",
    "new_sku", "pause_listing", "pause_several", "photos_by_id", "publish_listing", "publish_several", "put_back", "return_stock", "sell_stock", "set_badges",
    "take_down", "take_stock", "withdraw_listing", "write_listing",
]  # fmt: skip
