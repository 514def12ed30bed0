"""Everything that is written about shops."""

from market.shops.actions.makers import MakerRefused, add_maker, confirm_maker, end_maker, refuse_maker
from market.shops.actions.photos import add_photos, arrange_photos
from market.shops.actions.shared import NotYourProducer, OnlyTheOwner
from market.shops.actions.starting import ShopExists, free_slug, start_shop
from market.shops.actions.states import (
    NotReady,
    PublicationNotAgreed,
    WrongState,
    close_shop,
    open_shop,
    pause_shop,
    reopen_shop,
)
from market.shops.actions.steps import (
    NoAccount,
    Sending,
    change_shop,
    set_bank_account,
    set_delivery,
    set_main_goods,
    set_place,
    set_ways_to_pay,
)

__all__ = [
    "MakerRefused", "NoAccount", "NotReady", "NotYourProducer", "OnlyTheOwner", "PublicationNotAgreed", "Sending", "ShopExists", "WrongState",
    "add_maker", "add_photos", "arrange_photos", "change_shop", "close_shop", "confirm_maker", "end_maker", "free_slug", "open_shop", "pause_shop",
    "refuse_maker", "reopen_shop", "set_bank_account", "set_delivery", "set_main_goods", "set_place", "set_ways_to_pay", "start_shop",
]  # fmt: skip
