"""What devices sent, byte for byte, and what became of it.

A submission is stored raw before it is understood and is never changed (triggers). What was understood lives beside it:
its state, the issues a person must decide, the record it belongs to. Households, visits and sessions are derived.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from core.files.models import Photo
from core.kit.append_only import AppendOnly
from core.kit.encryption import EncryptedTextField
from core.people.models import User
from core.places.models import Hamlet, Unit
from onboarding.households.models import Household


class RecordKind(models.TextChoices):
    HOUSEHOLD = "household", "hộ"
    VISIT = "visit", "lượt đến nhà"
    SESSION = "session", "buổi tập huấn"


class IntakeKey(models.Model):
    """The server's key pair (RSA) to which devices seal what they export; `private_key` is PEM, `public_key` the base64 of
    its SubjectPublicKeyInfo. Old ones stay: a file may come late."""

    private_key = EncryptedTextField()
    public_key = models.TextField()
    made_at = models.DateTimeField()
    is_current = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["is_current"], condition=Q(is_current=True), name="intake_key_one_in_use")
        ]


class FieldDevice(models.Model):
    """One person's field app on one device. A shared phone has one row for each of its people, with the same `device_id`.
    `secret` signs what the app exports to a file. `unsent` and `unsent_since` are as the app last said."""

    device_id = models.UUIDField(db_index=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="field_devices")
    name = models.CharField(max_length=60, blank=True)
    secret = EncryptedTextField()
    enrolled_at = models.DateTimeField()
    last_contact_at = models.DateTimeField()
    unsent = models.PositiveIntegerField(default=0)
    unsent_since = models.DateTimeField(null=True)
    locked_at = models.DateTimeField(null=True)
    locked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    wiped_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["device_id", "user"], name="field_device_once_per_person")]


class Submission(AppendOnly):
    """One envelope as it came: who, when, about what. `sha256` is of its exact bytes, which are in SubmissionText."""

    class Via(models.TextChoices):
        APP = "app", "máy gửi"
        FILE = "file", "tệp niêm phong nhập tại xã"
        API = "api", "phần mềm khác"
        # No open app has signed it, so whoever brought it might have written it: they count as a writer.
        BARE = "bare", "tệp niêm phong chưa có chữ ký"

    submission_id = models.UUIDField(unique=True)
    record_id = models.UUIDField(db_index=True)
    kind = models.CharField(max_length=10, choices=RecordKind.choices)
    form = models.CharField(max_length=20)
    sequence = models.PositiveIntegerField()
    device_id = models.UUIDField(db_index=True)
    hamlet = models.ForeignKey(Hamlet, on_delete=models.PROTECT, related_name="+")
    commune = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()  # by the device's clock
    received_at = models.DateTimeField()
    received_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    via = models.CharField(max_length=5, choices=Via.choices)
    sha256 = models.CharField(max_length=64)
    photos = models.JSONField(default=list)  # SHA-256 of each part that belongs to it

    class Meta:
        indexes = [models.Index(fields=["commune", "-received_at"], name="submission_by_commune")]


class DisputedSubmission(AppendOnly):
    """The same id came again with other bytes. Kept beside the first, never over it."""

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="disputes")
    sha256 = models.CharField(max_length=64)
    received_at = models.DateTimeField()
    received_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["submission", "sha256"], name="disputed_bytes_once")]


class SubmissionText(models.Model):
    """The exact text of a submission or of a disputed one, encrypted. Beside the unchangeable row, because keys rotate and
    people may have what is said about them erased; the row's digest tells whether a text is still the one that came.
    `redacted_at`: when personal numbers and notes were cut out of it (`actions/keeping.py`)."""

    submission = models.OneToOneField(Submission, on_delete=models.PROTECT, null=True, related_name="text")
    dispute = models.OneToOneField(DisputedSubmission, on_delete=models.PROTECT, null=True, related_name="text")
    body = EncryptedTextField()
    redacted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(submission__isnull=False, dispute__isnull=True)
                | Q(submission__isnull=True, dispute__isnull=False),
                name="submission_text_of_one",
            )
        ]


class SubmissionState(models.Model):
    """What became of a submission."""

    class State(models.TextChoices):
        WAITING = "waiting", "chờ bản trước"
        APPLIED = "applied", "đã ghi vào sổ"
        REFUSED = "refused", "không ghi được"

    submission = models.OneToOneField(Submission, on_delete=models.PROTECT, related_name="outcome")
    state = models.CharField(max_length=8, choices=State.choices)
    waiting_since = models.DateTimeField(null=True)
    applied_at = models.DateTimeField(null=True)
    # Applied although what should have come before never came.
    is_forced = models.BooleanField(default=False)
    reason = models.CharField(max_length=300, blank=True)
    # How often writing it has failed by an error of ours.
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["state", "waiting_since"], name="submission_waiting")]


class IntakeRecord(models.Model):
    """A record that devices sent submissions about. `derived` is JSON of what the submissions together say, as last
    written into the register: deriving again touches only what nobody has changed since."""

    record_id = models.UUIDField(unique=True)
    kind = models.CharField(max_length=10, choices=RecordKind.choices)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, null=True, related_name="intake_records")
    derived = EncryptedTextField(blank=True, default="")
    derived_at = models.DateTimeField(null=True)


class AwaitedRecord(models.Model):
    """A household's record that a waiting outing (its own record) names and that has not come yet."""

    outing = models.UUIDField()
    record_id = models.UUIDField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["outing", "record_id"], name="awaited_record_once")]


class IntakeIssue(models.Model):
    """Something that a person must decide; `detail` is JSON {field: [was, theirs, ours]} or what was refused."""

    class Kind(models.TextChoices):
        CHANGED_BYTES = "changed_bytes", "gửi lại với nội dung khác"
        FIELD_CONFLICT = "field_conflict", "hai người ghi khác nhau"
        REFUSED = "refused", "không ghi được"
        FORCED = "forced", "ghi khi chưa đủ bản trước"

    kind = models.CharField(max_length=14, choices=Kind.choices)
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="issues")
    dispute = models.ForeignKey(DisputedSubmission, on_delete=models.PROTECT, null=True, related_name="issues")
    commune = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    detail = EncryptedTextField(blank=True, default="")
    opened_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=20, blank=True)

    class Meta:
        indexes = [models.Index(fields=["commune", "decided_at"], name="intake_issue_open")]


class IntakePart(models.Model):
    """A photo that came for a submission, perhaps before it. `sha256` and `size` (bytes) are of what was sent; only the safe
    renditions are kept. `refused` is a Vietnamese sentence when it could not be opened."""

    submission_id = models.UUIDField()
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    photo = models.ForeignKey(Photo, on_delete=models.PROTECT, null=True, related_name="+")
    refused = models.CharField(max_length=200, blank=True)
    received_at = models.DateTimeField()
    received_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["submission_id", "sha256"], name="intake_part_once"),
            models.CheckConstraint(
                condition=Q(photo__isnull=False, refused="") | (Q(photo__isnull=True) & ~Q(refused="")),
                name="intake_part_kept_or_refused",
            ),
        ]
