"""Official reports: what a signed snapshot says, as a document with a number, a day and a signer. Nothing of a report is ever changed:
a mistake is a report in its place."""

from __future__ import annotations

import secrets

from django.db import models
from django.db.models import Q

from core.kit.append_only import AppendOnly
from core.people.models import User
from core.places.models import Unit
from ocop.snapshots.models import Snapshot

# Letters and digits that cannot be mistaken for each other on paper.
_CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH = 12


def new_code() -> str:
    """Twelve random letters and digits (59 bits): short enough to type from paper, too many to guess."""
    return "".join(secrets.choice(_CODE_ALPHABET) for _ in range(CODE_LENGTH))


class OfficialReport(AppendOnly):
    """What was entered for a report, and everything else that stands in its files but not in its snapshot: `frozen` holds the names of
    the people and the units of that day (`gathering.py`), `address` is the printed one. `code` finds the check page. Both digests
    are of the files as they were made; made again from this row and its snapshot they are the same."""

    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    year = models.PositiveSmallIntegerField()
    number = models.CharField(max_length=40)
    issued_on = models.DateField()
    place = models.CharField(max_length=60)
    superior = models.CharField(max_length=160, blank=True)
    issuer = models.CharField(max_length=160)
    subject = models.CharField(max_length=300)
    addressees = models.TextField(blank=True)
    authority = models.CharField(max_length=160, blank=True)
    title = models.CharField(max_length=100)
    signer = models.CharField(max_length=100)
    recipients = models.TextField()
    remarks = models.TextField(blank=True)
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="replaced_by")
    reason = models.CharField(max_length=300, blank=True)
    code = models.CharField(max_length=CODE_LENGTH, unique=True)
    address = models.CharField(max_length=200)
    frozen = models.JSONField()
    pdf_sha256 = models.CharField(max_length=64)
    xlsx_sha256 = models.CharField(max_length=64)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["-issued_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "year", "number"], condition=Q(unit__isnull=False), name="official_report_number_once"
            ),
            models.UniqueConstraint(
                fields=["year", "number"], condition=Q(unit__isnull=True), name="official_report_number_once_in_country"
            ),
            models.CheckConstraint(
                condition=Q(replaces__isnull=True, reason="") | (Q(replaces__isnull=False) & ~Q(reason="")),
                name="official_report_replaces_with_reason",
            ),
        ]


class ReportSignature(AppendOnly):
    """The PDF of a report with a digital signature: a signature has its own moment, so its bytes are kept and never made again. Another
    row stands beside it only where the kept file is lost; the last one is handed out, copies of all are true."""

    report = models.ForeignKey(OfficialReport, on_delete=models.PROTECT, related_name="signatures")
    sha256 = models.CharField(max_length=64)
    holder = models.CharField(max_length=200)
    serial = models.CharField(max_length=80)
    certificate_until = models.DateField()
    signed_at = models.DateTimeField()
