"""Taking a submission: stored raw first, then understood."""

from __future__ import annotations

import hashlib
import logging
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, NoReturn

from django.db import DatabaseError, IntegrityError, transaction

from core.audit.actions import record
from core.jobs.actions import enqueue
from core.kit import clock
from core.people.queries import Viewer
from core.places.models import Hamlet
from onboarding.consent.models import Notice
from onboarding.households.queries import hamlet_of_today
from onboarding.intake import reading
from onboarding.intake.actions.deriving import derive_record
from onboarding.intake.actions.noting import open_issue
from onboarding.intake.actions.waiting import DERIVE_JOB
from onboarding.intake.envelope import Envelope, read_envelope, read_json
from onboarding.intake.forms import HouseholdSaid
from onboarding.intake.models import (
    DisputedSubmission,
    FieldDevice,
    IntakeIssue,
    Submission,
    SubmissionState,
    SubmissionText,
)
from onboarding.intake.queries.devices import device_is_locked
from onboarding.intake.queries.submissions import could_write_then, records_untouched, submission_by_id
from onboarding.intake.receipts import receipt_of
from onboarding.intake.refusals import Invalid, NotTaken, device_locked, not_your_hamlet, not_yours
from onboarding.intake.registry import check_still_accepted
from onboarding.intake.rules import can_write_in, is_officer_of, somebody

_log = logging.getLogger(__name__)


class Leisure:
    """When a request derives by itself what it stored. Deriving takes three times as long as storing: when a whole day
    comes in at once, storing goes first and a job derives. `at_once` are derived at a time by one process, and after one
    it rests `rest` times as long as that took, so that a quiet server answers with the household and a busy one stores."""

    def __init__(self, *, at_once: int = 1, rest: float = 10.0) -> None:
        self._room = threading.BoundedSemaphore(at_once)
        self._rest = rest
        self._next_at = 0.0

    @contextmanager
    def taken(self) -> Iterator[bool]:
        """Whether there is leisure; if so it is taken until the block ends."""
        if time.monotonic() < self._next_at or not self._room.acquire(blocking=False):
            yield False
            return
        began = time.monotonic()
        try:
            yield True
        finally:
            ended = time.monotonic()
            self._next_at = ended + (ended - began) * self._rest
            self._room.release()


LEISURE = Leisure()
# The job rests too, in times of what it did: more is coming in while it works, and storing goes first.
REST_OF_JOB = 2.0


@dataclass(frozen=True)
class Received:
    """The submission as stored, and whether this call stored it."""

    submission: Submission
    is_new: bool

    @property
    def receipt(self) -> dict[str, Any]:
        """What the device is told."""
        return receipt_of(self.submission)


def receive_submission(*, raw: bytes, by: Viewer, via: str, rescued_for: int | None = None) -> Received:
    """Store one envelope as it came. What it says goes into the register at once when there is leisure, else by a job
    within seconds: the receipt then says "waiting".

    The same id with the same bytes again changes nothing; with other bytes those are kept beside the first, an issue is
    opened and NotTaken (409) is raised with the first one's receipt. `rescued_for` is the person whose sealed file an
    officer, or that person, brings: then neither a locked device nor an old form version hinders. Raises NotTaken;
    nothing is stored then.
    """
    body = read_json(raw)
    if rescued_for is None and device_is_locked(reading.identity(body.get("device"), "mã máy")):
        raise device_locked()
    sha256 = hashlib.sha256(raw).hexdigest()
    known = submission_by_id(reading.identity(body.get("submission"), "mã bản gửi"))
    if known is not None:
        _check_person(known.entered_by_id, by, rescued_for)
        if known.sha256 == sha256:
            return Received(known, False)
    envelope = read_envelope(raw)
    hamlet = _checked(envelope, by, rescued_for)
    if known is None:
        try:
            return Received(_take(envelope, raw, hamlet, by, via), True)
        except IntegrityError:  # the same id at once: the unique id let only one through
            known = submission_by_id(envelope.submission)
            if known is None:
                raise
        _check_person(known.entered_by_id, by, rescued_for)
        if known.sha256 == sha256:
            return Received(known, False)
    _dispute(known, raw, sha256, by)


def _take(envelope: Envelope, raw: bytes, hamlet: Hamlet, by: Viewer, via: str) -> Submission:
    """Store it, and see that it is derived: now, or by the device's job, asked for in the same transaction."""
    with LEISURE.taken() as now:
        with transaction.atomic():
            stored = _store(envelope, raw, hamlet, by, via)
            if not now:
                enqueue(DERIVE_JOB, {"device": str(envelope.device)}, key=f"device:{envelope.device}")
        if not now:
            return stored
        understand(stored.record_id)
    return submission_by_id(stored.submission_id) or stored


