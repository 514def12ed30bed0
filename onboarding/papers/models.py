"""Papers of a producer, kept once and shown where they are asked for: VietGAP, food safety, test slips …"""

from __future__ import annotations

from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import F, Q

from core.kit.encryption import BlindIndexField, EncryptedTextField
from core.people.models import User
from onboarding.producers.models import Producer


class PaperKind(models.TextChoices):
    """Kinds of paper; which goods need which is data of the rules, not of this list."""

    VIETGAP = "vietgap", "VietGAP"
    GLOBALGAP = "globalgap", "GlobalGAP"
    ORGANIC = "organic", "Chứng nhận hữu cơ"
    FOOD_SAFETY = "food_safety", "Giấy đủ điều kiện an toàn thực phẩm"
    COMMITMENT = "commitment", "Bản cam kết an toàn thực phẩm"
    MANAGEMENT = "management", "HACCP, ISO 22000 hoặc tương đương"
    TEST_SLIP = "test_slip", "Phiếu kiểm nghiệm"
    DECLARATION = "declaration", "Bản tự công bố sản phẩm"
    REGISTRATION = "registration", "Giấy tiếp nhận bản công bố"
    ALCOHOL = "alcohol", "Giấy phép sản xuất rượu"
    COSMETICS = "cosmetics", "Phiếu công bố mỹ phẩm"
    TRADEMARK = "trademark", "Giấy chứng nhận nhãn hiệu"
    BUSINESS = "business", "Giấy đăng ký kinh doanh"
    OTHER = "other", "Giấy khác"


def private_storage() -> Storage:
    """Where scans live: outside what the web serves."""
    return storages["private"]


class Paper(models.Model):
    """One paper. Whether it is in force on a day is computed from its dates; both ends are included. The scan stays
    private; buyers see kind, number, issuer and validity. `number` may be a household owner's personal number: encrypted,
    in no trail and no message, shown whole only where the kind says that it cannot be one (`rules.public_number`). A paper that was recorded by mistake is withdrawn, not erased."""

    producer = models.ForeignKey(Producer, on_delete=models.PROTECT, related_name="papers")
    kind = models.CharField(max_length=20, choices=PaperKind.choices)
    number = EncryptedTextField()
    number_index = BlindIndexField(of="number", purpose="paper_number", default="")
    issuer = models.CharField(max_length=160)
    scope = models.CharField(max_length=160, blank=True, default="")
    issued_on = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    scan = models.FileField(upload_to="papers/", storage=private_storage, blank=True)
    scan_type = models.CharField(max_length=40, blank=True, default="")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField()
    checked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    checked_at = models.DateTimeField(null=True, blank=True)
    # What an officer found when it was not like the original; until a check or a new paper takes its place.
    mismatch = models.CharField(max_length=300, blank=True, default="")
    mismatch_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    mismatch_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("issued_on")),
                name="paper_dates_run_forward",
            ),
            models.CheckConstraint(
                condition=Q(checked_by__isnull=True) | Q(recorded_by__isnull=True) | ~Q(checked_by=F("recorded_by")),
                name="paper_checked_by_another",
            ),
            models.CheckConstraint(
                condition=Q(mismatch="", mismatch_at__isnull=True)
                | (~Q(mismatch="") & Q(mismatch_at__isnull=False, checked_at__isnull=True)),
                name="paper_mismatch_has_a_reason",
            ),
            models.UniqueConstraint(
                fields=["producer", "kind", "number_index"],
                condition=Q(withdrawn_at__isnull=True),
                name="paper_kept_once",
            ),
        ]
