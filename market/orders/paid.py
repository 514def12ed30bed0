"""What was paid for each order and what went back: one shop's part of a payment that may be for several. Reading only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from core.people.queries import Viewer
from market.orders.models import Method, Order, Purchase
from market.orders.queries import changed_since, orders_acted_for
from market.payments.models import Payment, Refund
from market.payments.rules import may_see_money

DROPPED = (Refund.State.FAILED, Refund.State.WITHDRAWN)
_OVER = (Order.State.CANCELLED, Order.State.RETURNED)


@dataclass(frozen=True)
class PaidPart:
    """One order's money, in đồng, with everything that was asked back for it, oldest first."""

    order: Order
    refunds: list[Refund]
    all_goes_back: bool  # the refunds are those of the whole purchase, paid after it had been given up

    @property
    def state(self) -> Payment.State:
        """How far its payment is; of cash and transfers as the shop has said."""
        payment = self.order.purchase.payment
        if payment is not None:
            return Payment.State(payment.state)
        if self.order.is_paid:
            return Payment.State.SUCCEEDED
        return Payment.State.CANCELED if self.order.state == Order.State.CANCELLED else Payment.State.WAITING

    @property
    def paid_at(self) -> datetime | None:
        """When the money came."""
        if self.order.purchase.payment is not None:
            return self.order.purchase.paid_at
        by_cash = self.order.purchase.method == Method.CASH
        when = self.order.delivered_at if by_cash else self.order.accepted_at
        return when if self.order.is_paid else None

    @property
    def refunded(self) -> int:
        """What is back with the buyer. Of money that the shop took itself the book knows no more than that the shop owes it."""
        if self.order.purchase.method != Method.VNPAY:
            return self.order.total if self.order.is_paid and self.order.state in _OVER else 0
        return self._sum([each for each in self.refunds if each.state == Refund.State.SUCCEEDED])

    @property
    def refunding(self) -> int:
        """What is on its way there."""
        known = {*DROPPED, Refund.State.SUCCEEDED}
        return self._sum([each for each in self.refunds if each.state not in known])

    def _sum(self, refunds: list[Refund]) -> int:
        if self.all_goes_back:
            return self.order.total if refunds else 0
        return sum(each.amount for each in refunds)


def orders_with_money(viewer: Viewer) -> QuerySet[Order]:
    """The orders whose money this key may read about: all for who may see money, else those of the producers it acts for."""
    rows = Order.objects.all() if may_see_money(viewer) else orders_acted_for(viewer).prefetch_related(None)
    return rows.select_related("purchase__payment", "shop").order_by("pk")


def parts_paid(orders: Iterable[Order]) -> list[PaidPart]:
    """The money of these orders; one statement beside them."""
    orders = list(orders)
    of_order = {f"shop_order:{order.pk}": order.pk for order in orders}
    late = {f"order:{order.purchase_id}" for order in orders if order.purchase.state == Purchase.State.PAID_LATE}
    found: dict[str, list[Refund]] = defaultdict(list)
    for refund in Refund.objects.filter(subject__in=[*of_order, *late]).order_by("pk"):
        found[refund.subject].append(refund)
    parts = []
    for order in orders:
        is_late = f"order:{order.purchase_id}" in late
        subject = f"order:{order.purchase_id}" if is_late else f"shop_order:{order.pk}"
        parts.append(PaidPart(order, found[subject], is_late))
    return parts


def in_payment_state(state: Payment.State) -> Q:
    """The condition "its payment is so far" on orders, as `PaidPart.state` says it."""
    direct = ~Q(purchase__method=Method.VNPAY)
    is_off = Q(state=Order.State.CANCELLED)
    said = {
        Payment.State.WAITING: direct & Q(is_paid=False) & ~is_off,
        Payment.State.SUCCEEDED: direct & Q(is_paid=True),
        Payment.State.CANCELED: direct & Q(is_paid=False) & is_off,
        Payment.State.PROCESSING: Q(pk__in=[]),
    }
    return Q(purchase__payment__state=state) | said[state]


def money_moved_since(moment: datetime) -> Q:
    """The condition "a step of the order, its payment or a refund was taken at this moment or later" on orders."""
    moved = Refund.objects.filter(Q(made_at__gte=moment) | Q(sent_at__gte=moment) | Q(finished_at__gte=moment))
    of_order = Concat(Value("shop_order:"), Cast(OuterRef("pk"), CharField()))
    of_purchase = Concat(Value("order:"), Cast(OuterRef("purchase_id"), CharField()))
    paid = Q(purchase__paid_at__gte=moment) | Q(purchase__payment__settled_at__gte=moment)
    return (
        changed_since(moment)
        | paid
        | Exists(moved.filter(subject=of_order))
        | Exists(moved.filter(subject=of_purchase))
    )
