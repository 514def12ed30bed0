"""Platforms as dated reference data, accounts and links on them, and what was seen there.

Observations are only ever added. Whether an account or a link is verified or live is computed from them.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from core.kit.append_only import AppendOnly
from core.kit.encryption import BlindIndexField, EncryptedTextField
from core.people.models import User
from onboarding.producers.models import Producer


class Platform(models.Model):
    """An e-commerce platform. `link_pattern` is a regular expression that a product link on it must match; `valid_to` is the
    first day on which it is no more."""

    code = models.SlugField(max_length=30, unique=True)
    name = models.CharField(max_length=60)
    aliases = models.JSONField(default=list, blank=True)
    operator = models.CharField(max_length=120, blank=True)
    link_pattern = models.CharField(max_length=200, blank=True)
    shop_link_pattern = models.CharField(max_length=200, blank=True)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    successor = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    counts_for_target = models.BooleanField(default=False)
    is_simulation = models.BooleanField(default=False)
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="platform_ends_after_it_began",
            ),
            models.CheckConstraint(
                condition=~Q(is_simulation=True, counts_for_target=True), name="simulation_counts_for_nothing"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class OpenedBy(models.TextChoices):
    """Who opened an account."""

    SELF = "self", "hộ tự mở"
    TEAM = "team", "tổ công nghệ số mở giúp"
    POSTAL = "postal", "nhân viên bưu điện mở"
    PLATFORM = "platform", "nhân viên sàn mở"


class PlatformAccount(models.Model):
    """A producer's shop account on a platform, as claimed. Its state (claimed, verified, dead, closed) is computed from
    what was seen and reported (`queries.py`), never stored. `phone` is the one it was opened with."""

    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, related_name="accounts")
    producer = models.ForeignKey(Producer, on_delete=models.PROTECT, related_name="platform_accounts")
    seller_id = models.CharField(max_length=80, blank=True)
    opened_on = models.DateField(null=True)
    opened_by = models.CharField(max_length=10, choices=OpenedBy.choices, blank=True, default="")
    phone = EncryptedTextField(blank=True, default="")
    phone_index = BlindIndexField(of="phone", purpose="phone", db_index=True, default="")
    claimed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    claimed_at = models.DateTimeField()
    closed_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["platform", "producer"],
                condition=Q(closed_on__isnull=True),
                name="one_open_account_per_platform",
            ),
            models.UniqueConstraint(
                fields=["platform", "seller_id"],
                condition=Q(closed_on__isnull=True) & ~Q(seller_id=""),
                name="one_open_account_per_seller_id",
            ),
        ]


class OutsideLink(models.Model):
    """A product page or the shop's own page on a platform. The normalised address is unique there: one page counts once."""

    class Kind(models.TextChoices):
        PRODUCT = "product", "trang sản phẩm"
        SHOP = "shop", "trang gian hàng"

    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.PRODUCT)
    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, related_name="links")
    account = models.ForeignKey(PlatformAccount, on_delete=models.PROTECT, related_name="links")
    url = models.URLField(max_length=400)
    claimed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    claimed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["platform", "url"], name="one_link_per_page")]


