"""The farm household: the unit that is counted."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.db.models import F, Q

from core.files.models import Photo
from core.kit import clock
from core.kit.encryption import BlindIndexField, EncryptedTextField
from core.people.models import User
from core.places.models import Hamlet, Unit


class PhoneOwner(models.TextChoices):
    OWN = "own", "của chủ hộ"
    RELATIVE = "relative", "của người thân"
    NONE = "none", "không có điện thoại"
    UNKNOWN = "unknown", "chưa rõ của ai"


class Source(models.TextChoices):
    """How a household came into the register."""

    FIELD = "field", "tổ công nghệ số ghi tại nhà"
    IMPORT = "import", "nhập từ danh sách của xã"
    DESK = "desk", "cán bộ xã ghi"


class EndReason(models.TextChoices):
    """Why a household is no longer counted; empty while it lives."""

    MERGED = "merged", "gộp vào hộ khác"
    MOVED = "moved", "chuyển đi nơi khác"
    DISSOLVED = "dissolved", "không còn sản xuất"
    MISTAKE = "mistake", "ghi nhầm"
    UNDONE = "undone", "hoàn tác lần nhập"


class VerifiedHow(models.TextChoices):
    """How somebody made sure that a household is what its row says."""

    VISIT = "visit", "đến nhà"
    CALL = "call", "gọi điện"
    PAPERS = "papers", "đối chiếu giấy tờ"


class Sex(models.TextChoices):
    MALE = "male", "nam"
    FEMALE = "female", "nữ"


class Household(models.Model):
    """A household: a minimum set of facts, optional ones with a purpose, and readiness for selling online.

    Phone, tax code and bank account are encrypted; blind indexes find equal ones. Of the personal ID only a keyed hash and
    the last three digits are kept (`identity.py`). Answers never given are None, not False. `version` grows with every change.
    """

    # Made by the device or the form, so that a record sent twice makes one household.
    record_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    version = models.PositiveIntegerField(default=1)
    source = models.CharField(max_length=10, choices=Source.choices, default=Source.FIELD)
    head_name = models.CharField("họ tên chủ hộ", max_length=120)
    folded_name = models.CharField(max_length=120, editable=False, default="")
    near_key = models.CharField(max_length=8, editable=False, default="")  # see identity.near_key
    commune = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    hamlet = models.ForeignKey(Hamlet, on_delete=models.PROTECT, related_name="households")
    phone = EncryptedTextField(blank=True)
    phone_index = BlindIndexField(of="phone", purpose="phone", db_index=True)
    phone_owner = models.CharField(max_length=10, choices=PhoneOwner.choices)
    has_business_registration = models.BooleanField(null=True)

    personal_id_hash = models.CharField(max_length=64, blank=True, default="", db_index=True)
    personal_id_end = models.CharField(max_length=3, blank=True, default="")
    tax_code = EncryptedTextField(blank=True, default="")
    tax_code_index = BlindIndexField(of="tax_code", purpose="tax-code", db_index=True, default="")
    bank_bin = models.CharField(max_length=6, blank=True, default="")
    bank_account = EncryptedTextField(blank=True, default="")
    bank_account_index = BlindIndexField(of="bank_account", purpose="bank-account", db_index=True, default="")
    sex = models.CharField(max_length=6, choices=Sex.choices, blank=True, default="")
    birth_year = models.PositiveSmallIntegerField(null=True)

    # Readiness; None is "not asked".
    has_bank_account = models.BooleanField(null=True)
    has_e_wallet = models.BooleanField(null=True)
    has_e_identity = models.BooleanField(null=True)
    has_payment_qr = models.BooleanField(null=True)

    registered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    registered_at = models.DateTimeField()
    # Whoever last wrote the facts that are verified; a change of them ends the verification.
    last_written_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    verified_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    verified_at = models.DateTimeField(null=True)
    verified_how = models.CharField(max_length=6, choices=VerifiedHow.choices, blank=True, default="")
    ended_on = models.DateField(null=True)
    end_reason = models.CharField(max_length=10, choices=EndReason.choices, blank=True, default="")
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="absorbed")
    # When the row was last written, for programs that follow the register.
    changed_at = models.DateTimeField(default=clock.now, editable=False)
    is_demo = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(phone_owner="none", phone_index="")
                | Q(phone_owner="unknown")
                | (Q(phone_owner__in=["own", "relative"]) & ~Q(phone_index="")),
                name="household_phone_fits_owner",
            ),
            models.CheckConstraint(
                condition=Q(verified_by__isnull=True, verified_at__isnull=True)
                | (
                    Q(verified_by__isnull=False, verified_at__isnull=False)
                    & (Q(registered_by__isnull=True) | ~Q(verified_by=F("registered_by")))
                    & (Q(last_written_by__isnull=True) | ~Q(verified_by=F("last_written_by")))
                ),
                name="household_verified_by_another",
            ),
            models.CheckConstraint(
                condition=Q(verified_by__isnull=True) | ~Q(verified_how=""), name="household_verified_somehow"
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | (Q(ended_on__isnull=False) & ~Q(merged_into=F("id"))),
                name="household_merged_is_ended",
            ),
            models.CheckConstraint(
                condition=Q(personal_id_hash="", personal_id_end="")
                | (~Q(personal_id_hash="") & ~Q(personal_id_end="")),
                name="household_personal_id_has_end",
            ),
        ]
        indexes = [
            models.Index(fields=["hamlet", "folded_name"], name="household_by_name"),
            models.Index(fields=["hamlet", "near_key"], name="household_by_near_key"),
            models.Index(fields=["commune", "changed_at"], name="household_by_change"),
            # The desk's list, newest first, read off without sorting a whole commune.
            models.Index(
                fields=["commune", "-registered_at", "-id"],
                condition=Q(ended_on__isnull=True),
                name="household_living_newest",
            ),
        ]

    def __str__(self) -> str:
        return self.head_name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Every writing of the row moves `changed_at`. Writing many rows at once sets it by hand."""
        self.changed_at = clock.now()
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "changed_at"}
        super().save(*args, **kwargs)

    @property
    def phone_owner_words(self) -> str:
        """ "điện thoại của chủ hộ", or that there is none."""
        label = str(self.get_phone_owner_display())
        return f"điện thoại {label}" if self.phone else label


