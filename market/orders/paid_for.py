"""What a payment for a purchase paid for, told to the accountant's place below: each shop's order, or the purchase as a whole once
it was given up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from django.utils.translation import gettext as _

from market.orders.models import Order, Purchase
from market.payments.models import Payment
from market.payments.sources import Named, Part, Payer


def parts_of(payment: Payment) -> list[Part]:
    """Each shop's order with the shop's name; paid too late, nothing is anybody's order."""
    purchase = Purchase.objects.filter(payment=payment).first()
    if purchase is None:
        return []
    if purchase.state != Purchase.State.PAID:
        return [Part(f"order:{purchase.pk}", purchase.code, purchase.total)]
    orders = purchase.orders.select_related("shop").order_by("pk")
    return [Part(f"shop_order:{order.pk}", f"{order.code}, {order.shop.name}", order.total) for order in orders]


def names_of(subjects: Collection[str]) -> dict[str, Named]:
    """Purchases and orders by their codes."""
    numbers: dict[str, set[int]] = defaultdict(set)
    for subject in subjects:
        kind, _colon, number = subject.partition(":")
        if kind in {"order", "shop_order"} and number.isdecimal():
            numbers[kind].add(int(number))
    found: dict[str, Named] = {}
    purchases = Purchase.objects.filter(pk__in=numbers["order"]).values_list("pk", "code", "payment_id")
    for pk, code, payment_id in purchases:
        found[f"order:{pk}"] = Named(_("Lần mua %(code)s") % {"code": code}, payment_id)
    orders = Order.objects.filter(pk__in=numbers["shop_order"]).values_list("pk", "code", "purchase__payment_id")
    for pk, code, payment_id in orders:
        found[f"shop_order:{pk}"] = Named(_("Đơn %(code)s") % {"code": code}, payment_id)
    return found


def payments_called(words: str) -> Iterable[int]:
    """The payment behind an order's code, as buyers and shops read it out on the phone."""
    found = Order.objects.filter(code__iexact=words.strip(), purchase__payment__isnull=False)
    return found.values_list("purchase__payment_id", flat=True)


PURCHASES = Payer(parts_of, names_of, payments_called)
