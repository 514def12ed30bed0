"""What shops and buyers do with an order: pack, send, bring, call off, take back."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from core.kit import clock
from core.people.queries import SYSTEM, Viewer
from market.listings.actions import give_stock_back, return_stock, sell_stock
from market.orders.actions.moving import accept_order, move_order, quantities_of
from market.orders.actions.paying import note_direct_money
from market.orders.actions.refunding import earn, give_back
from market.orders.models import Method, Order, Purchase
from market.orders.rules import CALLED_OFF_BY_BUYER, RETURN_WITHIN
from market.payments.rules import may_handle_money
from onboarding.producers.queries import may_act_for

State = Order.State


class StepRefused(Exception):
    """The sentence says in Vietnamese why this step cannot be taken."""


MOVED_ON = "Đơn này vừa đổi trạng thái. Hãy mở lại trang."


@transaction.atomic
def confirm_transfer(*, order: Order, by: Viewer) -> Order:
    """The money of a bank transfer is there: said by the shop whose account it is, or the accountant. Not after the goods went
    back on the shelf: then the shop gives the money back. Raises PermissionError, StepRefused."""
    order = _locked(order)
    if not (may_act_for(by, order.shop.producer_id) or may_handle_money(by)):
        raise PermissionError
    if order.purchase.method != Method.TRANSFER or not accept_order(order, is_paid=True, by=by):
        raise StepRefused(MOVED_ON)
    sell_stock(quantities_of(order), reference=order.purchase.code, by=by)
    note_direct_money(order, by=by)
    return order


@transaction.atomic
def pack_order(*, order: Order, by: Viewer) -> Order:
    """The parcel is ready. Raises PermissionError, StepRefused."""
    order = _of_shop(order, by)
    _step(order, State.PACKED, by, packed_at=clock.now())
    return order


@transaction.atomic
def send_order(*, order: Order, by: Viewer, carrier: str = "", tracking: str = "") -> Order:
    """The parcel has left. Raises PermissionError, StepRefused."""
    order = _of_shop(order, by)
    now = clock.now()
    _step(order, State.SENT, by, packed_at=order.packed_at or now, sent_at=now, carrier=carrier, tracking=tracking)
    return order


@transaction.atomic
def deliver_order(*, order: Order, by: Viewer) -> Order:
    """The shop says that the buyer has it; of a cash order also that the money is there. Raises PermissionError, StepRefused."""
    return _delivered(_of_shop(order, by), by)


@transaction.atomic
def receive_order(*, order: Order) -> Order:
    """The buyer says that it has come. Raises StepRefused."""
    return _delivered(_locked(order), SYSTEM)


@transaction.atomic
def cancel_order(*, order: Order, by: Viewer, reason: str) -> Order:
    """The shop calls it off before it leaves; what was paid goes back. Raises PermissionError, StepRefused."""
    order = _of_shop(order, by)
    if not reason.strip():
        raise StepRefused("Hãy ghi lý do, người mua sẽ đọc.")
    return _cancelled(order, by, reason.strip())


@transaction.atomic
def call_off(*, order: Order) -> Order:
    """The buyer calls it off before it is packed. Raises StepRefused."""
    order = _locked(order)
    if order.state not in CALLED_OFF_BY_BUYER:
        raise StepRefused("Người bán đã đóng gói đơn này. Hãy gọi người bán.")
    return _cancelled(order, SYSTEM, "Người mua hủy.")


@transaction.atomic
def ask_return(*, order: Order, reason: str) -> Order:
    """The buyer wants to send it back, within seven days. Raises StepRefused."""
    order = _locked(order)
    if not reason.strip():
        raise StepRefused("Hãy ghi lý do trả hàng.")
    if order.delivered_at is not None and clock.now() > order.delivered_at + RETURN_WITHIN:
        raise StepRefused("Đã quá 7 ngày từ khi nhận hàng. Hãy gọi người bán.")
    _step(order, State.RETURN_ASKED, SYSTEM, reason=reason.strip(), return_at=clock.now())
    return order


@transaction.atomic
def take_back(*, order: Order, by: Viewer, back_on_shelf: bool) -> Order:
    """The shop has the goods again; what was paid goes back. Raises PermissionError, StepRefused."""
    order = _of_shop(order, by)
    _step(order, State.RETURNED, by, ended_at=clock.now())
    if back_on_shelf:
        return_stock(quantities_of(order), reference=order.purchase.code, by=by)
    give_back(order, by=by, reason="Người mua trả hàng.")
    return order


@transaction.atomic
def refuse_return(*, order: Order, by: Viewer, reason: str) -> Order:
    """The shop does not take it back and says why; the order stays delivered. Raises PermissionError, StepRefused."""
    order = _of_shop(order, by)
    if not reason.strip():
        raise StepRefused("Hãy ghi lý do, người mua sẽ đọc.")
    if order.state != State.RETURN_ASKED:
        raise StepRefused(MOVED_ON)
    return _delivered(order, by, reason=reason.strip())


def _locked(order: Order) -> Order:
    return Order.objects.select_for_update(of=("self",)).select_related("purchase", "shop__producer").get(pk=order.pk)


def _of_shop(order: Order, by: Viewer) -> Order:
    order = _locked(order)
    if not may_act_for(by, order.shop.producer_id):
        raise PermissionError
    return order


def _step(order: Order, to: State, by: Viewer, **changes: Any) -> None:
    if not move_order(order, to, by=by, **changes):
        raise StepRefused(MOVED_ON)


def _delivered(order: Order, by: Viewer, *, reason: str = "") -> Order:
    if order.delivered_at is not None:  # it had come before somebody asked to send it back
        _step(order, State.DELIVERED, by, reason=reason, return_at=clock.now())
        return order
    answered = {"return_at": clock.now()} if order.state == State.RETURN_ASKED else {}
    _step(order, State.DELIVERED, by, delivered_at=clock.now(), reason=reason, **answered)
    if order.purchase.method == Method.VNPAY:
        earn(order, by=by)
    elif not order.is_paid:
        Order.objects.filter(pk=order.pk).update(is_paid=True)
        order.is_paid = True
        note_direct_money(order, by=by)
    return order


def _cancelled(order: Order, by: Viewer, reason: str) -> Order:
    was_accepted = order.state != State.WAITING
    # One payment stands for all its orders: while it may still arrive, none of them goes alone.
    if not was_accepted and order.purchase.method == Method.VNPAY:
        is_paid = order.purchase.state == Purchase.State.PAID
        raise StepRefused(MOVED_ON if is_paid else "Đơn chưa trả tiền sẽ tự hủy sau ít phút.")
    _step(order, State.CANCELLED, by, ended_at=clock.now(), reason=reason)
    to_shelf = return_stock if was_accepted else give_stock_back
    to_shelf(quantities_of(order), reference=order.purchase.code, by=by)
    give_back(order, by=by, reason=reason)
    return order
