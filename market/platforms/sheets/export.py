"""Writing the pack: one workbook and the photos, in one zip. The same listings give the same bytes."""

from __future__ import annotations

import hashlib
import io
import re
import unicodedata
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from market.platforms.checks import document_issues, photo_bytes, refuse_blocked
from market.platforms.contract import (
    Artifact,
    Issue,
    ItemOutcome,
    ItemResult,
    ListingDocument,
    PhotoReference,
    Severity,
    ValidationFailed,
    normalised_text,
)
from market.platforms.sheets.layout import (
    CELL_VALUES,
    PHOTOS_FIELD,
    RESULT_COLUMNS,
    RESULT_HEADING,
    RESULT_WORDS,
    Column,
    ColumnKind,
    SheetLayout,
)

PACK_BYTES_MAXIMUM = 150_000_000
CELL_CHARACTERS_MAXIMUM = 32_000  # Excel stops at 32,767
FORMULA_STARTS = ("=", "+", "-", "@", "\t")
FIXED_MOMENT = (2020, 1, 1, 0, 0, 0)
PHOTO_FOLDER = "anh"
PHOTO_ENDINGS = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp"}
SHEET_NAME, GUIDE_NAME = "Sản phẩm", "Hướng dẫn"


def export_pack(layout: SheetLayout, documents: Sequence[ListingDocument]) -> Artifact:
    """The zip for these listings, in their order. Listings that cannot go are left out and named,
    so that one bad photo does not hold up the rest."""
    rows: list[tuple[ListingDocument, list[str]]] = []
    left_out: list[ItemResult] = []
    seen: set[str] = set()
    room = PACK_BYTES_MAXIMUM
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as pack:
        for document in documents:
            try:
                photos = _checked_photos(layout, document, seen, room)
            except ValidationFailed as failure:
                sku = document.reference.sku
                left_out.append(ItemResult(sku, ItemOutcome.FAILED, issues=failure.issues, failure=failure))
                continue
            seen.add(document.reference.sku)
            for name, content in photos:
                room -= len(content)
                # Photos are compressed already; doing it again costs time and saves nothing.
                pack.writestr(zipfile.ZipInfo(f"{PHOTO_FOLDER}/{name}", FIXED_MOMENT), content)
            rows.append((document, [name for name, _ in photos]))
        sheet = zipfile.ZipInfo(f"{layout.key}-san-pham.xlsx", FIXED_MOMENT)
        pack.writestr(sheet, workbook_bytes(layout, rows))
    return Artifact(
        file_name=f"{layout.key}-{len(rows)}-san-pham.zip",
        content=packed.getvalue(),
        content_type="application/zip",
        count=len(rows),
        left_out=tuple(left_out),
    )


def workbook_bytes(layout: SheetLayout, rows: Sequence[tuple[ListingDocument, list[str]]]) -> bytes:
    """The xlsx: a sheet with our columns and the empty result columns, and a guide."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        book.set_properties(
            {"title": f"Lên Sàn – {layout.platform_name}", "created": datetime(*FIXED_MOMENT, tzinfo=UTC)}
        )
        columns = (*layout.columns, *RESULT_COLUMNS)
        sheet = book.add_worksheet(SHEET_NAME)
        formats = _Formats(book)
        sheet.freeze_panes(1, 0)
        sheet.set_row(0, 32)
        for index, column in enumerate(columns):
            sheet.set_column(index, index, column.width, formats.of(column))
            is_ours = index < len(layout.columns)
            sheet.write_string(0, index, column.heading, formats.heading if is_ours else formats.answer)
        for line, (document, photo_names) in enumerate(rows, start=1):
            for index, column in enumerate(layout.columns):
                _write_cell(sheet, line, index, column, _value(column, document, photo_names), formats)
        result = next(i for i, column in enumerate(columns) if column.heading == RESULT_HEADING)
        if rows:
            choice = {"validate": "list", "source": list(RESULT_WORDS), "ignore_blank": True}
            sheet.data_validation(1, result, len(rows), result, choice)
        _write_guide(book.add_worksheet(GUIDE_NAME), layout, formats)
    return target.getvalue()


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


def _write_cell(
    sheet: Worksheet, line: int, index: int, column: Column, value: str | int | None, formats: _Formats
) -> None:
    if value is None or value == "":
        return
    if isinstance(value, int) and column.kind is ColumnKind.NUMBER:
        sheet.write_number(line, index, value, formats.number)
        return
    text = sheet_text(str(value))
    is_risky = text.startswith(FORMULA_STARTS)
    # write_string, never write: "=1+1" stays four characters and "http://…" no hidden link.
    sheet.write_string(line, index, text, formats.quoted if is_risky else formats.of(column))


def sheet_text(text: str) -> str:
    """The text as a cell can hold it: NFC, no control or lone surrogate characters, at most 32,000 long."""
    kept = (char for char in normalised_text(text) if char == "\n" or unicodedata.category(char) not in {"Cc", "Cs"})
    return "".join(kept)[:CELL_CHARACTERS_MAXIMUM]


def _value(column: Column, document: ListingDocument, photo_names: list[str]) -> str | int | None:
    if column.field == PHOTOS_FIELD:
        return "; ".join(photo_names)
    return CELL_VALUES[column.field](document)


def _write_guide(sheet: Worksheet, layout: SheetLayout, formats: _Formats) -> None:
    words = ", ".join(f"«{word}»" for word in RESULT_WORDS)
    lines = (
        f"Bảng sản phẩm cho {layout.platform_name}, mẫu {layout.version} của Lên Sàn.",
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
        sheet.write_string(index, 0, line, formats.heading if index == 0 else formats.long_text)


def _checked_photos(
    layout: SheetLayout, document: ListingDocument, seen: set[str], room: int
) -> list[tuple[str, bytes]]:
    """The listing's photos under their file names. Raises ValidationFailed when the listing cannot go."""
    refuse_blocked(document_issues(layout.capabilities, document))
    if document.reference.sku in seen:
        message = "Mã hàng này có hai lần trong danh sách. Hãy giữ lại một tin."
        raise ValidationFailed([Issue("sku_repeated", "sku", Severity.BLOCK, message)])
    photos = [
        (photo_file_name(document.reference.sku, number, photo), photo_bytes(photo, layout.capabilities))
        for number, photo in enumerate(document.photos, start=1)
    ]
    if sum(len(content) for _, content in photos) > room:
        message = "Gói đã đầy. Hãy xuất tin này trong một gói khác."
        raise ValidationFailed([Issue("pack_full", "photos", Severity.BLOCK, message)])
    return photos


def photo_file_name(sku: str, number: int, photo: PhotoReference) -> str:
    """`<sku>-1.jpg`. A SKU that is no safe file name is rewritten, with a mark that keeps it apart."""
    safe = re.sub(r"[^A-Za-z0-9._-]", "_", sku).lstrip(".")[:60]
    if safe != sku:
        safe = f"{safe}_{hashlib.sha256(sku.encode('utf-8', 'backslashreplace')).hexdigest()[:6]}"
    return f"{safe}-{number}{PHOTO_ENDINGS[photo.content_type]}"
