"""Freezing the figures of an area and day, signing them as a second person, restating them with a note.

Rows are read in one statement a subject and stored in pieces, each in a transaction of its own: one that was killed goes on, after it
made sure that what is stored is still what it reads. `frozen_at` is written only with the figures and both digests, when every row
is there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from django.db import IntegrityError, transaction

from core.audit.actions import record
from core.jobs.actions import enqueue, note_progress
from core.kit import clock
from core.kit.bulk import insert_many
from core.kit.text import squeeze
from core.people.queries import SYSTEM, Viewer
from core.places.models import Unit
from ocop.indicators.queries import Scope, coverage
from ocop.indicators.registry import SUBJECTS
from ocop.presence.rules import EARLIEST_DAY
from ocop.snapshots.capturing import Reading, Standing, captured, definitions, read
from ocop.snapshots.models import Snapshot, SnapshotRow
from ocop.snapshots.rules import can_make, can_restate, can_sign, has_signed, takes_first
from ocop.snapshots.summing import digests, map_version, summed, whole_of

FREEZE_JOB = "snapshots.freeze"
REFUSED = "refused"  # why a job gave up: freezing goes on no more, it is restated
AT_ONCE, MAX_NOTE = 1000, 300


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
    return _numbered(lambda: _begin(unit, on, by, in_background))


def restate(*, snapshot: Snapshot, note: str, by: Viewer, in_background: bool = False) -> Snapshot:
    """Freeze the same area and day once more, saying why; both stay. Raises PermissionError, SnapshotRefused."""
    made = _numbered(lambda: _begin_again(snapshot, note, by, in_background))
    return made if in_background else freeze_rows(snapshot=made)


def freeze_rows(*, snapshot: Snapshot, told: Callable[[], None] | None = None) -> Snapshot:
    """Read all rows, store them in pieces, then the figures and digests. May be killed at any line and run again: what is stored already
    has to be what is read now. `told` is called after every piece. Raises SnapshotRefused when an indicator was defined anew or the rows
    changed in between."""
    readings = _read(snapshot)
    _refuse_strangers(snapshot, readings)
    for reading in readings:
        for start in range(0, len(reading.rows), AT_ONCE):
            _freeze_piece(snapshot, reading, reading.rows[start : start + AT_ONCE])
            if told is not None:
                told()
    return _finish(snapshot)


def _refuse_strangers(snapshot: Snapshot, readings: Sequence[Reading]) -> None:
    for reading in readings:
        stored = set(snapshot.rows.filter(subject=reading.subject.name).values_list("subject_id", flat=True))
        if stored - {row.pk for row in reading.rows}:
            raise SnapshotRefused("Số liệu gốc đã đổi từ lúc chốt dở. Hãy chốt lại với lý do này.")


def freeze_in_background(pk: int) -> None:
    """The job: everything of `freeze_rows`, noting how far it got."""
    snapshot = Snapshot.objects.select_related("unit").get(pk=pk)
    freeze_rows(snapshot=snapshot, told=lambda: note_progress(FREEZE_JOB, str(pk)))


@transaction.atomic
def sign(*, snapshot: Snapshot, by: Viewer) -> Snapshot:
    """A second person of the province answers for the figures; where the operator's command made them, a first and then a second.
    Rows and figures are digested anew before. Who has signed changes nothing by signing again, and what is signed stays as it is.
    Raises PermissionError, SnapshotRefused."""
    snapshot = _locked(snapshot)
    if has_signed(by, snapshot):
        return snapshot
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
    if takes_first(snapshot):
        snapshot.first_signed_by_id, snapshot.first_signed_at = by.user_id, clock.now()
        snapshot.save(update_fields=["first_signed_by", "first_signed_at"])
        _note("snapshot.first_signed", snapshot, by, {})
        return snapshot
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


def _numbered(begin: Callable[[], Snapshot]) -> Snapshot:
    """Begin once more when somebody else took the number in this instant: no row stands for the country to lock."""
    try:
        return begin()
    except IntegrityError:
        return begin()


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


def _read(snapshot: Snapshot) -> list[Reading]:
    """The rows of all subjects; none when all is done."""
    if Snapshot.objects.filter(pk=snapshot.pk, frozen_at__isnull=False).exists():
        return []
    scope = Scope(SYSTEM, snapshot.on, snapshot.unit)
    found = [read(snapshot, SUBJECTS[name], scope) for name in sorted(SUBJECTS)]
    Snapshot.objects.filter(pk=snapshot.pk).update(rows_expected=sum(len(reading.rows) for reading in found))
    return found


@transaction.atomic
def _freeze_piece(snapshot: Snapshot, reading: Reading, rows: Sequence[Standing]) -> None:
    """Store these rows where they are not stored."""
    held = _locked(snapshot)
    if held.frozen_at is not None:
        return
    if held.definitions != definitions():
        raise SnapshotRefused("Định nghĩa chỉ tiêu đã đổi trong lúc chốt. Hãy chốt lại với lý do này.")
    stored = held.rows.filter(subject=reading.subject.name, subject_id__range=(rows[0].pk, rows[-1].pk))
    there = {row.subject_id: row for row in stored}
    made = captured(held, reading, rows)
    if there.keys() - {row.pk for row in rows} or any(
        _facts(there[row.subject_id]) != _facts(row) for row in made if row.subject_id in there
    ):
        raise SnapshotRefused("Số liệu gốc đã đổi từ lúc chốt dở. Hãy chốt lại với lý do này.")
    fresh = [row for row in made if row.subject_id not in there]
    insert_many(fresh)
    held.rows_count += len(fresh)
    held.save(update_fields=["rows_count"])


def _facts(row: SnapshotRow) -> tuple[str, ...]:
    return row.unit_code, row.former_code, row.sides, row.traits, row.evidence_sha256


@transaction.atomic
def _finish(snapshot: Snapshot) -> Snapshot:
    held = _locked(snapshot)
    if held.frozen_at is None:
        found = coverage(Scope(SYSTEM, held.on, held.unit))
        held.communes, held.communes_framed = found.communes, found.framed
        insert_many(summed(held))
        held.rows_sha256, held.figures_sha256 = digests(held)
        held.frozen_at = clock.now()
        held.save(update_fields=["communes", "communes_framed", "rows_sha256", "figures_sha256", "frozen_at"])
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
