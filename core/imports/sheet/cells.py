"""One cell: what a spreadsheet holds, as a value that can be stored, and as the text a person sees. Pure."""

from __future__ import annotations

import html
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from core.kit.text import nfc, squeeze

Cell = str | int | float | bool
CELL_CHARACTERS_MAXIMUM = 5_000


class SheetRefused(Exception):
    """The file as a whole cannot be used; the message is a Vietnamese sentence for the person who sent it."""


def stored(value: object) -> Cell:
    """A cell as it is kept: text and numbers as they are, dates as dd/mm/yyyy. 912345678.0 is the number 912345678."""
    if type(value) is str:  # most cells are
        return value if len(value) <= CELL_CHARACTERS_MAXIMUM else value[:CELL_CHARACTERS_MAXIMUM]
    if value is None:
        return ""
    if isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 1e15 else value
    if isinstance(value, datetime):
        return f"{value:%d/%m/%Y}" if value.time() == time() else f"{value:%d/%m/%Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, time | timedelta):
        return str(value)
    return str(value)[:CELL_CHARACTERS_MAXIMUM]


def stored_row(values: Iterable[object]) -> list[Cell]:
    """A row as it is kept, without the empty cells at its end."""
    row = [stored(value) for value in values]
    while row and isinstance(row[-1], str) and not row[-1].strip():
        row.pop()
    return row


def text_of(cell: Cell) -> str:
    """A cell as clean text: NFC, one line, HTML entities resolved, decimals with a comma."""
    if isinstance(cell, bool):
        return "có" if cell else "không"
    if isinstance(cell, float):
        return f"{cell:.10g}".replace(".", ",")
    if isinstance(cell, int):
        return str(cell)
    # Twice, because pages escape what was already escaped (&amp;ocirc;).
    return squeeze(html.unescape(html.unescape(cell)) if "&" in cell else cell)


def written_in(cell: Cell) -> str:
    """A cell as it stands there: NFC, with its line breaks, nothing resolved; numbers as `text_of`."""
    if isinstance(cell, str):
        return nfc(cell.replace("\r\n", "\n").replace("\r", "\n"))
    return text_of(cell)


def text_at(row: list[Cell], index: int) -> str:
    """The text of a cell; a row may be shorter than the heading."""
    return text_of(row[index]) if 0 <= index < len(row) else ""
