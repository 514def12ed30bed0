"""What a workbook says that its reader does not tell: hidden rows and formulas; and for OpenDocument, which the check of
uploads does not know, how large the rectangle of each sheet is before a reader allocates it.

(An xlsx arrives here checked and written anew by `core.files`; an old xls is not looked at, it is opened apart.)
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from core.files.workbooks import Bounds
from core.imports.sheet.cells import SheetRefused

BYTES_MAXIMUM = 15_000_000
ROWS_MAXIMUM = 120_000  # the farm households of a whole province fit
COLUMNS_MAXIMUM = 300
RECTANGLE_MAXIMUM = 4_000_000  # of all sheets together
TABLES_MAXIMUM = 200
UNPACKED_BYTES_MAXIMUM = 200_000_000
BOUNDS = Bounds(
    ROWS_MAXIMUM, COLUMNS_MAXIMUM, cells=3_000_000, rectangle=RECTANGLE_MAXIMUM, elements=8_000_000, text=60_000_000,
    unpacked_bytes=UNPACKED_BYTES_MAXIMUM,
)  # fmt: skip
ENTRIES_MAXIMUM = 500
TOO_LARGE = "Bảng này quá lớn. Hãy giữ lại một trang tính, nhiều nhất 120.000 dòng và 300 cột, rồi gửi lại."
UNREADABLE = "Tệp này không mở được. Hãy mở lại bằng Excel, lưu thành .xlsx rồi gửi lại."
_PIECE = 65_536
# The words the walk looks for, in any namespace and any way of writing them.
_HIDDEN_OR_FORMULA = re.compile(rb"hidden\s*=|<(?:[^<>\s/]{1,60}:)?f[\s/>]|[^\x00]\x00[^\x00]\x00")


@dataclass
class SheetMeasure:
    """One sheet: its last used row and column (1-based), its hidden rows and how many cells are formulas."""

    rows: int = 0
    columns: int = 0
    formulas: int = 0
    hidden_rows: set[int] = field(default_factory=set)

    def grow(self, row: int, column: int, others: int) -> None:
        """A cell stands here; `others` cells are in the rectangles of other sheets. Raises SheetRefused when the rectangle becomes too large."""
        self.rows, self.columns = max(self.rows, row), max(self.columns, column)
        cells = self.rows * self.columns + others
        if self.rows > ROWS_MAXIMUM or self.columns > COLUMNS_MAXIMUM or cells > RECTANGLE_MAXIMUM:
            raise SheetRefused(TOO_LARGE)


def measure_xlsx(content: bytes) -> dict[str, SheetMeasure]:
    """The measures of a checked xlsx by sheet name. Raises SheetRefused for a damaged file."""
    return _measured(content, lambda book: {name: _measure_xlsx(book, part) for name, part in _xlsx_parts(book)})


def measure_ods(content: bytes) -> dict[str, SheetMeasure]:
    """The measures of an ods by sheet name. Raises SheetRefused for too much, and for a damaged file."""
    return _measured(content, _measure_ods)


def _measured(content: bytes, measure: Callable[[zipfile.ZipFile], dict[str, SheetMeasure]]) -> dict[str, SheetMeasure]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            entries = book.infolist()
            if len(entries) > ENTRIES_MAXIMUM or sum(entry.file_size for entry in entries) > UNPACKED_BYTES_MAXIMUM:
                raise SheetRefused(TOO_LARGE)
            return measure(book)
    except (zipfile.BadZipFile, zlib.error, expat.ExpatError, EOFError, OSError, KeyError) as error:
        raise SheetRefused(UNREADABLE) from error
    except (NotImplementedError, RuntimeError, ValueError) as error:
        # An unknown compression, an encrypted part, a damaged directory.
        raise SheetRefused(UNREADABLE) from error


def _pieces(book: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    # zipfile stops at the announced size and then compares the checksum, so a false size is an error here.
    with book.open(part) as stream:
        while piece := stream.read(_PIECE):
            yield piece


def _walk(
    book: zipfile.ZipFile,
    part: str,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] | None = None,
) -> None:
    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.StartDoctypeDeclHandler = _refuse_doctype
    for piece in _pieces(book, part):
        parser.Parse(piece, False)


def _refuse_doctype(*_: object) -> None:
    raise SheetRefused(UNREADABLE)


def _xlsx_parts(book: zipfile.ZipFile) -> list[tuple[str, str]]:
    """The sheets by name with the part that holds each."""
    found: list[tuple[str, str]] = []
    targets: dict[str, str] = {}

    def relation(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "Relationship":
            target = attributes.get("Target", "")
            targets[attributes.get("Id", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"

    def sheet(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "sheet":
            key = next((value for name, value in attributes.items() if name.endswith(":id")), "")
            found.append((attributes.get("name", ""), targets.get(key, "")))

    _walk(book, "xl/_rels/workbook.xml.rels", relation)
    _walk(book, "xl/workbook.xml", sheet)
    names = set(book.namelist())
    return [(name, part) for name, part in found if part in names and "/worksheets/" in part]


def _measure_xlsx(book: zipfile.ZipFile, part: str) -> SheetMeasure:
    found = SheetMeasure()
    if not _says(book, part, _HIDDEN_OR_FORMULA):
        return found  # most sheets: walking through their millions of elements would take seconds
    row = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal row
        name = tag.rpartition(":")[2]
        if name == "row":
            given = attributes.get("r", "")
            row = int(given) if given.isascii() and given.isdigit() and len(given) < 9 else row + 1
            if attributes.get("hidden", "") in {"1", "true"} and row <= ROWS_MAXIMUM:
                found.hidden_rows.add(row)
        elif name == "f":
            found.formulas += 1

    _walk(book, part, start)
    return found


def _says(book: zipfile.ZipFile, part: str, words: re.Pattern[bytes]) -> bool:
    """Whether one of these words, shorter than 100 bytes, stands anywhere in the part."""
    before = b""
    for piece in _pieces(book, part):
        if words.search(before + piece):
            return True
        before = piece[-100:]
    return False


def _measure_ods(book: zipfile.ZipFile) -> dict[str, SheetMeasure]:
    """Repeated rows and columns are one element with a number; only those with something in them take room."""
    found: dict[str, SheetMeasure] = {}
    now = SheetMeasure()
    tables = others = row = repeat = column = 0
    is_hidden = is_filled = False

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal now, tables, others, row, repeat, column, is_hidden, is_filled
        name = tag.rpartition(":")[2]
        if name == "table":
            others += now.rows * now.columns
            now = found[attributes.get("table:name", "")] = SheetMeasure()
            row, tables = 0, tables + 1
            if tables > TABLES_MAXIMUM:
                raise SheetRefused(TOO_LARGE)
        elif name == "table-row":
            repeat, column = _count(attributes.get("table:number-rows-repeated")), 0
            is_hidden, is_filled = attributes.get("table:visibility") in {"collapse", "filter"}, False
        elif name in {"table-cell", "covered-table-cell"}:
            column += _count(attributes.get("table:number-columns-repeated"))
            is_formula = "table:formula" in attributes
            if is_formula or any(key.startswith(("office:", "calcext:")) for key in attributes):
                is_filled = True
                now.grow(row + repeat, column, others)
            now.formulas += is_formula

    def end(tag: str) -> None:
        nonlocal row
        if tag.rpartition(":")[2] == "table-row":
            if is_hidden and is_filled:  # LibreOffice hides the million rows below a table by one number
                now.hidden_rows.update(range(row + 1, min(row + repeat, ROWS_MAXIMUM) + 1))
            row += repeat

    _walk(book, "content.xml", start, end)
    return found


def _count(written: str | None) -> int:
    """How often. A number written in a way that readers may understand differently is refused."""
    if written is None:
        return 1
    if not (written.isascii() and written.isdigit()):
        raise SheetRefused(UNREADABLE)
    return int(written) if len(written) < 9 else 10**9
