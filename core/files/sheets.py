"""A table that somebody sends in: is it one, by its content, and may a program open it?"""

from __future__ import annotations

import codecs
import csv
import enum
import io
from dataclasses import dataclass
from typing import Protocol

from core.files.uploads import SENTENCES, RefusedUpload, UploadRefused
from core.files.workbooks import Bounds, UnsafeWorkbook, measured_workbook

MAX_SHEET_BYTES = 10_000_000
_SENTENCES = SENTENCES | {
    "empty": "Tệp này trống. Hãy chọn tệp khác.",
    "too_heavy": "Tệp này nặng quá {megabytes} MB. Hãy chỉ giữ bảng dữ liệu, hoặc tách thành nhiều tệp, rồi gửi lại.",
    "too_large": "Tệp này quá lớn. Hãy chỉ giữ bảng dữ liệu, tối đa {rows} dòng và {columns} cột, rồi gửi lại.",
    "macros": "Tệp này có chương trình kèm theo (macro) nên không nhận được. Hãy lưu lại thành .xlsx thường rồi gửi lại.",
    "old_office": "Tệp này là Excel kiểu cũ hoặc có mật khẩu. Hãy bỏ mật khẩu, lưu thành .xlsx rồi gửi lại.",
    "open_document": "Tệp này không phải của Excel. Hãy mở tệp, lưu thành .xlsx rồi gửi lại.",
    "unreadable": "Tệp này không mở được. Hãy mở lại bằng Excel, lưu thành .xlsx rồi gửi lại.",
    "web_page": "Tệp này là trang web mang tên bảng tính. Hãy mở bằng Excel, lưu thành .xlsx rồi gửi lại.",
    "letters": "Chữ trong tệp CSV không đọc được. Hãy lưu thành .xlsx, hoặc CSV UTF-8, rồi gửi lại.",
    "other": "Tệp này không phải bảng tính. Hãy chọn tệp Excel (.xlsx) hoặc CSV.",
}
_OTHER_STARTS = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"{\\rtf",
    b"\x1f\x8b",
    b"Rar!",
    b"7z\xbc\xaf",
    b"MZ",
    b"\x7fELF",
    b"SQLite",
)


class SheetKind(enum.StrEnum):
    """What the content is, whatever the name says."""

    XLSX = "xlsx"
    CSV = "csv"


@dataclass(frozen=True)
class CheckedSheet:
    """`content` is what a reader may open: a workbook written anew from measured parts, or text as UTF-8 without mark."""

    kind: SheetKind
    content: bytes


class SheetRefused(UploadRefused):
    """`str()` is the sentence for the sender, in Vietnamese; `code` is stable: empty, too_heavy, too_large, macros,
    old_office, open_document, unreadable, web_page, letters, other, too_many, no_room."""

    def __init__(
        self, code: str, *, rows_maximum: int = 0, columns_maximum: int = 0, bytes_maximum: int = MAX_SHEET_BYTES
    ) -> None:
        rows = f"{rows_maximum:,}".replace(",", ".")
        super().__init__(
            _SENTENCES[code].format(rows=rows, columns=columns_maximum, megabytes=bytes_maximum // 1_000_000)
        )
        self.code = code


class Readable(Protocol):
    """An uploaded or stored file."""

    def read(self, size: int = ..., /) -> bytes: ...


def check_sheet_upload(
    upload: Readable,
    *,
    rows_maximum: int = 20_000,
    columns_maximum: int = 200,
    bounds: Bounds | None = None,
    bytes_maximum: int = MAX_SHEET_BYTES,
) -> CheckedSheet:
    """Look at a sheet's content before anything opens it: its bytes, what it unpacks to, its macros, its size as a table.

    Name and content type are not asked. At most 10 MB are read; nothing is stored. For a larger table
    `bounds` (rows and columns are taken from there) and `bytes_maximum`. Raises SheetRefused.
    """
    bounds = bounds or Bounds(rows_maximum, columns_maximum)
    if isinstance(upload, RefusedUpload):
        raise SheetRefused(upload.code)
    content = upload.read(bytes_maximum + 1)
    if len(content) > bytes_maximum:
        raise SheetRefused("too_heavy", bytes_maximum=bytes_maximum)
    if not content.strip():
        raise SheetRefused("empty")
    try:
        if content.startswith(b"PK"):
            if content[30:80].startswith(b"mimetypeapplication/vnd.oasis"):
                raise SheetRefused("open_document")
            book = measured_workbook(content, bounds)
            return CheckedSheet(SheetKind.XLSX, book)
    except UnsafeWorkbook as problem:
        raise SheetRefused(problem.code, rows_maximum=bounds.rows, columns_maximum=bounds.columns) from problem
    return CheckedSheet(SheetKind.CSV, _checked_text(content, bounds.rows, bounds.columns).encode())


def _checked_text(content: bytes, rows_maximum: int, columns_maximum: int) -> str:
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise SheetRefused("old_office")
    if content.startswith(_OTHER_STARTS) or content[8:12] == b"WEBP":
        raise SheetRefused("other")
    is_wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if is_wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise SheetRefused("letters") from error
    if "\x00" in text:
        raise SheetRefused("unreadable")
    if text.lstrip()[:200].lower().startswith(("<!doctype", "<html", "<table", "<?xml", "<svg")):
        raise SheetRefused("web_page")
    _measure_lines(text, rows_maximum, columns_maximum)
    return text


def _measure_lines(text: str, rows_maximum: int, columns_maximum: int) -> None:
    head = "\n".join(text[:100_000].splitlines()[:20])
    delimiter = max(",;\t", key=head.count)
    too_large = SheetRefused("too_large", rows_maximum=rows_maximum, columns_maximum=columns_maximum)
    rows = 0
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            rows += 1
            if rows > rows_maximum or len(row) > columns_maximum:
                raise too_large
    except csv.Error as error:  # a quoted cell without an end
        raise SheetRefused("unreadable") from error
