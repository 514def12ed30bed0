"""Certificates: the papers behind the stars."""

from __future__ import annotations

import secrets
from datetime import date

from django.db import models
from django.db.models import F, Q

from core.kit.append_only import AppendOnly
from core.people.models import User
from core.places.models import Unit
from ocop.certificates import rules
from ocop.register.cells import WrittenDate
from ocop.register.models import OcopProduct

# Letters and digits that cannot be mistaken for each other on paper.
_CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH = 10


def new_check_code() -> str:
    """Ten random letters and digits (49 bits): short enough to type from a label, too many to guess."""
    return "".join(secrets.choice(_CODE_ALPHABET) for _ in range(CODE_LENGTH))


class IssuerLevel(models.TextChoices):
    """Who decided: districts 3 stars until 30 June 2025, provinces 3 and 4 stars, the ministry 5."""

    DISTRICT = "district", "Uỷ ban nhân dân huyện"
    PROVINCE = "province", "Uỷ ban nhân dân tỉnh"
    MINISTRY = "ministry", "Bộ Nông nghiệp và Môi trường"


class Quality(models.TextChoices):
    """What stands behind a record. Only A and B1 count; B2 is no paper yet, C is nobody's word but the producer's own."""

    SIGNED = "A", "đã xem quyết định có chữ ký"
    STATE_NEWS = "B1", "cơ quan nhà nước đã đưa tin"
    PROPOSAL = "B2", "mới đề nghị, chưa công nhận"
    OWN_CLAIM = "C", "chủ thể tự khai"


COUNTED_QUALITIES = (Quality.SIGNED, Quality.STATE_NEWS)


class Certificate(models.Model):
    """One recognition of a product.

    `recognised_on` is the first day of what the source says, `precision` how exact that is. The two ends
    follow from them when the paper is recorded (certificates run to the end they were issued with); the state
    on a day is computed. `paper_key` is decision and date as written: the same paper is recorded once.

    `superseded_on` is the day from which a later paper of the same product speaks instead. `entered_by` and `confirmed_by` are the
    two people of a paper entered at the desk; a paper read by the operator's command has neither.
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
    issuer_level = models.CharField(max_length=8, choices=IssuerLevel.choices, blank=True, default="")
    issuer_name = models.CharField("nơi cấp", max_length=120, blank=True, default="")
    quality = models.CharField(max_length=2, choices=Quality.choices, default=Quality.STATE_NEWS)
    superseded_on = models.DateField(null=True)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    revoked_on = models.DateField(null=True)
    revoked_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product", "paper_key"], name="certificate_paper_once"),
            models.CheckConstraint(
                condition=Q(entered_by__isnull=True, confirmed_by__isnull=True)
                | (Q(confirmed_by__isnull=False, confirmed_at__isnull=False) & ~Q(confirmed_by=F("entered_by"))),
                name="certificate_takes_two",
            ),
            models.CheckConstraint(condition=Q(quality__in=["A", "B1", "B2", "C"]), name="certificate_quality_known"),
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
        """Its state on a day. Reads `renewal_files` (lists read them along: `queries.with_certificates`)."""
        filings = [rules.Filing(file.submitted_on, file.result_on) for file in self.renewal_files.all()]
        return rules.state_on(on, self.period(), self.revoked_on, superseded_on=self.superseded_on, filings=filings)

    def last_shown_day(self) -> date:
        """The last day on which a product may bear it, by what is known now. Only of papers with a period."""
        assert self.earliest_end is not None
        filings = [rules.Filing(file.submitted_on, file.result_on) for file in self.renewal_files.all()]
        return rules.last_shown_day(self.earliest_end, self.superseded_on, filings)

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


class CertificateCopy(AppendOnly):
    """What a certificate said when it was recorded or corrected: later changes of the product change no copy. `facts` are
    {field: text} as printed on the check page; `sha256` is over their canonical JSON (`frozen.digest`)."""

    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="copies")
    number = models.PositiveSmallIntegerField()
    facts = models.JSONField()
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["certificate", "number"], name="certificate_copy_numbered")]


class CertificateEntry(models.Model):
    """A paper that one person has entered and a second has yet to compare with the decision. Counts for nothing until then.

    `facts` are {field: text} as entered (`entries.EntryFacts`); `unit` is where it belongs, for rights; `batch` names the import
    it came with (a value, "" from the form) and `line` its line there.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "chờ người thứ hai"
        CONFIRMED = "confirmed", "đã xác nhận"
        REFUSED = "refused", "đã trả lại"
        WITHDRAWN = "withdrawn", "người nhập đã rút"

    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    product = models.ForeignKey(OcopProduct, on_delete=models.PROTECT, null=True, related_name="entries")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    facts = models.JSONField()
    fingerprint = models.CharField(max_length=64)
    batch = models.CharField(max_length=40, blank=True, default="")
    line = models.PositiveIntegerField(null=True)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True)
    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, null=True, related_name="entries")

    class Meta:
        indexes = [models.Index(fields=["state", "unit"]), models.Index(fields=["batch"])]
        constraints = [
            models.UniqueConstraint(
                fields=["fingerprint"], condition=Q(state="waiting"), name="certificate_entry_waits_once"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["confirmed", "refused"])
                | (Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(decided_by=F("entered_by"))),
                name="certificate_entry_takes_two",
            ),
            models.CheckConstraint(
                condition=~Q(state="confirmed") | Q(certificate__isnull=False), name="certificate_entry_made_one"
            ),
            models.CheckConstraint(condition=~Q(state="refused") | ~Q(reason=""), name="certificate_entry_told_why"),
        ]


class RenewalFile(models.Model):
    """A file for re-assessment or upgrade that was handed in for a certificate. `result_on` is empty while it is under way."""

    class Kind(models.TextChoices):
        RENEWAL = "renewal", "đánh giá lại"
        UPGRADE = "upgrade", "nâng hạng"

    class Result(models.TextChoices):
        PENDING = "pending", "đang xét"
        RECOGNISED = "recognised", "được công nhận"
        REFUSED = "refused", "không được công nhận"
        WITHDRAWN = "withdrawn", "đã rút"

    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="renewal_files")
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.RENEWAL)
    submitted_on = models.DateField()
    result = models.CharField(max_length=10, choices=Result.choices, default=Result.PENDING)
    result_on = models.DateField(null=True)
    note = models.CharField(max_length=200, blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["certificate"], condition=Q(result_on__isnull=True), name="renewal_file_one_under_way"
            ),
            models.CheckConstraint(
                condition=Q(result="pending", result_on__isnull=True)
                | (~Q(result="pending") & Q(result_on__gte=F("submitted_on"))),
                name="renewal_file_ends_with_result",
            ),
        ]


class RenewalNotice(models.Model):
    """That the makers of a certificate were told how many days are left: once for each mark (180, 120, 30)."""

    certificate = models.ForeignKey(Certificate, on_delete=models.CASCADE, related_name="renewal_notices")
    days = models.PositiveSmallIntegerField()
    told_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["certificate", "days"], name="renewal_told_once")]