class HouseholdWriter(models.Model):
    """Somebody whose words stand in a household's verified facts. Whoever wrote since the last verification gives no
    verification (the database refuses it: `own_words.py`); `is_past`: another has verified their words before somebody
    wrote again."""

    household = models.ForeignKey(Household, on_delete=models.CASCADE, related_name="writers")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    is_past = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["household", "user"], name="household_writer_once")]


class Production(models.TextChoices):
    CROPS = "crops", "Cây hằng năm (lúa, rau, màu)"
    TREES = "trees", "Cây lâu năm (điều, tiêu, cà phê, trái cây)"
    LIVESTOCK = "livestock", "Chăn nuôi"
    AQUACULTURE = "aquaculture", "Thủy sản"
    PROCESSING = "processing", "Chế biến"
    CRAFT = "craft", "Nghề thủ công"
    OTHER = "other", "Nghề khác"


class ProductionLine(models.Model):
    """One line of production of a household: what ("điều"), on how much land (m²) or with how many heads, in which season;
    `scale` is a size that was only said in words."""

    household = models.ForeignKey(Household, on_delete=models.CASCADE, related_name="production_lines")
    kind = models.CharField(max_length=20, choices=Production.choices)
    goods = models.CharField(max_length=60, blank=True, default="")
    area_m2 = models.PositiveIntegerField(null=True)
    heads = models.PositiveIntegerField(null=True)
    season = models.CharField(max_length=60, blank=True, default="")
    scale = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["household", "kind", "goods"], name="production_line_once"),
        ]


class HouseholdPhoto(models.Model):
    """A photo of a household's goods or stall, taken at a visit; none of faces or papers."""

    household = models.ForeignKey(Household, on_delete=models.CASCADE, related_name="photos")
    photo = models.ForeignKey(Photo, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["household", "photo"], name="household_photo_once")]


class PilotUnit(models.Model):
    """A commune that tries something first, from a day to a day; reports compare pilots with the rest. `recorded_at` is when it was
    chosen here (where a pilot goes on in what its commune became: when the first was); None: before that was kept."""

    commune = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    decision = models.CharField(max_length=120, blank=True)
    recorded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["commune"], condition=Q(valid_to__isnull=True), name="pilot_unit_once_while_open"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="pilot_unit_runs_forward"
            ),
        ]
