"""What an xlsx is before anything opens it: how much it unpacks to, and how much a reader would make of it.

A few kilobytes can unpack to gigabytes; two cells at opposite corners make a reader allocate the whole rectangle between
them; a million cells may share one long text. All are refused by counting what is really there. What was counted is then
written anew: a reader gets a workbook of the measured XML parts and nothing else, so that two programs' different reading
of one odd zip (a sheet called `media/a.png`, two directories, parts twice) is no way around the counting.
"""

from __future__ import annotations

import functools
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import IO
from xml.parsers import expat

ENTRIES_MAXIMUM = 500
MERGED_MAXIMUM = 50_000
_PIECE = 65536
_TOKEN_MAXIMUM = 1_000_000
_DIRECTORY_ENTRY = b"PK\x01\x02"
_CELL_NAME = re.compile(r"([A-Z]{1,4})([0-9]{1,8})")
_MACRO_NAMES = ("vbaproject.bin", "xl/macrosheets/", "xl/dialogsheets/")


@dataclass(frozen=True)
class Bounds:
    """How much a reader may make of a workbook: rows and columns of a sheet; of all sheets together the filled cells, the
    cells of the rectangles around them, XML elements, characters of cells that share a text; bytes unpacked."""

    rows: int
    columns: int
    cells: int = 1_000_000
    rectangle: int = 2_000_000
    elements: int = 2_500_000
    text: int = 60_000_000
    unpacked_bytes: int = 60_000_000


