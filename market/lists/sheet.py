"""A shop's goods as a workbook, and the empty one with an example: the sheet that comes back changed. Pure: rows in, bytes
out. Text stays text: no cell runs as a formula or opens a link, not even after a click into it."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from core.imports.sheet.columns import Column
from core.imports.sheet.writing import FORMULA_STARTS, cell_text
from market.listings.models import Listing, SaleUnit
from market.lists.cells import STATE_WORDS
from market.lists.fields import BY_NAME, COLUMNS, WIDTHS
from market.lists.pictures import names_of

ROWS_CHECKED = 2_000  # so far down a cell offers its list
SHEET_NAME, GUIDE_NAME, CHOICES_NAME = "Sản phẩm", "Hướng dẫn", "Danh sách"
_EXAMPLE: dict[str, str | int | float] = {
    "name": "Mật ong rừng (dòng ví dụ, hãy xóa)", "variant_name": "", "price": 180_000, "stock": 20, "pictures": "mat-ong-1.jpg; mat-ong-2.jpg",
    "state": "nháp",
}  # fmt: skip
_STEPS = (
    "Mỗi dòng là một sản phẩm, hoặc một cỡ của sản phẩm.",
    "Sửa các ô cần sửa rồi gửi lại chính tệp này. Ô để trống hoặc để nguyên thì không đổi gì.",
    "Thêm sản phẩm: thêm dòng mới, để trống cột mã. Không dòng nào bị xóa khi bạn bỏ nó khỏi bảng.",
    "Ghi «-» vào ô để bỏ một mục không bắt buộc.",
    "Ảnh mới: ghi tên tệp ảnh vào cột «Ảnh», nén các ảnh thành một tệp .zip và gửi cùng bảng này.",
    "Thêm cỡ cho một sản phẩm: ghi mã của nó vào cột «Mã tin chính» và tên cỡ vào cột «Quy cách».",
)


@dataclass(frozen=True)
class _Formats:
    head: Format
    text: Format
    quoted: Format
    wrapped: Format


def goods_sheet(listings: Iterable[Listing], categories: Sequence[str]) -> bytes:
    """One row a listing, sizes with what is their own only."""
    return _workbook((row_of(listing) for listing in listings), categories)


def empty_sheet(categories: Sequence[str]) -> bytes:
    """The columns, one example that cannot be imported by mistake as something on sale, and what each column means."""
    example: dict[str, str | int | float] = {field.name: field.example for field in BY_NAME.values()}
    example |= _EXAMPLE
    if example["category"] not in categories:
        example["category"] = next(iter(categories), "")
    return _workbook([{name: value for name, value in example.items() if value != ""}], categories)


def row_of(listing: Listing) -> dict[str, str | int | float]:
    """The cells of one listing by column."""
    row: dict[str, str | int | float] = {
        "sku": listing.sku,
        "main": listing.main.sku if listing.main else "",
        "stock": listing.stock,
        # As text: a spreadsheet groups and rounds numbers.
        "move_seen": str(getattr(listing, "last_move", None) or 0),
        "pictures": "" if listing.main_id else names_of(listing),
        "state": STATE_WORDS[listing.state],
    }
    for field in BY_NAME.values():
        row[field.name] = "" if listing.main_id and field.shared else field.shown(listing)
    return row


def _workbook(rows: Iterable[dict[str, str | int | float]], categories: Sequence[str]) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_urls": False}) as book:
        formats = _Formats(
            head=book.add_format({"bold": True, "bg_color": "#E6F0E8", "text_wrap": True, "valign": "top"}),
            text=book.add_format({"num_format": "@", "valign": "top"}),
            quoted=book.add_format({"num_format": "@", "valign": "top", "quote_prefix": True}),
            wrapped=book.add_format({"num_format": "@", "valign": "top", "text_wrap": True}),
        )
        sheet, guide = book.add_worksheet(SHEET_NAME), book.add_worksheet(GUIDE_NAME)
        choices = book.add_worksheet(CHOICES_NAME)
        choices.hide()
        _write_heads(sheet, formats)
        for line, row in enumerate(rows, start=1):
            for index, column in enumerate(COLUMNS):
                _write_cell(sheet, line, index, row.get(column.name, ""), formats)
        _write_choices(sheet, choices, categories)
        _write_guide(guide, formats)
    return target.getvalue()


def _write_heads(sheet: Worksheet, formats: _Formats) -> None:
    sheet.freeze_panes(1, 4)
    sheet.set_row(0, 32)
    for index, column in enumerate(COLUMNS):
        sheet.set_column(index, index, WIDTHS[column.name], formats.text, {"hidden": column.name == "move_seen"})
        sheet.write_string(0, index, column.label, formats.head)


def _write_cell(sheet: Worksheet, line: int, index: int, value: str | float, formats: _Formats) -> None:
    if not isinstance(value, str):
        sheet.write_number(line, index, value)
    elif text := cell_text(value):
        # write_string, never write: "=1+1" stays four characters.
        sheet.write_string(line, index, text, formats.quoted if text.startswith(FORMULA_STARTS) else formats.text)


def _write_choices(sheet: Worksheet, choices: Worksheet, categories: Sequence[str]) -> None:
    """Lists to choose from. What is not in them is told when it comes back, not stopped while typing."""
    lists = {"category": list(categories), "unit": list(SaleUnit.labels), "state": list(STATE_WORDS.values())}
    at = {column.name: index for index, column in enumerate(COLUMNS)}
    for number, (name, words) in enumerate(lists.items()):
        for line, word in enumerate(words):
            choices.write_string(line, number, str(word))
        letter = "ABC"[number]
        source = f"='{CHOICES_NAME}'!${letter}$1:${letter}${max(len(words), 1)}"
        rule = {"validate": "list", "source": source, "ignore_blank": True, "error_type": "information"}
        sheet.data_validation(1, at[name], ROWS_CHECKED, at[name], rule)


def _write_guide(sheet: Worksheet, formats: _Formats) -> None:
    sheet.set_column(0, 0, 26, formats.text)
    sheet.set_column(1, 1, 70, formats.wrapped)
    for line, step in enumerate(_STEPS):
        sheet.write_string(line, 1, step, formats.wrapped)
    start = len(_STEPS) + 1
    # These words are no heading of a list: a guide is never taken for the table.
    for line, (word, meaning) in enumerate(_explained(), start=start):
        sheet.write_string(line, 0, word, formats.head)
        sheet.write_string(line, 1, meaning, formats.wrapped)


def _explained() -> list[tuple[str, str]]:
    return [(f"Cột «{column.label}»", _meaning(column)) for column in COLUMNS]


def _meaning(column: Column) -> str:
    return f"{column.hint} Ví dụ: {column.example}." if column.example else column.hint
