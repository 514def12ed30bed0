"""Snapshots: what was counted on a report date, frozen with its rows, signed by two people, restated only by another one."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from core.kit.append_only import AppendOnly
from core.people.models import User
from core.places.models import Unit


class Snapshot(models.Model):
    """A report date of an area. `number` is what people quote ("CS-68-2026-11-1"). `rows_sha256` and `figures_sha256` are over the
    canonical lines of its rows and figures (`frozen.py`); `definitions` are {code: [version, name, definition]} of that day,
    `map_version` names the units in force. `restates` another one of the same area and day, with a `note` saying why.

    Of `communes` with households, `communes_framed` were measured against a signed frame. `rows_expected` is known once all were read,
    `rows_count` are stored.

    Two people answer for it: who made it and who signed it. One that the operator's command made has no maker: somebody else
    signs first."""

    number = models.CharField(max_length=40, unique=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    on = models.DateField()
    definitions = models.JSONField()
    map_version = models.CharField(max_length=40)
    rows_expected = models.PositiveIntegerField(default=0)
    rows_count = models.PositiveIntegerField(default=0)
    communes = models.PositiveIntegerField(null=True)
    communes_framed = models.PositiveIntegerField(null=True)
    rows_sha256 = models.CharField(max_length=64, blank=True)
    figures_sha256 = models.CharField(max_length=64, blank=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    frozen_at = models.DateTimeField(null=True)
    first_signed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    first_signed_at = models.DateTimeField(null=True)
    signed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    signed_at = models.DateTimeField(null=True)
    restates = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="restated_by")
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(signed_at__isnull=True, signed_by__isnull=True)
                | (
                    Q(signed_at__isnull=False, signed_by__isnull=False, frozen_at__isnull=False)
                    & (
                        (Q(made_by__isnull=False) & ~Q(signed_by=F("made_by")))
                        | (Q(first_signed_by__isnull=False) & ~Q(signed_by=F("first_signed_by")))
                    )
                ),
                name="snapshot_takes_two",
            ),
            models.CheckConstraint(
                condition=Q(first_signed_by__isnull=True, first_signed_at__isnull=True)
                | Q(
                    first_signed_by__isnull=False,
                    first_signed_at__isnull=False,
                    made_by__isnull=True,
                    frozen_at__isnull=False,
                ),
                name="snapshot_first_signature_stands_for_maker",
            ),
            models.CheckConstraint(
                condition=Q(restates__isnull=True) | ~Q(note=""), name="snapshot_restated_with_note"
            ),
        ]


class SnapshotFigure(AppendOnly):
    """One indicator in one unit of a snapshot, under the unit's name of that day. `target_percent` as it was then. `beside`
    are its parts that are shown as rates of their own: {"ext": [numerator, denominator]}, empty where there is nothing."""

    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="figures")
    indicator = models.CharField(max_length=10)
    version = models.PositiveSmallIntegerField()
    unit_code = models.CharField(max_length=5, blank=True)
    unit_name = models.CharField(max_length=120)
    former_code = models.CharField(max_length=5, blank=True)
    numerator = models.PositiveIntegerField()
    denominator = models.PositiveIntegerField()
    missing = models.PositiveIntegerField()
    target_percent = models.PositiveSmallIntegerField(null=True)
    beside = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["snapshot", "indicator", "unit_code", "former_code"], name="snapshot_figure_once"
            )
        ]


class SnapshotRow(AppendOnly):
    """One counted thing of a snapshot. `sides` has a letter for each indicator in the order of `definitions`: n (numerator and
    denominator), d (denominator only), m (missing), - (neither). `traits` has
    a letter for each part that is counted beside (`capturing.PARTS`). `evidence_sha256` is over what put it there."""

    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="rows")
    subject = models.CharField(max_length=10)
    subject_id = models.BigIntegerField()
    unit_code = models.CharField(max_length=5, blank=True)
    former_code = models.CharField(max_length=5, blank=True)
    sides = models.CharField(max_length=40)
    traits = models.CharField(max_length=8, blank=True)
    evidence_sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["snapshot", "subject", "subject_id"], name="snapshot_row_once")]
