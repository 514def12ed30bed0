"""What should be on platforms, what was seen there, and the work in between: three columns, never one status."""

from __future__ import annotations

from django.core.files.storage import Storage, storages
from django.db import models

from core.people.models import User
from market.goods.models import Category
from market.listings.models import Listing
from onboarding.accounts.models import OutsideLink, Platform


class Connection(models.Model):
    """How listings reach a platform: the key of a registered adapter. Secrets stay in the settings."""

    platform = models.OneToOneField(Platform, on_delete=models.PROTECT, related_name="connection")
    adapter = models.CharField(max_length=30)
    is_enabled = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.platform.name


class PlatformCategory(models.Model):
    """Where goods of one of our categories belong on a platform, in its own code and words."""

    platform = models.ForeignKey(Platform, on_delete=models.CASCADE, related_name="categories")
    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="on_platforms")
    code = models.CharField(max_length=60)
    name = models.CharField(max_length=160, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["platform", "category"], name="platform_category_once")]


class PlatformListing(models.Model):
    """One listing on one platform.

    `wanted` is the seller's wish, `observed` what was last seen, `work` what is being done about the difference.
    What people read is derived from the three. `fence` grows with every claim, so that a late worker cannot write
    over a newer one. The confirmed hashes are of the content and the offer (price, stock) that the platform is known to
    hold; `sent_revision` is the newest of ours that was given to it.
    """

    class Observed(models.TextChoices):
        ABSENT = "absent", "chưa có trên sàn"
        PENDING = "pending", "sàn đang duyệt"
        LIVE = "live", "đang hiện trên sàn"
        REJECTED = "rejected", "sàn chưa nhận"
        SUSPENDED = "suspended", "sàn tạm ẩn"
        UNKNOWN = "unknown", "chưa rõ"

    class Work(models.TextChoices):
        IDLE = "idle", "xong"
        QUEUED = "queued", "chờ gửi"
        IN_FLIGHT = "in_flight", "đang gửi"
        OUTCOME_UNKNOWN = "outcome_unknown", "đang kiểm tra lại"
        AWAITING_OPERATOR = "awaiting_operator", "chờ nhân viên sàn"
        BLOCKED = "blocked", "chờ người bán sửa"
        DEAD = "dead", "dừng lại, cần người xem"

    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="on_platforms")
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="listings")
    wanted = models.BooleanField(default=True)
    revision = models.PositiveIntegerField()
    observed = models.CharField(max_length=12, choices=Observed.choices, default=Observed.ABSENT)
    seen_at = models.DateTimeField(null=True)
    work = models.CharField(max_length=20, choices=Work.choices, default=Work.QUEUED)
    remote_id = models.CharField(max_length=80, blank=True)
    url = models.CharField(max_length=400, blank=True)
    submission = models.CharField(max_length=80, blank=True)
    confirmed_hash = models.CharField(max_length=64, blank=True)
    confirmed_offer_hash = models.CharField(max_length=64, blank=True)
    sent_revision = models.PositiveIntegerField(default=0)
    reasons = models.JSONField(default=list, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)
    fence = models.PositiveIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)
    claimed_url = models.CharField(max_length=400, blank=True)
    claimed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    claimed_at = models.DateTimeField(null=True)
    link = models.ForeignKey(OutsideLink, on_delete=models.PROTECT, null=True, related_name="platform_listings")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["listing", "connection"], name="listing_once_per_platform")]
        indexes = [models.Index(fields=["work", "next_try_at"])]


def private_storage() -> Storage:
    """Where files for staff live: outside what the web serves."""
    return storages["private"]


class SheetBatch(models.Model):
    """One upload file made for the staff of a platform, and the answer that came back."""

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="batches")
    number = models.PositiveIntegerField()
    layout_version = models.CharField(max_length=20)
    file = models.FileField(upload_to="sheets/", storage=private_storage)
    count = models.PositiveIntegerField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "number"], name="sheet_batch_number_once")]
