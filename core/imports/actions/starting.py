"""Taking a sheet in."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import uuid
from typing import IO

from django.core.files.base import File
from django.db import transaction

from core.imports.actions.locking import StepRefused, note
from core.imports.models import ImportAttachment, ImportBatch, ImportFilePart
from core.imports.queries import likely_mapping, unfinished_of
from core.imports.registry import import_kind
from core.imports.rules import UNFINISHED_MAXIMUM
from core.imports.sheet.headings import best_sheet, likely_header
from core.imports.sheet.storing import packed
from core.imports.sheet.workbook import read_sheets
from core.kit import clock
from core.kit.text import squeeze
from core.people.queries import Viewer
from core.places.models import Unit

TOO_MANY_UNFINISHED = (
    f"Đang có {UNFINISHED_MAXIMUM} bảng gửi lên mà chưa nhập xong. Hãy nhập xong hoặc huỷ một bảng, rồi gửi bảng này."
)
_PART_BYTES = 192_000  # a multiple of three: base64 without padding in between


def start_import(
    *,
    kind_code: str,
    unit: Unit,
    content: bytes,
    file_name: str,
    by: Viewer,
    owner: str = "",
    attached: IO[bytes] | None = None,
    attached_name: str = "",
) -> ImportBatch:
    """Read a file's bytes (or pasted text as UTF-8), keep the sheets in it, and find its heading and columns. Nothing is imported yet.

    `owner` is whose list it is, of a kind that has owners. `attached` is a file that came beside the sheet, of a kind that
    takes one; it is looked through and kept on disk in pieces. An owner may have a few unfinished at once. Raises StepRefused, PermissionError, `SheetRefused` and `AttachmentRefused` with a sentence, LookupError for an unknown kind; then nothing is kept.
    """
    kind = import_kind(kind_code)
    if by.user_id is None or not kind.may_import(by, unit, owner):
        raise PermissionError
    _check_room(kind.code, owner)  # before the work
    sheets = read_sheets(content)
    index = best_sheet(sheets, kind.columns)
    header = likely_header(sheets[index], kind.columns)
    mapping, _, _ = likely_mapping(kind, unit, header, owner)
    kept = packed(sheets)
    attachment = _kept_file(kind.check_attachment(attached), attached, attached_name) if attached else None
    batch = ImportBatch(
        kind=kind.code,
        unit=unit,
        owner=owner,
        file_name=squeeze(file_name)[-120:],
        sha256=hashlib.sha256(content).hexdigest(),
        sheet_index=index,
        header_row=header.row,
        header_depth=header.depth,
        mapping=mapping,
        made_by_id=by.user_id,
        made_at=clock.now(),
    )
    try:
        _store(batch, kept, attachment)
    except BaseException:
        if attachment is not None:
            with contextlib.suppress(OSError):
                attachment.file.delete(save=False)
        raise
    return batch


@transaction.atomic
def _store(batch: ImportBatch, kept: bytes, attachment: ImportAttachment | None) -> None:
    # Those who begin at once wait here for each other; too few to lock are few enough.
    list(unfinished_of(batch.kind, batch.owner).select_for_update(of=("self",)).values_list("pk", flat=True))
    _check_room(batch.kind, batch.owner)
    batch.save(force_insert=True)
    ImportFilePart.objects.bulk_create(
        ImportFilePart(batch=batch, number=number, content=base64.b64encode(kept[at : at + _PART_BYTES]).decode())
        for number, at in enumerate(range(0, len(kept), _PART_BYTES))
    )
    if attachment is not None:
        attachment.batch = batch
        attachment.save(force_insert=True)
    note("import.started", batch, batch.made_by_id)


def _check_room(kind_code: str, owner: str) -> None:
    if owner and unfinished_of(kind_code, owner).count() >= UNFINISHED_MAXIMUM:
        raise StepRefused(TOO_MANY_UNFINISHED)


def _kept_file(facts: str, attached: IO[bytes], name: str) -> ImportAttachment:
    """The file on disk, under a name of ours, before its row: a crash in between leaves a stray file that
    `remove_stray_attachments` finds."""
    attached.seek(0)
    found = ImportAttachment(name=squeeze(name)[-120:], facts=facts)
    found.file.save(f"{uuid.uuid4()}.zip", File(attached), save=False)
    found.size = found.file.size
    return found
