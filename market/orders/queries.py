"""Reading baskets and orders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.urls import reverse

from core.desk.registry import Todo
from core.kit import clock
from core.people.helping.registry import WIDE
from core.people.queries import Viewer
from core.people.reveal.registry import Revealed
from market.goods.queries import rules_in_force
from market.listings.models import Listing, ListingPhoto
from market.listings.queries import with_promotions
from market.listings.rules import is_for_adults, selling_price
from market.orders.models import Order, OrderLine
from onboarding.producers.queries import producers_at_work


@dataclass(frozen=True)
class BasketLine:
    """One thing in the basket at today's price. `problem` is a sentence when it cannot be bought so;
    `for_adults`: only people of 18 and more may buy it."""

    listing: Listing
    quantity: int
    problem: str = ""
    for_adults: bool = False

    @property
    def price(self) -> int:
        """What one unit costs today, in đồng."""
        return selling_price(self.listing)

    @property
    def sum(self) -> int:
        """Price × quantity, in đồng."""
        return self.price * self.quantity


def basket_lines(basket: Mapping[str, int]) -> list[BasketLine]:
    """The basket with fresh prices and stock; what is no longer there at all is left out."""
    rows = with_promotions(Listing.objects.filter(sku__in=basket).select_related("shop", "category"))
    rules = rules_in_force(clock.today()) if basket else []
    found = {
        row.sku: row for row in rows.prefetch_related(Prefetch("photos", ListingPhoto.objects.select_related("photo")))
    }
    return [
        BasketLine(found[sku], quantity, _problem(found[sku], quantity), is_for_adults(found[sku], rules))
        for sku, quantity in basket.items()
        if sku in found
    ]


def _problem(listing: Listing, quantity: int) -> str:
    if not listing.is_on_sale:
        return "Sản phẩm này không còn bán. Hãy bỏ khỏi giỏ."
    if listing.stock == 0:
        return "Sản phẩm này vừa hết hàng. Hãy bỏ khỏi giỏ."
    if listing.stock < quantity:
        return f"Chỉ còn {listing.stock} {listing.get_unit_display()}. Hãy giảm số lượng."
    return ""


def order_by_key(key: str) -> Order | None:
    """The order behind an unguessable address, with its lines and payment."""
    return Order.objects.filter(key=key).select_related("payment").prefetch_related("lines__shop").first()


def unpaid_orders(keys: Iterable[str]) -> list[Order]:
    """Those of these orders that still wait for their payment, newest first."""
    return list(Order.objects.filter(key__in=list(keys), state=Order.State.PLACED).order_by("-placed_at"))


def lines_sold_by(viewer: Viewer) -> QuerySet[OrderLine]:
    """Paid lines of the shops this person works for now, newest first: never another shop's lines of the same order."""
    return (
        OrderLine.objects.filter(shop__producer__in=producers_at_work(viewer), order__state=Order.State.PAID)
        .select_related("order", "shop")
        .order_by("-order__paid_at", "pk")
    )


def order_todos(viewer: Viewer) -> Iterable[Todo]:
    """Paid orders to pack."""
    count = lines_sold_by(viewer).values("order_id").distinct().count()
    if count:
        yield Todo(f"Có {count} đơn đã trả tiền cần giao.", reverse("seller_orders"), "Xem đơn hàng", 1, "warn")


def labels_of_buyer(user_id: int) -> list[str]:
    """The audit labels of what a person ordered while signed in; the last 200."""
    orders = Order.objects.filter(buyer_id=user_id).order_by("-pk").values_list("pk", flat=True)[:200]
    return [f"order:{number}" for number in orders]


def phone_of_receiver(viewer: Viewer, number: int) -> Revealed | None:
    """The receiver's phone of an order with goods of a shop this person acts for, for an audited look."""
    sold = lines_sold_by(viewer).filter(order_id=number).first()
    if sold is None:
        return None
    return Revealed(sold.order.receiver_phone, sold.order.receiver_name, f"order:{number}")


def bought_beyond(viewer: Viewer) -> Exists:
    """The condition on people "has ordered something", for viewers without a province: an order lies in no commune."""
    placed = Order.objects.filter(buyer=OuterRef("pk"))
    return Exists(placed.none() if viewer.has_role(*WIDE) else placed)
