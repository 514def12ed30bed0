"""Payouts: what the operator owes producers goes to their bank accounts, batch by batch; and what VNPAY sends to the bank for it.

A producer stands in one row that waits at a time: so no money is paid twice, whoever makes batches at once.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from core.kit.encryption import EncryptedTextField
from core.people.models import User
from onboarding.producers.models import Producer


class PayoutBatch(models.Model):
    """Money to be sent to several producers by one file for the bank. `code` names it; `total` đồng over `count` rows.

    `needs_two`: its sum asks for a second person. `left_out` is who was owed something and is not in it, and why, as it was then:
    [{"producer", "amount", "reason"}].
    """

    class State(models.TextChoices):
        DRAFT = "draft", "chờ duyệt"
        APPROVED = "approved", "đã duyệt, chưa lấy tệp"
        EXPORTED = "exported", "đã lấy tệp, chờ kết quả ngân hàng"
        DONE = "done", "xong"
        WITHDRAWN = "withdrawn", "đã rút"

    code = models.CharField(max_length=20, unique=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    total = models.BigIntegerField()
    count = models.PositiveIntegerField()
    minimum = models.BigIntegerField()
    needs_two = models.BooleanField()
    left_out = models.JSONField(default=list)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    exported_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    exported_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(total__gt=0, count__gt=0), name="payout_batch_pays_something"),
            models.CheckConstraint(
                condition=Q(needs_two=False) | Q(approved_by__isnull=True) | ~Q(approved_by=F("made_by")),
                name="payout_batch_approved_by_another",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "withdrawn"]) | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="payout_batch_approved_before_it_goes",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["done", "withdrawn"], finished_at__isnull=False)
                | (~Q(state__in=["done", "withdrawn"]) & Q(finished_at__isnull=True)),
                name="payout_batch_finished_when_over",
            ),
        ]


class PayoutRow(models.Model):
    """What one producer gets in a batch, with the bank account as it was when the batch was made. `words` go into the transfer.

    Returned after it was paid, the money is owed again.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "chờ chuyển"
        PAID = "paid", "đã chuyển"
        RETURNED = "returned", "ngân hàng trả lại"
        DROPPED = "dropped", "đã rút"

    batch = models.ForeignKey(PayoutBatch, on_delete=models.PROTECT, related_name="rows")
    number = models.PositiveIntegerField()
    producer = models.ForeignKey(Producer, on_delete=models.PROTECT, related_name="+")
    amount = models.BigIntegerField()
    bank_bin = models.CharField(max_length=6)
    bank_account = EncryptedTextField()
    bank_holder = EncryptedTextField()
    words = models.CharField(max_length=60)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    note = models.CharField(max_length=200, blank=True, default="")
    paid_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "number"], name="payout_row_number_once"),
            models.UniqueConstraint(
                fields=["producer"], condition=Q(state="waiting"), name="payout_row_waits_once_for_a_producer"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payout_row_is_positive"),
            models.CheckConstraint(
                condition=~Q(state="paid") | Q(paid_at__isnull=False), name="payout_row_paid_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_at__isnull=True)
                | (~Q(state="waiting") & Q(decided_at__isnull=False)),
                name="payout_row_decided_unless_waiting",
            ),
        ]


class GatewaySettlement(models.Model):
    """VNPAY has sent what it took for us to the operator's bank account: `amount` đồng on a day, by a report with its own number.

    One written down wrongly is taken back with a note; then its number may be written again.
    """

    amount = models.BigIntegerField()
    on = models.DateField()
    report_number = models.CharField("số báo cáo", max_length=60)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="settlement_is_positive"),
            models.UniqueConstraint(
                fields=["report_number"], condition=Q(withdrawn_at__isnull=True), name="settlement_report_counts_once"
            ),
        ]
