"""Payments, the attempts to make them, and every message exchanged with a gateway.

All state changes happen in actions under a row lock, backed by conditional updates: SQLite ignores the lock.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from core.people.models import User


class Payment(models.Model):
    """Money asked for once. `reference` is the payer's order code; `amount` whole đồng. Who asks is its channel: our own shops, or a
    connected application by the API. What is not live is a program's trial: the gateway's test terminal, and never in the book."""

    class Channel(models.TextChoices):
        SHOP = "shop", "gian hàng"
        API = "api", "ứng dụng kết nối"

    class State(models.TextChoices):
        WAITING = "waiting", "chờ thanh toán"
        PROCESSING = "processing", "đang xác nhận"
        SUCCEEDED = "succeeded", "đã nhận tiền"
        CANCELED = "canceled", "đã hủy"

    reference = models.CharField(max_length=40, unique=True)
    amount = models.BigIntegerField()
    # Where the buyer's browser goes after the gateway: an unguessable page of the payer.
    return_path = models.CharField(max_length=120)
    channel = models.CharField(max_length=6, choices=Channel.choices, default=Channel.SHOP)
    is_live = models.BooleanField(default=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.WAITING)
    made_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(channel="shop") | Q(is_live=True), name="payment_of_shop_is_live"),
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
        REFUND = "refund", "yêu cầu hoàn tiền"

    at = models.DateTimeField(db_index=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    attempt = models.ForeignKey(PaymentAttempt, on_delete=models.PROTECT, null=True, related_name="messages")
    caller_address = models.CharField(max_length=45, blank=True)
    raw = models.TextField()
    verdict = models.CharField(max_length=120)


class Charge(models.Model):
    """Money that has arrived: once per attempt. `refunded` counts what is asked back or given back; never above `amount`.

    `is_extra`: the payment was settled before by another attempt, so nothing is sold for this money.
    """

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="charges")
    attempt = models.OneToOneField(PaymentAttempt, on_delete=models.PROTECT, related_name="charge")
    amount = models.BigIntegerField()
    refunded = models.BigIntegerField(default=0)
    is_extra = models.BooleanField(default=False)
    made_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(refunded__gte=0, refunded__lte=models.F("amount")), name="charge_refunds_within_amount"
            ),
            models.UniqueConstraint(
                fields=["payment"], condition=Q(is_extra=False), name="charge_settles_payment_once"
            ),
        ]

    @property
    def left(self) -> int:
        """What can still be asked back, in đồng."""
        return self.amount - self.refunded


class Refund(models.Model):
    """Money to be given back to the payer. The row is committed before the gateway hears of it, with the request number under
    which it may ever be asked for: a lost answer is never asked for again under another.

    `account` is where in the book the money comes from, `subject` what it was paid for ("order:12"). Above a limit a second
    person approves.
    """

    class State(models.TextChoices):
        ASKED = "asked", "chờ người thứ hai duyệt"
        READY = "ready", "chờ gửi VNPAY"
        SENT = "sent", "đã gửi, chưa rõ kết quả"
        ACCEPTED = "accepted", "VNPAY đã nhận, ngân hàng đang trả"
        SUCCEEDED = "succeeded", "đã hoàn tiền"
        FAILED = "failed", "VNPAY không hoàn được"
        WITHDRAWN = "withdrawn", "đã rút"

    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, related_name="refunds")
    amount = models.BigIntegerField()
    is_full = models.BooleanField()
    request_id = models.CharField(max_length=32, unique=True)
    account = models.CharField(max_length=40)
    subject = models.CharField(max_length=80, db_index=True)
    reason = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State.choices)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=200, blank=True, default="")
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    next_step_at = models.DateTimeField(null=True, db_index=True)
    response_code = models.CharField(max_length=2, blank=True)
    transaction_status = models.CharField(max_length=2, blank=True)
    transaction_no = models.CharField(max_length=15, blank=True)
    # Calls that may have reached the gateway; as long as there is none it can be withdrawn.
    calls = models.PositiveSmallIntegerField(default=0)
    # The gateway said otherwise after its result was decided: for a person.
    is_contradicted = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_amount_is_positive"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | Q(asked_by__isnull=True) | ~Q(decided_by=models.F("asked_by")),
                name="refund_decided_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["sent", "accepted", "succeeded"]) | Q(sent_at__isnull=False),
                name="refund_sent_before_it_is_known",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["succeeded", "failed", "withdrawn"], finished_at__isnull=False)
                | (~Q(state__in=["succeeded", "failed", "withdrawn"]) & Q(finished_at__isnull=True)),
                name="refund_finished_when_decided",
            ),
            models.UniqueConstraint(
                fields=["charge", "transaction_no"], condition=~Q(transaction_no=""), name="refund_number_is_its_own"
            ),
        ]
