"""What should be on platforms, what was seen there, and the work in between: three columns, never one status."""

from __future__ import annotations

from django.db import models

from core.people.models import User
from market.listings.models import Listing
from market.platforms.models.connections import Connection
from onboarding.accounts.models import OutsideLink


class PlatformListing(models.Model):
    """One listing on one platform.

    `wanted` is the seller's wish (`is_off`: not on this platform), `observed` what was last seen, `work` what is being done
    about the difference. What people read is derived from the three. Content (`work`) and offer (`offer_work`: price and
    stock) are two lanes: words that wait for a reviewer or a seller hold up no sold-out. Whoever works on either holds the
    one lease; `fence` grows with every claim, so that a late worker cannot write over a newer one. `operation` was written
    down before the call that bears its name. The confirmed hashes are of the content and the offer that the platform is
    known to hold: they are emptied when a write begins and written when its answer came, unless they are `ANEW` by then: a
    person has asked meanwhile for everything to be brought there as if nothing were known. `unsure` stays where no answer
    came: whoever is next looks before anything is written, and not before `not_before`. `wish` counts what was asked for, so
    that whoever brings an older answer home queues it again. `shall_show`: a person wants it shown again that was hidden
    there. `sent_revision` is the newest of ours that was given to it, `sent_fields` what it said in the words of people
    (`shown_fields`). `cause` groups what stopped. `hinted_at` is when the platform last told
    that something changed there: it is read back before its time.
    """

    ANEW = "anew"

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

    class Priority(models.IntegerChoices):
        """What goes first: goods that nobody may buy any more, then prices, then words."""

        OFF_SALE = 0, "hết hàng hoặc gỡ xuống"
        OFFER = 1, "giá và số lượng"
        CONTENT = 2, "nội dung"

    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="on_platforms")
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="listings")
    wanted = models.BooleanField(default=True)
    is_off = models.BooleanField(default=False)
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
    sent_fields = models.JSONField(default=dict, blank=True)
    reasons = models.JSONField(default=list, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    waiting_since = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)
    cause = models.CharField(max_length=80, blank=True, default="")
    offer_work = models.CharField(max_length=20, choices=Work.choices, default=Work.IDLE)
    offer_attempts = models.PositiveSmallIntegerField(default=0)
    offer_next_try_at = models.DateTimeField(null=True)
    offer_error = models.CharField(max_length=300, blank=True, default="")
    offer_cause = models.CharField(max_length=80, blank=True, default="")
    priority = models.PositiveSmallIntegerField(choices=Priority.choices, default=Priority.CONTENT)
    operation = models.CharField(max_length=60, blank=True, default="")
    operation_hash = models.CharField(max_length=64, blank=True, default="")
    operation_at = models.DateTimeField(null=True)
    wish = models.PositiveIntegerField(default=0)
    unsure = models.BooleanField(default=False)
    shall_show = models.BooleanField(default=False)
    not_before = models.DateTimeField(null=True)
    hinted_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)
    expected_by = models.DateTimeField(null=True)
    fence = models.PositiveIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)
    claimed_url = models.CharField(max_length=400, blank=True)
    claimed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    claimed_at = models.DateTimeField(null=True)
    link = models.ForeignKey(OutsideLink, on_delete=models.PROTECT, null=True, related_name="platform_listings")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["listing", "connection"], name="listing_once_per_platform")]
        indexes = [
            models.Index(fields=["work", "next_try_at"]),
            models.Index(fields=["offer_work", "offer_next_try_at"]),
            models.Index(fields=["connection", "priority"]),
        ]
