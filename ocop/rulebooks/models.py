"""Rulebooks: the decisions after which products are assessed, and the rubrics of their sets, entered by sheet.

Nothing here is law of our own making: what nobody has entered yet says so («chưa nhập»).
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from core.people.models import User
from ocop.register.models import TaxonomyNode


class Rulebook(models.Model):
    """A decision with criteria. Weights are the most points of parts A, B and C; empty where we have not read them."""

    decision = models.CharField(max_length=30, unique=True)
    name = models.CharField(max_length=160)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    part_a = models.PositiveSmallIntegerField(null=True)
    part_b = models.PositiveSmallIntegerField(null=True)
    part_c = models.PositiveSmallIntegerField(null=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")), name="rulebook_runs_forward"
            ),
            models.CheckConstraint(
                condition=Q(part_a__isnull=True, part_b__isnull=True, part_c__isnull=True)
                | Q(part_a=100 - F("part_b") - F("part_c")),
                name="rulebook_parts_make_100",
            ),
        ]

    def __str__(self) -> str:
        return self.decision


class Rubric(models.Model):
    """The criteria for one set of products in a rulebook, one row per entered version. `is_sample` marks a made-up one, which
    no product is ever assessed by."""

    rulebook = models.ForeignKey(Rulebook, on_delete=models.PROTECT, related_name="rubrics")
    product_set = models.ForeignKey(TaxonomyNode, on_delete=models.PROTECT, null=True, related_name="rubrics")
    version = models.PositiveSmallIntegerField(default=1)
    name = models.CharField(max_length=160)
    is_sample = models.BooleanField(default=False)
    knock_outs = models.JSONField(default=list)
    source_sha256 = models.CharField(max_length=64, blank=True)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rulebook", "product_set", "version"],
                condition=Q(is_sample=False),
                name="rubric_version_once",
            ),
            models.CheckConstraint(
                condition=Q(is_sample=True) | Q(product_set__isnull=False), name="rubric_is_of_a_set"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Criterion(models.Model):
    """One line of a rubric: `number` as printed ("4.1"), `part` A, B or C, and the most points it can bring."""

    rubric = models.ForeignKey(Rubric, on_delete=models.CASCADE, related_name="criteria")
    position = models.PositiveSmallIntegerField()
    part = models.CharField(max_length=1, choices=[("A", "Phần A"), ("B", "Phần B"), ("C", "Phần C")])
    number = models.CharField(max_length=12, blank=True)
    name = models.CharField(max_length=300)
    most = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["rubric", "position"]
        constraints = [models.UniqueConstraint(fields=["rubric", "position"], name="criterion_position_once")]


class Option(models.Model):
    """One choice of a criterion. `minimum_for`: the lowest star that needs this option or a later one (0: none)."""

    criterion = models.ForeignKey(Criterion, on_delete=models.CASCADE, related_name="options")
    position = models.PositiveSmallIntegerField()
    points = models.PositiveSmallIntegerField()
    text = models.TextField()
    minimum_for = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["criterion", "position"]
        constraints = [
            models.UniqueConstraint(fields=["criterion", "position"], name="option_position_once"),
            models.CheckConstraint(
                condition=Q(minimum_for=0) | Q(minimum_for__range=(3, 5)), name="option_minimum_of_a_star"
            ),
        ]
