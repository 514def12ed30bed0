"""What teams did: visits to a household, training sessions with attendance."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from core.kit.encryption import EncryptedTextField
from core.people.models import User
from core.places.models import Hamlet, Unit
from onboarding.households.models import Household
from onboarding.teams.models import Team


class Topic(models.TextChoices):
    """What is taught at a visit or in a session."""

    ACCOUNT = "account", "Mở tài khoản trên sàn"
    PHOTOS = "photos", "Chụp ảnh sản phẩm"
    LISTING = "listing", "Đăng sản phẩm"
    ORDERS = "orders", "Nhận và gửi đơn hàng"
    PAYMENT = "payment", "Nhận tiền bằng mã QR"
    SAFETY = "safety", "An toàn, tránh lừa đảo trên mạng"
    SERVICES = "services", "Dịch vụ công trực tuyến"
    OTHER = "other", "Việc khác"


class Visit(models.Model):
    """A team member was at a household (or, without one, at a hamlet's door). `taught` is a list of topics."""

    record_id = models.UUIDField(unique=True, editable=False)
    hamlet = models.ForeignKey(Hamlet, on_delete=models.PROTECT, related_name="visits")
    commune = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, null=True, related_name="visits")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, related_name="visits")
    visited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    visited_at = models.DateTimeField()  # by the device's clock; received_at is ours
    received_at = models.DateTimeField()
    taught = models.JSONField(default=list)
    note = EncryptedTextField(blank=True, default="")

    class Meta:
        indexes = [
            models.Index(fields=["hamlet", "-visited_at"], name="visit_by_hamlet"),
            models.Index(fields=["household", "-visited_at"], name="visit_by_household"),
        ]


class TrainingSession(models.Model):
    """A lesson in a hamlet. `topics` is a list."""

    record_id = models.UUIDField(unique=True, editable=False)
    hamlet = models.ForeignKey(Hamlet, on_delete=models.PROTECT, related_name="training_sessions")
    commune = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, related_name="training_sessions")
    led_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    held_at = models.DateTimeField()
    received_at = models.DateTimeField()
    topics = models.JSONField(default=list)
    note = EncryptedTextField(blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["hamlet", "-held_at"], name="session_by_hamlet")]


class Attendance(models.Model):
    """Who came: a household of the register, or so many others who are in none."""

    session = models.ForeignKey(TrainingSession, on_delete=models.CASCADE, related_name="attendance")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, null=True, related_name="+")
    others = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "household"], name="attendance_once"),
            models.CheckConstraint(
                condition=Q(household__isnull=True, others__gt=0) | Q(household__isnull=False, others=0),
                name="attendance_of_somebody",
            ),
        ]
