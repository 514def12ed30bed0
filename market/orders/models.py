"""Orders of buyers. One order may hold goods of several shops; each shop sees only its own lines."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from core.kit.encryption import EncryptedTextField
from core.people.models import User
from market.listings.models import Listing
from market.payments.models import Payment
from market.shops.models import Shop


class Order(models.Model):
    """A purchase. `code` is what people say on the phone, `key` the unguessable part of its address.

    Stock is taken when the order is placed and given back when it is released without payment.
    """

    class State(models.TextChoices):
        PLACED = "placed", "chờ thanh toán"
        PAID = "paid", "đã thanh toán"
        RELEASED = "released", "đã hủy"
        PAID_LATE = "paid_late", "đã trả tiền sau khi hủy, chờ hoàn tiền"

    code = models.CharField(max_length=20, unique=True)
    key = models.CharField(max_length=43, unique=True)
    buyer = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="orders")
    receiver_name = models.CharField("họ tên người nhận", max_length=120)
    receiver_phone = EncryptedTextField()
    receiver_address = EncryptedTextField()
    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="order")
    total = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLACED)
    placed_at = models.DateTimeField()
    keep_until = models.DateTimeField(db_index=True)
    paid_at = models.DateTimeField(null=True)
    is_demo = models.BooleanField(default=False)


class OrderLine(models.Model):
    """A frozen copy of what was bought: name (with the size) and price of that moment."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="lines")
    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="+")
    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="order_lines")
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