class UnsafeWorkbook(Exception):
    """`code`: `unreadable` (no xlsx, or damaged), `too_large`, `macros`."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


def measured_workbook(content: bytes, bounds: Bounds) -> bytes:
    """The same workbook made of its measured XML parts. Every part is unpacked once, in pieces that are counted and written
    on at once, so that even a large one takes little room. Raises UnsafeWorkbook."""
    if content.count(_DIRECTORY_ENTRY) > 20 * ENTRIES_MAXIMUM:  # before zipfile makes an object of each
        raise UnsafeWorkbook("too_large", "a directory without end")
    out = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as book, zipfile.ZipFile(out, "w") as measured:
            room = bounds.unpacked_bytes
            totals = _Totals()
            # Shared texts first: cells of the other parts name them by number.
            for entry in sorted(_entries(book), key=lambda entry: not _is_strings(entry)):
                pieces = _Pieces(book, entry, room)
                if entry.filename.lower().endswith((".xml", ".rels")):
                    if _is_list_of_parts(entry):
                        pieces.refuse_macros()
                    with measured.open(_new_entry(entry.filename), "w") as copy:
                        _measure(_copied(pieces, copy), totals, bounds, is_strings=_is_strings(entry))
                else:
                    for _ in pieces:  # only counted
                        pass
                room = pieces.room
    except (zipfile.BadZipFile, zlib.error, expat.ExpatError, EOFError, OSError) as error:
        raise UnsafeWorkbook("unreadable", str(error)) from error
    except (NotImplementedError, RuntimeError, ValueError) as error:
        # An unknown compression, an encrypted part, a damaged directory.
        raise UnsafeWorkbook("unreadable", str(error)) from error
    return out.getvalue()


def _entries(book: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    entries = book.infolist()
    names = [entry.filename.lower() for entry in entries]
    if "[content_types].xml" not in names:
        raise UnsafeWorkbook("unreadable", "no xlsx")
    if any(mark in name for name in names for mark in _MACRO_NAMES):
        raise UnsafeWorkbook("macros", "it holds macros")
    if len(entries) > ENTRIES_MAXIMUM:
        raise UnsafeWorkbook("too_large", f"{len(entries)} parts")
    parts = [entry.filename for entry in entries if entry.filename.lower().endswith((".xml", ".rels"))]
    if len(set(parts)) < len(parts):
        raise UnsafeWorkbook("unreadable", "a part twice")
    return entries


def _is_strings(entry: zipfile.ZipInfo) -> bool:
    return "sharedstrings" in entry.filename.lower()


def _is_list_of_parts(entry: zipfile.ZipInfo) -> bool:
    return entry.filename.lower() == "[content_types].xml"


def _new_entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    # The lightest packing: a part of fifty megabytes would otherwise stand in memory beside what a reader makes of it.
    entry.compress_type, entry._compresslevel = zipfile.ZIP_DEFLATED, 1  # type: ignore[attr-defined]
    return entry


class _Pieces:
    """One part, unpacked piece by piece. `room`: the bytes that may still come, of all parts."""

    def __init__(self, book: zipfile.ZipFile, entry: zipfile.ZipInfo, room: int) -> None:
        self._book, self._entry, self.room = book, entry, room

    def __iter__(self) -> Iterator[bytes]:
        # In pieces, because the announced size may be false; zipfile stops there and then compares the checksum.
        with self._book.open(self._entry) as part:
            while piece := part.read(_PIECE):
                self.room -= len(piece)
                if self.room < 0:
                    raise UnsafeWorkbook("too_large", "unpacks to too much")
                yield piece

    def refuse_macros(self) -> None:
        """Look through the list of parts for what it says of macros."""
        room = self.room
        if b"macroEnabled" in b"".join(self):
            raise UnsafeWorkbook("macros", "it says it holds macros")
        self.room = room


def _copied(pieces: Iterable[bytes], copy: IO[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        yield piece
        copy.write(piece)


@dataclass
class _Totals:
    """Of all parts together: a workbook of a hundred small sheets is one file to its reader."""

    strings: list[int] = field(default_factory=list)
    elements: int = 0
    cells: int = 0
    text: int = 0
    merged: int = 0
    rectangles: int = 0  # of the parts before this one


def _measure(pieces: Iterable[bytes], totals: _Totals, bounds: Bounds, *, is_strings: bool) -> None:
    """Follow rows and cells as a reader would, and stop when there is too much. Cells without content count nothing: people
    format whole columns.

    A sheet of a hundred thousand rows comes by here millions of times: therefore plain names and no objects.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    strings, others = totals.strings, totals.rectangles
    elements, cells, text = totals.elements, totals.cells, totals.text
    row = column = last_row = last_column = 0
    is_open = shares_text = False
    index: list[str] | None = None

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal elements, row, column, is_open, shares_text, index
        elements += 1
        if elements > bounds.elements:
            raise UnsafeWorkbook("too_large", "too many elements")
        tag = name.rpartition(":")[2] if ":" in name else name
        if tag == "c":
            given = attributes.get("r", "")
            found = _CELL_NAME.fullmatch(given) or _CELL_NAME.fullmatch(given.upper())
            if found:
                column, row = _column_number(found[1]), int(found[2])
            else:
                column += 1
            is_open, shares_text = True, attributes.get("t") == "s"
        elif tag == "row":
            given = attributes.get("r", "")
            row = int(given) if given.isascii() and given.isdigit() and len(given) < 9 else row + 1
            column = 0
        elif tag == "si":
            if not is_strings:
                raise UnsafeWorkbook("unreadable", "shared texts where none belong")
            strings.append(0)
        elif tag == "mergeCell":
            totals.merged += 1
            if totals.merged > MERGED_MAXIMUM:
                raise UnsafeWorkbook("too_large", "too many merged cells")
        elif is_open:
            count()
            if tag == "v" and shares_text:
                index = []
                parser.CharacterDataHandler = index.append

    def count() -> None:
        nonlocal cells, last_row, last_column
        cells += 1
        if row > last_row:
            last_row = row
        if column > last_column:
            last_column = column
        if last_row > bounds.rows or last_column > bounds.columns:
            raise UnsafeWorkbook("too_large", "too many rows or columns")
        if cells > bounds.cells or others + last_row * last_column > bounds.rectangle:
            raise UnsafeWorkbook("too_large", "too many cells")

    def end(name: str) -> None:
        nonlocal is_open, index, text
        if name == "c" or name.endswith(":c"):
            is_open = False
        elif index is not None:
            parser.CharacterDataHandler = None
            written, index = "".join(index).strip(), None
            known = written.isascii() and written.isdigit() and len(written) < 9 and int(written) < len(strings)
            text += strings[int(written)] if known else max(strings, default=0)
            if text > bounds.text:
                raise UnsafeWorkbook("too_large", "the same text too often")

    def string(characters: str) -> None:
        if strings:
            strings[-1] += len(characters)

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.StartDoctypeDeclHandler = _refuse_doctype
    if is_strings:
        parser.CharacterDataHandler = string
    fed = 0
    for piece in pieces:
        parser.Parse(piece, False)
        fed += len(piece)
        # A tag without end would be read again with every piece.
        if fed - parser.CurrentByteIndex > _TOKEN_MAXIMUM:
            raise UnsafeWorkbook("too_large", "a tag without end")
    parser.Parse(b"", True)
    totals.elements, totals.cells, totals.text = elements, cells, text
    totals.rectangles += last_row * last_column


def _refuse_doctype(*_: object) -> None:
    raise UnsafeWorkbook("unreadable", "a document type in a sheet")


@functools.lru_cache(maxsize=1000)
def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
