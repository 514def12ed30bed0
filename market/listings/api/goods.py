"""Goods on sale for everybody; with a key the goods of the producers it may act for, drafts as well."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest
from django.urls import reverse
from ninja import Query, Router, Schema

from core.kit.text import fold_words
from core.people.limits.rules import PUBLIC_LISTS
from core.people.limits.views import ApiLimit
from market.goods.tree import under
from market.listings.api.access import anybody, viewer_of_call
from market.listings.models import Listing
from market.listings.queries import goods_for_sale, listings_acted_for
from market.listings.rules import selling_price

router = Router(tags=["listings"])
PER_PAGE = 100
_LIMIT = ApiLimit(PUBLIC_LISTS)


class ListingOut(Schema):
    """One thing for sale. `price` is what one `unit` costs today in whole đồng, `usual_price` without a promotion;
    `net_weight` grams or null; `stock` what may still be bought; `main` the SKU this is another size of, else null;
    `category` a code of the tree of goods, `ocop_set` its set of Decision 26/2026; `commune` and `province` codes of the
    seller's place. `revision` grows with every change."""

    sku: str
    name: str
    variant: str
    main: str | None
    state: str
    category: str
    ocop_set: str
    description: str
    price: int
    usual_price: int
    unit: str
    net_weight: int | None
    stock: int
    shop: str
    commune: str
    province: str
    url: str
    photos: list[str]
    revision: int
    changed_at: datetime


class ListingsOut(Schema):
    """One page; `count` is that of all pages."""

    count: int
    page: int
    pages: int
    listings: list[ListingOut]


@router.get("/listings", response=ListingsOut, auth=anybody, throttle=_LIMIT, summary="Goods on sale, or one's own")
def list_listings(
    request: HttpRequest,
    shop: Annotated[str, Query(max_length=80)] = "",
    category: Annotated[str, Query(max_length=40)] = "",
    unit: Annotated[str, Query(max_length=10)] = "",
    q: Annotated[str, Query(max_length=100)] = "",
    own: bool = False,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> dict[str, Any]:
    """In the order in which they were made, a hundred to a page. `shop` is its address part, `category` a code whose whole
    branch is meant, `unit` the code of a commune or province, `q` words of the name with or without marks. `own` (with a
    key) gives the goods of the producers one acts for in every state."""
    rows = _own(request) if own else goods_for_sale()
    if shop:
        rows = rows.filter(shop__slug=shop)
    if category:
        rows = rows.filter(category__code__in=under(category))
    if unit:
        place = Q(shop__producer__commune__code=unit, shop__producer__commune__level="commune")
        rows = rows.filter(place | Q(shop__producer__commune__parent__code=unit))
    if wanted := fold_words(q).split():
        # Compared here: SQLite folds no Vietnamese.
        names = rows.prefetch_related(None).order_by().values_list("pk", "name")
        rows = rows.filter(pk__in=[pk for pk, name in names if all(word in fold_words(name) for word in wanted)])
    pages = Paginator(
        rows.select_related("main", "shop__producer__commune__parent", "category").order_by("pk"), PER_PAGE
    )
    shown = pages.get_page(page)
    return {
        "count": pages.count,
        "page": shown.number,
        "pages": pages.num_pages,
        "listings": [_out(row) for row in shown],
    }


@router.get("/listings/{sku}", response=ListingOut, auth=anybody, throttle=_LIMIT, summary="One thing for sale")
def get_listing(request: HttpRequest, sku: str) -> dict[str, Any]:
    """404 for what is not on sale, unless it is one's own."""
    found = goods_for_sale().select_related("main").filter(sku=sku).first()
    if found is None and viewer_of_call(request).is_signed_in:
        found = _own(request).filter(sku=sku).first()
    if found is None:
        raise Http404
    return _out(found)


def _own(request: HttpRequest) -> QuerySet[Listing]:
    return listings_acted_for(viewer_of_call(request)).select_related(
        "main", "shop__producer__commune__parent", "category"
    )


def _out(row: Listing) -> dict[str, Any]:
    commune = row.shop.producer.commune
    return {
        "sku": row.sku,
        "name": row.name,
        "variant": row.variant_name,
        "main": row.main.sku if row.main else None,
        "state": row.state,
        "category": row.category.code if row.category else "",
        "ocop_set": row.category.ocop_set if row.category else "",
        "description": row.description,
        "price": selling_price(row),
        "usual_price": row.price,
        "unit": row.unit,
        "net_weight": row.net_weight,
        "stock": row.stock,
        "shop": row.shop.slug,
        "commune": commune.code,
        "province": commune.parent.code if commune.parent else "",
        "url": settings.BASE_URL + reverse("product", args=[row.slug]),
        "photos": [settings.BASE_URL + photo.photo.large.url for photo in row.photos.all()],
        "revision": row.revision,
        "changed_at": row.changed_at,
    }
