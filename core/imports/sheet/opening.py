"""From the bytes of a workbook to its tables, by calamine.

Also a program: `python -I opening.py ROWS COLUMNS RECTANGLE SHEETS CHARACTERS`, bytes in, JSON out. Old xls and OpenDocument
are opened that way (`core.files.apart`), because what calamine makes of them cannot be counted before it opens them.

Stands alone: as a program it sees nothing of the product.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from datetime import date, datetime
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

LOCKED, UNREADABLE, TOO_LARGE = 2, 3, 4
_CELL_CHARACTERS_MAXIMUM = 5_000


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
    """One sheet as it stands there. `merged`: first row, first column, last row, last column, from 0."""

    name: str
    is_hidden: bool
    merged: list[list[int]]
    rows: list[list[Any]]


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
            # skip_empty_area=False: line numbers must be those that Excel shows.
            found = sheet.to_python(skip_empty_area=False) if rows else []
            yield Table(each.name, each.visible != SheetVisibleEnum.Visible, merged, found)


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


def _short(table: Table, room: int) -> tuple[Table, int]:
    """Rows without the empty cells at their end, long texts cut; and the room for characters that is left."""
    for row in table.rows:
        while row and row[-1] == "":
            row.pop()
        for at, cell in enumerate(row):
            if isinstance(cell, str):
                row[at] = cell[:_CELL_CHARACTERS_MAXIMUM]
                room -= len(row[at])
        if room < 0:
            raise TooLarge
    return table, room


def main(*limits: str) -> int:
    """The program. Ends with LOCKED, UNREADABLE or TOO_LARGE."""
    bounds = Limits(*map(int, limits))
    room, found = bounds.characters, []
    try:
        for table in opened(sys.stdin.buffer.read(), bounds):
            short, room = _short(table, room)
            found.append(astuple(short))
        sys.stdout.buffer.write(json.dumps(found, default=_written, ensure_ascii=False).encode())
    except PasswordError:
        return LOCKED
    except (TooLarge, MemoryError):
        return TOO_LARGE
    except (CalamineError, OSError, ValueError):
        return UNREADABLE
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
