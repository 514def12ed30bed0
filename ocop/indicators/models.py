"""Targets, the day's counts per commune, and which communes are to be counted again."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from core.people.models import User
from core.places.models import Unit


class Target(models.Model):
    """What an area is to reach in a year: a per cent of an indicator. `unit` may also be a province of before 1 July 2025."""

    indicator = models.CharField(max_length=10)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    percent = models.PositiveSmallIntegerField()
    document = models.CharField(max_length=200)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["indicator", "unit", "year"], name="target_once_a_year"),
            models.CheckConstraint(condition=Q(percent__gte=1, percent__lte=100), name="target_is_a_per_cent"),
        ]


class Tally(models.Model):
    """The integers of one indicator in one commune (or province, for products known only by it) on one day.

    `former_code` is the province of before 1 July 2025 ("": not known). Rates of larger areas are sums of these, never means.
    """

    indicator = models.CharField(max_length=10)
    version = models.PositiveSmallIntegerField()
    on = models.DateField()
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    former_code = models.CharField(max_length=5, blank=True, default="")
    numerator = models.PositiveIntegerField()
    denominator = models.PositiveIntegerField()
    missing = models.PositiveIntegerField()
    counted_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["on", "indicator"])]
        constraints = [
            models.UniqueConstraint(
                fields=["on", "unit", "indicator", "former_code"],
                condition=Q(unit__isnull=False),
                name="tally_once",
            ),
            models.UniqueConstraint(
                fields=["on", "indicator", "former_code"],
                condition=Q(unit__isnull=True),
                name="tally_once_without_unit",
            ),
            models.CheckConstraint(
                condition=Q(numerator__lte=models.F("denominator")), name="tally_numerator_is_a_part"
            ),
        ]


class Recount(models.Model):
    """A unit whose counts of a day may be wrong since `since`; the counting job takes the row away when it has counted.
    `unit` empty: products without a known place. A change while it counts adds a row of its own."""

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, null=True, related_name="+")
    subject = models.CharField(max_length=10)
    since = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["since"])]
