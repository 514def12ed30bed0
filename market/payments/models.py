"""Payments, the attempts to make them, and every message exchanged with a gateway.

All state changes happen in actions under a row lock, backed by conditional updates: SQLite ignores the lock.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Payment(models.Model):
    """Money asked for once. `reference` is the payer's order code; `amount` whole đồng."""

    class State(models.TextChoices):
        WAITING = "waiting", "chờ thanh toán"
        PROCESSING = "processing", "đang xác nhận"
        SUCCEEDED = "succeeded", "đã nhận tiền"
        CANCELED = "canceled", "đã hủy"

    reference = models.CharField(max_length=40, unique=True)
    amount = models.BigIntegerField()
    # Where the buyer's browser goes after the gateway: an unguessable page of the payer.
    return_path = models.CharField(max_length=120)
    state = models.CharField(max_length=12, choices=State.choices, default=State.WAITING)
    made_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gte=5_000, amount__lt=1_000_000_000), name="payment_amount_in_bounds"
            ),
            models.CheckConstraint(
                condition=Q(state="succeeded", settled_at__isnull=False)
                | (~Q(state="succeeded") & Q(settled_at__isnull=True)),
                name="payment_settled_when_succeeded",
            ),
        ]


class PaymentAttempt(models.Model):
    """One visit to the gateway: VNPAY's TxnRef with everything that a later query must repeat to the letter."""

    class State(models.TextChoices):
        OPEN = "open", "đang chờ khách"
        SUCCEEDED = "succeeded", "thành công"
        FAILED = "failed", "không thành công"

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="attempts")
    txn_ref = models.CharField(max_length=40, unique=True)
    create_date = models.CharField(max_length=14)
    expire_date = models.CharField(max_length=14)
    expires_at = models.DateTimeField()
    amount = models.BigIntegerField()
    customer_address = models.GenericIPAddressField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    response_code = models.CharField(max_length=2, blank=True)
    transaction_status = models.CharField(max_length=2, blank=True)
    transaction_no = models.CharField(max_length=15, blank=True)
    bank_code = models.CharField(max_length=20, blank=True)
    pay_date = models.CharField(max_length=14, blank=True)
    made_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    next_query_at = models.DateTimeField(null=True, db_index=True)


class GatewayMessage(models.Model):
    """Everything said to or heard from a gateway, as it was, with what was made of it. Never changed."""

    class Kind(models.TextChoices):
        PAY = "pay", "mở trang thanh toán"
        RETURN = "return", "khách quay lại"
        IPN = "ipn", "VNPAY báo kết quả"
        QUERY = "query", "hỏi kết quả"

    at = models.DateTimeField(db_index=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    attempt = models.ForeignKey(PaymentAttempt, on_delete=models.PROTECT, null=True, related_name="messages")
    caller_address = models.CharField(max_length=45, blank=True)
    raw = models.TextField()
    verdict = models.CharField(max_length=120)
