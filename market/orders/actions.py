"""Placing and releasing orders."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import prefetch_related_objects
from django.urls import reverse

from core.audit.actions import record
from core.kit import clock
from core.kit.money import dong
from core.messages.actions import send_message
from core.people.queries import SYSTEM, Viewer
from market.goods.queries import rules_in_force
from market.listings.actions import OutOfStock, give_stock_back, sell_stock, take_stock
from market.listings.models import Listing
from market.listings.queries import promotions_ahead
from market.listings.rules import is_for_adults, selling_price
from market.orders.models import Order, OrderLine
from market.payments.actions import cancel_payment, open_payment
from market.payments.events import PaymentSettled
from market.payments.models import Payment, PaymentAttempt
from onboarding.producers.queries import people_of

logger = logging.getLogger(__name__)

# An order keeps its goods while the buyer may be at the bank: the attempt's 15 minutes and the questions after it.
KEEP_FOR = timedelta(minutes=30)
SMALLEST_ORDER = 5_000
LARGEST_ORDER = 999_999_999


class AmountOutOfBounds(Exception):
    """VNPAY takes from 5,000 to 999,999,999 đồng at once."""


class TotalChanged(Exception):
    """The goods cost `total` đồng now, which is not what the buyer was shown."""

    def __init__(self, total: int) -> None:
        super().__init__(total)
        self.total = total


class AgeNotConfirmed(Exception):
    """Among the goods is something for people of 18 and more only, and nobody said that the buyer is."""


@dataclass(frozen=True)
class Receiver:
    """Where the goods go. `phone` is E.164."""

    name: str
    phone: str
    address: str


@transaction.atomic
def place_order(
    *,
    wanted: Sequence[tuple[Listing, int]],
    receiver: Receiver,
    by: Viewer,
    total_seen: int | None = None,
    of_age: bool = False,
    is_demo: bool = False,
) -> Order:
    """Take the goods, freeze name and price, open the payment: all or nothing. `total_seen` is what the buyer agreed to pay,
    in đồng; None where nobody was shown a total; `of_age`: the buyer said that buyer and receiver are 18 or older (Law
    44/2019/QH14).

    Raises market.listings.actions.OutOfStock, TotalChanged, AmountOutOfBounds, AgeNotConfirmed.
    """
    now = clock.now()
    code = f"DH{now.astimezone(clock.VIETNAM):%y%m%d}{secrets.token_hex(3).upper()}"
    # Prices and names are those of the rows that are held now, not of the objects the caller has read before.
    held = {listing.pk: listing for listing in take_stock(wanted, reference=code)}
    prefetch_related_objects(list(held.values()), promotions_ahead(), "category")
    bought = [(held[listing.pk], quantity) for listing, quantity in wanted]
    rules = rules_in_force(clock.today())
    for_adults = any(is_for_adults(listing, rules) for listing, _ in bought)
    if for_adults and not of_age:
        raise AgeNotConfirmed
    total = sum(selling_price(listing) * quantity for listing, quantity in bought)
    if total_seen not in {None, total}:
        raise TotalChanged(total)
    if not SMALLEST_ORDER <= total <= LARGEST_ORDER:
        raise AmountOutOfBounds
    key = secrets.token_urlsafe(24)
    order = Order.objects.create(
        code=code,
        key=key,
        buyer_id=by.user_id,
        receiver_name=receiver.name,
        receiver_phone=receiver.phone,
        receiver_address=receiver.address,
        payment=open_payment(reference=code, amount=total, return_path=reverse("order", args=[key])),
        total=total,
        placed_at=now,
        keep_until=now + KEEP_FOR,
        is_demo=is_demo,
    )
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order,
            listing=listing,
            shop_id=listing.shop_id,
            name=listing.full_name,
            unit=listing.unit,
            price=selling_price(listing),
            quantity=quantity,
        )
        for listing, quantity in bought
    )
    said = {"tuổi người mua": ("", "nói đã đủ 18")} if for_adults else {}
    record("order.placed", actor_id=by.user_id, object_label=f"order:{order.pk}", changes=said)
    return order


@transaction.atomic
def release_order(order: Order) -> bool:
    """Give the goods of an unpaid order back. False when it is paid, or money may still be on its way."""
    # The payment is locked before the order, as by the gateway's messages: the other way round they could wait for each other.
    if not cancel_payment(payment=order.payment):
        return False
    if not Order.objects.filter(pk=order.pk, state=Order.State.PLACED).update(state=Order.State.RELEASED):
        return False
    give_stock_back(_quantities(order), reference=order.code)
    record("order.released", actor_id=None, object_label=f"order:{order.pk}", via="work")
    return True


def on_payment_settled(event: PaymentSettled) -> None:
    """Money has arrived: the order is paid, or, released meanwhile, waits for a refund by a person."""
    now = clock.now()
    orders = Order.objects.filter(payment_id=event.payment_id)
    if orders.filter(state=Order.State.PLACED).update(state=Order.State.PAID, paid_at=now):
        record("order.paid", actor_id=None, object_label=f"order:{orders.get().pk}", via="gateway")
        sell_stock(_quantities(orders.get()), reference=orders.get().code)
        _tell_sellers(orders.get())
    elif orders.filter(state=Order.State.RELEASED).update(state=Order.State.PAID_LATE, paid_at=now):
        record("order.paid_late", actor_id=None, object_label=f"order:{orders.get().pk}", via="gateway")


def _quantities(order: Order) -> list[tuple[int, int]]:
    return [(line.listing_id, line.quantity) for line in order.lines.all()]


def _tell_sellers(order: Order) -> None:
    """Each shop's people read of their own lines only. Nothing about the buyer leaves the order's page."""
    by_producer: dict[int, list[OrderLine]] = {}
    for line in order.lines.select_related("shop").order_by("pk"):
        by_producer.setdefault(line.shop.producer_id, []).append(line)
    for producer_id, lines in by_producer.items():
        goods = [f"{line.quantity} × {line.name}" for line in lines[:3]]
        goods += [f"và {len(lines) - 3} món khác"] if len(lines) > 3 else []
        amount = dong(sum(line.sum for line in lines))
        for user in people_of(producer_id):
            send_message(
                "order.paid",
                user=user,
                context={"code": order.code, "goods": "; ".join(goods), "amount": amount},
                key=f"order:{order.pk}",
                link=reverse("seller_orders"),
                by=SYSTEM,
            )


def release_forgotten_orders() -> int:
    """The periodic job: release what was kept long enough; returns how many."""
    late = Order.objects.filter(
        state=Order.State.PLACED, keep_until__lt=clock.now(), payment__state=Payment.State.WAITING
    ).exclude(payment__attempts__state=PaymentAttempt.State.OPEN)  # many of those must not hide the ones behind them
    return sum(_released(order) for order in late.order_by("keep_until")[:50])


def _released(order: Order) -> bool:
    try:
        return release_order(order)
    except OutOfStock:  # its books do not add up: for a person, and no reason to keep the others waiting
        logger.exception("order %s cannot give its goods back", order.pk)
        return False
