"""Money of an order that leaves the book's «held»: the shop has earned it, or it goes back to the buyer. How much there is, and
where, is asked of the book: an accountant may have given a part of it back by hand."""

from __future__ import annotations

from django.db import transaction

from core.people.queries import SYSTEM, Viewer
from market.ledger.accounts import HELD, owed_to
from market.ledger.actions import write_entry
from market.orders.actions.paying import note_money_handed_back
from market.orders.models import Method, Order
from market.payments.actions import request_refund
from market.payments.events import RefundFinished
from market.payments.models import Charge, Refund
from market.payments.sources import held_of, sources_of

_OVER = (Order.State.CANCELLED, Order.State.RETURNED)


def earn(order: Order, *, by: Viewer) -> None:
    """The buyer has the goods: what is still held for this order is the shop's. In the caller's transaction."""
    amount = held_of(_charge_of(order), _subject(order))
    if amount:
        _write_earned(order, amount, f"earned:{order.pk}", by)


def give_back(order: Order, *, by: Viewer, reason: str) -> None:
    """What is left of this order's money goes back, from wherever the book has it. In the caller's transaction."""
    if not order.is_paid:
        return
    if order.purchase.method != Method.VNPAY:
        note_money_handed_back(order, by=by)
        return
    charge = _charge_of(order)
    for source in sources_of(charge):
        if source.part.subject == _subject(order):
            request_refund(
                charge=charge, amount=source.amount, account=source.account, subject=source.part.subject, reason=reason,
                by=SYSTEM, follows_a_person=True,
            )  # fmt: skip


@transaction.atomic
def on_refund_finished(event: RefundFinished) -> None:
    """A refund that came to nothing puts its money back where it was taken from. Was the order delivered meanwhile, it is the
    shop's by now and not held for anybody."""
    refund = Refund.objects.get(pk=event.refund_id)
    kind, _, number = refund.subject.partition(":")
    came_to_nothing = refund.state in {Refund.State.FAILED, Refund.State.WITHDRAWN}
    if kind != "shop_order" or refund.account != HELD or not came_to_nothing:
        return
    order = Order.objects.select_related("shop").filter(pk=number, delivered_at__isnull=False).first()
    if order is not None and order.state not in _OVER:
        _write_earned(order, refund.amount, f"earned:{order.pk}:{refund.pk}", SYSTEM)


def _charge_of(order: Order) -> Charge:
    """The money that paid for it, locked: nobody else decides about it meanwhile."""
    charges = Charge.objects.select_for_update(of=("self",)).select_related("payment")
    return charges.get(payment=order.purchase.payment, is_extra=False)


def _subject(order: Order) -> str:
    return f"shop_order:{order.pk}"


def _write_earned(order: Order, amount: int, key: str, by: Viewer) -> None:
    owed = owed_to(order.shop.producer_id)
    write_entry("earned", debit=HELD, credit=owed, amount=amount, subject=_subject(order), key=key, by=by)
