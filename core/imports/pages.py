"""What the import pages show: words for states, the steps, the figures, the rows."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from core.imports.contract import ImportKind
from core.imports.forms import PlaceOfTableForm, masked_numbers
from core.imports.models import ImportBatch, ImportRow
from core.imports.queries import Findings, ReadTable, findings_of, unfinished_of
from core.imports.rooms import Room
from core.imports.rules import KEPT_FOR, UNFINISHED_MAXIMUM, State, can_cancel, is_stopped_half_way
from core.imports.sheet.cells import text_of
from core.imports.sheet.headings import Header, header_at, likely_header
from core.imports.sheet.workbook import Sheet
from core.people.queries import Viewer

_ROW_KINDS = {"created": "good", "changed": "info", "unchanged": "wait", "refused": "bad"}
_STATE_KINDS = {
    State.DRAFT: "info",
    State.PREVIEWING: "wait",
    State.PREVIEWED: "info",
    State.APPLYING: "wait",
    State.APPLIED: "good",
    State.UNDOING: "wait",
    State.UNDONE: "info",
    State.FAILED: "bad",
    State.CANCELLED: "info",
}


COUNTED_AT_ONCE = 2_000


def oldest_in_the_way(room: Room, viewer: Viewer) -> ImportBatch | None:
    """The oldest unfinished import of whose lists are brought here, once there are so many that no other may be begun."""
    holder = room.holder(viewer) if room.holder else None
    found = list(unfinished_of(room.kind, holder.owner)) if holder else []
    if len(found) < UNFINISHED_MAXIMUM:
        return None
    return next((batch for batch in found if can_cancel(batch)), None)


@dataclass(frozen=True)
class ShownRow:
    """One row of the sheet with what was said about it. `kind` is a status kind, `word` its word."""

    number: int
    kind: str
    word: str
    findings: Findings
    is_hidden: bool


def shown_row(row: ImportRow) -> ShownRow:
    """A row for the page."""
    words: dict[str, Any] = dict(ImportRow.Outcome.choices)
    word, kind = str(words[row.outcome]), _ROW_KINDS[row.outcome]
    if row.state == ImportRow.State.UNDONE:
        word, kind = _("đã hoàn tác"), "info"
    elif row.state == ImportRow.State.KEPT:
        word, kind = _("giữ nguyên"), "warn"
    return ShownRow(row.number, kind, f"{word[:1].upper()}{word[1:]}.", findings_of(row), row.is_hidden)


def state_kind(batch: ImportBatch) -> str:
    """The status kind of a batch."""
    return _STATE_KINDS[State(batch.state)]


def name_of(batch: ImportBatch) -> str:
    """The file's name, or that it was pasted."""
    return batch.file_name or _("Bảng dán")


def steps_of(batch: ImportBatch) -> list[dict[str, str]]:
    """The stepper: bring, choose columns, look, result."""
    at = {State.DRAFT: 1, State.PREVIEWING: 2, State.PREVIEWED: 2}.get(State(batch.state), 3)
    labels = [_("Gửi bảng"), _("Chọn cột"), _("Xem trước"), _("Kết quả")]
    return [
        {"label": label, "state": "done" if number < at else "current" if number == at else "next"}
        for number, label in enumerate(labels)
    ]


def figures_of(batch: ImportBatch) -> list[dict[str, str]]:
    """Rows by outcome, in the words of where the import stands."""
    if batch.state == State.UNDONE:
        created, changed = _("Đã thêm mới, rồi hoàn tác"), _("Đã thay đổi, rồi hoàn tác")
    elif batch.state in {State.APPLIED, State.UNDOING} or is_stopped_half_way(batch):
        created, changed = _("Đã thêm mới"), _("Đã thay đổi")
    else:
        created, changed = _("Sẽ thêm mới"), _("Sẽ thay đổi")
    figures = [
        (created, batch.created),
        (changed, batch.changed),
        (_("Đã có, giữ nguyên"), batch.unchanged),
        (_("Chưa nhận được"), batch.refused),
    ]
    figures += [(_("Có thể trùng"), batch.doubles)] if batch.doubles else []
    figures += [(_("Lời nhắc"), batch.warnings)] if batch.warnings else []
    figures += [(_("Không hoàn tác được"), batch.kept)] if batch.kept else []
    return [{"label": label, "value": str(count)} for label, count in figures]


