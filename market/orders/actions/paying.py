"""Money for purchases: it arrives, arrives too late, or not at all; and goes back with what is called off."""

from __future__ import annotations

import logging

from django.db import transaction

from core.audit.actions import record
from core.kit import clock
from core.people.queries import Viewer
from market.ledger.accounts import HELD, taken_by, turnover_of
from market.ledger.actions import write_entry
from market.listings.actions import OutOfStock, give_stock_back, sell_stock
from market.orders.actions.moving import accept_order, move_order, quantities_of
from market.orders.models import Method, Order, Purchase
from market.payments.actions import cancel_payment, request_refund
from market.payments.events import PaymentSettled
from market.payments.models import Charge, Payment, PaymentAttempt

logger = logging.getLogger(__name__)


@transaction.atomic
def release_purchase(purchase: Purchase) -> bool:
    """Give the goods of an unpaid purchase back. False when it is paid, or money may still be on its way."""
    # The payment is locked before the purchase, as by the gateway's messages: the other way round they could wait for each other.
    if purchase.payment is None or not cancel_payment(payment=purchase.payment):
        return False
    if not Purchase.objects.filter(pk=purchase.pk, state=Purchase.State.PLACED).update(state=Purchase.State.RELEASED):
        return False
    orders = list(purchase.orders.order_by("pk"))
    for order in orders:
        move_order(
            order, Order.State.CANCELLED, via="work", ended_at=clock.now(), reason="Chưa trả tiền trong thời hạn."
        )
    give_stock_back([pair for order in orders for pair in quantities_of(order)], reference=purchase.code)
    record("order.released", actor_id=None, object_label=f"order:{purchase.pk}", via="work")
    return True


def on_payment_settled(event: PaymentSettled) -> None:
    """Money has arrived: the purchase is paid; or, released meanwhile, the money goes back by itself.

    The gateway waits for our answer, so only this is noted in its call: `accept_paid_orders` finds what it has to do by it.
    """
    now = clock.now()
    found = Purchase.objects.filter(payment_id=event.payment_id)
    if found.filter(state=Purchase.State.PLACED).update(state=Purchase.State.PAID, paid_at=now):
        return
    if found.filter(state=Purchase.State.RELEASED).update(state=Purchase.State.PAID_LATE, paid_at=now):
        purchase = found.get()
        record("order.paid_late", actor_id=None, object_label=f"order:{purchase.pk}", via="gateway")
        charge = Charge.objects.get(payment_id=event.payment_id, is_extra=False)
        request_refund(
            charge=charge, amount=charge.amount, account=HELD, subject=f"order:{purchase.pk}",
            reason="Tiền đến sau khi đơn đã hủy.",
        )  # fmt: skip


def accept_paid_orders() -> int:
    """The periodic job: the goods of paid purchases are sold and their shops told to pack; returns how many purchases.

    The newest first, so that one whose books break never hides the others.
    """
    paid = Order.objects.filter(state=Order.State.WAITING, purchase__state=Purchase.State.PAID)
    rows = paid.order_by("-purchase__paid_at").values_list("purchase_id", flat=True)
    return sum(_accepted(number) for number in dict.fromkeys(rows[:100]))


def _accepted(number: int) -> bool:
    try:
        with transaction.atomic():
            purchase = Purchase.objects.select_for_update().get(pk=number)
            waiting = purchase.orders.filter(state=Order.State.WAITING).order_by("pk")
            orders = list(waiting.select_related("purchase", "shop").prefetch_related("lines"))
            if not orders:
                return False  # another worker was faster
            record("order.paid", actor_id=None, object_label=f"order:{purchase.pk}", via="gateway")
            sell_stock([pair for order in orders for pair in quantities_of(order)], reference=purchase.code)
            for order in orders:
                accept_order(order, is_paid=True, via="gateway")
    except Exception:  # whatever it is: the others go on, and this one is tried again
        logger.exception("paid purchase %s cannot be accepted", number)
        return False
    return True


def release_forgotten_purchases() -> int:
    """The periodic job: release what was kept long enough; returns how many."""
    late = Purchase.objects.filter(
        state=Purchase.State.PLACED, keep_until__lt=clock.now(), payment__state=Payment.State.WAITING
    ).exclude(payment__attempts__state=PaymentAttempt.State.OPEN)  # many of those must not hide the ones behind them
    released = sum(_released(purchase) for purchase in late.select_related("payment").order_by("keep_until")[:50])
    return released + _release_untransferred()


def _released(purchase: Purchase) -> bool:
    try:
        return release_purchase(purchase)
    except OutOfStock:  # its books do not add up: for a person, and no reason to keep the others waiting
        logger.exception("purchase %s cannot give its goods back", purchase.pk)
        return False


def _release_untransferred() -> int:
    late = Order.objects.filter(
        state=Order.State.WAITING, purchase__method=Method.TRANSFER, purchase__keep_until__lt=clock.now()
    )
    done = 0
    for order in late.select_related("purchase").order_by("purchase__keep_until")[:50]:
        try:
            with transaction.atomic():
                reason = "Người bán chưa nhận được tiền chuyển khoản."
                if move_order(order, Order.State.CANCELLED, via="work", ended_at=clock.now(), reason=reason):
                    give_stock_back(quantities_of(order), reference=order.purchase.code)
                    done += 1
        except OutOfStock:
            logger.exception("order %s cannot give its goods back", order.pk)
    return done


def note_direct_money(order: Order, *, by: Viewer) -> None:
    """The shop has taken this order's money itself."""
    producer = order.shop.producer_id
    write_entry(
        "direct", debit=taken_by(producer), credit=turnover_of(producer), amount=order.total, subject=f"shop_order:{order.pk}",
        key=f"direct:{order.pk}", by=by,
    )  # fmt: skip


def note_money_handed_back(order: Order, *, by: Viewer) -> None:
    """The shop gives back what it took from the buyer itself."""
    producer = order.shop.producer_id
    write_entry(
        "direct_back", debit=turnover_of(producer), credit=taken_by(producer), amount=order.total,
        subject=f"shop_order:{order.pk}", key=f"direct_back:{order.pk}", by=by,
    )  # fmt: skip
