"""Administrative units through time.

A code names a unit only at a date: most province codes and commune 26740 were given to other areas on 1 July 2025.
Periods are half-open: `valid_to` is the first day no longer in force; an empty `valid_from` means "since before our
records". Sources: core/places/data/SOURCES.md.
"""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q


class Level(models.TextChoices):
    PROVINCE = "province", "Tỉnh, thành phố"
    DISTRICT = "district", "Huyện, quận (đến 30/6/2025)"
    COMMUNE = "commune", "Xã, phường, đặc khu"


def in_force(on: date, prefix: str = "") -> Q:
    """The condition "this dated row is in force on that day", for any table with valid_from and valid_to."""
    start = Q(**{f"{prefix}valid_from__isnull": True}) | Q(**{f"{prefix}valid_from__lte": on})
    return start & (Q(**{f"{prefix}valid_to__isnull": True}) | Q(**{f"{prefix}valid_to__gt": on}))


class Unit(models.Model):
    """A province, a former district or a commune while it was in force.

    `name` and `kind` are today's (or the last) ones, kept here for lists; the dated truth is in UnitName.
    """

    level = models.CharField(max_length=10, choices=Level.choices)
    code = models.CharField(max_length=5)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=20)
    folded_name = models.CharField(max_length=80)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    latitude = models.DecimalField(max_digits=8, decimal_places=5, null=True)
    longitude = models.DecimalField(max_digits=8, decimal_places=5, null=True)
    decision = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["level", "code", "valid_from"], name="unit_once_per_date"),
            models.UniqueConstraint(
                fields=["level", "code"], condition=Q(valid_from__isnull=True), name="unit_once_per_date_open"
            ),
            # On PostgreSQL the migration adds unit_code_once_at_a_date: the periods of a code never overlap.
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="unit_period_runs_forward",
            ),
        ]
        indexes = [models.Index(fields=["folded_name", "level"])]

    def __str__(self) -> str:
        """ "xã Bắc Ruộng", as it stands inside a sentence."""
        return f"{self.kind[:1].lower()}{self.kind[1:]} {self.name}"


class UnitName(models.Model):
    """The name and kind a unit carried in a period (xã Lộc Ninh until 29/4/2026, then phường)."""

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="names")
    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=80)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    source = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "valid_from"], name="unit_name_once_per_date"),
            models.UniqueConstraint(
                fields=["unit"], condition=Q(valid_from__isnull=True), name="unit_name_once_per_date_open"
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="unit_name_period_runs_forward",
            ),
        ]


class UnitLink(models.Model):
    """What an old unit became: `whole` in one unit, or `part` in several, of which one is the `default`."""

    class Kind(models.TextChoices):
        WHOLE = "whole", "toàn bộ"
        PART = "part", "một phần"
        DEFAULT = "default", "phần mặc định"

    old = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="became")
    new = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="came_from")
    on = models.DateField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    decision = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["old", "new", "on"], name="unit_link_once")]


class Hamlet(models.Model):
    """A thôn, ấp or khu phố. There is no national code list, so it is a dated local table."""

    commune = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="hamlets")
    name = models.CharField(max_length=80)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    # Its names, also those entered ahead, are in HamletName; `name` is only the one of today.
    is_renamed = models.BooleanField(default=False)

    class Meta:
        constraints = [
            # Of hamlets that were never renamed (PostgreSQL has hamlet_once_at_a_date, on their periods, as well); whether
            # a renamed one may carry its names is checked in actions/hamlets.py, with the commune locked.
            models.UniqueConstraint(
                fields=["commune", "name", "valid_from"], condition=Q(is_renamed=False), name="hamlet_once_per_date"
            ),
            models.UniqueConstraint(
                fields=["commune", "name"],
                condition=Q(valid_from__isnull=True, is_renamed=False),
                name="hamlet_once_per_date_open",
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="hamlet_period_runs_forward",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class HamletName(models.Model):
    """The name a hamlet carried in a period; a hamlet that was never renamed has none. Hamlet.name is the latest."""

    hamlet = models.ForeignKey(Hamlet, on_delete=models.CASCADE, related_name="names")
    name = models.CharField(max_length=80)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hamlet", "valid_from"], name="hamlet_name_once_per_date"),
            models.UniqueConstraint(
                fields=["hamlet"], condition=Q(valid_from__isnull=True), name="hamlet_name_once_per_date_open"
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="hamlet_name_period_runs_forward",
            ),
        ]


class HamletLink(models.Model):
    """What an old hamlet became: one new hamlet (merged, or gone to another commune with it), or parts of several."""

    old = models.ForeignKey(Hamlet, on_delete=models.CASCADE, related_name="became")
    new = models.ForeignKey(Hamlet, on_delete=models.CASCADE, related_name="came_from")
    on = models.DateField()
    kind = models.CharField(max_length=10, choices=UnitLink.Kind.choices)
    decision = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["old", "new", "on"], name="hamlet_link_once"),
            models.CheckConstraint(condition=~Q(old=F("new")), name="hamlet_link_joins_two"),
        ]


class Resolution(models.Model):
    """A resolution that was entered here, line by line as it stood in its file.

    Loading a newer version of the data files enters the kept ones again, so that an upgrade undoes nothing.
    """

    decision = models.CharField(max_length=120)
    on = models.DateField()
    lines = models.JSONField()
    entered_at = models.DateTimeField()
    entered_by = models.BigIntegerField(null=True)
    # When the upper slices were told that its day had come (MapTurned).
    told_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.decision


class PlacesLoad(models.Model):
    """Which version of the data files is loaded; the newest row counts. Entering a resolution adds a row as well, so
    that every process sees that the map has changed."""

    checksum = models.CharField(max_length=64)
    at = models.DateTimeField()
