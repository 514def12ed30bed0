"""A returned file as rows of text: xlsx or csv, the header row wherever it stands near the top."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import BinaryIO

from python_calamine import CalamineError, load_workbook

from core.files.sheets import SheetKind, SheetRefused, check_sheet_upload
from core.kit.text import fold_words, nfc
from market.platforms.contract import ResultFileRefused

HEADER_ROWS = 20
ROWS_MAXIMUM = 5_000
COLUMNS_MAXIMUM = 200
UNREADABLE = "Tệp này không mở được. Hãy mở lại bằng Excel, lưu thành .xlsx rồi gửi lại."
# What spreadsheets write in the place of a formula that broke; a CSV file holds it as a word.
_FORMULA_ERROR = re.compile(r"#(DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!|SPILL!|CALC!)|Err:\d{3}")

Cells = Sequence[str]


@dataclass(frozen=True)
class Table:
    """A header row and what stands below it. `first_line` is the line of the first row as a person counts."""

    headings: tuple[str, ...]
    rows: tuple[Cells, ...]
    first_line: int

    def column(self, *headings: str) -> int | None:
        """The index of the first of these headings that stands here, however it is accented, cased or spaced."""
        folded = [fold_words(found) for found in self.headings]
        return next((folded.index(name) for name in map(fold_words, headings) if name in folded), None)


def read_table(stream: BinaryIO, needed: Sequence[Sequence[str]]) -> Table:
    """The table whose header row holds, of each of the `needed` names, one heading (the first name is the usual one), on any
    sheet of the file.

    Raises ResultFileRefused with a sentence for the person who sent the file.
    """
    try:
        checked = check_sheet_upload(stream, rows_maximum=ROWS_MAXIMUM, columns_maximum=COLUMNS_MAXIMUM)
    except SheetRefused as problem:
        raise ResultFileRefused(problem.code, message_vi=str(problem)) from problem
    sheets = _xlsx_sheets(checked.content) if checked.kind == SheetKind.XLSX else [_csv_rows(checked.content.decode())]
    wanted = [{fold_words(heading) for heading in names} for names in needed]
    best: list[set[str]] = []
    for rows in sheets:
        for index, row in enumerate(rows[:HEADER_ROWS]):
            cells = {fold_words(cell) for cell in row}
            found = [names for names in wanted if names & cells]
            if len(found) == len(wanted):
                _refuse_repeated(row, set().union(*wanted))
                return Table(tuple(row), tuple(rows[index + 1 :]), first_line=index + 2)
            best = max(best, found, key=len)
    missing = [each[0] for each, names in zip(needed, wanted, strict=True) if names not in best]
    words = ", ".join(f"«{heading}»" for heading in missing)
    message = f"Bảng thiếu cột {words}. Hãy dùng tệp đã xuất từ Lên Sàn và giữ nguyên tên các cột."
    raise ResultFileRefused(f"missing headings: {words}", message_vi=message)


def _refuse_repeated(row: Cells, wanted: Iterable[str]) -> None:
    folded = [fold_words(cell) for cell in row]
    for cell, name in zip(row, folded, strict=True):
        if name in wanted and folded.count(name) > 1:
            message = f"Cột «{cell}» có hai lần. Hãy xóa cột thừa rồi gửi lại."
            raise ResultFileRefused("repeated heading", message_vi=message)


def _xlsx_sheets(content: bytes) -> list[list[Cells]]:
    try:
        book = load_workbook(io.BytesIO(content))
        sheets = [book.get_sheet_by_name(name) for name in book.sheet_names]
        # skip_empty_area=False: the line numbers must be those that Excel shows.
        return [[_texts(row) for row in sheet.to_python(skip_empty_area=False)] for sheet in sheets]
    except (CalamineError, OSError, ValueError) as error:
        raise ResultFileRefused(str(error), message_vi=UNREADABLE) from error


def _csv_rows(text: str) -> list[Cells]:
    head = "\n".join(text.splitlines()[:HEADER_ROWS])
    delimiter = max(",;\t", key=head.count)
    try:
        return [_texts(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)]
    except csv.Error as error:
        raise ResultFileRefused(str(error), message_vi=UNREADABLE) from error


def _texts(row: Iterable[object]) -> Cells:
    return [_text(cell) for cell in row]


def _text(cell: object) -> str:
    """A cell as a person reads it: 893.0 is the code 893, a date is dd/mm/yyyy, a formula that broke says nothing."""
    if isinstance(cell, bool):
        return str(cell)
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime | date):
        return f"{cell:%d/%m/%Y}"
    text = nfc(str(cell)).strip()
    return "" if _FORMULA_ERROR.fullmatch(text) else text
