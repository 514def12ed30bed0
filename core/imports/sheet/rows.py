"""The rows under a heading, and those that are no data: totals, numbering, a repeated heading, signatures. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from core.imports.sheet.cells import Cell, text_at, text_of
from core.imports.sheet.columns import is_blank
from core.imports.sheet.headings import Header, is_reason
from core.imports.sheet.workbook import Sheet
from core.kit.text import fold_words

_TOTAL = re.compile(r"^(tong cong|tong so|tong|cong|cong don|tong hop)( \d.*)?$")
# Beside «Tổng cộng» stand sums, with or without what was summed.
_SUM = re.compile(r"(\d[\d ]*)?( ?(san pham|sp|ho|chu the|thon|ap|dong|muc))?")
_NUMBERING = re.compile(r"^\(?\[?(\d{1,3}|[a-z])\]?\)?$")
_FOOT = re.compile(
    r"^(nguoi lap|nguoi tong hop|noi nhan|tm ubnd|tm uy ban|chu tich|pho chu tich|kt chu tich|xac nhan cua|thu truong|"
    r"ky ten|ky ghi ro|ghi chu|luu y|lap bang|.{0,40}ngay( \d+)? thang( \d+)? nam( \d+)?$)"
)


@dataclass(frozen=True)
class DataRow:
    """A row with something to import. `number` is the line as Excel counts."""

    number: int
    cells: list[Cell]
    is_hidden: bool = False


@dataclass(frozen=True)
class SkippedRow:
    """A filled row that is no data, and why, so that nothing is left out in silence."""

    number: int
    why: str
    text: str


def rows_below(sheet: Sheet, header: Header, mapped: Iterable[int]) -> tuple[list[DataRow], list[SkippedRow]]:
    """The data under the heading, and the filled rows that were left out. `mapped` are the columns in use."""
    lines = list(lines_below(sheet, header, mapped))
    return [row for row in lines if isinstance(row, DataRow)], [row for row in lines if isinstance(row, SkippedRow)]


def lines_below(sheet: Sheet, header: Header, mapped: Iterable[int]) -> Iterator[DataRow | SkippedRow]:
    """The filled rows under the heading, one after the other. `mapped` are the columns in use."""
    used = sorted(set(mapped))
    reasons = {heading.index for heading in header.headings if is_reason(heading)}
    titles = {index: fold_words(text) for index, text in _last_parts(header).items()}
    start = header.row + header.depth
    banners = {each[0] for each in sheet.merged if each[0] >= start and _is_banner(each, len(titles))}
    for at, written in enumerate(sheet.rows):
        cells = _without(written, reasons)
        if at < start or is_blank(cells):
            continue
        why = _why_not(cells, used, titles, is_first=at == start, is_banner=at in banners)
        if why:
            shown = " | ".join(text for cell in cells if (text := text_of(cell)))
            yield SkippedRow(at + 1, why, shown[:120])
        else:
            yield DataRow(at + 1, cells, at + 1 in sheet.hidden_rows)


def _why_not(cells: list[Cell], used: list[int], titles: dict[int, str], *, is_first: bool, is_banner: bool) -> str:
    # Nearly all rows are data: what makes one none is only looked for as far as it is still possible.
    few = list(islice(((index, text) for index, cell in enumerate(cells) if (text := text_of(cell))), 3))
    first = fold_words(few[0][1])
    if _repeats(cells, titles):
        return "Dòng đầu bảng lặp lại."
    if is_first and len(few) > 1 and _is_numbering(_folded(cells)):
        return "Dòng đánh số cột."
    if _TOTAL.match(first) and all(_SUM.fullmatch(words) for words in list(_folded(cells).values())[1:]):
        return "Dòng cộng."
    if is_banner and len(few) == 1:
        return "Dòng tên nhóm."
    if len(few) <= 2 and _FOOT.match(first):
        return "Dòng ký tên hoặc ghi chú cuối bảng."
    # One stray cell beside the chosen columns is no row; more is one with something missing, and it has to come back.
    if (
        used
        and not any(text_at(cells, index) for index in used)
        and len([words for words in _folded(cells).values() if words]) < 2
    ):
        return "Không có gì ở các cột đã chọn."
    return ""


def _folded(cells: list[Cell]) -> dict[int, str]:
    """The filled cells by their index."""
    return {index: fold_words(text) for index, cell in enumerate(cells) if (text := text_of(cell))}


def _repeats(cells: list[Cell], titles: dict[int, str]) -> bool:
    """Whether most cells say what the heading over them says."""
    missing = len(titles) / 2
    for index, title in titles.items():
        cell = cells[index] if index < len(cells) else ""
        # Folding makes nothing longer, and a number is no heading but a number's.
        is_it = not (isinstance(cell, str) and len(cell) < len(title)) and (isinstance(cell, str) or title.isdigit())
        if not is_it or fold_words(text_of(cell)) != title:
            missing -= 1
            if missing <= 0:
                return False
    return len([1 for index, words in _folded(cells).items() if words and titles.get(index) == words]) > len(titles) / 2


def _is_numbering(folded: dict[int, str]) -> bool:
    numbers = [int(words) for words in folded.values() if words.isdigit()]
    return (
        all(_NUMBERING.match(words) for words in folded.values())
        and len(numbers) >= len(folded) / 2
        and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        and numbers[0] <= 3
    )


def _is_banner(merged: tuple[int, int, int, int], titles: int) -> bool:
    first_row, first, last_row, last = merged
    return first_row == last_row and last - first + 1 >= max(3, titles / 2)


def _last_parts(header: Header) -> dict[int, str]:
    return {heading.index: heading.parts[-1] for heading in header.headings if heading.parts and not is_reason(heading)}


def _without(cells: list[Cell], indexes: set[int]) -> list[Cell]:
    return ["" if index in indexes else cell for index, cell in enumerate(cells)] if indexes else cells
