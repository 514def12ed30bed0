"""From the bytes of a workbook to its tables, by calamine.

Also a program: `python -I opening.py ROWS COLUMNS RECTANGLE SHEETS CHARACTERS`, bytes in, lines of JSON out. Old xls and OpenDocument
are opened that way (`core.files.apart`), because what calamine makes of them cannot be counted before it opens them.

Stands alone: as a program it sees nothing of the product.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

LOCKED, UNREADABLE, TOO_LARGE = 2, 3, 4
_CELL_CHARACTERS_MAXIMUM = 5_000
_ROWS_IN_A_LINE = 500


class TooLarge(Exception):
    """More than the limits allow."""


@dataclass(frozen=True)
class Limits:
    """Rows and columns of one sheet; cells of all sheets' rectangles together; sheets read; characters handed on."""

    rows: int
    columns: int
    rectangle: int
    sheets: int
    characters: int


@dataclass(frozen=True)
class Table:
    """One sheet as it stands there. `merged`: first row, first column, last row, last column, from 0. `rows` come one by
    one and once: all of them as Python's values would take ten times the room of the file."""

    name: str
    is_hidden: bool
    merged: list[list[int]]
    rows: Iterable[list[Any]]


def opened(content: bytes, limits: Limits) -> Iterator[Table]:
    """The sheets in the file's order. Raises TooLarge, and what calamine raises."""
    room = limits.rectangle
    with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
        tables = [each for each in book.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet][: limits.sheets]
        for each in tables:
            sheet = book.get_sheet_by_name(each.name)
            rows, columns = ((last + 1) for last in sheet.end or (-1, -1))
            room -= rows * columns
            if rows > limits.rows or columns > limits.columns or room < 0:
                raise TooLarge
            merged = [[*first, *last] for first, last in sheet.merged_cell_ranges or ()]
            yield Table(each.name, each.visible != SheetVisibleEnum.Visible, merged, _rows(sheet) if rows else [])


def _rows(sheet: Any) -> Iterator[list[Any]]:
    """Line by line as Excel counts: calamine begins at the first filled row, but with its first filled column."""
    before = [""] * (sheet.start[1] if sheet.start else 0)
    for row in sheet.iter_rows():
        yield before + row if before else row


def revived(value: Any) -> Any:
    """A cell as it was before it went through JSON."""
    if isinstance(value, list):
        kind, text = value
        return datetime.fromisoformat(text) if kind == "datetime" else date.fromisoformat(text)
    return value


def _written(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return ["datetime" if isinstance(value, datetime) else "date", value.isoformat()]
    return str(value)


def _short(row: list[Any]) -> list[Any]:
    """The row without the empty cells at its end, long texts cut."""
    while row and row[-1] == "":
        row.pop()
    return [cell[:_CELL_CHARACTERS_MAXIMUM] if isinstance(cell, str) else cell for cell in row]


def _lines(table: Table, room: int) -> Iterator[tuple[Any, int]]:
    """What is written of one sheet, piece by piece, with the room for characters that is left."""
    yield {"name": table.name, "is_hidden": table.is_hidden, "merged": table.merged}, room
    piece: list[list[Any]] = []
    for row in table.rows:
        piece.append(_short(row))
        room -= sum(len(cell) for cell in piece[-1] if isinstance(cell, str))
        if room < 0:
            raise TooLarge
        if len(piece) == _ROWS_IN_A_LINE:
            yield piece, room
            piece = []
    yield piece, room


def main(*limits: str) -> int:
    """The program. Ends with LOCKED, UNREADABLE or TOO_LARGE."""
    bounds = Limits(*map(int, limits))
    room = bounds.characters
    try:
        for table in opened(sys.stdin.buffer.read(), bounds):
            for line, left in _lines(table, room):
                room = left
                sys.stdout.buffer.write(json.dumps(line, default=_written, ensure_ascii=False).encode() + b"\n")
    except PasswordError:
        return LOCKED
    except (TooLarge, MemoryError):
        return TOO_LARGE
    except (CalamineError, OSError, ValueError):
        return UNREADABLE
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
