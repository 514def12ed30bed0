"""Writing the previewed rows: some in each transaction, together with the notes that they are done.

So a killed worker loses no row and doubles none, however often the job runs and however many run at once. Nothing is
written that the preview did not show: a row that would do something else by now is refused.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import InterfaceError, OperationalError, transaction

from core.imports.actions.locking import StepRefused, let_attachment_go, locked, locked_for, note
from core.imports.contract import Effect, ImportKind, Outcome, RowRefused, RowVerdict, refused
from core.imports.models import ImportBatch, ImportRow
from core.imports.queries import Findings, cells_of, counts_of, findings_of, waiting_rows
from core.imports.registry import kind_of
from core.imports.rules import State, can_apply, may_act
from core.imports.sheet.columns import RowParser
from core.jobs.actions import enqueue, note_progress
from core.jobs.work.runner import code_of
from core.kit import clock
from core.kit.bulk import update_many
from core.people.queries import Viewer, viewer_for

log = logging.getLogger(__name__)
APPLY_JOB = "imports.apply"
SECONDS_AT_ONCE = 20.0
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
    kind, viewer = kind_of(batch), viewer_for(batch.applied_by)
    parser = RowParser(kind.columns, batch.mapping, batch.given)
    is_allowed, work = may_act(viewer, batch), _Work(batch, kind, viewer, parser)
    until, is_first = time.monotonic() + seconds, True
    while keys := list(waiting_rows(batch).values_list("pk", flat=True)[: kind.rows_at_once]):
        if is_allowed:
            _prepare(keys, work)
            _apply_together(keys, work)
        else:
            _refuse(keys, NOT_WRITTEN)
        if is_first:
            note_progress(APPLY_JOB, str(batch_id))
            is_first = False
        if time.monotonic() > until:
            with transaction.atomic():
                go_on_applying(batch)
            return
    if is_allowed:
        _end(batch_id, State.APPLIED, "")
    else:
        _end(batch_id, State.FAILED, NO_LONGER_ALLOWED)


@dataclass(frozen=True)
class _Work:
    """What a job writes, as what, and on whose rights."""

    batch: ImportBatch
    kind: ImportKind[Any]
    viewer: Viewer
    parser: RowParser


def _prepare(keys: Sequence[int], work: _Work) -> None:
    rows = ImportRow.objects.filter(pk__in=keys, state=ImportRow.State.WAITING).order_by("number")
    work.kind.prepare_rows([work.parser.parse(cells_of(row)).values for row in rows], viewer=work.viewer)


def _apply_together(keys: Sequence[int], work: _Work) -> None:
    """Rows in one transaction; should one break, each in its own, so that the others are written."""
    try:
        _apply(keys, work)
    except (OperationalError, InterfaceError):
        raise  # the database is away or busy: the job is tried again, the rows still wait
    except Exception as problem:
        if not isinstance(problem, RowRefused):
            # Where it broke, never the message: it may quote what the sheet says about people.
            log.warning("%s rows of import %s broke: %s; now one by one", len(keys), work.batch.pk, code_of(problem))
        for key in keys:
            _apply_alone(key, work)


def _apply_alone(key: int, work: _Work) -> None:
    try:
        _apply([key], work)
    except RowRefused as refusal:
        _refuse([key], str(refusal))
    except (OperationalError, InterfaceError):
        raise
    except Exception as problem:
        log.error("row %s of import %s broke: %s", key, work.batch.pk, code_of(problem))
        _refuse([key], BROKE)


@transaction.atomic
def _apply(keys: Sequence[int], work: _Work) -> None:
    if rows := _still(keys):
        _done(_written(rows, work))


@transaction.atomic
def _refuse(keys: Sequence[int], reason: str) -> None:
    _done([_Written(row, refused(reason, title=findings_of(row).title)) for row in _still(keys)])


def _still(keys: Sequence[int]) -> list[ImportRow]:
    """Those of the rows that nobody else has done, locked, in the sheet's order."""
    rows = ImportRow.objects.filter(pk__in=keys, state=ImportRow.State.WAITING).order_by("number")
    return list(rows.select_for_update())


@dataclass
class _Written:
    """A row, what it turned out to do, and what undo needs. `is_as_shown`: its verdict stands there already."""

    row: ImportRow
    verdict: RowVerdict
    effect: Effect = field(default_factory=dict)
    is_to_write: bool = False
    is_as_shown: bool = False


def _written(rows: list[ImportRow], work: _Work) -> list[_Written]:
    """Look at the rows again, under locks, and write those that still do what was shown."""
    kind = work.kind
    values = [work.parser.parse(cells_of(row)).values for row in rows]
    desk = kind.open_desk(unit=work.batch.unit, viewer=work.viewer, rows=values, locked=True)
    kind.note_file(desk, sha256=work.batch.sha256)
    claimed: set[str] = set()
    found = [
        _looked_at_again(row, kind.preview_row(each, desk), claimed) for row, each in zip(rows, values, strict=True)
    ]
    to_write = [each for each in found if each.is_to_write]
    effects = kind.write_rows([each.verdict for each in to_write], desk)
    for each, effect in zip(to_write, effects, strict=True):
        each.effect = effect
    return found


def _looked_at_again(row: ImportRow, verdict: RowVerdict, claimed: set[str]) -> _Written:
    shown = findings_of(row)
    if verdict.outcome in {Outcome.UNCHANGED, Outcome.REFUSED}:
        return _Written(row, verdict)
    # The preview saw to it that no two rows are about one thing; by now they may have become so.
    alone = {claim.key for claim in verdict.claims if not claim.writing and not claim.marks}
    # Less than was shown may be written (some of it has become so by now), never more or other.
    is_shown = verdict.outcome == row.outcome and set(verdict.changes) <= set(shown.changes)
    if not is_shown or alone & claimed:
        return _Written(row, refused(CHANGED_SINCE, title=verdict.title))
    claimed |= alone
    kept = replace(verdict, warnings=shown.warnings)
    return _Written(row, kept, is_to_write=True, is_as_shown=verdict.changes == shown.changes)


def _done(written: list[_Written]) -> None:
    """Note what became of rows."""
    for each in written:
        each.row.state, each.row.outcome = ImportRow.State.DONE, each.verdict.outcome
        each.row.effect = json.dumps(each.effect, ensure_ascii=False, separators=(",", ":")) if each.effect else ""
        if not each.is_as_shown:
            verdict = each.verdict
            each.row.findings = Findings(verdict.title, verdict.reasons, verdict.warnings, verdict.changes).as_json()
            each.row.warning_count = min(len(verdict.warnings), 100)
            each.row.may_be_double = False
    update_many([each.row for each in written if each.is_as_shown], ["state", "effect"])
    told = ["state", "outcome", "findings", "warning_count", "may_be_double", "effect"]
    update_many([each.row for each in written if not each.is_as_shown], told)


@transaction.atomic
def _end(batch_id: int, state: ImportBatch.State, failure: str) -> None:
    batch = locked(batch_id)
    if batch.state != State.APPLYING:
        return
    counts = counts_of(batch)
    batch.state, batch.failure = state, failure
    for name in ("created", "changed", "unchanged", "refused", "warnings", "doubles"):
        setattr(batch, name, counts[name])
    if state == State.FAILED and batch.created + batch.changed == 0:
        batch.applied_by, batch.applied_at = None, None  # nothing was written: it may be cancelled or begun anew
    batch.save()
    if batch.applied_at is not None:  # else it may be begun anew
        let_attachment_go(batch)
    note("import.finished", batch, None, via="worker")
