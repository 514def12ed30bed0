"""Who sells: households, businesses, groups, cooperatives, companies."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from core.kit.encryption import BlindIndexField, EncryptedTextField
from core.people.models import User
from core.places.models import Unit
from onboarding.households.models import Household


class ProducerKind(models.TextChoices):
    FARM_HOUSEHOLD = "farm_household", "hộ sản xuất"
    BUSINESS_HOUSEHOLD = "business_household", "hộ kinh doanh"
    COOPERATIVE_GROUP = "cooperative_group", "tổ hợp tác"
    COOPERATIVE = "cooperative", "hợp tác xã"
    COMPANY = "company", "công ty"
    ASSOCIATION = "association", "hội, hiệp hội"


# What the resolution wants of producers besides a shop: field → what it is called.
READINESS = {
    "has_e_invoice": "Hóa đơn điện tử",
    "has_digital_signature": "Chữ ký số",
    "has_vn_domain": "Tên miền .vn",
    "has_e_contract": "Hợp đồng điện tử",
}


class Producer(models.Model):
    """Who sells. Several producers may belong to one household; a company belongs to none.

    `name` is public. A household's own name becomes public only by consent to publication. `tax_code` may be the
    owner's personal number (since 1/7/2025 a household business's is): never shown whole.
    """

    kind = models.CharField(max_length=20, choices=ProducerKind.choices)
    name = models.CharField("tên chủ thể", max_length=160)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, null=True, blank=True, related_name="producers")
    commune = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    phone = EncryptedTextField(blank=True)
    phone_index = BlindIndexField(of="phone", purpose="phone", db_index=True)
    tax_code = EncryptedTextField(blank=True, default="")
    tax_index = BlindIndexField(of="tax_code", purpose="tax_code", db_index=True, default="")
    # Readiness (the resolution's other goals); None is "not asked".
    has_e_invoice = models.BooleanField(null=True)
    has_digital_signature = models.BooleanField(null=True)
    has_vn_domain = models.BooleanField(null=True)
    has_e_contract = models.BooleanField(null=True)
    registered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    registered_at = models.DateTimeField()
    is_demo = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tax_index"], condition=~Q(tax_index=""), name="producer_tax_code_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Application(models.Model):
    """A company, cooperative or household business asks to sell here; an officer of its commune confirms.

    `number` is what the applicant keeps. `contact` is the person to call; `shows_phone` their yes to buyers seeing `phone`.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "chờ xã xác nhận"
        CONFIRMED = "confirmed", "đã xác nhận"
        REFUSED = "refused", "chưa được nhận"
        WITHDRAWN = "withdrawn", "người đăng ký rút lại"

    number = models.CharField(max_length=20, unique=True)
    applicant = models.ForeignKey(User, on_delete=models.PROTECT, related_name="applications")
    kind = models.CharField(max_length=20, choices=ProducerKind.choices)
    name = models.CharField(max_length=160)
    tax_code = EncryptedTextField()
    tax_index = BlindIndexField(of="tax_code", purpose="tax_code", db_index=True)
    commune = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    address = EncryptedTextField(blank=True, default="")
    contact = models.CharField(max_length=120)
    phone = EncryptedTextField()
    phone_index = BlindIndexField(of="phone", purpose="phone", db_index=True)
    shows_phone = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    made_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True, default="")
    producer = models.ForeignKey(Producer, on_delete=models.PROTECT, null=True, blank=True, related_name="applications")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tax_index"], condition=Q(state="waiting"), name="application_waits_once_per_tax_code"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | Q(state="withdrawn") | ~Q(decided_by=F("applicant")),
                name="application_decided_by_another",
            ),
            models.CheckConstraint(
                condition=Q(state="confirmed", producer__isnull=False)
                | (~Q(state="confirmed") & Q(producer__isnull=True)),
                name="application_confirmed_makes_a_producer",
            ),
        ]


class Membership(models.Model):
    """What a person may do for a producer, in a period, and how that was recorded."""

    class Right(models.TextChoices):
        OWNER = "owner", "chủ"
        HELPER = "helper", "người giúp"
        ACTING = "acting", "làm thay"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    producer = models.ForeignKey(Producer, on_delete=models.CASCADE, related_name="memberships")
    right = models.CharField(max_length=10, choices=Right.choices)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    recorded_how = models.CharField(max_length=120)
    # None for those from before this was kept.
    recorded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "producer", "right"],
                condition=Q(valid_to__isnull=True),
                name="membership_once_while_open",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="membership_period_runs_forward",
            ),
        ]
