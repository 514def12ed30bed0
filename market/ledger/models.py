"""The book of money: every change is one row between two accounts, never changed afterwards.

A row has one amount and two sides, so the sides cannot differ: the sum of all accounts is 0 however it is written.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from core.kit.append_only import AppendOnly


class LedgerEntry(AppendOnly):
    """`amount` whole đồng moved onto `debit` from `credit` (codes of `accounts`).

    `subject` names what it was for ("order:12"); `key` is unique to the event ("charge:7"), so that telling the same event
    twice is refused by the database and not counted twice.
    """

    class Kind(models.TextChoices):
        RECEIVED = "received", "người mua trả tiền"
        EARNED = "earned", "giao xong, tiền về người bán"
        TAKEN_BACK = "taken_back", "lấy lại từ người bán để hoàn"
        REFUND_ASKED = "refund_asked", "ghi để hoàn tiền"
        REFUND_DROPPED = "refund_dropped", "thôi hoàn tiền"
        REFUNDED = "refunded", "đã hoàn tiền"
        CORRECTED = "corrected", "sửa theo báo cáo của VNPAY"
        SETTLED = "settled", "VNPAY chuyển về ngân hàng"
        SETTLED_BACK = "settled_back", "bỏ dòng VNPAY chuyển ghi sai"
        PAID_OUT = "paid_out", "chuyển cho người bán"
        PAYOUT_BACK = "payout_back", "ngân hàng trả lại tiền chi"
        DIRECT = "direct", "người bán nhận thẳng"
        DIRECT_BACK = "direct_back", "người bán tự hoàn"

    at = models.DateTimeField(db_index=True)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    debit = models.CharField(max_length=40, db_index=True)
    credit = models.CharField(max_length=40, db_index=True)
    amount = models.BigIntegerField()
    subject = models.CharField(max_length=80, db_index=True)
    key = models.CharField(max_length=80, unique=True)
    by_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="ledger_amount_is_positive"),
            models.CheckConstraint(condition=~Q(debit=F("credit")), name="ledger_sides_differ"),
        ]
