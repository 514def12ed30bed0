"""Text for spreadsheets that opens without running anything. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"  # the content type of a workbook
BYTE_ORDER_MARK = "\ufeff"  # begins a file, so that Excel reads UTF-8


def safe_cell(text: str) -> str:
    """Text that no spreadsheet takes for a formula: a leading = + - @ or control character gets an apostrophe."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r", "\n"} else text


def csv_lines(rows: Iterable[Sequence[str]]) -> str:
    """The rows as lines of a csv file, every cell made safe."""
    out = io.StringIO()
    csv.writer(out).writerows([[safe_cell(cell) for cell in row] for row in rows])
    return out.getvalue()