def views_of(batch: ImportBatch, current: str, address: str) -> list[dict[str, Any]]:
    """Tabs over the rows: all, by outcome, with warnings."""
    tabs = [
        ("", _("Tất cả"), batch.total),
        ("created", _("Thêm mới"), batch.created),
        ("changed", _("Thay đổi"), batch.changed),
        ("unchanged", _("Đã có"), batch.unchanged),
        ("refused", _("Chưa nhận"), batch.refused),
        ("doubles", _("Có thể trùng"), batch.doubles),
        ("warned", _("Có lời nhắc"), None if not batch.warnings else ""),
        ("kept", _("Giữ nguyên"), batch.kept),
    ]
    return [
        {"label": label, "url": f"{address}?xem={name}#dong", "current": name == current, "count": count}
        for name, label, count in tabs
        if not name or count or count == "" or name == current
    ]


def skipped_of(batch: ImportBatch) -> list[dict[str, Any]]:
    """Filled rows that were taken for no data: number, why, text."""
    skipped: list[dict[str, Any]] = json.loads(batch.skipped or "[]")
    return skipped


def kept_until(batch: ImportBatch) -> datetime:
    """Until when the import can be undone and its refused rows taken."""
    return batch.made_at + KEPT_FOR


def place_of_table(
    batch: ImportBatch, kind: ImportKind[Any], sheets: list[Sheet], asked: PlaceOfTableForm
) -> tuple[int, Header, bool]:
    """The sheet and heading asked for, else as kept; whether it is another place than kept."""
    asked.is_valid()
    given = getattr(asked, "cleaned_data", {})  # what of it is valid
    index = given.get("sheet", min(batch.sheet_index, len(sheets) - 1))
    row, depth = given.get("row"), given.get("depth", 1)
    is_other_sheet = given.get("was") not in {None, index}  # then the row is that of the sheet before
    if row and row <= len(sheets[index].rows) and not is_other_sheet:
        header = header_at(sheets[index], row - 1, depth)
    elif index != batch.sheet_index:
        header = likely_header(sheets[index], kind.columns)
    else:
        header = header_at(sheets[index], batch.header_row, batch.header_depth)
    kept = (batch.sheet_index, batch.header_row, batch.header_depth)
    return index, header, (index, header.row, header.depth) != kept


def given_of(batch: ImportBatch, kind: ImportKind[Any]) -> str:
    """What was said over the table and is used for all rows: "Số quyết định: 12/QĐ-UBND; Ngày công nhận: 12/05/2025"."""
    said = [f"{column.label}: {batch.given[column.name]}" for column in kind.columns if column.name in batch.given]
    return "; ".join(said)


def own_mapping(kind: ImportKind[Any], header: Header) -> dict[str, int]:
    """Which column is which in a sheet that was taken out of here, headings and order to the letter; empty for any other."""
    labels = [column.label for column in kind.columns]
    if not kind.goes_both_ways or [each.text for each in header.headings if each.parts] != labels:
        return {}
    filled = [each.index for each in header.headings if each.parts]
    return {column.name: index for column, index in zip(kind.columns, filled, strict=True)}


def sheet_label(sheet: Sheet) -> str:
    """The sheet's name, and whether it is hidden."""
    name = sheet.name or _("Bảng")
    return _("%(name)s (đang ẩn)") % {"name": name} if sheet.is_hidden else name


def count_of_rows(table: ReadTable) -> int | None:
    """How many rows of data there are; None for a large sheet, in which nobody waits for counting."""
    if table.lines > COUNTED_AT_ONCE:
        return None
    return len(table.first_rows(table.lines))


def sample(table: ReadTable) -> list[dict[str, Any]]:
    """The first rows under the heading, each with its cells beside their headings."""
    shown = [heading for heading in table.header.headings if heading.parts][:12]
    return [
        {
            "number": row.number,
            "cells": [
                (each.text, masked_numbers(text_of(row.cells[each.index])) if each.index < len(row.cells) else "")
                for each in shown
            ],
        }
        for row in table.first_rows(3)
    ]
