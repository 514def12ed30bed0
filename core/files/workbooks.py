"""What an xlsx is before anything opens it: how much it unpacks to, and how much a reader would make of it.

A few kilobytes can unpack to gigabytes; two cells at opposite corners make a reader allocate the whole rectangle between
them; a million cells may share one long text. All are refused by counting what is really there. What was counted is then
written anew: a reader gets a workbook of the measured XML parts and nothing else, so that two programs' different reading
of one odd zip (a sheet called `media/a.png`, two directories, parts twice) is no way around the counting.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from xml.parsers import expat

UNPACKED_BYTES_MAXIMUM = 60_000_000
ENTRIES_MAXIMUM = 500
CELLS_MAXIMUM = 1_000_000
ELEMENTS_MAXIMUM = 2_500_000
RECTANGLE_MAXIMUM = 2_000_000
TEXT_MAXIMUM = 60_000_000
MERGED_MAXIMUM = 50_000
_PIECE = 65536
_DIRECTORY_ENTRY = b"PK\x01\x02"
_CELL_NAME = re.compile(r"([A-Z]{1,4})([0-9]{1,8})")
_MACRO_NAMES = ("vbaproject.bin", "xl/macrosheets/", "xl/dialogsheets/")


class UnsafeWorkbook(Exception):
    """`code`: `unreadable` (no xlsx, or damaged), `too_large`, `macros`."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


def measured_workbook(content: bytes, *, rows_maximum: int, columns_maximum: int) -> bytes:
    """The same workbook made of its measured XML parts. Raises UnsafeWorkbook."""
    if content.count(_DIRECTORY_ENTRY) > 20 * ENTRIES_MAXIMUM:  # before zipfile makes an object of each
        raise UnsafeWorkbook("too_large", "a directory without end")
    try:
        parts = _unpacked(content)
        totals = _Totals()
        for name in sorted(parts, key=lambda name: "sharedstrings" not in name.lower()):
            _Measure(totals, rows_maximum, columns_maximum, is_strings="sharedstrings" in name.lower()).read(
                parts[name]
            )
    except (zipfile.BadZipFile, zlib.error, expat.ExpatError, EOFError, OSError) as error:
        raise UnsafeWorkbook("unreadable", str(error)) from error
    except (NotImplementedError, RuntimeError, ValueError) as error:
        # An unknown compression, an encrypted part, a damaged directory.
        raise UnsafeWorkbook("unreadable", str(error)) from error
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as book:
        for name, part in parts.items():
            book.writestr(zipfile.ZipInfo(name), part)
    return out.getvalue()


def _unpacked(content: bytes) -> dict[str, bytes]:
    """The XML parts by name, every part counted."""
    parts: dict[str, bytes] = {}
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        entries = book.infolist()
        names = [entry.filename.lower() for entry in entries]
        if "[content_types].xml" not in names:
            raise UnsafeWorkbook("unreadable", "no xlsx")
        if any(mark in name for name in names for mark in _MACRO_NAMES):
            raise UnsafeWorkbook("macros", "it holds macros")
        if len(entries) > ENTRIES_MAXIMUM:
            raise UnsafeWorkbook("too_large", f"{len(entries)} parts")
        room = UNPACKED_BYTES_MAXIMUM
        for entry in entries:
            part = _part(book, entry, room)
            room -= len(part)
            if entry.filename.lower().endswith((".xml", ".rels")):
                if entry.filename in parts:
                    raise UnsafeWorkbook("unreadable", "a part twice")
                parts[entry.filename] = part
    if b"macroEnabled" in next(part for name, part in parts.items() if name.lower() == "[content_types].xml"):
        raise UnsafeWorkbook("macros", "it says it holds macros")
    return parts


def _part(book: zipfile.ZipFile, entry: zipfile.ZipInfo, room: int) -> bytes:
    # In pieces, because the announced size may be false; zipfile stops there and then compares the checksum.
    pieces = []
    with book.open(entry) as part:
        while piece := part.read(_PIECE):
            room -= len(piece)
            if room < 0:
                raise UnsafeWorkbook("too_large", "unpacks to too much")
            pieces.append(piece)
    return b"".join(pieces)


