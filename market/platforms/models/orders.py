"""Orders that platforms took for our goods, and what a platform told us by itself. Nothing here says who bought."""

from __future__ import annotations

import secrets

from django.db import models
from django.db.models import Q

from core.kit import clock
from core.people.models import User
from market.listings.models import Listing
from market.platforms.models.connections import Connection


def new_push_token() -> str:
    """The part of an address that nobody guesses; who may use it is proved by signatures, not by this."""
    return secrets.token_urlsafe(24)


class PlatformFeed(models.Model):
    """How far a connection's orders have been read, and where the platform may send its hints (`push_token`).

    `due_at` is when orders are asked for next: a hint brings it forward. `seen_until` is the newest change that was read; each reading
    begins well before it. Orders from before `counts_from` leave the stock alone: whoever entered it had seen them. `deep_on` is the day (of Vietnam) of the last reading that went back much further.
    """

    connection = models.OneToOneField(Connection, on_delete=models.CASCADE, related_name="feed")
    push_token = models.CharField(max_length=40, unique=True, default=new_push_token)
    due_at = models.DateTimeField()
    seen_until = models.DateTimeField(null=True)
    counts_from = models.DateTimeField(default=clock.now)
    deep_on = models.DateField(null=True)
    pulled_at = models.DateTimeField(null=True)
    unreadable = models.PositiveIntegerField(default=0)
    last_failure = models.CharField(max_length=60, blank=True, default="")


class PlatformOrder(models.Model):
    """An order on a platform, as far as it concerns the goods. Money is whole đồng. `status` only moves forwards; `raw_status` is the
    platform's own word for it. `reasons` say why a person should look (`rules.Reason`)."""

    class Status(models.TextChoices):
        UNKNOWN = "unknown", "chưa rõ"
        PLACED = "placed", "mới đặt"
        CONFIRMED = "confirmed", "đã xác nhận"
        SHIPPED = "shipped", "đang giao"
        DELIVERED = "delivered", "đã giao"
        CANCELLED = "cancelled", "đã hủy"
        RETURNED = "returned", "đã trả hàng"

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="orders")
    remote_id = models.CharField(max_length=80)
    placed_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    raw_status = models.CharField(max_length=60)
    status = models.CharField(max_length=10, choices=Status.choices)
    shipping_fee = models.PositiveBigIntegerField(default=0)
    platform_fee = models.PositiveBigIntegerField(default=0)
    needs_review = models.BooleanField(default=False)
    reasons = models.JSONField(default=list, blank=True)
    remote_hash = models.CharField(max_length=64)
    first_seen_at = models.DateTimeField()
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "remote_id"], name="platform_order_once")]
        indexes = [
            models.Index(fields=["-placed_at", "-id"], name="platform_orders_newest"),
            models.Index(fields=["-placed_at"], condition=Q(needs_review=True), name="platform_orders_to_review"),
        ]


class PlatformOrderLine(models.Model):
    """Goods in it: the SKU and name as the platform gives them, our listing where the SKU is exactly ours. `price` is of one piece."""

    order = models.ForeignKey(PlatformOrder, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    sku = models.CharField(max_length=64, blank=True)
    title = models.CharField(max_length=200, blank=True)
    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, null=True, related_name="platform_order_lines")
    quantity = models.PositiveIntegerField()
    price = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="platform_order_line_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="platform_order_line_of_something"),
            models.CheckConstraint(condition=Q(listing=None) | ~Q(sku=""), name="platform_order_line_by_sku"),
        ]

    @property
    def amount(self) -> int:
        """Of all pieces, in whole đồng."""
        return self.quantity * self.price


class PlatformPush(models.Model):
    """One hint that was proved to come from the platform, so that the same one again does nothing. The message itself is not kept, only its
    digest."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="pushes")
    event_id = models.CharField(max_length=80)
    kind = models.CharField(max_length=10)
    digest = models.CharField(max_length=64)
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "event_id"], name="platform_push_once")]
