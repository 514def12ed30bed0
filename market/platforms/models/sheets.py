"""Files for the staff of a platform, and what they answered."""

from __future__ import annotations

from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import Q

from core.people.models import User
from market.platforms.models.connections import Connection
from market.platforms.models.rows import PlatformListing


def private_storage() -> Storage:
    """Where files for staff live: outside what the web serves."""
    return storages["private"]


class SheetColumns(models.Model):
    """Which of our fields stands under which heading of a platform's workbook, in one version; never changed, a new version
    takes its place. `columns` is a list of {field, heading, width, kind} as `sheets.layout.Column` has them."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="sheet_columns")
    number = models.PositiveIntegerField()
    columns = models.JSONField()
    note = models.CharField(max_length=200, blank=True, default="")
    is_current = models.BooleanField(default=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "number"], name="sheet_columns_number_once"),
            models.UniqueConstraint(
                fields=["connection"], condition=Q(is_current=True), name="one_current_sheet_columns"
            ),
        ]


class SheetBatch(models.Model):
    """One upload file made for the staff of a platform, and the answer that came back."""

    class State(models.TextChoices):
        MADE = "made", "đã tạo, chưa gửi"
        SENT = "sent", "đã gửi cho sàn"
        ANSWERED = "answered", "sàn đã trả lời một phần"
        DONE = "done", "xong"
        CANCELLED = "cancelled", "đã hủy"

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="batches")
    number = models.PositiveIntegerField()
    layout_version = models.CharField(max_length=20)
    file = models.FileField(upload_to="sheets/", storage=private_storage)
    count = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.MADE)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    sent_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    sent_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "number"], name="sheet_batch_number_once")]


class SheetItem(models.Model):
    """One line of an upload file: what the platform's staff shall do with one listing, and what they answered.

    `said` is the line as it left: {title, price, stock, photos: [file names], page}.
    """

    class Task(models.TextChoices):
        PUT = "put", "đăng hoặc sửa"
        OFFER = "offer", "sửa giá và số lượng"
        TAKE_DOWN = "take_down", "gỡ xuống"

    class Answer(models.TextChoices):
        WAITING = "waiting", "đang chờ"
        DONE = "done", "đã làm"
        REJECTED = "rejected", "từ chối"
        REPLACED = "replaced", "xong theo lô sau"

    batch = models.ForeignKey(SheetBatch, on_delete=models.CASCADE, related_name="items")
    row = models.ForeignKey(PlatformListing, on_delete=models.PROTECT, related_name="sheet_items")
    task = models.CharField(max_length=10, choices=Task.choices)
    revision = models.PositiveIntegerField()
    content_hash = models.CharField(max_length=64, blank=True, default="")
    offer_hash = models.CharField(max_length=64, blank=True, default="")
    said = models.JSONField(default=dict, blank=True)
    answer = models.CharField(max_length=10, choices=Answer.choices, default=Answer.WAITING)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "row"], name="sheet_item_once_a_batch")]


class SheetAnswer(models.Model):
    """A result file that was read: its digest, so that the same file twice changes nothing, and what could not be used.

    `counts` by the names of `ImportReport`, `problems` a list of {line, text}, `unknown_headings` a list of words.
    """

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="answers")
    sha256 = models.CharField(max_length=64)
    file_name = models.CharField(max_length=200, blank=True, default="")
    counts = models.JSONField(default=dict)
    problems = models.JSONField(default=list, blank=True)
    unknown_headings = models.JSONField(default=list, blank=True)
    taken_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    taken_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "sha256"], name="sheet_answer_file_once")]
        indexes = [models.Index(fields=["connection", "-taken_at"])]
