"""Sheets as they are kept once they were read: a file somebody sent is opened one time, never again. Pure."""

from __future__ import annotations

import json
import zlib

from core.imports.sheet.workbook import Sheet

_MARK = b"sheets 1\n"


def packed(sheets: list[Sheet]) -> bytes:
    """The stored form."""
    found = [
        [sheet.name, sheet.rows, sheet.merged, sorted(sheet.hidden_rows), sheet.formulas, sheet.is_hidden]
        for sheet in sheets
    ]
    return _MARK + zlib.compress(json.dumps(found).encode())


def unpacked(content: bytes) -> list[Sheet] | None:
    """The sheets; None for what is not the stored form (a file kept as it came)."""
    if not content.startswith(_MARK):
        return None
    return [
        Sheet(name, rows, tuple((a, b, c, d) for a, b, c, d in merged), frozenset(hidden), formulas, is_hidden)
        for name, rows, merged, hidden, formulas, is_hidden in json.loads(zlib.decompress(content[len(_MARK) :]))
    ]
