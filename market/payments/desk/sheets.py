"""The book as a file. Amounts stay numbers, text stays text: no cell runs as a formula."""

from __future__ import annotations

import io
from collections.abc import Iterator

import xlsxwriter
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.text import capfirst

from core.imports.sheet.writing import cell_text
from core.kit import clock
from core.kit.sheets import BYTE_ORDER_MARK, csv_lines, safe_cell
from market.ledger.models import LedgerEntry
from market.payments.desk.queries.book import Line, lines_of

MOST = 20_000
_AT_ONCE = 500
HEADING = (
    ("Số", 8), ("Lúc", 20), ("Việc", 28), ("Ghi nợ", 30), ("Ghi có", 30), ("Số tiền (đ)", 16), ("Cho khoản", 24), ("Mã khoản", 18),
    ("Mã tài khoản nợ", 16), ("Mã tài khoản có", 16), ("Mã sự việc", 22), ("Người ghi", 24),
)  # fmt: skip
_AMOUNT = 5


def book_as_csv(entries: QuerySet[LedgerEntry]) -> Iterator[str]:
    """The file in pieces, newest first, at most `MOST` rows."""
    yield BYTE_ORDER_MARK + csv_lines([[words for words, _ in HEADING]])
    for lines in _batches(entries):
        yield csv_lines([str(cell) for cell in _cells(line)] for line in lines)


def book_as_xlsx(entries: QuerySet[LedgerEntry]) -> bytes:
    """The same rows as a workbook."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet("Sổ tiền")
        head = book.add_format({"bold": True, "bg_color": "#E6F0E8", "text_wrap": True})
        text, money = book.add_format({"num_format": "@"}), book.add_format({"num_format": "#,##0"})
        sheet.freeze_panes(1, 0)
        for column, (words, width) in enumerate(HEADING):
            sheet.set_column(column, column, width, money if column == _AMOUNT else text)
            sheet.write_string(0, column, words, head)
        row = 0
        for lines in _batches(entries):
            for line in lines:
                row += 1
                for column, cell in enumerate(_cells(line)):
                    if isinstance(cell, int):
                        sheet.write_number(row, column, cell, money if column == _AMOUNT else None)
                    else:
                        # write_string, never write: "=1+1" stays four characters.
                        sheet.write_string(row, column, safe_cell(cell_text(cell)), text)
    return target.getvalue()


def _batches(entries: QuerySet[LedgerEntry]) -> Iterator[list[Line]]:
    """By key and not by page: the book grows while it is read."""
    last, left = None, MOST
    while left > 0:
        batch = list((entries if last is None else entries.filter(pk__lt=last))[: min(_AT_ONCE, left)])
        if not batch:
            return
        yield lines_of(batch)
        last, left = batch[-1].pk, left - len(batch)


def _cells(line: Line) -> list[str | int]:
    entry = line.entry
    at = f"{timezone.localtime(entry.at, clock.VIETNAM):%d/%m/%Y %H:%M:%S}"
    what = str(capfirst(entry.get_kind_display()))
    names: list[str | int] = [entry.pk, at, what, line.debit, line.credit, entry.amount]
    return [*names, line.subject, entry.subject, entry.debit, entry.credit, entry.key, line.who]
