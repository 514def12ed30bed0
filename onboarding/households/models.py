"""The farm household: the unit that is counted."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from core.kit.encryption import BlindIndexField, EncryptedTextField
from core.people.models import User
from core.places.models import Hamlet, Unit


class PhoneOwner(models.TextChoices):
    OWN = "own", "của chủ hộ"
    RELATIVE = "relative", "của người thân"
    NONE = "none", "không có điện thoại"


class Household(models.Model):
    """A household with the minimum set of facts. The phone is encrypted; its blind index finds equal phones."""

    # Made by the device or the form, so that a form sent twice makes one household.
    record_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    head_name = models.CharField("họ tên chủ hộ", max_length=120)
    commune = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    hamlet = models.ForeignKey(Hamlet, on_delete=models.PROTECT, related_name="households")
    phone = EncryptedTextField(blank=True)
    phone_index = BlindIndexField(of="phone", purpose="phone", db_index=True)
    phone_owner = models.CharField(max_length=10, choices=PhoneOwner.choices)
    has_business_registration = models.BooleanField()
    registered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    registered_at = models.DateTimeField()
    ended_on = models.DateField(null=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(phone_owner="none", phone_index="") | (~Q(phone_owner="none") & ~Q(phone_index="")),
                name="household_phone_fits_owner",
            )
        ]

    def __str__(self) -> str:
        return self.head_name

    @property
    def phone_owner_words(self) -> str:
        """ "điện thoại của chủ hộ", or that there is none."""
        label = str(self.get_phone_owner_display())
        return f"điện thoại {label}" if self.phone else label


class Production(models.TextChoices):
    CROPS = "crops", "Cây hằng năm (lúa, rau, màu)"
    TREES = "trees", "Cây lâu năm (điều, tiêu, cà phê, trái cây)"
    LIVESTOCK = "livestock", "Chăn nuôi"
    AQUACULTURE = "aquaculture", "Thủy sản"
    PROCESSING = "processing", "Chế biến"
    CRAFT = "craft", "Nghề thủ công"
    OTHER = "other", "Nghề khác"


class ProductionLine(models.Model):
    """One main line of production of a household, with its size as said ("2 ha", "40 con")."""

    household = models.ForeignKey(Household, on_delete=models.CASCADE, related_name="production_lines")
    kind = models.CharField(max_length=20, choices=Production.choices)
    scale = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["household", "kind"], name="production_line_once")]
