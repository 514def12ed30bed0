"""How far an order may go from where it is, what delivery costs, and how a purchase may be paid. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from core.places.models import Unit
from market.orders.models import Method, Order
from market.shops.models import DeliveryRule, Shop

State = Order.State
# From where each step may be taken. The buyer may call off until it is packed, the shop until it has left.
FROM: dict[State, frozenset[State]] = {
    State.TO_PACK: frozenset({State.WAITING}),
    State.PACKED: frozenset({State.TO_PACK}),
    State.SENT: frozenset({State.TO_PACK, State.PACKED}),
    State.DELIVERED: frozenset({State.SENT, State.RETURN_ASKED}),
    State.CANCELLED: frozenset({State.WAITING, State.TO_PACK, State.PACKED}),
    State.RETURN_ASKED: frozenset({State.SENT, State.DELIVERED}),
    State.RETURNED: frozenset({State.RETURN_ASKED}),
}
CALLED_OFF_BY_BUYER = frozenset({State.WAITING, State.TO_PACK})
# Goods may be sent back for so long after they came (the buyer's right to a remedy itself is older than any of our periods).
RETURN_WITHIN = timedelta(days=7)
# A transfer by hand may take a day; then the goods go back on the shelf.
KEEP_FOR_TRANSFER = timedelta(hours=48)


def can_go(order: Order, to: State) -> bool:
    """Whether this step is open."""
    return State(order.state) in FROM[to]


def delivery_fee(shop: Shop, rules: Iterable[DeliveryRule], commune: Unit | None, goods: int) -> int | None:
    """What this shop takes for bringing goods of so many đồng to this commune; None: it does not send there. The nearest row of
    its table counts; a row for a wider place covers what lies in it."""
    table = {rule.zone: rule for rule in rules}
    zones = [DeliveryRule.Zone.COUNTRY]
    home = shop.producer.commune
    if commune is not None and commune.parent_id == home.parent_id:
        zones.insert(0, DeliveryRule.Zone.PROVINCE)
    if commune is not None and commune.pk == home.pk:
        zones.insert(0, DeliveryRule.Zone.COMMUNE)
    rule = next((table[zone] for zone in zones if zone in table), None)
    if rule is None:
        return None
    return 0 if rule.free_from is not None and goods >= rule.free_from else rule.fee


def ways_to_pay(shops: Iterable[Shop]) -> list[Method]:
    """What all of these shops take, in the order in which it is offered."""
    shops = list(shops)
    taken = {
        Method.VNPAY: all(shop.takes_vnpay for shop in shops),
        Method.TRANSFER: all(shop.takes_transfer and shop.bank_account for shop in shops),
        Method.CASH: all(shop.takes_cash for shop in shops),
    }
    return [method for method, is_taken in taken.items() if is_taken]
