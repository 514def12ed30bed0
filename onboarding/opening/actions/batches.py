"""Making a batch, taking its sheet, sending it, ending it."""

from __future__ import annotations

import hashlib

from django.db import IntegrityError, transaction

from core.audit.actions import record
from core.kit import clock
from core.people.queries import Viewer
from core.places.models import Hamlet, Unit
from onboarding.accounts.models import Platform
from onboarding.opening.actions.withdrawing import take_back_what_fails
from onboarding.opening.models import OpeningBatch, OpeningLine
from onboarding.opening.queries.progress import platforms_to_open
from onboarding.opening.queries.standings import living_households, standings
from onboarding.opening.queries.tasks import lines_to_stop
from onboarding.opening.rules import BATCH_ENDED, LINES_AT_MOST, can_open
from onboarding.opening.sheet import sheet_bytes

State = OpeningBatch.State


class BatchRefused(Exception):
    """The step makes no sense now; the message is for people."""


@transaction.atomic
def make_batch(
    *, platform: Platform, commune: Unit, hamlet: Hamlet | None, by: Viewer, again: bool = False
) -> OpeningBatch:
    """Put the households of a hamlet (None: of the commune) that can be asked for (see `rules.LeftOut`) on a numbered
    list for a platform, at most LINES_AT_MOST; `again` also those it refused and of whom nothing has changed. Raises PermissionError, BatchRefused when there is nobody."""
    # One batch of a commune after the other: the second sees whom the first took.
    commune = Unit.objects.select_for_update(of=("self",)).get(pk=commune.pk)
    if by.user_id is None or not can_open(by, commune):
        raise PermissionError
    if not platforms_to_open().filter(pk=platform.pk).exists() or (hamlet and hamlet.commune_id != commune.pk):
        raise BatchRefused("Sàn hoặc thôn này không dùng được. Hãy chọn lại.")
    rows = standings(living_households(commune, hamlet), platform, clock.today(), again=again)
    ready = [row for row in rows if not row.left_out][:LINES_AT_MOST]
    if not ready:
        raise BatchRefused("Không còn hộ nào gửi được cho sàn này. Hãy xem lý do bên dưới.")
    batch = OpeningBatch.objects.create(
        platform=platform, commune=commune, hamlet=hamlet, made_by_id=by.user_id, made_at=clock.now()
    )
    try:
        with transaction.atomic():
            OpeningLine.objects.bulk_create(
                OpeningLine(
                    batch=batch,
                    platform=platform,
                    number=number,
                    household_id=row.household_id,
                    producer_id=row.producer_id,
                )
                for number, row in enumerate(ready, 1)
                if row.producer_id is not None
            )
    except IntegrityError as error:  # a household that moved here is on a list of the place it came from
        raise BatchRefused("Có hộ vừa được đưa vào một lô khác. Hãy tải lại trang rồi lập lô lại.") from error
    _note("opening.batch_made", batch, by, {"số hộ": ("", str(len(ready)))})
    return batch


def take_sheet(*, batch: OpeningBatch, by: Viewer) -> bytes:
    """The sheet of a batch as it stands now (xlsx); the trail says whose name, phone and address left the house, for
    each of these households. Whoever can be asked for no longer (see `rules.TakenBack`) is taken off it first.
    Raises PermissionError, BatchRefused when no line waits any more."""
    content = _sheet(batch, by)
    if content is None:  # what was taken off stays off
        raise BatchRefused("Lô này không còn hộ nào chờ sàn. Không có bảng để tải.")
    return content


@transaction.atomic
def _sheet(batch: OpeningBatch, by: Viewer) -> bytes | None:
    batch = _locked(batch, by)
    take_back_what_fails(batch)
    waiting = batch.lines.filter(state=OpeningLine.State.WAITING).order_by("number")
    lines = list(waiting.select_related("household__hamlet", "household__commune__parent", "producer")
                 .prefetch_related("household__production_lines"))  # fmt: skip
    if not lines:
        return None
    content = sheet_bytes(batch, lines)
    if batch.state == State.PREPARED:  # afterwards the digest stays that of what was sent
        batch.sheet_sha256 = hashlib.sha256(content).hexdigest()
        batch.save(update_fields=["sheet_sha256"])
    for line in lines:
        line.phone = line.household.phone
    OpeningLine.objects.bulk_update(lines, ["phone"])
    _note("opening.sheet_taken", batch, by, {"số hộ có tên và số điện thoại trong bảng": ("", str(len(lines)))})
    for line in lines:
        record(
            "opening.phone_given",
            actor_id=by.user_id,
            object_label=f"household:{line.household_id}",
            unit_code=batch.commune.code,
            changes={"đưa ra ngoài": ("", f"họ tên, điện thoại, địa chỉ cho {batch.platform.name}, lô {batch.pk}")},
        )
    return content


@transaction.atomic
def mark_sent(*, batch: OpeningBatch, by: Viewer) -> OpeningBatch:
    """The sheet has gone to the platform; from now its result can come. Raises PermissionError, BatchRefused."""
    batch = _locked(batch, by)
    if batch.state == State.SENT:
        return batch
    if batch.state == State.CLOSED:
        raise BatchRefused("Lô này đã xong.")
    if not batch.sheet_sha256:
        raise BatchRefused("Hãy tải bảng của lô này trước, gửi cho sàn, rồi bấm đã gửi.")
    batch.state, batch.sent_by_id, batch.sent_at = State.SENT, by.user_id, clock.now()
    batch.save(update_fields=["state", "sent_by", "sent_at"])
    _note("opening.batch_sent", batch, by, {"mã của bảng đã gửi": ("", batch.sheet_sha256)})
    return batch


@transaction.atomic
def end_batch(*, batch: OpeningBatch, by: Viewer) -> OpeningBatch:
    """Nothing more is expected: lines without an answer are taken back, their households can be asked for again.
    Raises PermissionError; twice is harmless."""
    batch = _locked(batch, by)
    if batch.state != State.CLOSED:
        waiting = batch.lines.filter(state=OpeningLine.State.WAITING)
        count = waiting.update(
            state=OpeningLine.State.WITHDRAWN, reason=BATCH_ENDED, answered_at=clock.now()
        )  # fmt: skip
        batch.state = State.CLOSED
        batch.save(update_fields=["state"])
        _note("opening.batch_ended", batch, by, {"số hộ chưa có trả lời": ("", str(count))})
    return batch


@transaction.atomic
def note_told(*, line: OpeningLine, by: Viewer) -> None:
    """The platform has been told to stop for a household that was taken off a list. Raises PermissionError."""
    batch = _locked(line.batch, by)
    if lines_to_stop().filter(pk=line.pk).update(answered_at=clock.now()):
        record(
            "opening.told_to_stop",
            actor_id=by.user_id,
            object_label=f"household:{line.household_id}",
            unit_code=batch.commune.code,
            changes={"đã báo": ("", f"{batch.platform.name}, lô {batch.pk}, số {line.number}")},
        )


def _locked(batch: OpeningBatch, by: Viewer) -> OpeningBatch:
    rows = OpeningBatch.objects.select_for_update(of=("self",)).select_related("platform", "commune", "hamlet")
    found = rows.get(pk=batch.pk)
    if not can_open(by, found.commune):
        raise PermissionError
    return found


def _note(word: str, batch: OpeningBatch, by: Viewer, changes: dict[str, tuple[str, str]]) -> None:
    record(
        word,
        actor_id=by.user_id,
        object_label=f"opening_batch:{batch.pk}",
        unit_code=batch.commune.code,
        changes={"sàn": ("", batch.platform.name)} | changes,
    )
