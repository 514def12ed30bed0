"""From the bytes of a file to its sheets: xlsx, xls, ods and csv. Pure."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from typing import Any

from python_calamine import CalamineError, PasswordError

from core.files import sheets as uploads
from core.files.apart import OutOfBounds, run_apart
from core.imports.sheet import opening
from core.imports.sheet.cells import Cell, SheetRefused, stored_row
from core.imports.sheet.guard import (
    BOUNDS,
    BYTES_MAXIMUM,
    COLUMNS_MAXIMUM,
    RECTANGLE_MAXIMUM,
    ROWS_MAXIMUM,
    TOO_LARGE,
    UNREADABLE,
    SheetMeasure,
    measure_ods,
    measure_xlsx,
)
from core.imports.sheet.packing import pack
from core.imports.sheet.separated import EMPTY, decoded, rows_of_text

LOCKED = "Tệp này có mật khẩu. Hãy bỏ mật khẩu, lưu lại rồi gửi."
# The largest tables that are taken need about half of it.
CPU_SECONDS, MEMORY_BYTES = 10, 700_000_000
LIMITS = opening.Limits(ROWS_MAXIMUM, COLUMNS_MAXIMUM, RECTANGLE_MAXIMUM, sheets=60, characters=40_000_000)

# First row, first column, last row, last column; all from 0.
Range = tuple[int, int, int, int]


@dataclass(frozen=True)
class Sheet:
    """One sheet. `rows[0]` is line 1 as Excel counts; rows end at their last filled cell. Hidden rows by that number.

    What was read is packed (`packing`): reading the rows in their order is cheap, jumping about is not.
    """

    name: str
    rows: Sequence[list[Cell]]
    merged: tuple[Range, ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    formulas: int = 0
    is_hidden: bool = False


def read_sheets(content: bytes) -> list[Sheet]:
    """All sheets that hold something, in the file's order. At most 15 MB. Raises SheetRefused."""
    try:
        checked = uploads.check_sheet_upload(io.BytesIO(content), bounds=BOUNDS, bytes_maximum=BYTES_MAXIMUM)
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
    return Sheet("", pack(rows_of_text(text)))


def _says_something(sheet: Sheet) -> bool:
    return any(char.isalnum() for row in sheet.rows for cell in row for char in str(cell))


def _other_kind(content: bytes, refusal: uploads.SheetRefused) -> list[Sheet]:
    """The kinds that only imports take: old Excel, OpenDocument, and csv in the letters of before UTF-8."""
    if refusal.code == "old_office":
        return _apart(content, {})
    if refusal.code == "open_document":
        return _apart(content, measure_ods(content))
    if refusal.code in {"letters", "unreadable"} and not content.startswith(b"PK"):
        return [read_text(decoded(content))]
    raise SheetRefused(str(refusal)) from refusal


def _workbook(content: bytes, measures: dict[str, SheetMeasure]) -> list[Sheet]:
    """A measured workbook, opened here."""
    try:
        return [_sheet(table, measures) for table in opening.opened(content, LIMITS)]
    except opening.TooLarge as error:
        raise SheetRefused(TOO_LARGE) from error
    except PasswordError as error:
        raise SheetRefused(LOCKED) from error
    except (CalamineError, OSError, ValueError) as error:
        raise SheetRefused(UNREADABLE) from error


def _apart(content: bytes, measures: dict[str, SheetMeasure]) -> list[Sheet]:
    """A workbook of which nobody knows what a reader makes of it: opened by another process."""
    limits = [str(limit) for limit in astuple(LIMITS)]
    try:
        done = run_apart(opening.__file__, limits, content, cpu_seconds=CPU_SECONDS, memory_bytes=MEMORY_BYTES)
    except OutOfBounds as error:
        raise SheetRefused(TOO_LARGE) from error
    if done.code:
        raise SheetRefused({opening.LOCKED: LOCKED, opening.TOO_LARGE: TOO_LARGE}.get(done.code, UNREADABLE))
    return list(_told(io.BytesIO(done.output), measures))


def _told(lines: Iterable[bytes], measures: dict[str, SheetMeasure]) -> Iterator[Sheet]:
    """The sheets of which that process wrote, line by line."""
    about: dict[str, Any] = {}
    pieces: list[bytes] = []
    for line in lines:
        if line.startswith(b"{"):
            if about:
                yield _sheet(opening.Table(**about, rows=_revived(pieces)), measures)
            about, pieces = json.loads(line), []
        else:
            pieces.append(line)
    if about:
        yield _sheet(opening.Table(**about, rows=_revived(pieces)), measures)


def _revived(pieces: Iterable[bytes]) -> Iterator[list[Any]]:
    for piece in pieces:
        for row in json.loads(piece):
            yield [opening.revived(cell) for cell in row]


def _sheet(table: opening.Table, measures: dict[str, SheetMeasure]) -> Sheet:
    measure = measures.get(table.name, SheetMeasure())
    rows = pack(stored_row(row) for row in table.rows)
    merged = tuple((a, b, c, d) for a, b, c, d in table.merged)
    return Sheet(table.name, rows, merged, frozenset(measure.hidden_rows), measure.formulas, table.is_hidden)
