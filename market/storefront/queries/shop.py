"""Everything a shop page shows, in twelve queries at any size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, QuerySet, Window

from market.listings.models import Listing
from market.listings.queries import goods_on_show
from market.shops.models import DeliveryRule, Shop, ShopPhoto
from market.shops.queries import makers_of
from market.storefront.queries.cards import Card, cards_of
from market.storefront.queries.origin import Origin, origin_of, public_phone
from onboarding.consent.models import Purpose
from onboarding.consent.queries import agreeing
from onboarding.producers.models import Producer

PAGE_SIZE = 24


@dataclass(frozen=True)
class ShopFacts:
    """What the shop page shows; `page` holds the listings of this page of its goods, `cards` them as cards."""

    shop: Shop
    gallery: list[ShopPhoto]
    makers: list[Producer]
    delivery: list[DeliveryRule]
    origin: Origin
    page: Page[Listing]
    cards: list[Card]
    phone: str


def shop_by_slug(slug: str) -> Shop | None:
    """The shop at this address, in whatever state, with its producer and the last answer to being called; one query."""
    return (
        Shop.objects.select_related("producer__commune__parent", "cover")
        .annotate(contact_agreed=agreeing(Purpose.CONTACT, of="producer"))
        .filter(slug=slug)
        .first()
    )


def shop_facts(shop: Shop, page: Any) -> ShopFacts:
    """What the page of a shop from `shop_by_slug` shows. `page` is as it stands in the address; what is no page is the first
    or the last."""
    found = _page_of(goods_on_show(of=shop).order_by("-published_at", "-pk"), str(page or "1"))
    return ShopFacts(
        shop=shop,
        gallery=list(shop.photos.select_related("photo")),
        makers=[row.producer for row in makers_of(shop) if row.producer_id != shop.producer_id],
        delivery=list(shop.delivery.all()),
        origin=origin_of(shop.producer.commune),
        page=found,
        cards=cards_of(found),
        phone=public_phone(shop.producer, shop.contact_agreed),  # type: ignore[attr-defined]
    )


def _page_of(goods: QuerySet[Listing], asked: str) -> Page[Listing]:
    """The page that was asked for, its rows and the number of all in one query; what is no page costs another."""
    paginator = Paginator(goods, PAGE_SIZE)
    number = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) <= 6 else 0
    if number < 1:
        return paginator.get_page(asked)
    start = (number - 1) * PAGE_SIZE
    rows = list(goods.annotate(of_all=Window(Count("pk")))[start : start + PAGE_SIZE])
    if not rows:
        return paginator.get_page(asked)  # an empty shop, or beyond the last page
    paginator.count = rows[0].of_all
    return Page(rows, number, paginator)
