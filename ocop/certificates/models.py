"""Certificates: the papers behind the stars."""

from __future__ import annotations

import secrets
from datetime import date

from django.db import models
from django.db.models import Q

from ocop.certificates import rules
from ocop.register.cells import WrittenDate
from ocop.register.models import OcopProduct

# Letters and digits that cannot be mistaken for each other on paper.
_CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH = 10


def new_check_code() -> str:
    """Ten random letters and digits (49 bits): short enough to type from a label, too many to guess."""
    return "".join(secrets.choice(_CODE_ALPHABET) for _ in range(CODE_LENGTH))


class Certificate(models.Model):
    """One recognition of a product.

    `recognised_on` is the first day of what the source says, `precision` how exact that is. The two ends
    follow from them when the paper is recorded (certificates run to the end they were issued with); the state
    on a day is computed. `paper_key` is decision and date as written: the same paper is recorded once.
    """

    class DatePrecision(models.TextChoices):
        DAY = "day", "biết ngày"
        MONTH = "month", "chỉ biết tháng"
        YEAR = "year", "chỉ biết năm"
        NONE = "none", "chưa biết"

    product = models.ForeignKey(OcopProduct, on_delete=models.PROTECT, related_name="certificates")
    stars = models.PositiveSmallIntegerField("hạng sao", null=True)
    decision_number = models.CharField("số quyết định", max_length=80, blank=True)
    recognised_on = models.DateField(null=True)
    precision = models.CharField(max_length=5, choices=DatePrecision.choices)
    earliest_end = models.DateField(null=True)
    latest_end = models.DateField(null=True)
    check_code = models.CharField(max_length=20, unique=True, default=new_check_code)
    paper_key = models.CharField(max_length=120)
    revoked_on = models.DateField(null=True)
    revoked_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product", "paper_key"], name="certificate_paper_once"),
            models.CheckConstraint(
                condition=Q(stars__isnull=True) | Q(stars__range=(1, 5)), name="certificate_stars_1_to_5"
            ),
            models.CheckConstraint(
                condition=Q(
                    precision="none",
                    recognised_on__isnull=True,
                    earliest_end__isnull=True,
                    latest_end__isnull=True,
                )
                | (
                    ~Q(precision="none")
                    & Q(recognised_on__isnull=False, earliest_end__isnull=False, latest_end__isnull=False)
                ),
                name="certificate_dates_fit_precision",
            ),
            models.CheckConstraint(
                condition=Q(revoked_on__isnull=True) | ~Q(revoked_reason=""),
                name="certificate_revoked_with_reason",
            ),
        ]
        indexes = [models.Index(fields=["recognised_on", "earliest_end"])]

    def __str__(self) -> str:
        return f"{self.product} {self.written_date()}".strip()

    def period(self) -> rules.Period | None:
        """The period it runs."""
        if self.recognised_on is None or self.earliest_end is None or self.latest_end is None:
            return None
        return rules.Period(self.recognised_on, self.earliest_end, self.latest_end)

    def state_on(self, on: date) -> rules.State:
        """Its state on a day."""
        return rules.state_on(on, self.period(), self.revoked_on)

    def recognised(self) -> WrittenDate | None:
        """The recognition as exactly as it is known."""
        return WrittenDate(self.recognised_on, self.precision) if self.recognised_on else None

    def written_date(self) -> str:
        """ "19/01/2022", "8/2022", "2022" or "", never more exact than known."""
        if self.recognised_on is None:
            return ""
        if self.precision == self.DatePrecision.YEAR:
            return str(self.recognised_on.year)
        if self.precision == self.DatePrecision.MONTH:
            return f"{self.recognised_on.month}/{self.recognised_on.year}"
        return f"{self.recognised_on:%d/%m/%Y}"
