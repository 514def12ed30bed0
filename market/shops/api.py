"""Shops for everybody: what their public pages show, of open shops only. No phone, no account, no place of pick-up."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest
from django.urls import reverse
from ninja import Query, Router, Schema

from core.people.limits.rules import PUBLIC_LISTS
from core.people.limits.views import ApiLimit
from market.shops.models import Shop
from market.shops.queries import makers_of, shops_shown

router = Router(tags=["shops"])
PER_PAGE = 100
_LIMIT = ApiLimit(PUBLIC_LISTS)


class DeliveryOut(Schema):
    """What sending to one kind of place costs, in whole đồng; `free_from` is the sum of goods from which it is free."""

    zone: str
    fee: int
    free_from: int | None
    days_from: int
    days_to: int


class ShopOut(Schema):
    """An open shop. `unit` is the code of its commune, `main_goods` codes of our tree of goods."""

    slug: str
    url: str
    name: str
    producer: str
    kind: str
    unit: str
    main_goods: list[str]
    opened_at: datetime


class ShopDetailOut(ShopOut):
    """The same with its words, its ways to pay and to deliver, and the makers it sells for."""

    story: str
    hours: str
    place_note: str
    takes_cash: bool
    takes_transfer: bool
    takes_vnpay: bool
    delivery: list[DeliveryOut]
    makers: list[str]


class ShopsOut(Schema):
    """One page; `count` is that of all pages."""

    count: int
    page: int
    pages: int
    shops: list[ShopOut]


@router.get("/shops", response=ShopsOut, auth=None, throttle=_LIMIT, summary="Open shops")
def list_shops(
    request: HttpRequest,
    unit: Annotated[str, Query(max_length=10)] = "",
    q: Annotated[str, Query(max_length=100)] = "",
    page: Annotated[int, Query(ge=1)] = 1,
) -> dict[str, Any]:
    """By name, a hundred to a page. `unit` is the code of a commune or province, `q` words of the name, with or without
    marks."""
    pages = Paginator(shops_shown(unit=unit, words=q).prefetch_related("main_goods"), PER_PAGE)
    shown = pages.get_page(page)
    return {
        "count": pages.count,
        "page": shown.number,
        "pages": pages.num_pages,
        "shops": [_out(row) for row in shown],
    }


@router.get("/shops/{slug}", response=ShopDetailOut, auth=None, throttle=_LIMIT, summary="One open shop")
def get_shop(request: HttpRequest, slug: str) -> dict[str, Any]:
    """404 for a shop that is not open."""
    found = shops_shown().prefetch_related("main_goods", "delivery").filter(slug=slug).first()
    if found is None:
        raise Http404
    names = ("story", "hours", "place_note", "takes_cash", "takes_transfer", "takes_vnpay")
    return (
        _out(found)
        | {name: getattr(found, name) for name in names}
        | {
            "delivery": list(found.delivery.all()),
            "makers": [maker.producer.name for maker in makers_of(found)],
        }
    )


def _out(row: Shop) -> dict[str, Any]:
    return {
        "slug": row.slug,
        "url": reverse("shop", args=[row.slug]),
        "name": row.name,
        "producer": row.producer.name,
        "kind": row.producer.kind,
        "unit": row.producer.commune.code,
        "main_goods": [category.code for category in row.main_goods.all()],
        "opened_at": row.opened_at,
    }
