"""What a workbook is before anything opens it: how much it unpacks to, and how wide it claims to be.

A few kilobytes can unpack to gigabytes, and two cells at opposite corners make a reader allocate the
whole rectangle between them. Both are refused here, by counting what is really there.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from xml.parsers import expat

UNPACKED_BYTES_MAXIMUM = 60_000_000
ENTRIES_MAXIMUM = 500
ROWS_MAXIMUM = 5_000
COLUMNS_MAXIMUM = 200
_PIECE = 65536
_CELL_NAME = re.compile(r"([A-Z]{1,4})([0-9]{1,8})")


class UnsafeWorkbook(Exception):
    """Not an xlsx, or one that asks for too much. `is_too_large` tells which."""

    def __init__(self, reason: str, *, is_too_large: bool = False) -> None:
        super().__init__(reason)
        self.is_too_large = is_too_large


def check_workbook(content: bytes) -> None:
    """Unpack every part once, in pieces, and measure every sheet. Raises UnsafeWorkbook."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            entries = book.infolist()
            if "[Content_Types].xml" not in book.namelist():
                raise UnsafeWorkbook("no xlsx")
            if len(entries) > ENTRIES_MAXIMUM:
                raise UnsafeWorkbook(f"{len(entries)} parts", is_too_large=True)
            room = UNPACKED_BYTES_MAXIMUM
            for entry in entries:
                is_sheet = entry.filename.lower().startswith("xl/worksheets/") and not entry.is_dir()
                measure = _SheetMeasure() if is_sheet and entry.filename.lower().endswith(".xml") else None
                for piece in _pieces(book, entry):
                    room -= len(piece)
                    if room < 0:
                        raise UnsafeWorkbook("unpacks to too much", is_too_large=True)
                    if measure is not None:
                        measure.feed(piece)
    except (zipfile.BadZipFile, zlib.error, expat.ExpatError, EOFError, OSError) as error:
        raise UnsafeWorkbook(str(error)) from error
    except (NotImplementedError, RuntimeError, ValueError) as error:
        # An unknown compression, an encrypted part, a damaged directory.
        raise UnsafeWorkbook(str(error)) from error


def _pieces(book: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    # zipfile stops at the announced size and then compares the checksum, so a false size is an error here.
    with book.open(entry) as part:
        while piece := part.read(_PIECE):
            yield piece


class _SheetMeasure:
    """Follows rows and cells as a reader would, and stops when the rectangle grows too large."""

    def __init__(self) -> None:
        self._row = self._column = 0
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.StartDoctypeDeclHandler = self._refuse_doctype

    def feed(self, piece: bytes) -> None:
        """The next piece of the sheet's XML."""
        self._parser.Parse(piece, False)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        if tag == "row":
            given = attributes.get("r", "")
            self._row = int(given) if given.isascii() and given.isdigit() and len(given) < 9 else self._row + 1
            self._column = 0
        elif tag == "c":
            found = _CELL_NAME.fullmatch(attributes.get("r", "").upper())
            if found:
                self._column, self._row = _column_number(found[1]), max(self._row, int(found[2]))
            else:
                self._column += 1
        else:
            return
        if self._row > ROWS_MAXIMUM or self._column > COLUMNS_MAXIMUM:
            raise UnsafeWorkbook("more rows or columns than a result sheet has", is_too_large=True)

    def _refuse_doctype(self, *_: object) -> None:
        raise UnsafeWorkbook("a document type in a sheet")


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
