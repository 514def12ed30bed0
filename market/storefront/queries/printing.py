"""What stands on posters and labels."""

from __future__ import annotations

from core.kit import clock
from core.kit.money import dong
from core.templatetags.vietnamese import weight
from market.listings.models import Listing
from market.listings.rules import is_for_adults, maker_shown, price_by_measure
from market.shops.models import Shop
from market.storefront import wording
from market.storefront.addresses import product_address, shop_address
from market.storefront.drawing.paper import LabelFacts, PosterFacts
from market.storefront.queries.prices import Price, price_of


def poster_facts(shop: Shop) -> PosterFacts:
    """Of a shop with its producer, commune and province."""
    commune = shop.producer.commune
    return PosterFacts(
        shop=shop.name,
        producer=shop.producer.name,
        place=f"{commune}, {commune.parent}" if commune.parent else str(commune),
        hours=shop.hours,
        address=shop_address(shop),
    )


def label_facts(listing: Listing) -> LabelFacts:
    """Of a listing with its shop, makers and origin, whose badges and promotion were fetched. The price is that of
    today, with the promotion that runs; the label says of which day it is and until when."""
    maker = maker_shown(listing)
    commune = listing.origin or maker.commune
    badge = next(iter(listing.current_badges), None)  # type: ignore[attr-defined]
    price = price_of(listing)
    unit = str(listing.get_unit_display())
    return LabelFacts(
        name=listing.name,
        size=listing.variant_name or weight(listing.net_weight),
        price=f"{dong(price.amount)} / {unit}",
        by_measure=wording.by_measure_words(price_by_measure(listing, price.amount)),
        dated=_price_words(price),
        stars=(badge.stars or 0) if badge else 0,
        certificate=badge.check_code if badge else "",
        maker=maker.name,
        place=f"{commune}, {commune.parent}" if commune.parent else str(commune),
        sku=listing.sku,
        address=product_address(listing),
        adults_only=is_for_adults(listing),
    )


def _price_words(price: Price) -> str:
    today = f"Giá ngày {clock.today():%d/%m/%Y}."
    if price.was is None or price.until is None:
        return today
    return f"Giá thường {dong(price.was)}, giảm đến hết {price.until:%d/%m/%Y}. {today}"
