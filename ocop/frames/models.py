"""Frames: the list of households that a year's rate is measured against, per commune, frozen and signed by two people."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from core.kit.append_only import AppendOnly
from core.people.models import User
from core.places.models import Unit
from onboarding.households.models import Household


class Frame(models.Model):
    """The denominator of one commune and year. In force once signed, until one that `replaces` it is signed.

    `sha256` is over the sorted household ids (`rules.digest`), `count` how many they are. A replacement needs a reason, and both
    rates are shown from then on.
    """

    class Source(models.TextChoices):
        CENSUS = "census", "tổng điều tra"
        REVIEW = "review", "danh sách rà soát của xã"

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    source = models.CharField(max_length=6, choices=Source.choices)
    document = models.CharField(max_length=200, blank=True)
    count = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    signed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    signed_at = models.DateTimeField(null=True)
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="replaced_by")
    reason = models.CharField(max_length=300, blank=True)
    ended_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "year"],
                condition=Q(signed_at__isnull=False, ended_at__isnull=True),
                name="one_frame_in_force",
            ),
            models.UniqueConstraint(
                fields=["unit", "year"],
                condition=Q(signed_at__isnull=True, cancelled_at__isnull=True),
                name="one_frame_waits",
            ),
            models.CheckConstraint(
                condition=Q(signed_at__isnull=True, signed_by__isnull=True)
                | (Q(signed_at__isnull=False, signed_by__isnull=False) & ~Q(signed_by=F("made_by"))),
                name="frame_takes_two",
            ),
            models.CheckConstraint(
                condition=Q(replaces__isnull=True) | ~Q(reason=""), name="frame_replaced_with_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit}, {self.year}"

    @property
    def is_waiting(self) -> bool:
        """Whether it is still to be signed."""
        return self.signed_at is None and self.cancelled_at is None

    @property
    def is_in_force(self) -> bool:
        """Whether it is its commune's denominator of its year now."""
        return self.signed_at is not None and self.ended_at is None


class FrameHousehold(AppendOnly):
    """One household of a frame."""

    frame = models.ForeignKey(Frame, on_delete=models.PROTECT, related_name="households")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="frames")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["frame", "household"], name="household_once_in_a_frame")]
