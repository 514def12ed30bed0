"""Account-opening batches: a sheet for a platform's or the post office's staff goes out, a result comes back."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from core.kit.encryption import EncryptedTextField
from core.people.models import User
from core.places.models import Hamlet, Unit
from onboarding.accounts.models import Platform, PlatformAccount
from onboarding.households.models import Household
from onboarding.producers.models import Producer


class OpeningBatch(models.Model):
    """Consented households of a hamlet (or of the whole commune) for one platform. `sheet_sha256` is of the sheet that went out."""

    class State(models.TextChoices):
        PREPARED = "prepared", "đã lập"
        SENT = "sent", "đã gửi sàn"
        CLOSED = "closed", "đã xong"

    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, related_name="+")
    commune = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    hamlet = models.ForeignKey(Hamlet, on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.PREPARED)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    sent_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    sent_at = models.DateTimeField(null=True)
    sheet_sha256 = models.CharField(max_length=64, blank=True)


class OpeningLine(models.Model):
    """One household's account to be opened. `number` is the line on the sheet, which comes back with the result; `phone`
    the number that left the house on the sheet ("": none has)."""

    class State(models.TextChoices):
        WAITING = "waiting", "chờ kết quả"
        OPENED = "opened", "đã mở"
        REFUSED = "refused", "sàn chưa mở"
        WITHDRAWN = "withdrawn", "rút khỏi lô"

    batch = models.ForeignKey(OpeningBatch, on_delete=models.CASCADE, related_name="lines")
    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="opening_lines")
    producer = models.ForeignKey(Producer, on_delete=models.PROTECT, related_name="opening_lines")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    account = models.ForeignKey(PlatformAccount, on_delete=models.PROTECT, null=True, related_name="opening_lines")
    phone = EncryptedTextField(blank=True, default="")
    reason = models.CharField(max_length=300, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "number"], name="opening_line_number_once"),
            models.UniqueConstraint(
                fields=["platform", "producer"], condition=Q(state="waiting"), name="opening_asked_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=~Q(state="opened") | Q(account__isnull=False), name="opening_opened_has_account"
            ),
        ]
