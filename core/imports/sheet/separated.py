"""Tables that came as text: csv files in the letters Vietnamese offices use, and tables pasted from Word or Excel. Pure."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator

from core.imports.sheet.cells import Cell, SheetRefused, stored_row
from core.imports.sheet.guard import COLUMNS_MAXIMUM, RECTANGLE_MAXIMUM, ROWS_MAXIMUM, TOO_LARGE
from core.kit.text import nfc

EMPTY = "Tệp này trống. Hãy chọn tệp khác."
OTHER_LETTERS = "Chữ trong tệp CSV không đọc được. Hãy lưu thành .xlsx, hoặc CSV UTF-8, rồi gửi lại."
NO_TABLE = "Tệp này không phải tệp bảng. Hãy chọn tệp Excel hoặc CSV."
_DELIMITERS = "\t;,|"
_LOOKED_AT = 60
_CHARACTERS_LOOKED_AT = 200_000
_LINES_IN_A_CELL = 30
# What old Vietnamese fonts (TCVN3, VNI) leave when read as Windows letters: signs inside words.
_OLD_FONT = re.compile(r"[a-zđ][\u00a1-\u00bf×÷¸µ§¨©®][a-zđ]", re.IGNORECASE)
_BROKEN_FONT_SHARE = 0.002


def decoded(content: bytes) -> str:
    """The text of a csv file: UTF-8, UTF-16 with or without its mark, or Windows-1258; composed (NFC).

    Raises SheetRefused for other letters (fonts of before Unicode), binary content and an empty file.
    """
    if not content.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise SheetRefused(EMPTY)
    text = _unicode(content)
    if text is None:
        text = content.decode("cp1258", errors="replace")
        broken = len(_OLD_FONT.findall(text)) + 5 * text.count("\ufffd")
        if broken > max(2, len(text) * _BROKEN_FONT_SHARE):
            raise SheetRefused(OTHER_LETTERS)
    if "\x00" in text:
        raise SheetRefused(NO_TABLE)
    return nfc(text.lstrip("\ufeff"))


def _unicode(content: bytes) -> str | None:
    wide = ""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        wide = "utf-16"
    elif content[:400:2].count(0) > len(content[:400]) // 4:
        wide = "utf-16-be"
    elif content[1:400:2].count(0) > len(content[:400]) // 4:
        wide = "utf-16-le"
    try:
        return content.decode(wide or "utf-8-sig")
    except UnicodeDecodeError:
        return None


def rows_of_text(text: str) -> list[list[Cell]]:
    """The rows of separated text, the separator found by itself. Raises SheetRefused when it is too large."""
    first, _, rest = text.partition("\n")
    if named := re.fullmatch(r"sep=(.)\s*", first):  # Excel's own first line; it stays a line, so numbers fit
        return [[], *_parsed(rest, named[1])]
    return _parsed(text, _delimiter(text))


def _delimiter(text: str) -> str:
    """The separator that cuts the first lines into equally many pieces, and into most."""
    head = "\n".join(text[:_CHARACTERS_LOOKED_AT].splitlines()[:_LOOKED_AT])

    def agreement(delimiter: str) -> tuple[int, int]:
        widths = Counter(len(row) for row in _read(head, delimiter) if any(cell.strip() for cell in row))
        width, times = max(widths.items(), key=lambda item: (item[0] > 1, item[1] * item[0]), default=(1, 0))
        return (times * (width - 1), -_DELIMITERS.index(delimiter))

    return max(_DELIMITERS, key=agreement)


def _parsed(text: str, delimiter: str) -> list[list[Cell]]:
    rows = _read(text, delimiter, is_bounded=True)
    if any(cell.count("\n") > _LINES_IN_A_CELL for row in rows for cell in row):
        rows = _read(
            text, delimiter, csv.QUOTE_NONE, is_bounded=True
        )  # a single " swallowed what follows; then it quotes nothing
    return [stored_row(row) for row in rows]


def _read(
    text: str, delimiter: str, quoting: int = csv.QUOTE_MINIMAL, *, is_bounded: bool = False
) -> list[list[str]]:  # fmt: skip
    try:
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=quoting)  # type: ignore[arg-type]
        return list(_bounded(lines) if is_bounded else lines)
    except csv.Error as error:
        if quoting == csv.QUOTE_NONE:
            raise SheetRefused(NO_TABLE) from error
        return _read(text, delimiter, csv.QUOTE_NONE, is_bounded=is_bounded)


def _bounded(lines: Iterable[list[str]]) -> Iterator[list[str]]:
    """Counted while they come: ten megabytes of line ends would be ten million lists."""
    cells = 0
    for number, line in enumerate(lines, start=1):
        cells += len(line)
        if number > ROWS_MAXIMUM or len(line) > COLUMNS_MAXIMUM or cells > RECTANGLE_MAXIMUM:
            raise SheetRefused(TOO_LARGE)
        yield line
