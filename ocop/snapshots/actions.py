"""Freezing the figures of an area and day, signing them as a second person, restating them with a note.

Freezing goes on from where it stopped: rows are stored in pieces, each in a transaction of its own, and `frozen_at` is written only
with the figures and both digests, when every row is there.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.db import IntegrityError, transaction

from core.audit.actions import record
from core.jobs.actions import enqueue, note_progress
from core.kit import clock
from core.kit.bulk import insert_many
from core.kit.text import squeeze
from core.people.queries import SYSTEM, Viewer
from core.places.models import Unit
from ocop.indicators.queries import Scope
from ocop.indicators.registry import SUBJECTS, Subject
from ocop.presence.rules import EARLIEST_DAY
from ocop.snapshots.capturing import captured, definitions
from ocop.snapshots.models import Snapshot
from ocop.snapshots.rules import can_make, can_restate, can_sign
from ocop.snapshots.summing import digests, map_version, summed, whole_of

FREEZE_JOB = "snapshots.freeze"
AT_ONCE, MAX_NOTE = 500, 300


class SnapshotRefused(ValueError):
    """It cannot be frozen, signed or restated so; the message is a Vietnamese sentence with what to do."""


def freeze(*, unit: Unit | None, on: date, by: Viewer) -> Snapshot:
    """Freeze the figures of an area (None: the whole country) as of a day, now and to the end. Asked again for the same area and
    day: goes on with what was begun, or gives back what is there. Raises PermissionError, SnapshotRefused."""
    return freeze_rows(snapshot=begin_snapshot(unit=unit, on=on, by=by, in_background=False))


def begin_snapshot(*, unit: Unit | None, on: date, by: Viewer, in_background: bool = True) -> Snapshot:
    """Number a snapshot and have its rows frozen by a job. There is one of an area and day; later ones restate it.
    Raises PermissionError, SnapshotRefused."""
    if not can_make(by, unit):
        raise PermissionError
    if on > clock.today():
        raise SnapshotRefused("Ngày này chưa đến. Hãy chọn hôm nay hoặc một ngày trước.")
    if on < EARLIEST_DAY:
        raise SnapshotRefused("Số liệu bắt đầu từ 01/01/2018. Hãy chọn ngày sau đó.")
    for last in (False, True):
        try:
            return _begin(unit, on, by, in_background)
        except IntegrityError:  # somebody else took the number in this instant
            if last:
                raise
    raise AssertionError


def restate(*, snapshot: Snapshot, note: str, by: Viewer, in_background: bool = False) -> Snapshot:
    """Freeze the same area and day once more, saying why; both stay. Raises PermissionError, SnapshotRefused."""
    made = _begin_again(snapshot, note, by, in_background)
    return made if in_background else freeze_rows(snapshot=made)


def freeze_rows(*, snapshot: Snapshot, told: Callable[[], None] | None = None) -> Snapshot:
    """Store the rows that are still missing, then the figures and digests. May be killed at any line and run again. `told` is called
    after every piece. Raises SnapshotRefused when an indicator was defined anew in between."""
    for name in sorted(SUBJECTS):
        after: int | None = 0
        while (after := _freeze_piece(snapshot, SUBJECTS[name], after or 0)) is not None:
            if told is not None:
                told()
    return _finish(snapshot)


def freeze_in_background(pk: int) -> None:
    """The job: everything of `freeze_rows`, noting how far it got."""
    snapshot = Snapshot.objects.select_related("unit").get(pk=pk)
    freeze_rows(snapshot=snapshot, told=lambda: note_progress(FREEZE_JOB, str(pk)))


@transaction.atomic
def sign(*, snapshot: Snapshot, by: Viewer) -> Snapshot:
    """A second person of the province answers for the figures. Rows and figures are digested anew before. Signed already: stays as
    it is. Raises PermissionError, SnapshotRefused."""
    snapshot = _locked(snapshot)
    if not can_sign(by, snapshot):
        raise PermissionError
    if snapshot.signed_at is not None:
        return snapshot
    if snapshot.frozen_at is None:
        raise SnapshotRefused("Bản này chưa ghi xong các dòng. Hãy đợi ghi xong rồi ký.")
    if Snapshot.objects.filter(restates=snapshot).exists():
        raise SnapshotRefused("Bản này đã được chốt lại. Hãy ký bản mới.")
    if not is_untouched(snapshot):
        raise SnapshotRefused("Số liệu không còn khớp với mã kiểm tra lúc chốt. Hãy báo quản trị, đừng ký.")
    snapshot.signed_by_id, snapshot.signed_at = by.user_id, clock.now()
    snapshot.save(update_fields=["signed_by", "signed_at"])
    _note("snapshot.signed", snapshot, by, {})
    return snapshot


def is_untouched(snapshot: Snapshot) -> bool:
    """Whether what is stored still gives the digests and the count that were written when it was frozen."""
    return (
        digests(snapshot) == (snapshot.rows_sha256, snapshot.figures_sha256)
        and snapshot.rows.count() == snapshot.rows_count
    )


@transaction.atomic
def _begin(unit: Unit | None, on: date, by: Viewer, in_background: bool) -> Snapshot:
    _lock(unit)
    found = Snapshot.objects.filter(unit=unit, on=on).select_related("unit").order_by("pk").last()
    if found is None:
        found = _make(unit, on, by)
        _note("snapshot.made", found, by, {})
    if in_background and found.frozen_at is None:
        enqueue(FREEZE_JOB, {"snapshot": found.pk}, key=str(found.pk))
    return found


@transaction.atomic
def _begin_again(snapshot: Snapshot, note: str, by: Viewer, in_background: bool) -> Snapshot:
    _lock(snapshot.unit)
    snapshot = _locked(snapshot)
    if not can_restate(by, snapshot):
        raise PermissionError
    note = squeeze(note)[:MAX_NOTE]
    if not note:
        raise SnapshotRefused("Hãy ghi lý do chốt lại. Lý do hiện cạnh cả hai bản.")
    if Snapshot.objects.filter(restates=snapshot).exists():
        raise SnapshotRefused("Bản này đã được chốt lại. Hãy mở bản mới nhất và chốt lại bản đó.")
    made = _make(snapshot.unit, snapshot.on, by, restates=snapshot, note=note)
    _note("snapshot.restated", made, by, {"thay cho bản": ("", snapshot.number), "lý do": ("", note)})
    if in_background:
        enqueue(FREEZE_JOB, {"snapshot": made.pk}, key=str(made.pk))
    return made


def _make(unit: Unit | None, on: date, by: Viewer, *, restates: Snapshot | None = None, note: str = "") -> Snapshot:
    return Snapshot.objects.create(
        number=_next_number(unit, on),
        unit=unit,
        on=on,
        definitions=definitions(),
        map_version=map_version(on),
        made_by_id=by.user_id,
        made_at=clock.now(),
        restates=restates,
        note=note,
    )


def _next_number(unit: Unit | None, on: date) -> str:
    head = f"CS-{unit.code if unit else 'VN'}-{on:%Y-%m}-"
    taken = Snapshot.objects.filter(number__startswith=head).values_list("number", flat=True)
    return f"{head}{max((int(number.removeprefix(head)) for number in taken), default=0) + 1}"


@transaction.atomic
def _freeze_piece(snapshot: Snapshot, subject: Subject, after: int) -> int | None:
    """Store the next rows of a subject; the number it got to, None at its end."""
    held = _locked(snapshot)
    if held.frozen_at is not None:
        return None
    if held.definitions != definitions():
        raise SnapshotRefused("Định nghĩa chỉ tiêu đã đổi trong lúc chốt. Hãy chốt lại với lý do này.")
    stored = held.rows.filter(subject=subject.name).order_by("-subject_id").values_list("subject_id", flat=True).first()
    scope = Scope(SYSTEM, held.on, held.unit)
    made, reached = captured(held, subject, scope, after=max(after, stored or 0), at_most=AT_ONCE)
    insert_many(made)
    held.rows_count += len(made)
    held.save(update_fields=["rows_count"])
    return reached or None


@transaction.atomic
def _finish(snapshot: Snapshot) -> Snapshot:
    held = _locked(snapshot)
    if held.frozen_at is None:
        insert_many(summed(held))
        held.rows_sha256, held.figures_sha256 = digests(held)
        held.frozen_at = clock.now()
        held.save(update_fields=["rows_sha256", "figures_sha256", "frozen_at"])
    return held


def _locked(snapshot: Snapshot) -> Snapshot:
    return Snapshot.objects.select_for_update(no_key=True, of=("self",)).select_related("unit").get(pk=snapshot.pk)


def _lock(unit: Unit | None) -> None:
    """The snapshots of an area are numbered one after the other; those of the country by their unique number."""
    if unit is not None:
        Unit.objects.select_for_update(no_key=True, of=("self",)).get(pk=unit.pk)


def _note(word: str, snapshot: Snapshot, by: Viewer, changes: dict[str, tuple[str, str]]) -> None:
    label = f"snapshot:{snapshot.pk}"
    record(word, actor_id=by.user_id, object_label=label, unit_code=whole_of(snapshot), changes=changes)
