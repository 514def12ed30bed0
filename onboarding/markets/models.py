"""Digital markets (chợ 4.0): markets of a commune, their stalls, who holds them, and what was found about their payment codes.

Markets, stalls and holders have periods; what was found, decided and told is only ever added, so that the counts of an
earlier day come out the same whenever they are made again.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from core.kit.append_only import AppendOnly
from core.kit.encryption import BlindIndexField, EncryptedTextField
from core.people.models import User
from core.places.models import Unit
from onboarding.households.models import Household


class Market(models.Model):
    """A market. `valid_to` is the first day without it."""

    commune = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    name = models.CharField("tên chợ", max_length=120)
    address = models.CharField("địa chỉ", max_length=200, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="market_period_runs_forward"
            ),
            models.UniqueConstraint(
                fields=["commune", "name"], condition=Q(valid_to__isnull=True), name="market_name_once_while_open"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Stall(models.Model):
    """A stall, known by the number that is written on it."""

    market = models.ForeignKey(Market, on_delete=models.PROTECT, related_name="stalls")
    number = models.CharField("số sạp", max_length=20)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="stall_period_runs_forward"
            ),
            models.UniqueConstraint(
                fields=["market", "number"], condition=Q(valid_to__isnull=True), name="stall_number_once_while_open"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Stallholder(models.Model):
    """Who holds a stall for a time: a name, and a phone only with the person's agreement to `notice` (`notices.py`)."""

    class AgreedHow(models.TextChoices):
        SPOKEN = "spoken", "nghe đọc và nói đồng ý"
        PAPER = "paper", "ký trên giấy"

    stall = models.ForeignKey(Stall, on_delete=models.CASCADE, related_name="holders")
    full_name = models.CharField("họ tên chủ sạp", max_length=120)
    phone = EncryptedTextField(blank=True, default="")
    phone_index = BlindIndexField(of="phone", purpose="phone", db_index=True, default="")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, null=True, related_name="+")
    notice = models.PositiveSmallIntegerField()
    agreed_how = models.CharField(max_length=10, choices=AgreedHow.choices, blank=True)
    agreed_at = models.DateTimeField(null=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="stallholder_period_runs_forward",
            ),
            models.UniqueConstraint(
                fields=["stall"], condition=Q(valid_to__isnull=True), name="stallholder_one_while_open"
            ),
            models.CheckConstraint(
                condition=Q(phone_index="") | Q(agreed_at__isnull=False), name="stallholder_phone_needs_agreement"
            ),
            models.CheckConstraint(
                condition=Q(agreed_at__isnull=True, agreed_how="") | (Q(agreed_at__isnull=False) & ~Q(agreed_how="")),
                name="stallholder_agreement_says_how",
            ),
        ]

    def __str__(self) -> str:
        return self.full_name


class PaymentCode(models.Model):
    """What a code said when it was checked: whom it pays. Kept beside the check, because it is a person's and must be able to be
    encrypted anew. `bank_bin` is "" for wallets and card merchants. The photo it was read from is not kept."""

    issuer = models.CharField(max_length=99)
    bank_bin = models.CharField(max_length=6, blank=True)
    account = EncryptedTextField()
    account_index = BlindIndexField(of="account", purpose="bank-account", db_index=True)
    name_on_code = EncryptedTextField(blank=True, default="")
    name_in_app = EncryptedTextField(blank=True, default="")


class CodeCheck(AppendOnly):
    """Somebody looked at the payment code of a stall. `code` is there when one was read; `holder` is whose name it was compared with.

    `name_from` says who told the owner's name: the code itself, or a banking app in the hand of the one who looked."""

    class How(models.TextChoices):
        PHOTO = "photo", "máy đọc từ ảnh chụp"
        CAMERA = "camera", "máy ảnh điện thoại đọc ra"
        TYPED = "typed", "gõ tay"
        LOOKED = "looked", "xem tại sạp"

    class Finding(models.TextChoices):
        READ = "read", "đọc được mã nhận tiền"
        OTHER = "other", "mã không phải mã nhận tiền"
        UNREADABLE = "unreadable", "có mã nhưng không đọc được"
        NONE = "none", "sạp không có mã"

    class NameFrom(models.TextChoices):
        CODE = "code", "tên nằm trong mã"
        APP = "app", "tên hiện trong ứng dụng ngân hàng, người kiểm tra chép lại"

    class NameMatch(models.TextChoices):
        SAME = "same", "đúng tên chủ sạp"
        NEAR = "near", "gần giống tên chủ sạp"
        OTHER = "other", "tên người khác"
        UNKNOWN = "unknown", "chưa biết tên chủ tài khoản"

    stall = models.ForeignKey(Stall, on_delete=models.PROTECT, related_name="checks")
    holder = models.ForeignKey(Stallholder, on_delete=models.PROTECT, null=True, related_name="checks")
    code = models.OneToOneField(PaymentCode, on_delete=models.PROTECT, null=True, related_name="of_check")
    at = models.DateTimeField()
    checked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    how = models.CharField(max_length=8, choices=How.choices)
    finding = models.CharField(max_length=10, choices=Finding.choices)
    crc_is_right = models.BooleanField()
    name_from = models.CharField(max_length=4, choices=NameFrom.choices, blank=True)
    name_match = models.CharField(max_length=8, choices=NameMatch.choices)

    class Meta:
        indexes = [models.Index(fields=["stall", "-at"], name="code_check_latest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(finding="read", code__isnull=False)
                | (~Q(finding="read") & Q(code__isnull=True, crc_is_right=False, name_match="unknown")),
                name="code_check_says_what_was_read",
            ),
            models.CheckConstraint(
                condition=Q(name_match="unknown") | (Q(holder__isnull=False) & ~Q(name_from="")),
                name="code_check_compares_two_names",
            ),
        ]


class NameDecision(AppendOnly):
    """A second person said whether a name that is nearly the holder's is the holder's."""

    check_row = models.OneToOneField(CodeCheck, on_delete=models.PROTECT, related_name="decision")
    is_same = models.BooleanField()
    at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")


class MonthUse(AppendOnly):
    """Whether a stall took money by its code in a month, as somebody of the market says. A later line for the same month takes
    the place of an earlier one; `did_use` None: what was told is taken back."""

    class ToldBy(models.TextChoices):
        HOLDER = "holder", "chủ sạp tự khai"
        MARKET = "market", "ban quản lý chợ khai"

    stall = models.ForeignKey(Stall, on_delete=models.PROTECT, related_name="month_uses")
    month = models.DateField()  # its first day
    did_use = models.BooleanField(null=True)
    payments = models.PositiveIntegerField(null=True)
    told_by = models.CharField(max_length=8, choices=ToldBy.choices)
    at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["stall", "month", "-at"], name="month_use_latest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(payments__isnull=True) | Q(did_use=True, payments__gte=1),
                name="month_use_counts_what_was_used",
            ),
        ]
