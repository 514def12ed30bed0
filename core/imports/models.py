"""Imports: a sheet that came, what was read in it, what became of every row.

What a sheet says about people is personal: the file, the cells, the findings and the effects are encrypted, and erased
when the time for mending and undoing is over (`core.imports.rules.KEPT_FOR`). The counts and the file's digest stay.
"""

from __future__ import annotations

from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import F, Q

from core.kit.encryption import EncryptedTextField
from core.people.models import User
from core.places.models import Unit


class ImportBatch(models.Model):
    """One sheet somebody brought for one unit.

    `owner` is whose list it is where the kind is not the staff's ("shop:12", a value: owners live in upper storeys);
    officers of the unit then see nothing of it.

    `mapping` is {column of the kind: index in the sheet}; `given` {column: text} what stands over the table and holds for all
    rows, for columns that the sheet does not have. `header_row` counts from 0. `revision` grows with every new
    mapping: work for an older one stops by itself.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "chờ chọn cột"
        PREVIEWING = "previewing", "đang xem trước"
        PREVIEWED = "previewed", "chờ nhập"
        APPLYING = "applying", "đang nhập"
        APPLIED = "applied", "đã nhập"
        UNDOING = "undoing", "đang hoàn tác"
        UNDONE = "undone", "đã hoàn tác"
        FAILED = "failed", "đã dừng"
        CANCELLED = "cancelled", "đã huỷ"

    kind = models.CharField(max_length=40)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    owner = models.CharField(max_length=40, blank=True, default="", db_index=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.DRAFT)
    file_name = models.CharField(max_length=120, blank=True)
    sha256 = models.CharField(max_length=64, db_index=True)
    sheet_index = models.PositiveSmallIntegerField(default=0)
    header_row = models.PositiveIntegerField(default=0)
    header_depth = models.PositiveSmallIntegerField(default=1)
    mapping = models.JSONField(default=dict)
    given = models.JSONField(default=dict)
    headings = models.JSONField(default=list)
    skipped = EncryptedTextField(blank=True)
    revision = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    warnings = models.PositiveIntegerField(default=0)
    doubles = models.PositiveIntegerField(default=0)
    kept = models.PositiveIntegerField(default=0)
    failure = models.CharField(max_length=300, blank=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    applied_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    applied_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["applying", "applied"]) | Q(applied_at__isnull=False),
                name="import_applied_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["applied", "undone"])
                | Q(total=F("created") + F("changed") + F("unchanged") + F("refused")),
                name="import_counts_every_row",
            ),
        ]


class ImportFilePart(models.Model):
    """A piece of the sheets that were in the file (`sheet.storing`, in base64), so that it lives and dies with its
    import, in one transaction, and is re-encrypted with the other fields when keys change."""

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    content = EncryptedTextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="import_part_once")]


def private_storage() -> Storage:
    """Where files nobody is to fetch live: outside what the web serves."""
    return storages["private"]


class ImportAttachment(models.Model):
    """A file that came beside the sheet, e.g. the pictures it names: as it came, on disk, never unpacked there. `facts` is
    what its kind found in it. Row and file go when the import has no more use for them."""

    batch = models.OneToOneField(ImportBatch, on_delete=models.CASCADE, related_name="attachment")
    file = models.FileField(upload_to="imports/", storage=private_storage)
    name = models.CharField(max_length=120)
    size = models.PositiveBigIntegerField()
    facts = EncryptedTextField()


class ImportRow(models.Model):
    """One row of data. `number` is the line as Excel counts; `cells` JSON as written; `findings` JSON {title, reasons,
    warnings, changes}; `effect` JSON of what undo needs. Empty once erased."""

    class State(models.TextChoices):
        WAITING = "waiting", "chờ nhập"
        DONE = "done", "đã xong"
        UNDONE = "undone", "đã hoàn tác"
        KEPT = "kept", "giữ nguyên"

    class Outcome(models.TextChoices):
        CREATED = "created", "thêm mới"
        CHANGED = "changed", "thay đổi"
        UNCHANGED = "unchanged", "đã có"
        REFUSED = "refused", "chưa nhận"

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    warning_count = models.PositiveSmallIntegerField(default=0)
    is_hidden = models.BooleanField(default=False)
    may_be_double = models.BooleanField(default=False)
    cells = EncryptedTextField(blank=True)
    findings = EncryptedTextField(blank=True)
    effect = EncryptedTextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="import_row_once")]
        indexes = [
            models.Index(fields=["batch", "state", "number"], name="import_row_by_state"),
            models.Index(fields=["batch", "outcome", "number"], name="import_row_by_outcome"),
            models.Index(fields=["batch", "number"], condition=Q(may_be_double=True), name="import_row_doubles"),
        ]


class ColumnMapping(models.Model):
    """How the columns of sheets with these headings were understood in this unit (by this owner): {column: heading key}."""

    kind = models.CharField(max_length=40)
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="+")
    owner = models.CharField(max_length=40, blank=True, default="")
    fingerprint = models.CharField(max_length=64)
    mapping = models.JSONField(default=dict)
    used_at = models.DateTimeField()
    used_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "unit", "owner", "fingerprint"], name="import_mapping_remembered_once"
            )
        ]
