"""A workbook (xlsx) written while it is sent: sheet after sheet, row after row, in little memory however many rows there are, and
with the same bytes for the same cells. Pure.

Parts and their order: ECMA-376, Office Open XML, part 1, chapters 12.3.24 and 18.3; every text stands in its own cell.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from core.kit.sheets import safe_cell

MOST_ROWS = 1_048_576  # lines of a sheet that spreadsheet programs open, the heading among them
_AT_ONCE = 500
# The container notes when its parts were made; what is in it says the day itself.
_FIXED_MOMENT = (2020, 1, 1, 0, 0, 0)
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_STYLES = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="3"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill><fill><patternFill patternType="solid"><fgColor rgb="FFE6F0E8"/></patternFill>'
    '</fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf/>'
    '<xf fontId="1" fillId="2" applyFont="1" applyFill="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf>'
    '<xf numFmtId="49" applyNumberFormat="1" applyAlignment="1"><alignment vertical="top"/></xf></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
_HEADING, _TEXT = 1, 2  # the styles by their place above


@dataclass(frozen=True)
class Sheet:
    """A sheet: numbers stay numbers, text is text and never a formula. `widths` of the columns in characters, the last one for the
    rest."""

    title: str
    heading: Sequence[str]
    rows: Iterable[Sequence[str | int | None]]
    widths: Sequence[int] = (18,)


def written(sheets: Sequence[Sheet]) -> Iterator[bytes]:
    """The workbook in pieces. Rows beyond MOST_ROWS are left out."""
    outlet = _Outlet()
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in _fixed_parts(sheets):
            package.writestr(_part(name), text)
        for number, sheet in enumerate(sheets, start=1):
            with package.open(_part(f"xl/worksheets/sheet{number}.xml"), "w") as part:
                for text in _sheet(sheet):
                    part.write(text.encode())
                    if piece := outlet.taken():
                        yield piece
    yield outlet.taken()


class _Outlet(io.RawIOBase):
    """Where the package is written to, and taken from as it grows. It cannot go back, so the sizes stand behind the parts."""

    def __init__(self) -> None:
        self._held: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._held.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        piece = b"".join(self._held)
        self._held.clear()
        return piece


def _part(name: str) -> zipfile.ZipInfo:
    made = zipfile.ZipInfo(name, _FIXED_MOMENT)
    made.compress_type = zipfile.ZIP_DEFLATED
    return made


def _fixed_parts(sheets: Sequence[Sheet]) -> Iterator[tuple[str, str]]:
    numbers = range(1, len(sheets) + 1)
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_TYPES}.worksheet+xml"/>' for n in numbers
    )
    yield (
        "[Content_Types].xml",
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPES}.styles+xml"/>{overrides}</Types>',
    )
    yield "_rels/.rels", _relations([("officeDocument", "xl/workbook.xml")])
    listed = "".join(
        f'<sheet name={quoteattr(sheet.title)} sheetId="{n}" r:id="rId{n}"/>'
        for n, sheet in zip(numbers, sheets, strict=True)
    )
    yield (
        "xl/workbook.xml",
        f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>',
    )
    targets = [("worksheet", f"worksheets/sheet{n}.xml") for n in numbers]
    yield "xl/_rels/workbook.xml.rels", _relations([*targets, ("styles", "styles.xml")])
    yield "xl/styles.xml", _STYLES


def _relations(targets: Iterable[tuple[str, str]]) -> str:
    each = (
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, start=1)
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{"".join(each)}</Relationships>'


def _sheet(sheet: Sheet) -> Iterator[str]:
    columns = len(sheet.heading)
    widths = [*sheet.widths, *[sheet.widths[-1]] * columns][:columns]
    cols = "".join(f'<col min="{n}" max="{n}" width="{w}" customWidth="1"/>' for n, w in enumerate(widths, start=1))
    yield (
        f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" '
        f'activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>{cols}</cols><sheetData>'
    )
    letters = [_letters(column) for column in range(1, columns + 1)]
    yield _row(1, letters, sheet.heading, _HEADING)
    lines, held = 1, list[str]()
    for row in sheet.rows:
        if lines == MOST_ROWS:
            break
        lines += 1
        held.append(_row(lines, letters, row, _TEXT))
        if len(held) == _AT_ONCE:
            yield "".join(held)
            held.clear()
    yield f'{"".join(held)}</sheetData><autoFilter ref="A1:{letters[-1]}{lines}"/></worksheet>'


def _row(line: int, letters: Sequence[str], values: Sequence[str | int | None], style: int) -> str:
    cells = "".join(
        _cell(f"{letter}{line}", value, style)
        for letter, value in zip(letters, values, strict=True)
        if value is not None and value != ""
    )
    return f'<row r="{line}">{cells}</row>'


def _cell(place: str, value: str | int, style: int) -> str:
    if isinstance(value, int):
        return f'<c r="{place}"><v>{value}</v></c>'
    text = escape(_UNWRITABLE.sub("", safe_cell(value)))
    return f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _letters(column: int) -> str:
    """ "A" of 1, "AA" of 27."""
    found = ""
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(ord("A") + rest) + found
    return found
