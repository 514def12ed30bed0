"""Sheets as people send them, built anew for each test."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any
from xml.sax.saxutils import escape

import xlsxwriter

Merge = tuple[int, int, int, int, str]


def xlsx(
    rows: Iterable[Sequence[Any]],
    *,
    merged: Iterable[Merge] = (),
    hidden: Iterable[int] = (),
    name: str = "DS",
    more: dict[str, Sequence[Sequence[Any]]] | None = None,
) -> bytes:
    """A workbook. Rows from line 1; `hidden` are line numbers; `more` are further sheets, a name with "-" in front is a
    hidden one. A text that starts with "{" is a formula: "{=1+1}" with the value 2 is ("{=1+1}", 2)."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_urls": False}) as book:
        for title, lines in {name: list(rows), **(more or {})}.items():
            sheet = book.add_worksheet(title.lstrip("-"))
            if title.startswith("-"):
                sheet.hide()
            for line, cells in enumerate(lines):
                for at, cell in enumerate(cells):
                    if isinstance(cell, tuple):
                        sheet.write_formula(line, at, cell[0].strip("{}"), None, cell[1])
                    elif isinstance(cell, str):
                        sheet.write_string(line, at, cell)
                    elif cell is not None:
                        sheet.write(line, at, cell)
            if title == name:
                for first_row, first, last_row, last, text in merged:
                    sheet.merge_range(first_row, first, last_row, last, text)
                for number in hidden:
                    sheet.set_row(number - 1, None, None, {"hidden": True})
    return out.getvalue()


def ods(rows: Iterable[Sequence[str]], *, repeat: int = 1, name: str = "Trang") -> bytes:
    """An OpenDocument sheet; the last row stands there `repeat` times, by a number as LibreOffice writes it."""
    lines = list(rows)
    cells = [
        "".join(
            f'<table:table-cell office:value-type="string"><text:p>{escape(cell)}</text:p></table:table-cell>'
            for cell in line
        )
        for line in lines
    ]
    last = f'<table:table-row table:number-rows-repeated="{repeat}">{cells[-1]}</table:table-row>'
    body = "".join(f"<table:table-row>{line}</table:table-row>" for line in cells[:-1]) + last
    spaces = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"'
        for short, long in (("office", "office"), ("table", "table"), ("text", "text"))
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces}><office:body><office:spreadsheet>'
        f'<table:table table:name="{name}">{body}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as book:
        book.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        book.writestr(
            "META-INF/manifest.xml",
            '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
            '<manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>'
            '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>',
        )
        book.writestr("content.xml", content, zipfile.ZIP_DEFLATED)
    return out.getvalue()
