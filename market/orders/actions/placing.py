"""Placing purchases."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import prefetch_related_objects
from django.urls import reverse

from core.audit.actions import record
from core.kit import clock
from core.people.queries import Viewer
from core.places.models import Unit
from market.goods.queries import rules_in_force
from market.listings.actions import sell_stock, take_stock
from market.listings.models import Listing
from market.listings.queries import promotions_ahead
from market.listings.rules import is_for_adults, selling_price
from market.orders.actions.moving import accept_order
from market.orders.models import Method, Order, OrderLine, Purchase
from market.orders.rules import KEEP_FOR_TRANSFER, delivery_fee, ways_to_pay
from market.payments.actions import open_payment
from market.payments.models import Payment
from market.shops.models import Shop

# A purchase keeps its goods while the buyer may be at the bank: the attempt's 15 minutes and the questions after it.
KEEP_FOR = timedelta(minutes=30)
SMALLEST_ORDER = 5_000
LARGEST_ORDER = 999_999_999


class AmountOutOfBounds(Exception):
    """VNPAY takes from 5,000 to 999,999,999 đồng at once."""


class TotalChanged(Exception):
    """Goods and delivery cost `total` đồng now, of which `fees` delivery: not what the buyer was shown."""

    def __init__(self, total: int, fees: int) -> None:
        super().__init__(total, fees)
        self.total, self.fees = total, fees


class AgeNotConfirmed(Exception):
    """Among the goods is something for people of 18 and more only, and nobody said that the buyer is."""


class NotSentThere(Exception):
    """`shop` does not send to the receiver's commune."""

    def __init__(self, shop: Shop) -> None:
        super().__init__(shop.pk)
        self.shop = shop


class NotTaken(Exception):
    """One of the shops does not take this way of paying."""


@dataclass(frozen=True)
class Receiver:
    """Where the goods go: `phone` is E.164, `address` the house and the street or hamlet, `commune` one of today."""

    name: str
    phone: str
    address: str
    commune: Unit


@transaction.atomic
def place_purchase(
    *,
    wanted: Sequence[tuple[Listing, int]],
    receiver: Receiver,
    by: Viewer,
    method: str = Method.VNPAY,
    total_seen: int | None = None,
    of_age: bool = False,
    is_demo: bool = False,
) -> Purchase:
    """Take the goods, freeze name and price, open the payment: all or nothing. `total_seen` is what the buyer agreed to pay,
    in đồng; None where nobody was shown a total; `of_age`: the buyer said that buyer and receiver are 18 or older (Law
    44/2019/QH14).

    Paid by VNPAY it waits for the money; to be paid in cash each shop packs at once; by transfer each shop waits for its own.
    Raises market.listings.actions.OutOfStock, TotalChanged, AmountOutOfBounds, AgeNotConfirmed, NotSentThere, NotTaken.
    """
    now = clock.now()
    code = f"DH{now.astimezone(clock.VIETNAM):%y%m%d}{secrets.token_hex(3).upper()}"
    # Prices and names are those of the rows that are held now, not of the objects the caller has read before.
    held = {listing.pk: listing for listing in take_stock(wanted, reference=code)}
    prefetch_related_objects(
        list(held.values()), promotions_ahead(), "category", "shop__producer__commune", "shop__delivery"
    )
    bought = [(held[listing.pk], quantity) for listing, quantity in wanted]
    rules = rules_in_force(clock.today())
    for_adults = any(is_for_adults(listing, rules) for listing, _ in bought)
    if for_adults and not of_age:
        raise AgeNotConfirmed
    parts = _by_shop(bought)
    if Method(method) not in ways_to_pay(shop for shop, _ in parts):
        raise NotTaken
    fees = [_fee(shop, lines, receiver.commune) for shop, lines in parts]
    total = sum(selling_price(listing) * quantity for listing, quantity in bought) + sum(fees)
    if total_seen not in {None, total}:
        raise TotalChanged(total, sum(fees))
    if not SMALLEST_ORDER <= total <= LARGEST_ORDER:
        raise AmountOutOfBounds
    key = secrets.token_urlsafe(24)
    purchase = Purchase.objects.create(
        code=code,
        key=key,
        buyer_id=by.user_id,
        receiver_name=receiver.name,
        receiver_phone=receiver.phone,
        receiver_address=receiver.address,
        commune=receiver.commune,
        method=method,
        payment=_payment(method, code, total, key),
        state=Purchase.State.PLACED if method == Method.VNPAY else Purchase.State.DIRECT,
        total=total,
        placed_at=now,
        keep_until=now + (KEEP_FOR_TRANSFER if method == Method.TRANSFER else KEEP_FOR),
        is_demo=is_demo,
    )
    orders = [
        _order(purchase, number, *part, fee) for number, (part, fee) in enumerate(zip(parts, fees, strict=True), 1)
    ]
    said = {"tuổi người mua": ("", "nói đã đủ 18")} if for_adults else {}
    record("order.placed", actor_id=by.user_id, object_label=f"order:{purchase.pk}", changes=said)
    if method == Method.CASH:
        sell_stock([(listing.pk, quantity) for listing, quantity in bought], reference=code)
        for order in orders:
            accept_order(order, is_paid=False)
    return purchase


def _by_shop(bought: Sequence[tuple[Listing, int]]) -> list[tuple[Shop, list[tuple[Listing, int]]]]:
    parts: dict[int, tuple[Shop, list[tuple[Listing, int]]]] = {}
    for listing, quantity in bought:
        parts.setdefault(listing.shop_id, (listing.shop, []))[1].append((listing, quantity))
    return list(parts.values())


def _fee(shop: Shop, lines: Sequence[tuple[Listing, int]], commune: Unit) -> int:
    goods = sum(selling_price(listing) * quantity for listing, quantity in lines)
    fee = delivery_fee(shop, shop.delivery.all(), commune, goods)
    if fee is None:
        raise NotSentThere(shop)
    return fee


def _payment(method: str, code: str, total: int, key: str) -> Payment | None:
    if method != Method.VNPAY:
        return None
    return open_payment(reference=code, amount=total, return_path=reverse("order", args=[key]))


def _order(purchase: Purchase, number: int, shop: Shop, lines: Sequence[tuple[Listing, int]], fee: int) -> Order:
    order = Order.objects.create(
        purchase=purchase,
        shop=shop,
        code=f"{purchase.code}{number:02d}",
        goods=sum(selling_price(listing) * quantity for listing, quantity in lines),
        fee=fee,
    )
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order,
            listing=listing,
            name=listing.full_name,
            unit=listing.unit,
            price=selling_price(listing),
            quantity=quantity,
        )
        for listing, quantity in lines
    )
    return order
