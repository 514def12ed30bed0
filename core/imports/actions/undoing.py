"""Taking a whole import back: row by row from the last to the first, each in a transaction of its own.

A row that somebody has changed or used since stays as it is and is listed; nobody's later work is lost.
"""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import Any

from django.db import transaction

from core.imports.actions.locking import StepRefused, locked, locked_for, note
from core.imports.contract import ImportKind, UndoRefused
from core.imports.models import ImportBatch, ImportRow
from core.imports.queries import counts_of, findings_of, rows_to_undo
from core.imports.registry import kind_of
from core.imports.rules import State, can_undo, may_act
from core.jobs.actions import enqueue, note_progress
from core.kit import clock
from core.people.queries import Viewer, viewer_for

UNDO_JOB = "imports.undo"
SECONDS_AT_ONCE = 20.0
_ROWS_AT_ONCE = 100
NO_LONGER_ALLOWED = "Người bấm hoàn tác không còn quyền ở nơi này, nên việc hoàn tác đã dừng."


@transaction.atomic
def undo_import(*, batch: ImportBatch, by: Viewer) -> ImportBatch:
    """Begin to take the import back; the worker does it. Raises PermissionError, StepRefused."""
    batch, _ = locked_for(batch, by)
    if not can_undo(batch):
        raise StepRefused("Bảng này không hoàn tác được nữa: chưa nhập xong, đã hoàn tác, hoặc đã quá thời hạn giữ.")
    batch.state, batch.undone_by_id, batch.undone_at = State.UNDOING, by.user_id, clock.now()
    batch.save(update_fields=["state", "undone_by", "undone_at"])
    note("import.undone", batch, by.user_id)
    go_on_undoing(batch)
    return batch


def go_on_undoing(batch: ImportBatch) -> None:
    """Have the worker take the rest back; asked twice, it is one job."""
    enqueue(UNDO_JOB, {"batch": batch.pk}, key=str(batch.pk))


def undo_rows(*, batch_id: int, seconds: float = SECONDS_AT_ONCE) -> None:
    """Take rows back for about so many seconds; then the rest is another job. For the worker."""
    batch = ImportBatch.objects.select_related("unit", "undone_by").get(pk=batch_id)
    if batch.state != State.UNDOING:
        return
    kind, viewer = kind_of(batch), viewer_for(batch.undone_by)
    if not may_act(viewer, batch):
        _end(batch_id, State.APPLIED, NO_LONGER_ALLOWED)
        return
    until, is_first = time.monotonic() + seconds, True
    while keys := list(rows_to_undo(batch).values_list("pk", flat=True)[:_ROWS_AT_ONCE]):
        for key in keys:
            _undo_row(key, kind, viewer)
            if is_first:
                note_progress(UNDO_JOB, str(batch_id))
                is_first = False
            if time.monotonic() > until:
                with transaction.atomic():
                    go_on_undoing(batch)
                return
    _end(batch_id, State.UNDONE, "")


@transaction.atomic
def _undo_row(key: int, kind: ImportKind[Any], viewer: Viewer) -> None:
    row = ImportRow.objects.select_for_update().filter(pk=key, state=ImportRow.State.DONE).first()
    if row is None:
        return
    effect = json.loads(row.effect)
    obstacle = kind.undo_obstacle(effect)
    if not obstacle:
        try:
            with transaction.atomic():
                kind.undo_row(effect, viewer=viewer)
        except UndoRefused as refusal:
            obstacle = str(refusal)
    row.state = ImportRow.State.KEPT if obstacle else ImportRow.State.UNDONE
    if obstacle:
        row.findings = replace(findings_of(row), reasons=(f"Giữ nguyên khi hoàn tác: {obstacle}",)).as_json()
    row.save(update_fields=["state", "findings"])


@transaction.atomic
def _end(batch_id: int, state: ImportBatch.State, failure: str) -> None:
    batch = locked(batch_id)
    if batch.state != State.UNDOING:
        return
    batch.state, batch.failure, batch.kept = state, failure, counts_of(batch)["kept"]
    batch.save(update_fields=["state", "failure", "kept"])
    note("import.undo_finished", batch, None, via="worker")
