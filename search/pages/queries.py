"""What a result page shows of the things found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db.models import Q

from market.listings.queries import goods_on_show
from market.shops.models import Shop
from market.storefront.queries import Card, cards_of
from search.documents.models import SearchDocument
from search.engines.contract import CATEGORY, PROVINCE, Hit

# Stable public addresses.
ADDRESSES = {SearchDocument.Kind.PRODUCT: "/san-pham/{}", SearchDocument.Kind.SHOP: "/gian-hang/{}"}


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


def product_cards(hits: Sequence[Hit]) -> list[Card]:
    """Cards of the products among the hits, in their order, as the goods are now.

    What has left the sale since the documents were read is left out.
    """
    by_id = {hit.object_id: hit for hit in hits if hit.kind == SearchDocument.Kind.PRODUCT}
    goods = {listing.pk: listing for listing in goods_on_show().filter(pk__in=by_id)} if by_id else {}
    found = [goods[object_id] for object_id in by_id if object_id in goods]
    cards = zip(found, cards_of(found), strict=True) if found else ()
    return [
        replace(card, producer=by_id[listing.pk].producer, place=by_id[listing.pk].place) for listing, card in cards
    ]


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
