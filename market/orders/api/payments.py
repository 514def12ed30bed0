"""What was paid for orders, for the programs of those who sell and of accountants.

A purchase of several shops has one payment at VNPAY; each shop is shown its own part and nothing of the others.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema

from core.people.queries import Viewer
from market.orders.api.orders import in_utc
from market.orders.models import Method, Order
from market.orders.paid import PaidPart, in_payment_state, money_moved_since, orders_with_money, parts_paid
from market.payments.models import Charge, Payment
from market.payments.rules import may_see_money

router = Router(tags=["payments"])
PER_PAGE = 100


class PaymentOut(Schema):
    """What is paid for one order, in whole đồng. `state` is waiting, processing, succeeded or canceled; `refunded` is known to be
    back with the buyer, `refunding` on its way there. `method` says who has the money: by vnpay the operator holds it until the
    goods have come, cash and transfer went to the shop itself."""

    order: str
    purchase: str
    shop: str
    method: str
    state: str
    amount: int
    refunded: int
    refunding: int
    placed_at: datetime
    paid_at: datetime | None


class PaymentsOut(Schema):
    """One page; `count` is that of all pages."""

    count: int
    page: int
    pages: int
    payments: list[PaymentOut]


class RefundOut(Schema):
    """Money asked back for this order: `state` as the operator's pages name it (asked, ready, sent, accepted, succeeded, failed,
    withdrawn)."""

    amount: int
    state: str
    made_at: datetime
    finished_at: datetime | None


class ChargeOut(Schema):
    """What arrived at VNPAY for the whole purchase. `is_extra`: it had been paid before."""

    amount: int
    refunded: int
    is_extra: bool
    transaction: str
    made_at: datetime


class OnePaymentOut(PaymentOut):
    """The same with what was asked back. `charges` are of the whole purchase: only who may see all money is shown them, null for
    everybody else."""

    refunds: list[RefundOut]
    charges: list[ChargeOut] | None


@router.get("/payments", response=PaymentsOut, summary="What was paid for orders")
def list_payments(
    request: HttpRequest,
    state: Payment.State | None = None,
    method: Method | None = None,
    shop: Annotated[str, Query(max_length=80)] = "",
    changed_since: datetime | None = None,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> dict[str, Any]:
    """In the order in which they were placed, a hundred to a page: of one's own shops; of all shops for who may see all money.
    `changed_since` (UTC when no zone is given) leaves those whose order, payment or refund moved then or later."""
    rows = _rows(request)
    if state is not None:
        rows = rows.filter(in_payment_state(state))
    if method is not None:
        rows = rows.filter(purchase__method=method)
    if shop:
        rows = rows.filter(shop__slug=shop)
    if changed_since is not None:
        rows = rows.filter(money_moved_since(in_utc(changed_since)))
    pages = Paginator(rows, PER_PAGE)
    shown = pages.get_page(page)
    return {
        "count": pages.count,
        "page": shown.number,
        "pages": pages.num_pages,
        "payments": [_out(part) for part in parts_paid(shown)],
    }


@router.get("/payments/{code}", response=OnePaymentOut, summary="What was paid for one order")
def get_payment(request: HttpRequest, code: str) -> dict[str, Any]:
    """By the code of the order. 404 for an order of somebody else's shop."""
    found = _rows(request).filter(code=code).first() if "\0" not in code else None
    if found is None:
        raise Http404
    [part] = parts_paid([found])
    charges = None
    if may_see_money(_viewer(request)):
        held = Charge.objects.filter(payment=found.purchase.payment_id).select_related("attempt").order_by("pk")
        charges = [
            {name: getattr(charge, name) for name in ("amount", "refunded", "is_extra", "made_at")}
            | {"transaction": charge.attempt.transaction_no}
            for charge in held
        ]
    return _out(part) | {"refunds": part.refunds, "charges": charges}


def _viewer(request: HttpRequest) -> Viewer:
    viewer: Viewer = request.auth  # type: ignore[attr-defined]
    return viewer


def _rows(request: HttpRequest) -> QuerySet[Order]:
    return orders_with_money(_viewer(request))


def _out(part: PaidPart) -> dict[str, Any]:
    return {
        "order": part.order.code,
        "purchase": part.order.purchase.code,
        "shop": part.order.shop.slug,
        "method": part.order.purchase.method,
        "state": part.state,
        "amount": part.order.total,
        "refunded": part.refunded,
        "refunding": part.refunding,
        "placed_at": part.order.purchase.placed_at,
        "paid_at": part.paid_at,
    }
