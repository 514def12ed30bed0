"""What a result page shows of the things found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from core.kit import money
from market.listings.models import Listing, ListingBadge
from market.listings.queries import goods_for_sale
from market.listings.rules import selling_price
from market.shops.models import Shop
from search.documents.models import SearchDocument
from search.engines.contract import CATEGORY, PROVINCE, Hit

# Stable public addresses.
ADDRESSES = {SearchDocument.Kind.PRODUCT: "/san-pham/{}", SearchDocument.Kind.SHOP: "/gian-hang/{}"}


@dataclass(frozen=True)
class ProductCard:
    """The fields of parts/product_card.html; `price` is written out, with its sign."""

    url: str
    name: str
    producer: str
    place: str
    photo_url: str
    photo_alt: str
    price: str
    unit: str
    stars: int | None
    sold_out: bool


@dataclass(frozen=True)
class ShopRow:
    """The fields of parts/list_row.html for a shop."""

    url: str
    title: str
    meta: str
    photo_url: str


def address_of(hit: Hit) -> str:
    """Where the thing found has its page."""
    return ADDRESSES[SearchDocument.Kind(hit.kind)].format(hit.slug)


def names_of_values(categories: Sequence[str], provinces: Sequence[str]) -> dict[tuple[str, str], str]:
    """What people read for these facet values, by (facet, value); values of no document are missing."""
    if not categories and not provinces:
        return {}
    documents = SearchDocument.objects.filter(Q(category_code__in=categories) | Q(province_code__in=provinces))
    names: dict[tuple[str, str], str] = {}
    columns = ("category_code", "category_name", "province_code", "province_name")
    for category, category_name, province, province_name in documents.values_list(*columns).distinct():
        names[CATEGORY, category], names[PROVINCE, province] = category_name, province_name
    return names


def product_cards(hits: Sequence[Hit]) -> list[ProductCard]:
    """Cards of the products among the hits, in their order, as the goods are now.

    What has left the sale since the documents were read is left out.
    """
    ids = [hit.object_id for hit in hits if hit.kind == SearchDocument.Kind.PRODUCT]
    goods = {listing.pk: listing for listing in goods_for_sale().filter(pk__in=ids)} if ids else {}
    return [_card(hit, goods[hit.object_id]) for hit in hits if _is_among(hit, goods)]


def shop_rows(hits: Sequence[Hit]) -> list[ShopRow]:
    """Rows of the shops among the hits, in their order."""
    shops = [hit for hit in hits if hit.kind == SearchDocument.Kind.SHOP]
    found = Shop.objects.select_related("cover").in_bulk([hit.object_id for hit in shops]) if shops else {}
    rows = []
    for hit in shops:
        shop = found.get(hit.object_id)
        photo = shop.cover.small.url if shop and shop.cover else ""
        meta = hit.place if hit.producer == hit.name else f"{hit.producer}, {hit.place}"
        rows.append(ShopRow(address_of(hit), hit.name, meta, photo))
    return rows


def _is_among(hit: Hit, goods: dict[int, Listing]) -> bool:
    return hit.kind == SearchDocument.Kind.PRODUCT and hit.object_id in goods


def _card(hit: Hit, listing: Listing) -> ProductCard:
    badges: list[ListingBadge] = listing.current_badges  # type: ignore[attr-defined]
    first = next(iter(listing.photos.all()), None)
    return ProductCard(
        url=address_of(hit),
        name=listing.name,
        producer=hit.producer,
        place=hit.place,
        photo_url=first.photo.small.url if first else "",
        photo_alt=first.alt if first else "",
        price=money.dong(selling_price(listing)),
        unit=listing.get_unit_display(),
        stars=next((badge.stars for badge in badges if badge.stars), None),
        sold_out=listing.stock == 0,
    )
