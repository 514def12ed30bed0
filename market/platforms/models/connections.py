"""How a platform is reached, and how fast."""

from __future__ import annotations

from django.db import models

from core.kit.encryption import EncryptedTextField
from core.people.models import User
from market.goods.models import Category
from onboarding.accounts.models import Platform


class Connection(models.Model):
    """How listings reach a platform: the key of a registered adapter, where it answers and with which credentials.

    `credentials` is a JSON object by the adapter's own names, `authorised_until` when they run out by themselves. A person
    pauses a connection (`is_enabled`); `stopped` says that the platform refuses it: the key, or the shop.
    """

    class Stopped(models.TextChoices):
        NO = "", "đang nối"
        KEY = "key", "sàn không nhận khóa"
        SHOP = "shop", "sàn khóa gian hàng"

    platform = models.OneToOneField(Platform, on_delete=models.PROTECT, related_name="connection")
    adapter = models.CharField(max_length=30)
    is_enabled = models.BooleanField(default=True)
    base_url = models.CharField(max_length=200, blank=True, default="")
    public_url = models.CharField(max_length=200, blank=True, default="")
    credentials = EncryptedTextField(blank=True, default="")
    authorised_at = models.DateTimeField(null=True)
    authorised_until = models.DateTimeField(null=True)
    authorised_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    stopped = models.CharField(max_length=4, choices=Stopped.choices, blank=True, default="")
    stopped_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.platform.name


class Flow(models.Model):
    """How fast calls may go to a connection, and whether any may go at all; one row that all workers share.

    Limits a person sets (`rate_limit` in calls a second, `daily_limit` in calls a day of Vietnam) come before what the
    platform says in its answers (`learned_rate`), and that before what its adapter knows. `free_at` is the moment of the
    next call that nobody has taken yet. The breaker opens after `failures` in a row and lets one probe through.
    """

    class Breaker(models.TextChoices):
        CLOSED = "closed", "đang gửi"
        OPEN = "open", "tạm ngừng vì sàn không trả lời"
        HALF_OPEN = "half_open", "đang gửi thử một tin"

    connection = models.OneToOneField(Connection, on_delete=models.CASCADE, related_name="flow")
    rate_limit = models.FloatField(null=True, blank=True)
    daily_limit = models.PositiveIntegerField(null=True, blank=True)
    learned_rate = models.FloatField(null=True)
    learned_at = models.DateTimeField(null=True)
    free_at = models.DateTimeField(null=True)
    paused_until = models.DateTimeField(null=True)
    refreshing_until = models.DateTimeField(null=True)
    day = models.DateField(null=True)
    calls_on_day = models.PositiveIntegerField(default=0)
    breaker = models.CharField(max_length=10, choices=Breaker.choices, default=Breaker.CLOSED)
    failures = models.PositiveIntegerField(default=0)
    opened_times = models.PositiveSmallIntegerField(default=0)
    open_until = models.DateTimeField(null=True)
    last_success_at = models.DateTimeField(null=True)
    last_failure_at = models.DateTimeField(null=True)
    last_failure = models.CharField(max_length=60, blank=True, default="")


class PlatformCategory(models.Model):
    """Where goods of one of our categories belong on a platform, in its own code and words."""

    platform = models.ForeignKey(Platform, on_delete=models.CASCADE, related_name="categories")
    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="on_platforms")
    code = models.CharField(max_length=60)
    name = models.CharField(max_length=160, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["platform", "category"], name="platform_category_once")]
