"""What people agreed to, purpose by purpose, with the words that were read to them (Law 91/2025/QH15)."""

from __future__ import annotations

from django.db import models

from core.people.models import User
from onboarding.producers.models import Producer


class Purpose(models.TextChoices):
    """What data may be used for. REGISTER rests on state management and is noticed, not asked."""

    REGISTER = "register", "Ghi vào sổ đăng ký của xã"
    PUBLICATION = "publication", "Đưa tên và gian hàng lên trang công khai"
    PLATFORM = "platform", "Gửi thông tin mở tài khoản cho sàn"
    CONTACT = "contact", "Hiện số điện thoại cho người mua"


class LegalBasis(models.TextChoices):
    STATE_MANAGEMENT = "state_management", "quản lý nhà nước"
    CONSENT = "consent", "đồng ý"


BASIS = {
    Purpose.REGISTER: LegalBasis.STATE_MANAGEMENT,
    Purpose.PUBLICATION: LegalBasis.CONSENT,
    Purpose.PLATFORM: LegalBasis.CONSENT,
    Purpose.CONTACT: LegalBasis.CONSENT,
}


class Notice(models.Model):
    """One version of the text that is read aloud before somebody decides."""

    version = models.PositiveSmallIntegerField(unique=True)
    text = models.TextField()
    valid_from = models.DateField()


class Consent(models.Model):
    """One yes or no to one purpose. A later row replaces an earlier one; none is ever overwritten."""

    class Means(models.TextChoices):
        SPOKEN = "spoken", "nghe đọc và nói đồng ý trước tổ viên"
        SIGNATURE = "signature", "ký tên trên màn hình"
        PAPER = "paper", "ký trên giấy"
        ONLINE = "online", "tự đánh dấu sau khi đăng nhập"

    producer = models.ForeignKey(Producer, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=20, choices=Purpose.choices)
    basis = models.CharField(max_length=20, choices=LegalBasis.choices)
    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="+")
    given = models.BooleanField()
    means = models.CharField(max_length=20, choices=Means.choices)
    at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["producer", "purpose", "-at"])]
