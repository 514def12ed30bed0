"""The refused rows as a sheet of their own: the columns and the order they came in, and why each was not taken. Pure."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterable, Sequence

import xlsxwriter

from core.imports.sheet.cells import Cell
from core.imports.sheet.headings import REASON_HEADING
from core.kit.text import nfc

CELL_CHARACTERS_MAXIMUM = 32_000  # Excel stops at 32,767
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_SHEET_NAME = "Chưa nhận"


def write_refused(headings: Sequence[str], rows: Iterable[tuple[list[Cell], str]]) -> bytes:
    """An xlsx with one row of headings, the rows as they were written and a reason column at the end.

    Numbers stay numbers and text stays text: nothing is taken for a formula or a link, not even after a click into
    the cell. The file can be corrected and imported again; its reason column is passed over then.
    """
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet(_SHEET_NAME)
        head = book.add_format({"bold": True, "bg_color": "#E6F0E8", "text_wrap": True, "num_format": "@"})
        reason_head = book.add_format({"bold": True, "bg_color": "#FFF2CC", "text_wrap": True})
        text = book.add_format({"num_format": "@", "valign": "top"})
        quoted = book.add_format({"num_format": "@", "valign": "top", "quote_prefix": True})
        reason = book.add_format({"valign": "top", "text_wrap": True, "bg_color": "#FFFBEB"})
        last = len(headings)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, max(last - 1, 0), 20, text)
        sheet.set_column(last, last, 60, reason)
        for index, heading in enumerate(headings):
            sheet.write_string(0, index, cell_text(heading), head)
        sheet.write_string(0, last, REASON_HEADING, reason_head)
        for line, (cells, why) in enumerate(rows, start=1):
            for index, cell in enumerate(cells[:last]):
                if isinstance(cell, bool):
                    sheet.write_boolean(line, index, cell)
                elif isinstance(cell, int | float):
                    sheet.write_number(line, index, cell)
                elif written := cell_text(cell):
                    # write_string, never write: "=1+1" stays four characters.
                    sheet.write_string(line, index, written, quoted if written.startswith(FORMULA_STARTS) else text)
            sheet.write_string(line, last, cell_text(why), reason)
    return target.getvalue()


def cell_text(text: str) -> str:
    """The text as a cell can hold it: NFC, no control or lone surrogate characters, at most 32,000 long."""
    kept = (char for char in nfc(text) if char == "\n" or unicodedata.category(char) not in {"Cc", "Cs"})
    return "".join(kept)[:CELL_CHARACTERS_MAXIMUM]
