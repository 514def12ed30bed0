"""Households that may be one: found by a machine, decided by a person; and phones that too many households share."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from core.kit.encryption import BlindIndexField, EncryptedTextField
from core.people.models import User
from onboarding.households.models import Household


class DuplicatePair(models.Model):
    """Two households that may be one. `reasons` are codes (`matching.rules`), `score` 0–100. `first` is the older row."""

    class State(models.TextChoices):
        OPEN = "open", "chờ xem"
        MERGED = "merged", "đã gộp"
        DISTINCT = "distinct", "hai hộ khác nhau"
        GONE = "gone", "không còn giống"

    first = models.ForeignKey(Household, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Household, on_delete=models.CASCADE, related_name="+")
    score = models.PositiveSmallIntegerField()
    reasons = models.JSONField(default=list)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    found_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="duplicate_pair_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="duplicate_pair_in_order"),
            models.CheckConstraint(
                condition=Q(state__in=["open", "gone"]) | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="duplicate_pair_decided_by_a_person",
            ),
        ]
        indexes = [models.Index(fields=["state", "-score"], name="duplicate_pair_open")]


class HouseholdMerge(models.Model):
    """One household was found to be another. `snapshot` is JSON of both as they were and of every row that was moved, so
    that an unmerge restores exactly."""

    kept = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="merges_kept")
    absorbed = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="merges_absorbed")
    snapshot = EncryptedTextField()
    merged_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    merged_at = models.DateTimeField()
    undone_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["absorbed"], condition=Q(undone_at__isnull=True), name="household_absorbed_once"
            ),
            models.CheckConstraint(condition=~Q(kept=F("absorbed")), name="merge_of_two"),
        ]


# One phone for a family and its neighbours is usual; above this somebody should look.
MAX_HOUSEHOLDS = 3


class SharedPhone(models.Model):
    """A phone that three living households gave (the row two writers at once meet at), or more: then it is flagged, and
    they stay out of rates until somebody has cleared it for as many."""

    phone = EncryptedTextField()
    phone_index = BlindIndexField(of="phone", purpose="phone", unique=True)
    households = models.PositiveIntegerField()
    flagged_at = models.DateTimeField()
    cleared_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    cleared_at = models.DateTimeField(null=True)
    # Cleared for so many households: one more flags it again.
    cleared_for = models.PositiveIntegerField(default=0)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(cleared_at__isnull=True) | Q(cleared_by__isnull=False),
                name="shared_phone_cleared_by_somebody",
            )
        ]

    @property
    def is_flagged(self) -> bool:
        """Whether it waits for somebody to look."""
        return self.households > MAX_HOUSEHOLDS and self.households > self.cleared_for
