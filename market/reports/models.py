"""Reports from anybody that something shown here is wrong or dead, and goods taken down because of one."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from core.kit.append_only import AppendOnly
from core.kit.encryption import EncryptedTextField
from core.people.models import User
from market.listings.models import Listing
from market.shops.models import Shop
from onboarding.accounts.models import OutsideLink


class Reason(models.TextChoices):
    """Why something is reported or taken down. Codes are stable."""

    DEAD_LINK = "dead_link", "Liên kết không mở được"
    WRONG_FACTS = "wrong_facts", "Thông tin sai sự thật"
    WRONG_PHOTO = "wrong_photo", "Ảnh không phải của sản phẩm này"
    FAKE = "fake", "Hàng giả, hàng nhái"
    FORBIDDEN = "forbidden", "Hàng cấm bán"
    CURE_CLAIM = "cure_claim", "Quảng cáo chữa bệnh"
    COPIED = "copied", "Dùng ảnh, tên của người khác"
    CERTIFICATE = "certificate", "Giấy chứng nhận không đúng hoặc hết hạn"
    PERSONAL = "personal", "Lộ thông tin riêng của người khác"
    OTHER = "other", "Điều khác"


class Report(models.Model):
    """One report. `number` is what the reporter keeps, `key` the unguessable part of the page where they follow it.
    `about` says in words what it was about when it was made, `link` which page elsewhere it is about; `due_at` is 24 hours after it came (Decree 248/2026)."""

    class State(models.TextChoices):
        OPEN = "open", "đang xem xét"
        TAKEN_DOWN = "taken_down", "đã gỡ xuống"
        MENDED = "mended", "người bán đã sửa"
        UNFOUNDED = "unfounded", "không thấy sai"

    number = models.CharField(max_length=20, unique=True)
    key = models.CharField(max_length=43, unique=True)
    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, null=True, blank=True, related_name="reports")
    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="reports")
    link = models.ForeignKey(OutsideLink, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    about = models.CharField(max_length=200)
    reason = models.CharField(max_length=20, choices=Reason.choices)
    words = models.TextField(blank=True, default="")
    contact = EncryptedTextField(blank=True, default="")
    reporter = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=12, choices=State.choices, default=State.OPEN)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    handled_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["state", "due_at"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True) | (~Q(state="open") & Q(closed_at__isnull=False)),
                name="report_closed_with_a_time",
            ),
        ]


class Takedown(models.Model):
    """A listing taken off all pages, with its reason and what the seller must mend; lifted by a decision, never erased."""

    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="takedowns")
    report = models.ForeignKey(Report, on_delete=models.PROTECT, null=True, blank=True, related_name="takedowns")
    reason = models.CharField(max_length=20, choices=Reason.choices)
    words = models.TextField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    lifted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_because = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["listing"], condition=Q(lifted_at__isnull=True), name="one_takedown_at_a_time"
            ),
        ]


class Appeal(models.Model):
    """The producer's objection to a takedown, or word that it is mended; decided by somebody else than who took it
    down. After a refusal they may ask again."""

    class Outcome(models.TextChoices):
        WAITING = "waiting", "đang chờ xét"
        GRANTED = "granted", "đồng ý, cho bán lại"
        REFUSED = "refused", "giữ quyết định gỡ"

    takedown = models.ForeignKey(Takedown, on_delete=models.PROTECT, related_name="appeals")
    words = models.TextField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.WAITING)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(blank=True, default="")
    # Who took it down, repeated so that the database itself can tell two people apart.
    taken_down_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["takedown"], condition=Q(outcome="waiting"), name="one_appeal_waits_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("taken_down_by")),
                name="appeal_decided_by_another",
            ),
            models.CheckConstraint(
                condition=Q(outcome="waiting", decided_at__isnull=True)
                | (~Q(outcome="waiting") & Q(decided_at__isnull=False)),
                name="appeal_decided_with_a_time",
            ),
        ]


class ReportStep(AppendOnly):
    """What happened to a report, in the words its page shows; `is_public` steps are seen by the reporter."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="steps")
    words = models.CharField(max_length=300)
    is_public = models.BooleanField(default=True)
    by_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
