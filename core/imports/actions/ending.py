"""Cancelling, going on with what stands still, giving refused rows back, and erasing what is no longer needed."""

from __future__ import annotations

from django.db import transaction

from core.files.actions import remove_files_without_row
from core.imports.actions.applying import go_on_applying
from core.imports.actions.locking import StepRefused, let_attachment_go, locked, locked_for, note
from core.imports.actions.previewing import PREVIEW_JOB
from core.imports.actions.undoing import go_on_undoing
from core.imports.models import ImportAttachment, ImportBatch, ImportRow
from core.imports.queries import cells_of, findings_of, rows_shown
from core.imports.rules import State, can_cancel, is_running, is_too_old
from core.imports.sheet.headings import REASON_HEADING
from core.imports.sheet.writing import write_refused
from core.jobs.actions import enqueue
from core.kit import clock
from core.kit.text import fold_words
from core.people.queries import Viewer

_ERASED_AT_ONCE = 50


@transaction.atomic
def cancel_import(*, batch: ImportBatch, by: Viewer) -> ImportBatch:
    """Give an import up before anything was written; its file and rows are erased at once. Raises PermissionError,
    StepRefused."""
    batch, _ = locked_for(batch, by)
    if not can_cancel(batch):
        raise StepRefused("Bảng này đã được nhập, không huỷ được nữa. Có thể hoàn tác.")
    note("import.cancelled", batch, by.user_id)
    _cancel(batch)
    return batch


@transaction.atomic
def go_on(*, batch: ImportBatch, by: Viewer) -> ImportBatch:
    """Ask the worker again for an import that stands still; harmless when it does not. Raises PermissionError,
    StepRefused."""
    batch, _ = locked_for(batch, by)
    if not is_running(batch):
        raise StepRefused("Bảng này không có việc gì đang chạy.")
    if batch.state == State.APPLYING:
        go_on_applying(batch)
    elif batch.state == State.UNDOING:
        go_on_undoing(batch)
    else:
        enqueue(PREVIEW_JOB, {"batch": batch.pk, "revision": batch.revision}, key=f"{batch.pk}:{batch.revision}")
    return batch


@transaction.atomic
def give_refused_back(*, batch: ImportBatch, by: Viewer) -> bytes:
    """The refused rows as the same sheet with a reason column (xlsx); taking them out is audited. Raises
    PermissionError, StepRefused when there are none."""
    batch, kind = locked_for(batch, by)
    rows = rows_shown(batch, ImportRow.Outcome.REFUSED)
    if batch.erased_at is not None or not rows.exists():
        raise StepRefused("Không có dòng nào để tải về, hoặc đã quá thời hạn giữ.")
    note("import.refused_taken", batch, by.user_id)
    kept = [index for index, words in enumerate(batch.headings) if fold_words(words) != fold_words(REASON_HEADING)]
    lines = []
    for row in rows.iterator(chunk_size=500):
        cells = cells_of(row)
        # What stands to the right of the last heading comes back too.
        order = [*kept, *range(len(batch.headings), len(cells))]
        lines.append(([cells[at] if at < len(cells) else "" for at in order], "\n".join(findings_of(row).reasons)))
    width = max(len(kept), *(len(cells) for cells, _ in lines))
    headings = [batch.headings[index] for index in kept]
    # What stood over the table does not come back with its rows: it goes into columns of its own.
    given = {column.label: batch.given[column.name] for column in kind.columns if column.name in batch.given}
    lines = [([*cells, *[""] * (width - len(cells)), *given.values()], why) for cells, why in lines]
    return write_refused([*headings, *[""] * (width - len(kept)), *given], lines)


def erase_old_imports() -> int:
    """Erase files, cells, findings and effects whose time is over; drafts nobody went on with are cancelled. For the
    schedule; returns how many imports were erased."""
    erased = 0
    for batch in ImportBatch.objects.filter(erased_at__isnull=True).order_by("made_at")[:_ERASED_AT_ONCE]:
        if is_too_old(batch):
            with transaction.atomic():
                fresh = locked(batch.pk)
                if fresh.erased_at is None and is_too_old(fresh):
                    note("import.erased", fresh, None, via="worker")
                    _cancel(fresh) if can_cancel(fresh) else _erase(fresh)
                    erased += 1
    return erased


def remove_stray_attachments() -> int:
    """Delete files that came beside a sheet and that no import holds: a process killed while keeping one, or while letting
    it go, left them. For the schedule; returns how many."""
    return remove_files_without_row(ImportAttachment._meta.get_field("file"))


def _cancel(batch: ImportBatch) -> None:
    batch.state = State.CANCELLED
    batch.rows.all().delete()
    _erase(batch)


def _erase(batch: ImportBatch) -> None:
    batch.parts.all().delete()
    let_attachment_go(batch)
    batch.rows.update(cells="", findings="", effect="")
    batch.erased_at, batch.skipped = clock.now(), ""
    batch.save()
