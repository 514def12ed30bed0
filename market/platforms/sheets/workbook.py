"""Writing the workbook of a pack: the lines with their columns, the empty result columns, and a guide."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from market.platforms.contract import ListingDocument, SheetLine, SheetTask, normalised_text
from market.platforms.sheets.layout import (
    CELL_VALUES,
    CHANGED_WORD,
    GONE_WORD,
    LIVE_WORD,
    PHOTOS_FIELD,
    RESULT_COLUMNS,
    RESULT_HEADING,
    RESULT_WORDS,
    TASK_COLUMNS,
    TASK_WORDS,
    Column,
    ColumnKind,
    SheetLayout,
)

CELL_CHARACTERS_MAXIMUM = 32_000  # Excel stops at 32,767
FORMULA_STARTS = ("=", "+", "-", "@", "\t")
FIXED_MOMENT = (2020, 1, 1, 0, 0, 0)
PHOTO_FOLDER = "anh"
SHEET_NAME, GUIDE_NAME = "Sản phẩm", "Hướng dẫn"
Cell = str | int | None


@dataclass(frozen=True)
class Row:
    """One line of the sheet: the listing, the names of its photos in the pack, and what shall be done."""

    document: ListingDocument
    photo_names: tuple[str, ...] = ()
    line: SheetLine | None = None


def workbook_bytes(layout: SheetLayout, rows: Sequence[Row], batch: str = "") -> bytes:
    """The xlsx. With `batch`, the name that its lines bear, the columns that say what to do stand before all others."""
    target = io.BytesIO()
    ours = (*TASK_COLUMNS, *layout.columns) if batch else layout.columns
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        book.set_properties(
            {"title": f"Lên Sàn – {batch or layout.platform_name}", "created": datetime(*FIXED_MOMENT, tzinfo=UTC)}
        )
        columns = (*ours, *RESULT_COLUMNS)
        sheet = book.add_worksheet(SHEET_NAME)
        formats = _Formats(book)
        sheet.freeze_panes(1, 0)
        sheet.set_row(0, 32)
        for index, column in enumerate(columns):
            sheet.set_column(index, index, column.width, formats.of(column))
            heading = formats.heading if index < len(ours) else formats.answer
            sheet.write_string(0, index, sheet_text(column.heading), heading)
        for number, row in enumerate(rows, start=1):
            for index, column in enumerate(ours):
                _write_cell(sheet, number, index, column, value_of(column, row, batch), formats)
        result = next(i for i, column in enumerate(columns) if column.heading == RESULT_HEADING)
        if rows:
            choice = {"validate": "list", "source": list(RESULT_WORDS), "ignore_blank": True}
            sheet.data_validation(1, result, len(rows), result, choice)
        _write_guide(book.add_worksheet(GUIDE_NAME), layout, formats, batch)
    return target.getvalue()


def value_of(column: Column, row: Row, batch: str = "") -> Cell:
    """What stands in a column for a row."""
    match column.field:
        case "batch":
            return batch
        case "task":
            return TASK_WORDS[row.line.task if row.line else SheetTask.PUT]
        case "page":
            return row.line.page if row.line else ""
        case name if name == PHOTOS_FIELD:
            return "; ".join(row.photo_names)
        case name:
            return CELL_VALUES[name](row.document)


def sheet_text(text: str) -> str:
    """The text as a cell can hold it: NFC, no control or lone surrogate characters, at most 32,000 long."""
    kept = (char for char in normalised_text(text) if char == "\n" or unicodedata.category(char) not in {"Cc", "Cs"})
    return "".join(kept)[:CELL_CHARACTERS_MAXIMUM]


class _Formats:
    """The cell formats of one workbook."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.heading: Format = book.add_format({"bold": True, "bg_color": "#E6F0E8", "text_wrap": True})
        self.answer: Format = book.add_format({"bold": True, "bg_color": "#FFF2CC", "text_wrap": True})
        self.text: Format = book.add_format({"num_format": "@", "valign": "top"})
        self.long_text: Format = book.add_format({"num_format": "@", "valign": "top", "text_wrap": True})
        self.number: Format = book.add_format({"num_format": "0", "valign": "top"})
        # Excel's own mark for "text, whatever it looks like": it survives a click into the cell, where
        # a string that starts with "=" would otherwise turn into a formula.
        self.quoted: Format = book.add_format(
            {"num_format": "@", "valign": "top", "text_wrap": True, "quote_prefix": True}
        )

    def of(self, column: Column) -> Format:
        """The format for a column's cells."""
        return {"text": self.text, "long_text": self.long_text, "number": self.number}[column.kind.value]


def _write_cell(sheet: Worksheet, line: int, index: int, column: Column, value: Cell, formats: _Formats) -> None:
    if value is None or value == "":
        return
    if isinstance(value, int) and column.kind is ColumnKind.NUMBER:
        sheet.write_number(line, index, value, formats.number)
        return
    text = sheet_text(str(value))
    is_risky = text.startswith(FORMULA_STARTS)
    # write_string, never write: "=1+1" stays four characters and "http://…" no hidden link.
    sheet.write_string(line, index, text, formats.quoted if is_risky else formats.of(column))


def _write_guide(sheet: Worksheet, layout: SheetLayout, formats: _Formats, batch: str) -> None:
    words = ", ".join(f"«{word}»" for word in RESULT_WORDS)
    tasks = (
        f"Lô {batch}. Mỗi dòng là một việc:",
        f"– {TASK_WORDS[SheetTask.PUT]}: nhập hoặc thay tên, chữ, ảnh, giá. Xong thì ghi «{LIVE_WORD}» và liên kết.",
        f"– {TASK_WORDS[SheetTask.OFFER]}: giữ nguyên chữ và ảnh. Xong thì ghi «{CHANGED_WORD}».",
        f"– {TASK_WORDS[SheetTask.TAKE_DOWN]}: người bán không bán nữa. Xong thì ghi «{GONE_WORD}».",
    )
    lines = (
        f"Bảng sản phẩm cho {layout.platform_name}, mẫu {layout.version} của Lên Sàn.",
        *(tasks if batch else ()),
        f"Ảnh nằm trong thư mục «{PHOTO_FOLDER}» của gói này; cột ảnh ghi tên tệp, ảnh đầu là ảnh chính.",
        "Giá là đồng, số nguyên. Khối lượng là gam. Số lượng là số đang có để bán.",
        *layout.guide,
        "Sau khi đăng, hãy điền bốn cột màu vàng rồi gửi lại tệp này:",
        f"– Kết quả: chọn một trong {words}. Để trống nghĩa là đang chờ.",
        f"– Liên kết: địa chỉ trang sản phẩm, ví dụ {layout.link_rule.example}",
        "– Mã trên sàn: mã sàn đặt cho sản phẩm, nếu có.",
        "– Lý do: vì sao từ chối. Nhiều lý do thì mỗi lý do một dòng (Alt + Enter).",
        f"Xin giữ nguyên cột «{layout.sku_heading}»: hệ thống nhận ra sản phẩm bằng mã này.",
    )
    sheet.set_column(0, 0, 110, formats.long_text)
    for index, line in enumerate(lines):
        sheet.write_string(index, 0, sheet_text(line), formats.heading if index == 0 else formats.long_text)
