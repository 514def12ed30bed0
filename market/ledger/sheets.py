"""Rows of money as files: words stay words, amounts are numbers that a spreadsheet adds up."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

import xlsxwriter

from core.imports.sheet.writing import cell_text
from core.kit.sheets import BYTE_ORDER_MARK, safe_cell

Cells = Sequence[str | int | None]


def money_csv(headings: Sequence[str], rows: Iterable[Cells]) -> bytes:
    """A csv file that Excel reads as UTF-8; None is an empty cell."""
    out = io.StringIO()
    writer = csv.writer(out)
    for row in [headings, *rows]:
        writer.writerow(["" if cell is None else safe_cell(cell) if isinstance(cell, str) else cell for cell in row])
    return (BYTE_ORDER_MARK + out.getvalue()).encode()


def money_xlsx(name: str, headings: Sequence[str], rows: Iterable[Cells]) -> bytes:
    """The same rows as a workbook with one sheet of this name."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet(name)
        head, text = book.add_format({"bold": True, "bg_color": "#E6F0E8"}), book.add_format({"num_format": "@"})
        amount = book.add_format({"num_format": "#,##0"})
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(headings) - 1, 22)
        for column, words in enumerate(headings):
            sheet.write_string(0, column, words, head)
        for line, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                if isinstance(cell, int):
                    sheet.write_number(line, column, cell, amount)
                elif cell:
                    # write_string, never write: "=1+1" stays four characters.
                    sheet.write_string(line, column, safe_cell(cell_text(cell)), text)
    return target.getvalue()
