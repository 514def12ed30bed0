"""Sheets as they are kept once they were read: a file somebody sent is opened one time, never again. Pure."""

from __future__ import annotations

import json
import zlib

from core.imports.sheet.packing import PackedRows, cut, pack
from core.imports.sheet.workbook import Sheet

_MARK, _OLDER_MARK = b"sheets 2\n", b"sheets 1\n"
_LENGTH = 8


def packed(sheets: list[Sheet]) -> bytes:
    """The stored form: what the sheets are, then the packed rows of all of them one after the other."""
    rows = [sheet.rows if isinstance(sheet.rows, PackedRows) else pack(sheet.rows) for sheet in sheets]
    about = [
        [
            sheet.name, sheet.merged, sorted(sheet.hidden_rows), sheet.formulas, sheet.is_hidden,
            len(of_sheet), [len(piece) for piece in of_sheet.pieces],
        ]
        for sheet, of_sheet in zip(sheets, rows, strict=True)
    ]  # fmt: skip
    head = zlib.compress(json.dumps(about).encode())
    pieces = (piece for of_sheet in rows for piece in of_sheet.pieces)
    return b"".join((_MARK, len(head).to_bytes(_LENGTH), head, *pieces))


def unpacked(content: bytes) -> list[Sheet] | None:
    """The sheets; None for what is not the stored form (a file kept as it came)."""
    if content.startswith(_OLDER_MARK):
        return [_sheet(name, pack(rows), *rest) for name, rows, *rest in json.loads(zlib.decompress(content[9:]))]
    if not content.startswith(_MARK):
        return None
    view = memoryview(content)[len(_MARK) :]
    length = int.from_bytes(view[:_LENGTH])
    about, view = json.loads(zlib.decompress(view[_LENGTH : _LENGTH + length])), view[_LENGTH + length :]
    sheets = []
    for name, merged, hidden, formulas, is_hidden, rows, sizes in about:
        sheets.append(_sheet(name, PackedRows(cut(view, sizes), rows), merged, hidden, formulas, is_hidden))
        view = view[sum(sizes) :]
    return sheets


def _sheet(
    name: str, rows: PackedRows, merged: list[list[int]], hidden: list[int], formulas: int, is_hidden: bool
) -> Sheet:
    return Sheet(name, rows, tuple((a, b, c, d) for a, b, c, d in merged), frozenset(hidden), formulas, is_hidden)
