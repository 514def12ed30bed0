"""From a file to rows: comma or semicolon separated text and Excel sheets, columns found by their headings. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from core.kit.text import fold_words
from ocop.register.cells import WrittenDate, parse_date, parse_stars, text_of

MAX_ROWS = 50_000
_EXCEL_STARTS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # zip (xlsx, ods) and the old xls container

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
    """All rows that are not blank, with what is wrong with each. Raises FileRefused."""
    table = _excel(content) if content.startswith(_EXCEL_STARTS) else _separated(content)
    heading, *lines = table or [[]]
    if len(lines) > MAX_ROWS:
        raise FileRefused(f"Tệp có hơn {MAX_ROWS} dòng. Hãy chia tệp ra rồi gửi từng phần.")
    columns = _columns(heading)
    rows = []
    for number, line in enumerate(lines, start=2):
        cells = {field: text_of(line[index]) if index < len(line) else "" for field, index in columns.items()}
        if any(cells.values()):
            rows.append(_row(number, cells))
    return rows


def _columns(heading: Sequence[Any]) -> dict[str, int]:
    """Where each known field stands. Raises FileRefused without a product name or any place column."""
    folded = [fold_words(text_of(cell)) for cell in heading]
    found: dict[str, int] = {}
    for field, spellings in _HEADINGS.items():
        index = next((folded.index(spelling) for spelling in spellings if spelling in folded), None)
        if index is not None:
            found[field] = index
    if "name" not in found or not any(place in found for place in _PLACES):
        raise FileRefused(
            "Dòng đầu của tệp thiếu cột tên sản phẩm hoặc cột nơi sản xuất. "
            "Hãy đặt tên cột như «name» hay «Tên sản phẩm», «province_old» hay «Tỉnh», rồi gửi lại."
        )
    return found


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


def _separated(content: bytes) -> list[list[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileRefused("Tệp không phải bảng CSV mã UTF-8 hay tệp Excel. Hãy lưu lại rồi gửi lại.") from error
    if "\x00" in text or not text.strip():
        raise FileRefused("Tệp trống hoặc không phải tệp bảng. Hãy chọn tệp CSV hay Excel khác.")
    first_line = text.splitlines()[0]
    separator = max(",;\t", key=first_line.count)  # Excel in Vietnamese writes semicolons
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as error:
        raise FileRefused("Tệp CSV bị hỏng giữa chừng. Hãy lưu lại từ bảng tính rồi gửi lại.") from error


def _excel(content: bytes) -> list[list[Any]]:
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheet: Iterable[list[Any]] = workbook.get_sheet_by_index(0).iter_rows()
        return list(sheet)
    except (CalamineError, IndexError, ValueError, OSError) as error:
        raise FileRefused("Tệp Excel này không mở được. Hãy lưu lại dạng .xlsx rồi gửi lại.") from error
