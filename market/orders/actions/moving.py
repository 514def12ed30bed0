"""An order's way through its states: every step guarded by the update itself, for SQLite ignores row locks."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from core.audit.actions import record
from core.kit import clock
from core.kit.money import dong
from core.messages.actions import send_message
from core.people.queries import SYSTEM, Viewer
from market.orders.models import Order
from market.orders.rules import FROM
from onboarding.producers.queries import people_of

State = Order.State


def move_order(order: Order, to: State, *, by: Viewer = SYSTEM, via: str = "", **changes: Any) -> bool:
    """Take one step, with its entry in the trail; False where the order is no longer where the step begins."""
    moved = Order.objects.filter(pk=order.pk, state__in=FROM[to]).update(state=to, **changes)
    if not moved:
        return False
    for name, value in {"state": to, **changes}.items():
        setattr(order, name, value)
    record(f"shop_order.{to.value}", actor_id=by.user_id, object_label=f"shop_order:{order.pk}", via=via)
    return True


def quantities_of(order: Order) -> list[tuple[int, int]]:
    """Pairs of listing id and quantity, for the book of stock."""
    return [(line.listing_id, line.quantity) for line in order.lines.all()]


def accept_order(order: Order, *, is_paid: bool, by: Viewer = SYSTEM, via: str = "") -> bool:
    """The order counts, and its shop is told to pack. The caller sells the goods, those of several orders at once: two purchases
    over the same shops must not wait for each other."""
    if not move_order(order, State.TO_PACK, by=by, via=via, is_paid=is_paid, accepted_at=clock.now()):
        return False
    _tell_seller(order)
    return True


def _tell_seller(order: Order) -> None:
    """The shop's people read of their own goods only. Nothing about the buyer leaves the order's page."""
    lines = sorted(order.lines.all(), key=lambda line: line.pk)
    goods = [f"{line.quantity} × {line.name}" for line in lines[:3]]
    goods += [f"và {len(lines) - 3} món khác"] if len(lines) > 3 else []
    context: dict[str, str | int] = {
        "code": order.code,
        "goods": "; ".join(goods),
        "amount": dong(order.total),
        "is_paid": int(order.is_paid),
    }
    for user in people_of(order.shop.producer_id):
        send_message(
            "order.paid",
            user=user,
            context=context,
            key=f"order:{order.pk}",
            link=reverse("seller_order", args=[order.code]),
            by=SYSTEM,
        )
