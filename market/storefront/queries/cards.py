"""Cards of goods, as shelves show them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from core.kit.money import dong
from market.listings.models import Listing
from market.listings.queries import advertisable, goods_on_show, sizes_for_sale
from market.storefront.queries.prices import price_of


@dataclass(frozen=True)
class Card:
    """What a product card shows; the names are those of parts/product_card.html."""

    url: str
    name: str
    producer: str
    place: str
    photo_url: str
    photo_webp: str
    photo_alt: str
    price: str
    was: str
    unit: str
    sizes: int
    stars: int | None
    certificate_state: str
    sold_out: bool


def newest_goods(limit: int) -> list[Card]:
    """The goods published last, without those that may not be advertised."""
    return cards_of(advertisable(goods_on_show()).order_by("-published_at", "-pk")[:limit])


def cards_of(goods: Iterable[Listing]) -> list[Card]:
    """Cards of listings from `goods_on_show`, in their order; two queries more: their sizes with promotions."""
    shown = list(goods)
    sizes = sizes_for_sale(shown)
    return [card_of(listing, sizes.get(listing.main_id or listing.pk, [])) for listing in shown]


def card_of(listing: Listing, sizes: list[Listing]) -> Card:
    """One card. `sizes` are all of the good that are for sale, with their promotions; costs no query."""
    photo = next(iter(listing.photos.all()), None)
    badge = next(iter(getattr(listing, "current_badges", [])), None)
    prices = {size.pk: price_of(size) for size in sizes}
    cheapest = min(sizes, key=lambda size: prices[size.pk].amount, default=listing)
    price = prices.get(cheapest.pk)
    return Card(
        url=reverse("product", args=[listing.slug]),
        name=listing.name,
        producer=listing.shop.name,
        place=str(listing.shop.producer.commune),
        photo_url=photo.photo.small.url if photo else "",
        photo_webp=photo.photo.small_webp.url if photo else "",
        photo_alt=photo.alt if photo else "",
        price=dong(price.amount if price else listing.price),
        was=dong(price.was) if price and price.was and len(sizes) == 1 else "",
        unit=str(cheapest.get_unit_display()),
        sizes=len(sizes),
        stars=badge.stars if badge else None,
        certificate_state="valid",
        sold_out=all(size.stock == 0 for size in sizes or [listing]),
    )