def derive_device(device_id: uuid.UUID) -> int:
    """Derive everything from this device that nobody has looked at yet; returns how many records."""
    seen: set[uuid.UUID] = set()
    while fresh := [each for each in records_untouched(device_id) if each not in seen]:
        for record_id in fresh:
            began = time.monotonic()
            understand(record_id)
            time.sleep(min((time.monotonic() - began) * REST_OF_JOB, 1.0))
        seen.update(fresh)
    return len(seen)


def understand(record_id: uuid.UUID) -> None:
    """Derive the record now. What fails is logged and tried again by a job: what came is stored already."""
    try:
        derive_record(record_id=record_id)
    except Exception:
        _log.exception("record %s could not be derived", record_id)
        with suppress(DatabaseError), transaction.atomic():  # else the periodic look finds it
            enqueue(DERIVE_JOB, {"record": str(record_id)}, key=str(record_id))


def _check_person(entered_by: int, by: Viewer, rescued_for: int | None) -> None:
    if rescued_for is None:
        if by.user_id is None or entered_by != by.user_id:
            raise not_yours()
    elif entered_by != rescued_for:
        raise Invalid("Người ghi trong bản ghi không phải người của phần này trong tệp.")


def _checked(envelope: Envelope, by: Viewer, rescued_for: int | None) -> Hamlet:
    """Today's hamlet of the envelope, after everything that depends on who sends it and when."""
    _check_person(envelope.entered_by, by, rescued_for)
    hamlet = hamlet_of_today(envelope.hamlet)
    if hamlet is None:
        raise Invalid("Không có thôn, ấp này. Hãy tải lại danh sách thôn rồi ghi lại.")
    if rescued_for is not None and rescued_for != by.user_id:
        _check_brought(envelope, hamlet, by)
    elif not can_write_in(by, hamlet):
        raise not_your_hamlet()
    if rescued_for is None:
        check_still_accepted(envelope.form)
    notice = envelope.said.notice if isinstance(envelope.said, HouseholdSaid) else 0
    if notice and not Notice.objects.filter(version=notice).exists():
        raise Invalid("Máy chủ không có bản lời đọc này. Hãy tải lại dữ liệu rồi đọc lại cho hộ.")
    return hamlet


def _check_brought(envelope: Envelope, hamlet: Hamlet, by: Viewer) -> None:
    """What an officer brings of somebody else's: from their commune, and of a person who could have entered it."""
    if not is_officer_of(by, hamlet):
        raise not_your_hamlet()
    if not could_write_then(envelope.entered_by, hamlet, envelope.hamlet, envelope.entered_at):
        raise Invalid("Khi ghi, người này chưa được giao thôn, ấp đó. Hãy giao thôn, ấp cho họ rồi nhập lại tệp.")


def _store(envelope: Envelope, raw: bytes, hamlet: Hamlet, by: Viewer, via: str) -> Submission:
    now = clock.now()
    submission = Submission.objects.create(
        submission_id=envelope.submission,
        record_id=envelope.record,
        kind=envelope.kind,
        form=envelope.form.code,
        sequence=envelope.sequence,
        device_id=envelope.device,
        hamlet=hamlet,
        commune_id=hamlet.commune_id,
        entered_by_id=envelope.entered_by,
        entered_at=envelope.entered_at,
        received_at=now,
        received_by_id=somebody(by),
        via=via,
        sha256=envelope.sha256,
        photos=list(envelope.photos),
    )
    SubmissionText.objects.create(submission=submission, body=raw.decode())
    submission.outcome = SubmissionState.objects.create(
        submission=submission, state=SubmissionState.State.WAITING, waiting_since=now
    )
    if via not in {Submission.Via.FILE, Submission.Via.BARE}:
        FieldDevice.objects.filter(device_id=envelope.device, user_id=envelope.entered_by).update(last_contact_at=now)
    return submission


def _dispute(first: Submission, raw: bytes, sha256: str, by: Viewer) -> NoReturn:
    """Keep other bytes under a known id, once; raises NotTaken."""
    with transaction.atomic():
        dispute, is_new = DisputedSubmission.objects.get_or_create(
            submission=first, sha256=sha256, defaults={"received_at": clock.now(), "received_by_id": somebody(by)}
        )
        if is_new:
            SubmissionText.objects.create(dispute=dispute, body=raw.decode())
            open_issue(IntakeIssue.Kind.CHANGED_BYTES, first, dispute=dispute)
            record(
                "intake.disputed",
                actor_id=by.user_id,
                object_label=f"submission:{first.pk}",
                unit_code=first.commune.code,
            )
    raise NotTaken(
        409,
        "other_bytes",
        "Máy chủ đã có bản ghi này với nội dung khác. Cả hai bản đều được giữ; cán bộ xã sẽ xem lại.",
        extra={"receipt": receipt_of(first)},
    )
