"""From a file to rows: any table that imports can read, columns found by their headings. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from core.imports.sheet import parsers
from core.imports.sheet.cells import Cell, SheetRefused
from core.imports.sheet.columns import Column
from core.imports.sheet.headings import best_sheet, find_header, match_columns
from core.imports.sheet.rows import rows_below
from core.imports.sheet.workbook import read_sheets
from core.kit.text import fold_words
from ocop.register.cells import WrittenDate, parse_date, parse_stars, text_of

# Headings as people write them, folded. The first of a line is the column of our own file.
_HEADINGS: dict[str, tuple[str, ...]] = {
    "name": ("name", "ten san pham", "san pham", "ten sp"),
    "producer": ("producer", "chu the", "ten chu the", "chu the san xuat", "co so san xuat", "nha san xuat"),
    "producer_kind": ("producer kind", "loai hinh", "loai hinh chu the"),
    "product_group": ("product group", "nhom", "nganh", "nhom san pham", "nganh hang", "nganh nhom"),
    "stars": ("stars", "sao", "hang sao", "hang", "xep hang", "so sao"),
    "decision": ("recognition decision", "quyet dinh", "so quyet dinh", "quyet dinh cong nhan"),
    "recognised_on": ("recognised on", "ngay cong nhan", "ngay quyet dinh", "ngay cap", "nam cong nhan"),
    "commune": ("commune old", "xa", "xa phuong", "phuong xa", "xa phuong thi tran", "xa cu"),
    "district": ("district old", "huyen", "quan huyen", "huyen cu", "huyen thi xa thanh pho"),
    "province": ("province old", "tinh", "tinh thanh", "tinh thanh pho", "tinh cu"),
    "source_url": ("source url", "nguon"),
    "note": ("note", "ghi chu"),
}
_PLACES = ("commune", "district", "province")
_LIMITS = {
    "source_url": 400,
    "note": 2000,
    "name": 200,
    "producer": 200,
    "product_group": 120,
    "producer_kind": 60,
}
_DEFAULT_LIMIT = 80
_COLUMNS = tuple(
    Column(name, spellings[0], parsers.text(_LIMITS.get(name, _DEFAULT_LIMIT)), spellings)
    for name, spellings in _HEADINGS.items()
)


class FileRefused(Exception):
    """The file as a whole cannot be read; the message is a Vietnamese sentence for the person who sent it."""


@dataclass(frozen=True)
class Row:
    """One product as written. `number` is the line in the file, the heading being line 1."""

    number: int
    name: str
    producer: str
    producer_kind: str
    product_group: str
    stars: int | None
    decision: str
    recognised: WrittenDate | None
    commune: str
    district: str
    province: str
    source_url: str
    note: str
    warnings: tuple[str, ...]
    refusal: str = ""


def read_rows(content: bytes) -> list[Row]:
    """All rows of data, with what is wrong with each; the sheet and the heading are found by themselves, and lines that
    are no data (blank ones, totals, a repeated heading, signatures) are passed over. Raises FileRefused."""
    try:
        sheets = read_sheets(content)
    except SheetRefused as refusal:
        raise FileRefused(str(refusal)) from refusal
    sheet = sheets[best_sheet(sheets, _COLUMNS)]
    header = find_header(sheet, _COLUMNS)
    found = match_columns(header.headings, _COLUMNS) if header is not None else {}
    columns = {name: match.index for name, match in found.items() if match.is_sure}
    if header is None or "name" not in columns or not any(place in columns for place in _PLACES):
        raise FileRefused(
            "Không thấy dòng tiêu đề có cột tên sản phẩm và cột nơi sản xuất. "
            "Hãy đặt tên cột như «name» hay «Tên sản phẩm», «province_old» hay «Tỉnh», rồi gửi lại."
        )
    lines, _ = rows_below(sheet, header, columns.values())
    return [_row(line.number, {name: _cell(line.cells, index) for name, index in columns.items()}) for line in lines]


def _cell(cells: list[Cell], index: int) -> str:
    return text_of(cells[index]) if index < len(cells) else ""


def _row(number: int, written: dict[str, str]) -> Row:
    cells = {field: written.get(field, "")[: _LIMITS.get(field, _DEFAULT_LIMIT)] for field in _HEADINGS}
    warnings = [
        f"Cột {field} dài quá, đã cắt còn {len(cells[field])} ký tự."
        for field, text in written.items()
        if len(text) > len(cells[field])
    ]
    if not fold_words(cells["producer"]):
        warnings.append("Thiếu tên chủ thể.")
    stars, about_stars = parse_stars(cells["stars"])
    recognised, about_date = parse_date(cells["recognised_on"])
    if not cells["commune"]:
        warnings.append("Thiếu xã, phường.")
    if not cells["source_url"].startswith(("http://", "https://")):
        cells["source_url"] = ""
    warnings += [warning for warning in (about_stars, about_date) if warning]
    refusal = ""
    if not fold_words(cells["name"]):
        refusal = "Thiếu tên sản phẩm. Hãy điền tên rồi gửi lại dòng này."
    elif not any(fold_words(cells[place]) for place in _PLACES):
        refusal = "Thiếu nơi sản xuất. Hãy điền ít nhất tên tỉnh rồi gửi lại dòng này."
    texts = {field: text for field, text in cells.items() if field not in {"stars", "recognised_on"}}
    return Row(
        number=number, stars=stars, recognised=recognised, warnings=tuple(warnings), refusal=refusal, **texts
    )  # fmt: skip
