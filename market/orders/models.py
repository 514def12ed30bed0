"""Purchases and their orders: a buyer purchases once from several shops, each shop has an order of its own."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q

from core.kit.encryption import EncryptedTextField
from core.people.models import User
from core.places.models import Unit
from market.listings.models import Listing
from market.payments.models import Payment
from market.shops.models import Shop


class Method(models.TextChoices):
    """How a purchase is paid. VNPAY pays the operator, who hands on; cash and transfers go to each shop itself."""

    VNPAY = "vnpay", "VNPAY (mã QR, thẻ)"
    CASH = "cash", "Trả tiền khi nhận hàng"
    TRANSFER = "transfer", "Chuyển khoản cho người bán"


class Purchase(models.Model):
    """What a buyer buys at once. `code` is what people say on the phone, `key` the unguessable part of its address.

    Stock is taken when it is placed and given back when it is released without payment. `total` holds goods and delivery of all
    its orders. `commune` is unknown of the oldest purchases only.
    """

    class State(models.TextChoices):
        PLACED = "placed", "chờ thanh toán"
        PAID = "paid", "đã thanh toán"
        RELEASED = "released", "đã hủy"
        PAID_LATE = "paid_late", "đã trả tiền sau khi hủy, chờ hoàn tiền"
        DIRECT = "direct", "trả thẳng cho người bán"

    code = models.CharField(max_length=20, unique=True)
    key = models.CharField(max_length=43, unique=True)
    buyer = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="purchases")
    receiver_name = models.CharField("họ tên người nhận", max_length=120)
    receiver_phone = EncryptedTextField()
    receiver_address = EncryptedTextField()
    commune = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    method = models.CharField(max_length=10, choices=Method.choices, default=Method.VNPAY)
    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, null=True, related_name="purchase")
    total = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLACED)
    placed_at = models.DateTimeField()
    keep_until = models.DateTimeField(db_index=True)
    paid_at = models.DateTimeField(null=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(method="vnpay", payment__isnull=False) | (~Q(method="vnpay") & Q(payment__isnull=True)),
                name="purchase_payment_by_vnpay",
            ),
            models.CheckConstraint(
                condition=Q(method="vnpay") & ~Q(state="direct") | ~Q(method="vnpay") & Q(state="direct"),
                name="purchase_direct_unless_vnpay",
            ),
        ]


# One for every step of an order's way; when it was placed is known of its purchase.
STEP_TIMES = ("accepted_at", "packed_at", "sent_at", "delivered_at", "return_at", "ended_at")


class Order(models.Model):
    """One shop's part of a purchase, and how far it is. `goods` and `fee` (delivery) in đồng.

    `code` names it everywhere, also in the words of a bank transfer. Who ended it and why stands in `reason`; `return_at` is when a
    return was last asked for or answered.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "chờ trả tiền"
        TO_PACK = "to_pack", "cần đóng gói"
        PACKED = "packed", "đã đóng gói"
        SENT = "sent", "đang giao"
        DELIVERED = "delivered", "đã giao"
        CANCELLED = "cancelled", "đã hủy"
        RETURN_ASKED = "return_asked", "người mua xin trả hàng"
        RETURNED = "returned", "đã nhận lại hàng"

    purchase = models.ForeignKey(Purchase, on_delete=models.PROTECT, related_name="orders")
    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="orders")
    code = models.CharField(max_length=24, unique=True)
    goods = models.BigIntegerField()
    fee = models.BigIntegerField(default=0)
    state = models.CharField(max_length=14, choices=State.choices, default=State.WAITING)
    is_paid = models.BooleanField(default=False)
    accepted_at = models.DateTimeField(null=True)
    packed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    return_at = models.DateTimeField(null=True)
    carrier = models.CharField("đơn vị giao", max_length=60, blank=True, default="")
    tracking = models.CharField("mã vận đơn", max_length=40, blank=True, default="")
    reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        # Purchases were once called orders, and their indices in PostgreSQL still are.
        db_table = "market_shop_order"
        constraints = [
            models.UniqueConstraint(fields=["purchase", "shop"], name="order_once_per_shop"),
            models.CheckConstraint(condition=Q(goods__gt=0, fee__gte=0), name="order_sums_are_positive"),
        ]
        indexes = [
            models.Index(fields=["shop", "state"], name="shop_order_by_state"),
            # Looked through every second, and short: what is paid leaves it.
            models.Index(fields=["purchase"], condition=Q(state="waiting"), name="shop_order_waiting"),
        ]

    @property
    def total(self) -> int:
        """Goods and delivery, in đồng."""
        return self.goods + self.fee

    @property
    def changed_at(self) -> datetime:
        """When its last step was taken; reads the purchase."""
        steps: list[datetime | None] = [getattr(self, name) for name in STEP_TIMES]
        return max(moment for moment in (self.purchase.placed_at, *steps) if moment is not None)


class OrderLine(models.Model):
    """A frozen copy of what was bought: name (with the size) and price of that moment."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="lines")
    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=165)
    unit = models.CharField(max_length=10)
    price = models.BigIntegerField()
    quantity = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "listing"], name="order_line_once"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="order_line_at_least_one"),
        ]

    @property
    def sum(self) -> int:
        """Price × quantity, in đồng."""
        return self.price * self.quantity
