"""From the bytes of a file to its sheets: xlsx, xls, ods and csv. Pure."""

from __future__ import annotations

import io
from dataclasses import dataclass

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from core.files import sheets as uploads
from core.imports.sheet.cells import Cell, SheetRefused, stored_row
from core.imports.sheet.guard import (
    COLUMNS_MAXIMUM,
    ROWS_MAXIMUM,
    TOO_LARGE,
    UNREADABLE,
    SheetMeasure,
    measure_ods,
    measure_xlsx,
)
from core.imports.sheet.separated import EMPTY, decoded, rows_of_text

OLD_OFFICE_START = b"\xd0\xcf\x11\xe0"
LOCKED = "Tệp này có mật khẩu. Hãy bỏ mật khẩu, lưu lại rồi gửi."
SHEETS_MAXIMUM = 60

# First row, first column, last row, last column; all from 0.
Range = tuple[int, int, int, int]


@dataclass(frozen=True)
class Sheet:
    """One sheet. `rows[0]` is line 1 as Excel counts; rows end at their last filled cell. Hidden rows by that number."""

    name: str
    rows: list[list[Cell]]
    merged: tuple[Range, ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    formulas: int = 0
    is_hidden: bool = False


def read_sheets(content: bytes) -> list[Sheet]:
    """All sheets that hold something, in the file's order. At most 10 MB. Raises SheetRefused."""
    try:
        checked = uploads.check_sheet_upload(
            io.BytesIO(content), rows_maximum=ROWS_MAXIMUM, columns_maximum=COLUMNS_MAXIMUM
        )
    except uploads.SheetRefused as refusal:
        sheets = _other_kind(content, refusal)
    else:
        if checked.kind == uploads.SheetKind.XLSX:
            sheets = _workbook(checked.content, measure_xlsx(checked.content))
        else:
            sheets = [read_text(decoded(checked.content))]
    filled = [sheet for sheet in sheets if _says_something(sheet)]
    if not filled:
        raise SheetRefused(EMPTY)
    return filled


def read_text(text: str) -> Sheet:
    """A table pasted as text, or the text of a csv file. Raises SheetRefused."""
    return Sheet("", rows_of_text(text))


def _says_something(sheet: Sheet) -> bool:
    return any(char.isalnum() for row in sheet.rows for cell in row for char in str(cell))


def _other_kind(content: bytes, refusal: uploads.SheetRefused) -> list[Sheet]:
    """The kinds that only imports take: old Excel, OpenDocument, and csv in the letters of before UTF-8."""
    if refusal.code == "old_office":
        return _workbook(content, {})
    if refusal.code == "open_document":
        return _workbook(content, measure_ods(content))
    if refusal.code in {"letters", "unreadable"} and not content.startswith(b"PK"):
        return [read_text(decoded(content))]
    raise SheetRefused(str(refusal)) from refusal


def _workbook(content: bytes, measures: dict[str, SheetMeasure]) -> list[Sheet]:
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            tables = [each for each in book.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet][:SHEETS_MAXIMUM]
            return [
                _sheet(book, each.name, measures.get(each.name), is_hidden=each.visible != SheetVisibleEnum.Visible)
                for each in tables
            ]
    except PasswordError as error:
        raise SheetRefused(LOCKED) from error
    except (CalamineError, OSError, ValueError) as error:
        raise SheetRefused(UNREADABLE) from error


def _sheet(book: CalamineWorkbook, name: str, measure: SheetMeasure | None, *, is_hidden: bool) -> Sheet:
    sheet = book.get_sheet_by_name(name)
    end = sheet.end or (0, 0)
    if end[0] >= ROWS_MAXIMUM or end[1] >= COLUMNS_MAXIMUM:
        raise SheetRefused(TOO_LARGE)
    # skip_empty_area=False: line numbers must be those that Excel shows.
    rows = [stored_row(row) for row in sheet.to_python(skip_empty_area=False)]
    while rows and not rows[-1]:
        rows.pop()
    merged = tuple((*first, *last) for first, last in sheet.merged_cell_ranges or ())
    hidden = frozenset(measure.hidden_rows) if measure else frozenset()
    return Sheet(name, rows, merged, hidden, measure.formulas if measure else 0, is_hidden)