@dataclass
class _Cell:
    row: int = 0
    column: int = 0
    is_open: bool = False
    shares_text: bool = False


@dataclass
class _Totals:
    """Of all parts together: a workbook of a hundred small sheets is one file to its reader."""

    strings: list[int] = field(default_factory=list)
    elements: int = 0
    cells: int = 0
    text: int = 0
    merged: int = 0
    rectangles: int = 0  # of the parts before this one


class _Measure:
    """Follows rows and cells as a reader would, and stops when there is too much. Cells without content count nothing:
    people format whole columns."""

    def __init__(self, totals: _Totals, rows_maximum: int, columns_maximum: int, *, is_strings: bool) -> None:
        self._totals, self._strings = totals, totals.strings
        self._rows_maximum, self._columns_maximum = rows_maximum, columns_maximum
        self._is_strings = is_strings
        self._cell = _Cell()
        self._last_row = self._last_column = 0
        self._index: list[str] | None = None
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = self._refuse_doctype
        if is_strings:
            self._parser.CharacterDataHandler = self._string

    def read(self, part: bytes) -> None:
        """The whole part."""
        self._parser.Parse(part, True)
        self._totals.rectangles += self._last_row * self._last_column

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._totals.elements += 1
        if self._totals.elements > ELEMENTS_MAXIMUM:
            raise UnsafeWorkbook("too_large", "too many elements")
        tag = name.rpartition(":")[2]
        if tag == "si":
            if not self._is_strings:
                raise UnsafeWorkbook("unreadable", "shared texts where none belong")
            self._strings.append(0)
        elif tag == "mergeCell":
            self._totals.merged += 1
            if self._totals.merged > MERGED_MAXIMUM:
                raise UnsafeWorkbook("too_large", "too many merged cells")
        elif tag == "row":
            given = attributes.get("r", "")
            self._cell.row = (
                int(given) if given.isascii() and given.isdigit() and len(given) < 9 else self._cell.row + 1
            )
            self._cell.column = 0
        elif tag == "c":
            self._place(attributes.get("r", ""))
            self._cell.is_open, self._cell.shares_text = True, attributes.get("t") == "s"
        elif self._cell.is_open:
            self._count()
            if tag == "v" and self._cell.shares_text:
                self._index = []
                self._parser.CharacterDataHandler = self._index.append

    def _end(self, name: str) -> None:
        tag = name.rpartition(":")[2]
        if tag == "c":
            self._cell.is_open = False
        elif self._index is not None:
            self._parser.CharacterDataHandler = None
            written, self._index = "".join(self._index).strip(), None
            known = written.isascii() and written.isdigit() and len(written) < 9 and int(written) < len(self._strings)
            self._totals.text += self._strings[int(written)] if known else max(self._strings, default=0)
            if self._totals.text > TEXT_MAXIMUM:
                raise UnsafeWorkbook("too_large", "the same text too often")

    def _place(self, name: str) -> None:
        found = _CELL_NAME.fullmatch(name.upper())
        if found:
            self._cell.column, self._cell.row = _column_number(found[1]), int(found[2])
        else:
            self._cell.column += 1

    def _count(self) -> None:
        self._totals.cells += 1
        self._last_row = max(self._last_row, self._cell.row)
        self._last_column = max(self._last_column, self._cell.column)
        if self._last_row > self._rows_maximum or self._last_column > self._columns_maximum:
            raise UnsafeWorkbook("too_large", "too many rows or columns")
        rectangles = self._totals.rectangles + self._last_row * self._last_column
        if self._totals.cells > CELLS_MAXIMUM or rectangles > RECTANGLE_MAXIMUM:
            raise UnsafeWorkbook("too_large", "too many cells")

    def _string(self, text: str) -> None:
        if self._strings:
            self._strings[-1] += len(text)

    def _refuse_doctype(self, *_: object) -> None:
        raise UnsafeWorkbook("unreadable", "a document type in a sheet")


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
