"""What stands on a share card, and how the card is called: its name changes when anything on it does."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass

from django.db.models import prefetch_related_objects

from core.files.models import Photo
from core.kit.money import dong
from market.listings.models import Listing
from market.listings.queries import photos_and_badges, promotions_ahead
from market.listings.rules import may_be_advertised
from market.shops.models import Shop
from market.shops.queries import SHOWN
from market.storefront.addresses import product_address, shop_address
from market.storefront.drawing.share_card import LAYOUT, CardFacts
from market.storefront.queries.prices import Price, price_of
from market.storefront.queries.product import Standing, product_standing
from market.storefront.queries.shop import shop_by_slug


@dataclass(frozen=True)
class ShareCard:
    """A card to be drawn from `facts` and `photo`; `digest` names it."""

    facts: CardFacts
    photo: Photo | None
    digest: str


def card_of_product(slug: str) -> ShareCard | None:
    """The card of the product at this address; None where nothing is for sale there or it may not be advertised."""
    standing, listing = product_standing(slug)
    if standing != Standing.SOLD or listing is None or not may_be_advertised(listing):
        return None
    prefetch_related_objects([listing], *photos_and_badges(), promotions_ahead())
    return product_card(listing, price_of(listing))


def product_card(listing: Listing, price: Price) -> ShareCard:
    """The card of a listing whose photos and badges are there, at this price; costs no query."""
    first = next(iter(listing.photos.all()), None)
    badge = next(iter(listing.current_badges), None)  # type: ignore[attr-defined]
    unit = f" / {listing.get_unit_display()}"
    name = f"{listing.name}, {listing.variant_name}" if listing.variant_name else listing.name
    facts = CardFacts(
        name=name,
        price=dong(price.amount) + unit,
        was=dong(price.was) if price.was else "",
        shop=listing.shop.name,
        place=str(listing.shop.producer.commune),
        stars=(badge.stars or 0) if badge else 0,
        address=product_address(listing),
    )
    return _named(facts, first.photo if first else None)


def card_of_shop(slug: str) -> ShareCard | None:
    """The card of the shop at this address; None unless it is open or rests."""
    shop = shop_by_slug(slug)
    if shop is None or shop.state in (Shop.State.DRAFT, Shop.State.CLOSED):
        return None
    return shop_card(shop)


def shop_card(shop: Shop) -> ShareCard:
    """The card of a shop from `shop_by_slug`: its cover, else no photo."""
    commune = shop.producer.commune
    place = f"{commune}, {commune.parent}" if commune.parent else str(commune)
    facts = CardFacts(
        name=shop.name,
        price="",
        was="",
        shop=shop.producer.name,
        place=place,
        stars=0,
        address=shop_address(shop),
    )
    return _named(facts, shop.cover)


def owners_of_cards() -> set[str]:
    """Everything on show that has a card, as "product-" or "shop-" with its address part; two queries."""
    shops, listings = Shop.objects.filter(state__in=SHOWN), Listing.objects.filter(state=Listing.State.PUBLISHED)
    listings = listings.filter(taken_down_at=None, shop__state__in=SHOWN)
    owners = {f"product-{slug}" for slug in listings.values_list("slug", flat=True).iterator()}
    return owners | {f"shop-{slug}" for slug in shops.values_list("slug", flat=True).iterator()}


def _named(facts: CardFacts, photo: Photo | None) -> ShareCard:
    told = [LAYOUT, asdict(facts), photo.sha256 if photo else ""]
    digest = hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16]
    return ShareCard(facts, photo, digest)
