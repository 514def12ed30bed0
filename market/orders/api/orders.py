"""Orders for the programs of those who sell: of the producers a key may act for, as far as they count.

A buyer's phone is masked everywhere: who needs it looks at it on the order's own page, where that is noted. Name and address
are there only while the parcel has to find them, and of one order at a time: a program that copies all orders keeps no list of
people.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest
from django.urls import reverse
from ninja import Query, Router, Schema

from core.kit.phones import masked
from core.people.queries import Viewer
from market.orders.models import STEP_TIMES, Method, Order
from market.orders.pages import where_to
from market.orders.queries import changed_since as stepped_since
from market.orders.queries import orders_acted_for

router = Router(tags=["orders"])
PER_PAGE = 100
State = Order.State
ON_ITS_WAY = frozenset({State.WAITING, State.TO_PACK, State.PACKED, State.SENT, State.RETURN_ASKED})


class OrderLineOut(Schema):
    """What was bought, as it was called and cost then: `price` of one `unit` and `sum` in whole đồng."""

    sku: str
    name: str
    unit: str
    price: int
    quantity: int
    sum: int


class ReceiverOut(Schema):
    """Where it goes: `commune` and `province` are codes of today ("" for the oldest orders), `phone` is masked."""

    commune: str
    province: str
    phone: str


class NamedReceiverOut(ReceiverOut):
    """The same with name and address on one line; both "" once the parcel needs them no more."""

    name: str
    address: str


class OrderOut(Schema):
    """One shop's order. `purchase` is the code of what the buyer bought at once, perhaps of several shops; `goods`, `fee` (for
    delivery) and `total` are whole đồng; `method` vnpay, cash or transfer. A time is null while that step has not been taken."""

    code: str
    purchase: str
    shop: str
    state: str
    method: str
    is_paid: bool
    goods: int
    fee: int
    total: int
    lines: list[OrderLineOut]
    receiver: ReceiverOut
    carrier: str
    tracking: str
    reason: str
    placed_at: datetime
    accepted_at: datetime | None
    packed_at: datetime | None
    sent_at: datetime | None
    delivered_at: datetime | None
    return_at: datetime | None
    ended_at: datetime | None
    changed_at: datetime
    url: str


class OneOrderOut(OrderOut):
    """One order with whom it goes to."""

    receiver: NamedReceiverOut


class OrdersOut(Schema):
    """One page; `count` is that of all pages."""

    count: int
    page: int
    pages: int
    orders: list[OrderOut]


@router.get("/orders", response=OrdersOut, summary="Orders of one's shops")
def list_orders(
    request: HttpRequest,
    state: State | None = None,
    method: Method | None = None,
    shop: Annotated[str, Query(max_length=80)] = "",
    changed_since: datetime | None = None,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> dict[str, Any]:
    """In the order in which they were placed, a hundred to a page; one that still waits for VNPAY is nobody's yet. `shop` is its
    address part; `changed_since` (UTC when no zone is given) leaves those of which a step was taken then or later."""
    rows = orders_acted_for(_viewer(request)).prefetch_related("lines__listing")
    if state is not None:
        rows = rows.filter(state=state)
    if method is not None:
        rows = rows.filter(purchase__method=method)
    if shop:
        rows = rows.filter(shop__slug=shop)
    if changed_since is not None:
        rows = rows.filter(stepped_since(in_utc(changed_since)))
    pages = Paginator(rows, PER_PAGE)
    shown = pages.get_page(page)
    return {
        "count": pages.count,
        "page": shown.number,
        "pages": pages.num_pages,
        "orders": [_out(row) for row in shown],
    }


@router.get("/orders/{code}", response=OneOrderOut, summary="One order")
def get_order(request: HttpRequest, code: str) -> dict[str, Any]:
    """404 for an order of somebody else's shop."""
    rows = orders_acted_for(_viewer(request)).prefetch_related("lines__listing")
    found = rows.filter(code=code).first() if "\0" not in code else None
    if found is None:
        raise Http404
    told = found.state in ON_ITS_WAY
    said = {
        "name": found.purchase.receiver_name if told else "",
        "address": where_to(found.purchase) if told else "",
    }
    shown = _out(found)
    return shown | {"receiver": shown["receiver"] | said}


def in_utc(moment: datetime) -> datetime:
    """The moment, taken for UTC when it names no zone."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _viewer(request: HttpRequest) -> Viewer:
    viewer: Viewer = request.auth  # type: ignore[attr-defined]
    return viewer


def _out(row: Order) -> dict[str, Any]:
    purchase = row.purchase
    same = (
        "code",
        "state",
        "is_paid",
        "goods",
        "fee",
        "total",
        "carrier",
        "tracking",
        "reason",
        "changed_at",
        *STEP_TIMES,
    )
    return {name: getattr(row, name) for name in same} | {
        "purchase": purchase.code,
        "shop": row.shop.slug,
        "method": purchase.method,
        "placed_at": purchase.placed_at,
        "lines": [
            {name: getattr(line, name) for name in ("name", "unit", "price", "quantity", "sum")}
            | {"sku": line.listing.sku}
            for line in sorted(row.lines.all(), key=lambda line: line.pk)
        ],
        "receiver": {
            "commune": purchase.commune.code if purchase.commune else "",
            "province": purchase.commune.parent.code if purchase.commune and purchase.commune.parent else "",
            "phone": masked(purchase.receiver_phone),
        },
        "url": settings.BASE_URL + reverse("seller_order", args=[row.code]),
    }
