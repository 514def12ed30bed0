"""Writing the previewed rows: each in a transaction of its own, together with the note that it is done.

So a killed worker loses no row and doubles none, however often the job runs and however many run at once. Nothing is
written that the preview did not show: a row that would do something else by now is refused.
"""

from __future__ import annotations

import json
import logging
import time
from dataclasses import replace
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import QuerySet

from core.imports.actions.locking import StepRefused, locked, locked_for, note
from core.imports.contract import Effect, ImportKind, Outcome, RowRefused, RowVerdict, refused
from core.imports.models import ImportBatch, ImportRow
from core.imports.queries import Findings, cells_of, counts_of, findings_of, waiting_rows
from core.imports.registry import import_kind
from core.imports.rules import State, can_apply, may_act
from core.imports.sheet.columns import parse_row
from core.jobs.actions import enqueue
from core.jobs.work.runner import code_of
from core.kit import clock
from core.people.queries import Viewer, viewer_for

log = logging.getLogger(__name__)
APPLY_JOB = "imports.apply"
SECONDS_AT_ONCE = 20.0
_ROWS_AT_ONCE = 100
NO_LONGER_ALLOWED = "Người bấm nhập không còn quyền ở nơi này, nên việc nhập đã dừng. Các dòng đã nhập vẫn còn."
NOT_WRITTEN = "Việc nhập đã dừng trước dòng này. Hãy gửi lại dòng này."
CHANGED_SINCE = "Dữ liệu đã thay đổi sau khi xem trước. Hãy gửi lại dòng này để xem trước lại."
BROKE = "Dòng này chưa ghi được vì lỗi của hệ thống, và đã được báo. Hãy gửi lại dòng này sau."


@transaction.atomic
def apply_import(*, batch: ImportBatch, by: Viewer) -> ImportBatch:
    """Begin to write what the preview showed; the worker does it. Raises PermissionError, StepRefused."""
    batch, _ = locked_for(batch, by)
    if batch.state in {State.APPLYING, State.APPLIED}:
        raise StepRefused("Bảng này đang được nhập hoặc đã nhập rồi, không nhập hai lần.")
    if not can_apply(batch):
        raise StepRefused("Chưa có dòng nào nhập được. Hãy xem trước lại bảng này.")
    batch.state, batch.applied_by_id, batch.applied_at = State.APPLYING, by.user_id, clock.now()
    batch.save(update_fields=["state", "applied_by", "applied_at"])
    # What is refused or already there needs no work.
    idle = [ImportRow.Outcome.REFUSED, ImportRow.Outcome.UNCHANGED]
    waiting_rows(batch).filter(outcome__in=idle).update(state=ImportRow.State.DONE)
    note("import.applied", batch, by.user_id)
    go_on_applying(batch)
    return batch


def go_on_applying(batch: ImportBatch) -> None:
    """Have the worker write the rows that still wait; asked twice, it is one job."""
    enqueue(APPLY_JOB, {"batch": batch.pk}, key=str(batch.pk))


def apply_rows(*, batch_id: int, seconds: float = SECONDS_AT_ONCE) -> None:
    """Write waiting rows for about so many seconds; then the rest is another job. For the worker."""
    batch = ImportBatch.objects.select_related("unit", "applied_by").get(pk=batch_id)
    if batch.state != State.APPLYING:
        return
    kind, viewer = import_kind(batch.kind), viewer_for(batch.applied_by)
    is_allowed = may_act(viewer, batch)
    until = time.monotonic() + seconds
    while keys := list(waiting_rows(batch).values_list("pk", flat=True)[:_ROWS_AT_ONCE]):
        for key in keys:
            if is_allowed:
                _apply_row(key, batch, kind, viewer)
            else:
                _refuse(key, NOT_WRITTEN)
            if time.monotonic() > until:
                with transaction.atomic():
                    go_on_applying(batch)
                return
    if is_allowed:
        _end(batch_id, State.APPLIED, "")
    else:
        _end(batch_id, State.FAILED, NO_LONGER_ALLOWED)


def _apply_row(key: int, batch: ImportBatch, kind: ImportKind[Any], viewer: Viewer) -> None:
    try:
        with transaction.atomic():
            if row := _still(ImportRow.objects.filter(pk=key, state=ImportRow.State.WAITING)):
                verdict, effect = _written(row, batch, kind, viewer)
                _done(row, verdict, effect)
    except RowRefused as refusal:
        _refuse(key, str(refusal))
    except (OperationalError, InterfaceError):
        raise  # the database is away or busy: the job is tried again, the row still waits
    except Exception as problem:
        # Where it broke, never the message: it may quote what the sheet says about people.
        log.error("row %s of import %s broke: %s", key, batch.pk, code_of(problem))
        _refuse(key, BROKE)


@transaction.atomic
def _refuse(key: int, reason: str) -> None:
    if row := _still(ImportRow.objects.filter(pk=key, state=ImportRow.State.WAITING)):
        _done(row, refused(reason, title=findings_of(row).title), {})


def _still(rows: QuerySet[ImportRow]) -> ImportRow | None:
    """The row, locked, if nobody else has done it."""
    return rows.select_for_update().first()


def _written(row: ImportRow, batch: ImportBatch, kind: ImportKind[Any], viewer: Viewer) -> tuple[RowVerdict, Effect]:
    """Look at the row again, under locks, and write it if it still does what was shown."""
    values = parse_row(kind.columns, batch.mapping, cells_of(row)).values
    desk = kind.open_desk(unit=batch.unit, viewer=viewer, rows=[values], locked=True)
    kind.note_file(desk, sha256=batch.sha256)
    verdict, shown = kind.preview_row(values, desk), findings_of(row)
    if verdict.outcome in {Outcome.UNCHANGED, Outcome.REFUSED}:
        return verdict, {}
    if verdict.outcome != row.outcome or verdict.changes != shown.changes:
        return refused(CHANGED_SINCE, title=verdict.title), {}
    return replace(verdict, warnings=shown.warnings), kind.write_row(verdict, desk)


def _done(row: ImportRow, verdict: RowVerdict, effect: Effect) -> None:
    row.state, row.outcome = ImportRow.State.DONE, verdict.outcome
    row.findings = Findings(verdict.title, verdict.reasons, verdict.warnings, verdict.changes).as_json()
    row.warning_count = min(len(verdict.warnings), 100)
    row.effect = json.dumps(effect, ensure_ascii=False) if effect else ""
    row.save(update_fields=["state", "outcome", "findings", "warning_count", "effect"])


@transaction.atomic
def _end(batch_id: int, state: ImportBatch.State, failure: str) -> None:
    batch = locked(batch_id)
    if batch.state != State.APPLYING:
        return
    counts = counts_of(batch)
    batch.state, batch.failure = state, failure
    for name in ("created", "changed", "unchanged", "refused", "warnings"):
        setattr(batch, name, counts[name])
    if state == State.FAILED and batch.created + batch.changed == 0:
        batch.applied_by, batch.applied_at = None, None  # nothing was written: it may be cancelled or begun anew
    batch.save()
    note("import.finished", batch, None, via="worker")
