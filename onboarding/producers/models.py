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

    `name` is public. A household's own name becomes public only by consent to publication.
    """

    kind = models.CharField(max_length=20, choices=ProducerKind.choices)
    name = models.CharField("tên chủ thể", max_length=160)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, null=True, blank=True, related_name="producers")
    commune = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    phone = EncryptedTextField(blank=True)
    phone_index = BlindIndexField(of="phone", purpose="phone", db_index=True)
    # Readiness (the resolution's other goals); None is "not asked".
    has_e_invoice = models.BooleanField(null=True)
    has_digital_signature = models.BooleanField(null=True)
    has_vn_domain = models.BooleanField(null=True)
    has_e_contract = models.BooleanField(null=True)
    registered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    registered_at = models.DateTimeField()
    is_demo = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name


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
