"""A returned file as rows of text: xlsx or csv, the header row wherever it stands near the top."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import BinaryIO

from python_calamine import CalamineError, load_workbook

from core.kit.text import fold_words, nfc
from market.platforms.contract import ResultFileRefused
from market.platforms.sheets.guard import COLUMNS_MAXIMUM, ROWS_MAXIMUM, UnsafeWorkbook, check_workbook

FILE_BYTES_MAXIMUM = 10_000_000
HEADER_ROWS = 20
OLD_OFFICE_START = b"\xd0\xcf\x11\xe0"
UNREADABLE = "Tệp này không mở được. Hãy mở lại bằng Excel, lưu thành .xlsx rồi gửi lại."
OLD_OFFICE = "Tệp này là Excel kiểu cũ hoặc có mật khẩu. Hãy bỏ mật khẩu, lưu thành .xlsx rồi gửi lại."
TOO_LARGE = "Tệp này quá lớn. Hãy chỉ giữ bảng kết quả, tối đa 5.000 dòng, rồi gửi lại."
EMPTY = "Tệp này trống. Hãy chọn tệp kết quả đã điền."
CSV_LETTERS = "Chữ trong tệp CSV không đọc được. Hãy lưu thành .xlsx, hoặc CSV UTF-8, rồi gửi lại."

Cells = Sequence[str]


@dataclass(frozen=True)
class Table:
    """A header row and what stands below it. `first_line` is the line of the first row as a person counts."""

    headings: tuple[str, ...]
    rows: tuple[Cells, ...]
    first_line: int

    def column(self, heading: str) -> int | None:
        """The index of a heading, however it is accented, cased or spaced."""
        wanted = fold_words(heading)
        return next((i for i, found in enumerate(self.headings) if fold_words(found) == wanted), None)


def read_table(stream: BinaryIO, needed: Sequence[str]) -> Table:
    """The table whose header row holds all `needed` headings, on any sheet of the file.

    Raises ResultFileRefused with a sentence for the person who sent the file.
    """
    content = stream.read(FILE_BYTES_MAXIMUM + 1)
    if len(content) > FILE_BYTES_MAXIMUM:
        raise ResultFileRefused("too many bytes", message_vi=TOO_LARGE)
    if not content.strip():
        raise ResultFileRefused("empty file", message_vi=EMPTY)
    if content.startswith(OLD_OFFICE_START):
        raise ResultFileRefused("old office container", message_vi=OLD_OFFICE)
    sheets = _xlsx_sheets(content) if content.startswith(b"PK") else [_csv_rows(content)]
    wanted = [fold_words(heading) for heading in needed]
    best: set[str] = set()
    for rows in sheets:
        for index, row in enumerate(rows[:HEADER_ROWS]):
            found = {fold_words(cell) for cell in row}.intersection(wanted)
            if len(found) == len(set(wanted)):
                _refuse_repeated(row, wanted)
                return Table(tuple(row), tuple(rows[index + 1 :]), first_line=index + 2)
            best = max(best, found, key=len)
    missing = [heading for heading in needed if fold_words(heading) not in best]
    names = ", ".join(f"«{heading}»" for heading in missing)
    message = f"Bảng thiếu cột {names}. Hãy dùng tệp đã xuất từ Lên Sàn và giữ nguyên tên các cột."
    raise ResultFileRefused(f"missing headings: {names}", message_vi=message)


def _refuse_repeated(row: Cells, wanted: Iterable[str]) -> None:
    folded = [fold_words(cell) for cell in row]
    for cell, name in zip(row, folded, strict=True):
        if name in wanted and folded.count(name) > 1:
            message = f"Cột «{cell}» có hai lần. Hãy xoá cột thừa rồi gửi lại."
            raise ResultFileRefused("repeated heading", message_vi=message)


def _xlsx_sheets(content: bytes) -> list[list[Cells]]:
    try:
        check_workbook(content)
        book = load_workbook(io.BytesIO(content))
        sheets = [book.get_sheet_by_name(name) for name in book.sheet_names]
        # skip_empty_area=False: the line numbers must be those that Excel shows.
        return [[_texts(row) for row in sheet.to_python(skip_empty_area=False)] for sheet in sheets]
    except UnsafeWorkbook as error:
        message = TOO_LARGE if error.is_too_large else UNREADABLE
        raise ResultFileRefused(str(error), message_vi=message) from error
    except (CalamineError, OSError, ValueError) as error:
        raise ResultFileRefused(str(error), message_vi=UNREADABLE) from error


def _csv_rows(content: bytes) -> list[Cells]:
    text = _decoded(content)
    head = "\n".join(text.splitlines()[:HEADER_ROWS])
    delimiter = max(",;\t", key=head.count)
    try:
        rows = [_texts(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)]
    except csv.Error as error:
        raise ResultFileRefused(str(error), message_vi=UNREADABLE) from error
    if len(rows) > ROWS_MAXIMUM or any(len(row) > COLUMNS_MAXIMUM for row in rows):
        raise ResultFileRefused("too many rows or columns", message_vi=TOO_LARGE)
    return rows


def _decoded(content: bytes) -> str:
    is_wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        text = content.decode("utf-16" if is_wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise ResultFileRefused(str(error), message_vi=CSV_LETTERS) from error
    if "\x00" in text:
        raise ResultFileRefused("binary content", message_vi=UNREADABLE)
    return text


def _texts(row: Iterable[object]) -> Cells:
    return [_text(cell) for cell in row]


def _text(cell: object) -> str:
    """A cell as a person reads it: 893.0 is the code 893, a date is dd/mm/yyyy."""
    if isinstance(cell, bool):
        return str(cell)
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime | date):
        return f"{cell:%d/%m/%Y}"
    return nfc(str(cell)).strip()
