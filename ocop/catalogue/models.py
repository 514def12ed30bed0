"""The catalogue of indicators whose figures people enter by hand: what they are, what they shall reach, and what was found.

Nothing here is counted by the service. Terms, targets and figures are only ever added to: what applies is the newest row, and what
applied before stays readable.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from core.kit.append_only import AppendOnly
from core.people.models import User
from core.places.models import Unit


class Group(models.TextChoices):
    """The four groups of the province's programme."""

    GOVERNMENT = "government", "Chính quyền số"
    ECONOMY = "economy", "Kinh tế số"
    SOCIETY = "society", "Xã hội số"
    SECURITY = "security", "An toàn, an ninh mạng"


class Measure(models.TextChoices):
    """In what a figure is written; it says within which bounds a figure can be true."""

    PERCENT = "percent", "Phần trăm (0 đến 100)"
    GROWTH = "growth", "Phần trăm tăng mỗi năm"
    NUMBER = "number", "Số lượng"


class HandIndicator(models.Model):
    """One line of the catalogue. `unit` is the province that added it for itself; empty: the line is there for all."""

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=160)
    group = models.CharField(max_length=12, choices=Group.choices)
    measure = models.CharField(max_length=8, choices=Measure.choices)
    measure_words = models.CharField(max_length=30, blank=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(group__in=Group.values), name="hand_indicator_has_a_group"),
            models.CheckConstraint(condition=Q(measure__in=Measure.values), name="hand_indicator_has_a_measure"),
        ]

    def __str__(self) -> str:
        return self.name


class HandTerms(AppendOnly):
    """Who answers for an indicator in a province and how it is worked out, from a version on."""

    indicator = models.ForeignKey(HandIndicator, on_delete=models.PROTECT, related_name="terms")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveSmallIntegerField()
    owner = models.CharField(max_length=160, blank=True)
    formula = models.CharField(max_length=1000, blank=True)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["indicator", "unit", "version"], name="hand_terms_version_once"),
        ]


class HandTarget(AppendOnly):
    """What an indicator is to reach: in a province, or (`unit` empty) in the whole country. `year` is empty where the document that
    was read names none; `value` empty takes the target back. `is_above` says that the value itself is not enough."""

    indicator = models.ForeignKey(HandIndicator, on_delete=models.PROTECT, related_name="targets")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    year = models.PositiveSmallIntegerField(null=True)
    value = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    is_above = models.BooleanField(default=False)
    document = models.CharField(max_length=200)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(document=""), name="hand_target_has_a_document")]


class HandFigure(AppendOnly):
    """What was found in a province as of a day, by which source. A correction is a figure of the same day that names the one it
    replaces and why; with `value` empty it takes that one back. `terms_version` 0: no formula was written yet."""

    indicator = models.ForeignKey(HandIndicator, on_delete=models.PROTECT, related_name="figures")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    as_of = models.DateField()
    value = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    numerator = models.PositiveBigIntegerField(null=True)
    denominator = models.PositiveBigIntegerField(null=True)
    terms_version = models.PositiveSmallIntegerField(default=0)
    source = models.CharField(max_length=200)
    link = models.URLField(max_length=500, blank=True)
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="replaced_by")
    reason = models.CharField(max_length=300, blank=True)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "unit", "as_of"], condition=Q(replaces__isnull=True), name="hand_figure_once_a_day"
            ),
            models.CheckConstraint(condition=~Q(source=""), name="hand_figure_has_a_source"),
            models.CheckConstraint(
                condition=Q(replaces__isnull=True, reason="", value__isnull=False)
                | (Q(replaces__isnull=False) & ~Q(reason="")),
                name="hand_figure_correction_says_why",
            ),
            models.CheckConstraint(
                condition=Q(numerator__isnull=True, denominator__isnull=True)
                | Q(numerator__isnull=False, value__isnull=False, denominator__gt=0, numerator__lte=F("denominator")),
                name="hand_figure_numerator_is_a_part",
            ),
        ]
