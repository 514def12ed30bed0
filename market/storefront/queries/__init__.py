"""What buyers see on the public pages."""

from market.storefront.queries.cards import Card, card_of, cards_of, newest_goods
from market.storefront.queries.product import (
    ProductFacts,
    Standing,
    product_facts,
    product_standing,
    product_to_preview,
)
from market.storefront.queries.shop import ShopFacts, shop_by_slug, shop_facts

__all__ = [
    "Card", "ProductFacts", "ShopFacts", "Standing", "card_of", "cards_of", "newest_goods", "product_facts", "product_standing",
    "product_to_preview", "shop_by_slug", "shop_facts",
]  # fmt: skip
