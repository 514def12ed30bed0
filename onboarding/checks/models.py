"""Second looks: a sample of registered households is visited again by somebody else."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from core.kit.encryption import EncryptedTextField
from core.people.models import User
from core.places.models import Unit
from onboarding.households.models import Household
from onboarding.teams.models import Team


class RevisitSample(models.Model):
    """Households drawn from those registered in a period. The draw can be repeated by anybody: the households of the frame
    (their record ids, sorted; `frame_hash` is the SHA-256 of them, one per line), ordered by HMAC-SHA256(seed, record id),
    the first `ceil(frame_size × per_mille / 1000)`. `commune` follows the map, `drawn_in` is the commune of that day."""

    commune = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    drawn_in = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    period_from = models.DateField()
    period_to = models.DateField()  # the first day after
    seed = models.CharField(max_length=64)
    per_mille = models.PositiveSmallIntegerField()
    frame_size = models.PositiveIntegerField()
    frame_hash = models.CharField(max_length=64)
    drawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    drawn_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["drawn_in", "period_from", "period_to"], name="revisit_sample_once"),
            models.CheckConstraint(condition=Q(per_mille__gte=30, per_mille__lte=50), name="revisit_share_3_to_5"),
            models.CheckConstraint(condition=Q(period_to__gt=F("period_from")), name="revisit_period_runs_forward"),
        ]


class SampleFrame(models.Model):
    """The households a sample was drawn from, whatever becomes of them or of the map: their record ids, sorted, 16 bytes
    each. Beside the sample, because only a redraw reads it."""

    sample = models.OneToOneField(RevisitSample, on_delete=models.CASCADE, related_name="frame")
    record_ids = models.BinaryField()


class Revisit(models.Model):
    """One household of a sample, and what the second look found. `registrar` is copied so that the database can keep
    registrar and revisitor apart."""

    class Result(models.TextChoices):
        CONFIRMED = "confirmed", "đúng như đã ghi"
        DIFFERENT = "different", "có chỗ khác"
        NOT_FOUND = "not_found", "không thấy hộ này"

    sample = models.ForeignKey(RevisitSample, on_delete=models.CASCADE, related_name="revisits")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="revisits")
    registrar = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, related_name="revisits")
    result = models.CharField(max_length=10, choices=Result.choices, blank=True, default="")
    note = EncryptedTextField(blank=True, default="")
    visited_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    visited_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sample", "household"], name="revisit_once_a_sample"),
            models.CheckConstraint(
                condition=Q(visited_by__isnull=True, result="", visited_at__isnull=True)
                | (
                    Q(visited_by__isnull=False, visited_at__isnull=False)
                    & ~Q(result="")
                    & (Q(registrar__isnull=True) | ~Q(visited_by=F("registrar")))
                ),
                name="revisit_by_another",
            ),
        ]