class Observation(AppendOnly):
    """Somebody or something looked at a link at a moment, and this is what was there: a person (`observed_by`), a connection
    or a robot (`robot`: its name and version). `evidence_hash` is over what is kept here (`rules.evidence_hash`)."""

    class Result(models.TextChoices):
        LIVE = "live", "thấy đang bán"
        GONE = "gone", "không còn trên sàn"
        UNCHECKABLE = "uncheckable", "không kiểm tra được"

    class Observer(models.TextChoices):
        PERSON = "person", "người xem trang"
        ADAPTER = "adapter", "kết nối với sàn"
        ROBOT = "robot", "máy xem trang"

    class Reason(models.TextChoices):
        """Why nothing could be concluded."""

        FORBIDDEN = "forbidden", "trang không cho máy xem"
        LOGIN = "login", "trang đòi đăng nhập"
        MOVED = "moved", "trang chuyển sang địa chỉ khác"
        MISSING = "missing", "sàn báo không có trang này"
        NO_GOODS = "no_goods", "trang báo không còn sản phẩm"
        ANSWER = "answer", "trang báo lỗi"
        UNREACHABLE = "unreachable", "trang không trả lời"
        NOT_HTML = "not_html", "địa chỉ không phải trang web"
        TOO_LARGE = "too_large", "trang quá lớn"
        SCRIPT = "script", "trang chỉ hiện khi chạy chương trình"
        TITLE = "title", "không thấy tên sản phẩm trên trang"
        PRICE = "price", "giá trên trang khác giá của bạn"

    link = models.ForeignKey(OutsideLink, on_delete=models.PROTECT, related_name="observations")
    at = models.DateTimeField()
    observer = models.CharField(max_length=10, choices=Observer.choices)
    observed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    result = models.CharField(max_length=12, choices=Result.choices)
    seen_title = models.CharField(max_length=200, blank=True)
    seen_price = models.BigIntegerField(null=True)
    robot = models.CharField(max_length=60, blank=True, default="", db_default="")
    reason = models.CharField(max_length=12, choices=Reason.choices, blank=True, default="", db_default="")
    evidence_hash = models.CharField(max_length=64)

    class Meta:
        indexes = [models.Index(fields=["link", "-at"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(observer="adapter") | Q(observed_by__isnull=False) | (Q(observer="robot") & ~Q(robot="")),
                name="observation_by_somebody_named",
            ),
            models.CheckConstraint(
                condition=Q(reason="") | Q(result="uncheckable"), name="observation_reason_only_of_uncheckable"
            ),
        ]


class SeenWithin(models.Model):
    """From `since` on, a page counts as live for `days` days after it was seen; of all platforms (none named), or of one,
    whose own lines come before those of all."""

    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, null=True, blank=True, related_name="seen_within")
    since = models.DateField()
    days = models.PositiveSmallIntegerField()
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["platform", "since"], name="seen_within_once_a_day"),
            models.UniqueConstraint(
                fields=["since"], condition=Q(platform__isnull=True), name="seen_within_of_all_once_a_day"
            ),
            models.CheckConstraint(condition=Q(days__gte=1, days__lte=366), name="seen_within_a_year"),
        ]


class RobotPermission(models.Model):
    """From `since` on, our robot may look at a platform's public pages, or may not, as its terms say (`ground`). Without a
    line it may not. What robots.txt says of a page is asked at each look besides."""

    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, related_name="robot_permissions")
    since = models.DateField()
    is_granted = models.BooleanField()
    ground = models.CharField(max_length=200)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["platform", "since"], name="robot_permission_once_a_day")]


class AccountReport(AppendOnly):
    """What a platform, the post office or a person said about an account, with the file or page behind it.

    `source_sha256` is of the file it stood in; "" for a person's word, which `evidence_url` (http or https) may show. A platform's file brought by the very person who
    asked the platform is `carried`: it proves nothing until a second person reports the same file.
    """

    class Result(models.TextChoices):
        OPENED = "opened", "đã mở"
        REFUSED = "refused", "chưa mở được"
        CLOSED = "closed", "đã đóng"
        NOT_FOUND = "not_found", "sàn không thấy"

    class Reporter(models.TextChoices):
        PLATFORM = "platform", "tệp kết quả của sàn"
        CARRIED = "carried", "tệp kết quả của sàn, do chính người gửi lô nhập"
        PERSON = "person", "người xem"

    account = models.ForeignKey(PlatformAccount, on_delete=models.PROTECT, related_name="reports")
    at = models.DateTimeField()
    reporter = models.CharField(max_length=10, choices=Reporter.choices)
    reported_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    result = models.CharField(max_length=10, choices=Result.choices)
    reason = models.CharField(max_length=300, blank=True)
    source_sha256 = models.CharField(max_length=64, blank=True)
    evidence_url = models.URLField(max_length=400, blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["account", "-at"], name="account_report_latest")]


class AccountActivity(AppendOnly):
    """Something done with an account, with who says so (the four kinds are those of 350/QĐ-BTTTT, 2022). `happened_on` is
    the day it is said to have happened, `at` our clock when it was written down; `source_sha256` is of the file it stood in."""

    class Kind(models.TextChoices):
        SHOW = "show", "đưa sản phẩm lên"
        LOOK = "look", "tìm sản phẩm"
        EXCHANGE = "exchange", "trao đổi thông tin"
        TRADE = "trade", "có đơn hàng"

    class Source(models.TextChoices):
        PLATFORM = "platform", "báo cáo của sàn"
        PRODUCER = "producer", "người bán khai"
        VISIT = "visit", "tổ công nghệ số ghi khi đến nhà"

    account = models.ForeignKey(PlatformAccount, on_delete=models.PROTECT, related_name="activities")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    happened_on = models.DateField()
    source = models.CharField(max_length=8, choices=Source.choices)
    at = models.DateTimeField()
    reported_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    source_sha256 = models.CharField(max_length=64, blank=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["account", "-happened_on"], name="account_activity_latest")]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "kind", "happened_on", "source"], name="account_activity_once_a_day"
            ),
            models.CheckConstraint(
                condition=Q(reported_by__isnull=False) | ~Q(source_sha256=""), name="account_activity_has_a_source"
            ),
        ]
