"""Reading baskets and orders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
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
from market.orders.models import STEP_TIMES, Method, Order, Purchase
from market.payments.models import Refund
from market.payments.rules import may_see_money
from market.shops.models import DeliveryRule, Shop
from onboarding.producers.models import Producer
from onboarding.producers.queries import producers_at_work, producers_with_key


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
    rows = with_promotions(Listing.objects.filter(sku__in=basket).select_related("shop__producer__commune", "category"))
    rules = rules_in_force(clock.today()) if basket else []
    found = {
        row.sku: row
        for row in rows.prefetch_related(
            "shop__delivery", Prefetch("photos", ListingPhoto.objects.select_related("photo"))
        )
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


@dataclass(frozen=True)
class ShopPart:
    """What of the basket comes from one shop, and what the shop takes for bringing it."""

    shop: Shop
    lines: list[BasketLine]
    rules: list[DeliveryRule]


def parts_of(lines: Iterable[BasketLine]) -> list[ShopPart]:
    """The basket by shop, in the order of adding, with what each shop takes for delivery."""
    parts: dict[int, ShopPart] = {}
    for line in lines:
        shop = line.listing.shop
        if shop.pk not in parts:
            parts[shop.pk] = ShopPart(shop, [], list(shop.delivery.all()))
        parts[shop.pk].lines.append(line)
    return list(parts.values())


def purchase_by_key(key: str) -> Purchase | None:
    """The purchase behind an unguessable address, with its payment and its orders."""
    orders = Order.objects.select_related("shop__producer").prefetch_related("lines").order_by("pk")
    found = Purchase.objects.filter(key=key).select_related("payment", "commune__parent")
    return found.prefetch_related(Prefetch("orders", orders)).first()


def refunds_of(purchase: Purchase) -> list[Refund]:
    """What goes back to the buyer, oldest first."""
    if purchase.payment_id is None:
        return []
    return list(Refund.objects.filter(charge__payment_id=purchase.payment_id).exclude(state="withdrawn").order_by("pk"))


def unpaid_purchases(keys: Iterable[str]) -> list[Purchase]:
    """Those of these purchases that still wait for their payment, newest first."""
    return list(Purchase.objects.filter(key__in=list(keys), state=Purchase.State.PLACED).order_by("-placed_at"))


def orders_of_shops(viewer: Viewer) -> QuerySet[Order]:
    """Orders of the shops this person works for now that count, newest first: what waits for VNPAY is nobody's to pack yet."""
    return _that_count(producers_at_work(viewer)).order_by("-purchase__placed_at", "pk")


def orders_acted_for(viewer: Viewer) -> QuerySet[Order]:
    """The same of every producer this person could act for when the key was made and may today: a program with a key has
    no session that chooses one. In the order in which they were placed."""
    return _that_count(producers_with_key(viewer)).order_by("pk")


def changed_since(moment: datetime) -> Q:
    """The condition "a step was taken at this moment or later" on orders."""
    found = Q(purchase__placed_at__gte=moment)
    for name in STEP_TIMES:
        found |= Q(**{f"{name}__gte": moment})
    return found


def _that_count(producers: QuerySet[Producer]) -> QuerySet[Order]:
    waiting = Q(state=Order.State.WAITING, purchase__method=Method.VNPAY)
    unpaid = Q(state=Order.State.CANCELLED, accepted_at__isnull=True, purchase__method=Method.VNPAY)
    return (
        Order.objects.filter(shop__producer__in=producers)
        .exclude(waiting | unpaid)
        .select_related("purchase__commune__parent", "shop")
        .prefetch_related("lines")
    )


def transfers_awaited(viewer: Viewer) -> QuerySet[Order]:
    """Orders of all shops that wait for a bank transfer, the soonest to lapse first; none for who may not see money."""
    found = Order.objects.filter(state=Order.State.WAITING, purchase__method=Method.TRANSFER)
    found = found.select_related("purchase", "shop__producer").order_by("purchase__keep_until", "pk")
    return found if may_see_money(viewer) else found.none()


def counts_by_state(viewer: Viewer) -> dict[str, int]:
    """{state: orders} of the shops this person works for."""
    rows = orders_of_shops(viewer).order_by().values_list("state").annotate(number=Count("pk"))
    return dict(rows)


def order_todos(viewer: Viewer) -> Iterable[Todo]:
    """Orders to pack, transfers to confirm, goods that somebody wants to send back."""
    counts = counts_by_state(viewer) if viewer.is_signed_in else {}
    for state, words, label in (
        (Order.State.TO_PACK, "Có %d đơn cần đóng gói.", "Xem đơn hàng"),
        (Order.State.WAITING, "Có %d đơn chờ bạn xác nhận tiền chuyển khoản.", "Xem đơn"),
        (Order.State.RETURN_ASKED, "Có %d người mua xin trả hàng.", "Xem đơn"),
    ):
        if count := counts.get(state, 0):
            yield Todo(words % count, f"{reverse('seller_orders')}?trang-thai={state.value}", label, 1, "warn")


def labels_of_buyer(user_id: int) -> list[str]:
    """The audit labels of what a person ordered while signed in; the last 200."""
    purchases = Purchase.objects.filter(buyer_id=user_id).order_by("-pk").values_list("pk", flat=True)[:200]
    orders = Order.objects.filter(purchase__in=list(purchases)).values_list("pk", flat=True)
    return [f"order:{number}" for number in purchases] + [f"shop_order:{number}" for number in orders]


def phone_of_receiver(viewer: Viewer, number: int) -> Revealed | None:
    """The receiver's phone of an order of a shop this person acts for, for an audited look."""
    order = orders_of_shops(viewer).filter(pk=number).first()
    if order is None:
        return None
    return Revealed(order.purchase.receiver_phone, order.purchase.receiver_name, f"shop_order:{number}")


def bought_beyond(viewer: Viewer) -> Exists:
    """The condition on people "has ordered something", for viewers without a province: an order lies in no commune."""
    placed = Purchase.objects.filter(buyer=OuterRef("pk"))
    return Exists(placed.none() if viewer.has_role(*WIDE) else placed)
