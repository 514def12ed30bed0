"""Choosing columns, and looking at what every row would do. Nothing outside the import is written here."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Max

from core.imports.actions.locking import StepRefused, locked, locked_for, note
from core.imports.actions.looking import LookedAt, Looking
from core.imports.contract import RowVerdict
from core.imports.models import ColumnMapping, ImportBatch, ImportRow
from core.imports.queries import Findings, counts_of, read_table
from core.imports.registry import kind_of
from core.imports.rules import PREVIEW_AT_ONCE, State, can_map
from core.imports.sheet.cells import SheetRefused
from core.imports.sheet.headings import Header, lines_above
from core.imports.sheet.rows import DataRow
from core.jobs.actions import enqueue
from core.jobs.models import Job
from core.jobs.work.runner import code_of
from core.kit import clock
from core.kit.bulk import insert_many
from core.people.queries import Viewer, viewer_for

log = logging.getLogger(__name__)
PREVIEW_JOB = "imports.preview"
_ROWS_AT_ONCE = 500
_LOOKED_AT_ONCE = 200
BROKE = "Chưa xem trước được bảng này vì lỗi của hệ thống, chưa có gì được ghi. Hãy chọn lại cột để thử lại, hoặc bỏ bảng này và gửi tệp khác."


@transaction.atomic
def choose_mapping(
    *,
    batch: ImportBatch,
    sheet_index: int,
    header_row: int,
    header_depth: int,
    mapping: Mapping[str, int],
    by: Viewer,
    given: Mapping[str, str] | None = None,
) -> ImportBatch:
    """Say where the heading is and which column is which ({column: index in the sheet}); the preview begins. `given` is what the
    lines over the heading say for all rows ({column: text}), for columns that the sheet does not have.

    Small sheets are looked at before this returns, larger ones in the background. The choice is remembered for sheets
    with these headings. Raises PermissionError, StepRefused, SheetRefused.
    """
    batch, kind = locked_for(batch, by)
    if not can_map(batch):
        raise StepRefused("Bảng này đã nhập hoặc đã huỷ, không chọn lại cột được. Hãy gửi lại tệp.")
    known = {column.name for column in kind.columns}
    chosen = {name: index for name, index in mapping.items() if name in known and index >= 0}
    said = {name: text for name, text in (given or {}).items() if name in known and name not in chosen}
    if missing := [column.label for column in kind.required if column.name not in chosen and column.name not in said]:
        raise StepRefused(f"Còn thiếu cột {', '.join(f'«{label}»' for label in missing)}. Hãy chọn cột cho mục này.")
    if not chosen:
        raise StepRefused("Chưa chọn cột nào. Hãy chọn ít nhất một cột của bảng.")
    if len(set(chosen.values())) < len(chosen):
        raise StepRefused("Một cột của bảng đang được chọn cho hai mục. Hãy chọn mỗi cột một lần.")
    batch.sheet_index, batch.header_row, batch.header_depth = sheet_index, header_row, header_depth
    batch.mapping, batch.given, batch.state, batch.failure = chosen, said, State.PREVIEWING, ""
    batch.revision += 1
    table = read_table(batch)
    if not table.has_data:
        raise StepRefused("Không thấy dòng dữ liệu nào dưới dòng tiêu đề. Hãy chọn dòng tiêu đề khác.")
    above = kind.read_above(lines_above(table.sheet, table.header)) if said else {}
    if any(name not in above or text not in above[name].values for name, text in said.items()):
        raise StepRefused("Đầu bảng không ghi như vậy. Hãy chọn lại, hoặc chọn cột của bảng.")
    batch.total = table.lines  # as far as is known before all of them have been looked at
    batch.headings = [heading.text for heading in table.header.headings]
    batch.skipped = ""
    batch.rows.all().delete()
    batch.save()
    _remember(batch, table.header, by)
    note("import.mapped", batch, by.user_id)
    if table.lines <= PREVIEW_AT_ONCE:
        looking = Looking(kind_of(batch), batch, table, by)
        for piece in looking.pieces(_ROWS_AT_ONCE):
            _store(batch, piece)
        _finish(batch, looking)
    else:
        enqueue(PREVIEW_JOB, {"batch": batch.pk, "revision": batch.revision}, key=f"{batch.pk}:{batch.revision}")
    return batch


def make_preview(*, batch_id: int, revision: int) -> None:
    """Look at all rows of a large sheet, in pieces that are kept; may be killed and run again, also beside itself.

    A newer mapping makes this one stop.
    """
    batch = ImportBatch.objects.select_related("unit", "made_by").get(pk=batch_id)
    if batch.state != State.PREVIEWING or batch.revision != revision:
        return
    try:
        _preview(batch)
    except SheetRefused as refusal:
        _fail(batch_id, revision, str(refusal))
    except (OperationalError, InterfaceError):
        raise  # the database is away or busy: the job is tried again
    except Exception as problem:
        # Where it broke, never the message: it may quote what the sheet says about people.
        log.error("the preview of import %s broke: %s", batch_id, code_of(problem))
        _fail(batch_id, revision, BROKE)


def _preview(batch: ImportBatch) -> None:
    looking = Looking(kind_of(batch), batch, read_table(batch), viewer_for(batch.made_by))
    for piece in looking.pieces(_ROWS_AT_ONCE):
        with transaction.atomic():
            if not _goes_on(batch, fresh := locked(batch.pk)):
                return
            _store(fresh, piece)
    with transaction.atomic():
        if _goes_on(batch, fresh := locked(batch.pk)):
            _finish(fresh, looking)


def _goes_on(batch: ImportBatch, fresh: ImportBatch) -> bool:
    return fresh.state == State.PREVIEWING and fresh.revision == batch.revision


def fail_stopped_previews() -> int:
    """Say of previews whose job has ended without them (its tries are used up, somebody took it out of the queue) that
    they have failed; returns how many. For the schedule."""
    failed = 0
    for batch in ImportBatch.objects.filter(state=State.PREVIEWING).order_by("pk")[:_LOOKED_AT_ONCE]:
        jobs = Job.objects.filter(name=PREVIEW_JOB, key=f"{batch.pk}:{batch.revision}")
        if not jobs.filter(state__in=Job.OPEN).exists():
            failed += _fail(batch.pk, batch.revision, BROKE)
    return failed


def _store(batch: ImportBatch, piece: Sequence[LookedAt]) -> None:
    """Keep a piece; what another run has kept already stays. The batch is locked."""
    last = ImportRow.objects.filter(batch=batch).aggregate(last=Max("number"))["last"] or 0
    insert_many([_row(batch, each.row, each.verdict) for each in piece if each.row.number > last])


def _row(batch: ImportBatch, row: DataRow, verdict: RowVerdict) -> ImportRow:
    hidden = ("Dòng này đang bị ẩn trong bảng.",) if row.is_hidden else ()
    warnings = (*verdict.doubles, *verdict.warnings, *hidden)
    return ImportRow(
        batch=batch,
        number=row.number,
        outcome=verdict.outcome,
        warning_count=min(len(warnings), 100),
        is_hidden=row.is_hidden,
        may_be_double=bool(verdict.doubles),
        cells=json.dumps(row.cells, ensure_ascii=False, separators=(",", ":")),
        findings=Findings(verdict.title, verdict.reasons, warnings, verdict.changes).as_json(),
    )


def _finish(batch: ImportBatch, looking: Looking) -> None:
    counts = counts_of(batch)
    batch.state = State.PREVIEWED
    batch.skipped = json.dumps([vars(row) for row in looking.skipped], ensure_ascii=False)
    for name in ("total", "created", "changed", "unchanged", "refused", "warnings", "doubles"):
        setattr(batch, name, counts[name])
    batch.save()


@transaction.atomic
def _fail(batch_id: int, revision: int, sentence: str) -> bool:
    batch = locked(batch_id)
    is_it = batch.state == State.PREVIEWING and batch.revision == revision
    if is_it:
        batch.state, batch.failure = State.FAILED, sentence[:300]
        batch.save()
    return is_it


def _remember(batch: ImportBatch, header: Header, by: Viewer) -> None:
    keys: dict[int, str] = header.keys()
    mapping = {name: keys[index] for name, index in batch.mapping.items() if index in keys}
    ColumnMapping.objects.update_or_create(
        kind=batch.kind,
        unit=batch.unit,
        owner=batch.owner,
        fingerprint=header.fingerprint,
        defaults={"mapping": mapping, "used_at": clock.now(), "used_by_id": by.user_id},
    )
