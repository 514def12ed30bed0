"""Photos: separate parts, each known by the hash of its bytes, that may come before their submission."""

from __future__ import annotations

import hashlib
import uuid
from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef

from core.audit.actions import record
from core.files.actions import forget_photos, take_photo
from core.files.models import Photo
from core.files.pipeline import PhotoRefused
from core.kit import clock
from core.people.queries import Viewer
from onboarding.intake.actions.receiving import understand
from onboarding.intake.models import IntakePart, Submission, SubmissionState
from onboarding.intake.queries.devices import device_is_locked
from onboarding.intake.queries.submissions import submission_by_id
from onboarding.intake.receipts import receipt_of, receipt_of_unknown
from onboarding.intake.refusals import Invalid, device_locked, not_yours, too_large, try_again
from onboarding.intake.rules import can_send, somebody

MOST_PHOTO_BYTES = 400_000
# Parts whose submission never comes.
KEEP_ORPHANS = timedelta(days=30)
MOST_ORPHANS = 500
_NOT_FOR_EVER = {"no_room"}


def receive_photo(
    *, submission_id: uuid.UUID, sha256: str, raw: bytes, by: Viewer, rescued_for: int | None = None
) -> dict[str, Any]:
    """Take one photo of a submission, once; only safe renditions are kept. Returns the submission's receipt. What is no
    picture is noted as refused with a sentence, so that the device does not send it for ever.

    `rescued_for` as in `receive_submission`. Raises NotTaken.
    """
    if not can_send(by):
        raise not_yours()
    if len(raw) > MOST_PHOTO_BYTES:
        raise too_large("400 KB")
    submission = submission_by_id(submission_id)
    _check(submission, sha256, by, rescued_for)
    if not IntakePart.objects.filter(submission_id=submission_id, sha256=sha256).exists():
        if hashlib.sha256(raw).hexdigest() != sha256:
            raise Invalid("Ảnh nhận được không khớp mã của nó. Máy sẽ gửi lại từ đầu.")
        _keep(submission_id, sha256, raw, by)
    # The submission may have come or been derived meanwhile; and whoever derives after us sees the part. Also when the
    # part was there: the process that took it may have been killed before this line.
    submission = submission_by_id(submission_id)
    if submission is not None and submission.outcome.state == SubmissionState.State.APPLIED:
        understand(submission.record_id)
    return receipt_of(submission) if submission is not None else receipt_of_unknown(submission_id)


def erase_orphans() -> int:
    """Forget parts whose submission never came, and those it does not name, after 30 days. The photos go with them when
    nothing else shows them. Returns how many parts; a periodic job."""
    before = clock.now() - KEEP_ORPHANS
    known = Submission.objects.filter(submission_id=OuterRef("submission_id"))
    named = {
        (submission_id, sha256)
        for submission_id, photos in Submission.objects.filter(
            submission_id__in=IntakePart.objects.filter(received_at__lte=before).values("submission_id")
        ).values_list("submission_id", "photos")
        for sha256 in photos
    }
    old = IntakePart.objects.filter(received_at__lte=before).annotate(is_known=Exists(known)).order_by("pk")
    gone = [part for part in old if not part.is_known or (part.submission_id, part.sha256) not in named]
    with transaction.atomic():
        for part in gone:
            record("intake.part_erased", actor_id=None, object_label=f"intake_part:{part.pk}")
            part.delete()
        forget_photos(part.photo_id for part in gone if part.photo_id)
    return len(gone)


def _check(submission: Submission | None, sha256: str, by: Viewer, rescued_for: int | None) -> None:
    if submission is None:
        _check_room(by)
        return
    if submission.entered_by_id != (by.user_id if rescued_for is None else rescued_for):
        raise not_yours()
    if rescued_for is None and device_is_locked(submission.device_id):
        raise device_locked()
    if sha256 not in submission.photos:
        raise Invalid("Bản ghi này không có ảnh đó. Hãy ghi ảnh vào một bản sửa.")


def _check_room(by: Viewer) -> None:
    """Somebody who sends photos without ever sending what they belong to waits."""
    known = Submission.objects.filter(submission_id=OuterRef("submission_id"))
    mine = IntakePart.objects.filter(~Exists(known), received_by_id=by.user_id)
    if mine.count() >= MOST_ORPHANS:
        raise try_again(3600, status=429)


def _keep(submission_id: uuid.UUID, sha256: str, raw: bytes, by: Viewer) -> None:
    photo: Photo | None = None
    refused = ""
    try:
        upload: UploadedFile[Any] = UploadedFile(ContentFile(raw), name="anh", size=len(raw))
        photo = take_photo(upload=upload, by=by)
    except PhotoRefused as problem:
        if problem.code in _NOT_FOR_EVER:
            raise try_again(60) from problem
        refused = str(problem)
    try:
        with transaction.atomic():
            IntakePart.objects.create(
                submission_id=submission_id,
                sha256=sha256,
                size=len(raw),
                photo=photo,
                refused=refused,
                received_at=clock.now(),
                received_by_id=somebody(by),
            )
    except IntegrityError:  # the same photo at once: it is there
        if not IntakePart.objects.filter(submission_id=submission_id, sha256=sha256).exists():
            raise
