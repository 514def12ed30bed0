"""The rows of a sheet, packed: a hundred thousand rows of twenty cells are some megabytes, not some hundred. Pure."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import overload

from core.imports.sheet.cells import Cell

ROWS_IN_A_PIECE = 500
Row = list[Cell]


class PackedRows(Sequence[Row]):
    """Rows in compressed pieces of 500; reading on goes from piece to piece, one of them unpacked at a time."""

    def __init__(self, pieces: Sequence[bytes], length: int) -> None:
        self.pieces, self._length = pieces, length
        self._open_piece: tuple[int, list[Row]] = (-1, [])

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, at: int) -> Row: ...
    @overload
    def __getitem__(self, at: slice) -> list[Row]: ...
    def __getitem__(self, at: int | slice) -> Row | list[Row]:
        if isinstance(at, slice):
            return [self[each] for each in range(*at.indices(self._length))]
        if not -self._length <= at < self._length:
            raise IndexError(at)
        number, rest = divmod(at % self._length, ROWS_IN_A_PIECE)
        return self._unpacked(number)[rest]

    def __iter__(self) -> Iterator[Row]:
        for number in range(len(self.pieces)):
            yield from _unpacked(self.pieces[number])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(list(self))

    def _unpacked(self, number: int) -> list[Row]:
        if self._open_piece[0] != number:
            self._open_piece = (number, _unpacked(self.pieces[number]))
        return self._open_piece[1]


def pack(rows: Iterable[Row]) -> PackedRows:
    """The rows as they come, packed; empty ones at the end are left away."""
    pieces: list[bytes] = []
    piece: list[Row] = []
    empty = length = 0
    for row in rows:
        if not row:
            empty += 1
            continue
        for filled in (*([] for _ in range(empty)), row):
            piece.append(filled)
            length += 1
            if len(piece) == ROWS_IN_A_PIECE:
                pieces.append(_packed(piece))
                piece = []
        empty = 0
    if piece:
        pieces.append(_packed(piece))
    return PackedRows(pieces, length)


def cut(content: memoryview, sizes: Sequence[int]) -> list[bytes]:
    """The pieces that stand one after the other in `content`."""
    ends = [0]
    for size in sizes:
        ends.append(ends[-1] + size)
    return [bytes(content[start:end]) for start, end in pairwise(ends)]


def _packed(rows: list[Row]) -> bytes:
    return zlib.compress(
        json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass"), 1
    )


def _unpacked(piece: bytes) -> list[Row]:
    rows: list[Row] = json.loads(zlib.decompress(piece).decode("utf-8", "surrogatepass"))
    return rows
