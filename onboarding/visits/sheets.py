"""The journal of visits and sessions as a file. Households carry their number, not their name, and notes stay here:
files travel."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import xlsxwriter
from django.db.models import QuerySet

from core.imports.sheet.writing import cell_text
from core.kit.sheets import BYTE_ORDER_MARK, csv_lines, safe_cell
from onboarding.visits.queries import Entry, entries_of

MOST = 20_000
_AT_ONCE = 500
HEADING = [
    "Lúc", "Việc", "Ấp, thôn, khu phố", "Xã, phường", "Tổ", "Người thực hiện", "Mã hộ", "Số đến dự", "Nội dung", "Nhận lúc (nếu muộn)",
]  # fmt: skip


def journal_as_csv(keys: QuerySet[Any]) -> Iterator[str]:
    """The file in pieces, newest first, at most MOST rows."""
    yield BYTE_ORDER_MARK + csv_lines([HEADING])
    for cells in _batches(keys):
        yield csv_lines(cells)


def journal_as_xlsx(keys: QuerySet[Any]) -> bytes:
    """The same rows as a workbook; every cell is text."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet("Lượt và buổi")
        head, text = book.add_format({"bold": True, "bg_color": "#E6F0E8"}), book.add_format({"num_format": "@"})
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(HEADING) - 1, 22, text)
        for column, words in enumerate(HEADING):
            sheet.write_string(0, column, words, head)
        line = 0
        for batch in _batches(keys):
            for cells in batch:
                line += 1
                for column, words in enumerate(cells):
                    # write_string, never write: "=1+1" stays four characters.
                    sheet.write_string(line, column, safe_cell(cell_text(words)), text)
    return target.getvalue()


def _batches(keys: QuerySet[Any]) -> Iterator[list[list[str]]]:
    for start in range(0, MOST, _AT_ONCE):
        batch = entries_of(keys[start : start + _AT_ONCE])
        if batch:
            yield [_cells(entry) for entry in batch]
        if len(batch) < _AT_ONCE:
            return


def _cells(entry: Entry) -> list[str]:
    number = str(entry.household_id) if entry.household_id else ""
    came = str(entry.came) if entry.came else ""
    facts = [entry.at_words, entry.kind_words, entry.hamlet, entry.commune, entry.team, entry.who]
    return [*facts, number, came, entry.topics, entry.received_words]
