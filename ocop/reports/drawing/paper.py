"""Sheets in the layout of official documents: Decree 30/2020/NĐ-CP, annex I. A4, the margins of section I.4, the typeface of I.3, page numbers
in the middle of the upper margin from the second page on, those of each annex for themselves (II.9.đ).

Lengths are millimetres, sizes of letters points. The same calls give the same bytes: the moment of making is told, not read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from fpdf import FPDF
from fpdf.fonts import TTFFont

from core.kit.qr import modules_of, runs_of
from ocop.reports.drawing.lettering import FACE, even_lines_of, lines_of, load_faces, ready

TOP, BOTTOM, LEFT, RIGHT = 20.0, 20.0, 30.0, 15.0
POINT = 25.4 / 72
LEADING = 1.2  # of the size of the letters, from line to line
INDENT = 12.7
PAD = 1.0  # inside a cell, left and right
Align = Literal["L", "C", "R"]


@dataclass(frozen=True)
class Cell:
    """A cell of a table's head that may stand over several columns or rows of the head."""

    text: str
    columns: int = 1
    rows: int = 1


@dataclass(frozen=True)
class Row:
    """A row of a table; `whole` makes the first text one cell over all columns."""

    texts: Sequence[str]
    is_bold: bool = False
    whole: bool = False


@dataclass(frozen=True)
class Table:
    """`head` are rows of cells as they are read; a place under a tall cell has none. The head is drawn again on every page."""

    widths: Sequence[float]
    aligns: Sequence[Align]
    head: Sequence[Sequence[Cell]]
    rows: Sequence[Row]
    size: float = 11


class Paper(FPDF):
    """A document that is written from top to bottom."""

    def __init__(self, *, title: str, author: str, made_at: datetime) -> None:
        super().__init__(unit="mm", format="A4")
        load_faces(self)
        self.set_margins(LEFT, TOP, RIGHT)
        self.c_margin = 0
        self.set_auto_page_break(True, BOTTOM)
        self.set_title(ready(title))
        self.set_author(ready(author))
        self.set_producer("Lên Sàn")
        self.set_creator("Lên Sàn")
        self.set_lang("vi")
        self.set_creation_date(made_at)
        self._first_of_part = 1

    def part(self, *, is_wide: bool = False) -> None:
        """Begin the document or an annex on a page of its own; a wide one lies."""
        self._first_of_part = self.page + 1
        self.add_page(orientation="L" if is_wide else "P", same=False)

    def header(self) -> None:
        """The number of the page; the first of each part has none."""
        number = self.page - self._first_of_part + 1
        if number > 1:
            self.face(13)
            self.words(str(number), LEFT, 10, self.epw, align="C")
            self.set_y(TOP)

    @property
    def floor(self) -> float:
        """The lowest place of a page that may be written on."""
        return self.h - BOTTOM

    def face(self, size: float, style: str = "") -> None:
        """The letters from here on."""
        self.set_font(FACE, style, size)

    def width_of(self, text: str) -> float:
        """How long a text is in the present letters: `get_string_width` without what this document has no use for; thousands of cells
        are measured."""
        font = self.current_font
        assert isinstance(font, TTFFont)
        return sum(font.cw[ord(char)] for char in text) * self.font_size / 1000

    def line_height(self, size: float) -> float:
        """From line to line."""
        return size * POINT * LEADING

    def words(self, text: str, x: float, y: float, width: float, *, align: Align = "L") -> float:
        """Text in the present letters, broken to the width (in the middle: into lines of nearly the same length); returns where the next
        line may stand."""
        step = self.line_height(self.font_size_pt)
        broken = even_lines_of if align == "C" else lines_of
        for line in broken(ready(text), width, self.width_of):
            room = width - self.width_of(line)
            self.text(x + {"L": 0.0, "C": room / 2, "R": room}[align], y + self.font_size_pt * POINT, line)
            y += step
        return y

    def flow(self, lines: Sequence[str], x: float, y: float) -> float:
        """Lines of `lines_of` in the present letters, going on on the next page; returns where the next line may stand."""
        step = self.line_height(self.font_size_pt)
        for line in lines:
            if y + step > self.floor:
                self.add_page(same=True)
                y = TOP
            self.text(x, y + self.font_size_pt * POINT, line)
            y += step
        return y

    def paragraph(
        self,
        text: str,
        *,
        size: float = 14,
        style: str = "",
        indent: float = INDENT,
        after: float = 2,
        align: Literal["J", "L"] = "J",
    ) -> None:
        """A paragraph over the whole width, both edges straight, goes on on the next page."""
        self.face(size, style)
        with self.text_columns(text_align=align, line_height=LEADING) as column:
            paragraph = column.paragraph(first_line_indent=indent, bottom_margin=after)
            paragraph.write(ready(text))
            column.end_paragraph()
        self.set_x(LEFT)

    def room(self, needed: float) -> None:
        """Go on on the next page when less than this is left."""
        if self.get_y() + needed > self.floor:
            self.add_page(same=True)

    def rule(self, x: float, y: float, width: float) -> None:
        """A line under a text."""
        self.set_line_width(0.2)
        self.line(x, y, x + width, y)

    def code(self, text: str, x: float, y: float, side: float) -> None:
        """A QR code with its quiet zone."""
        rows = modules_of(text)
        step = side / len(rows)
        self.set_fill_color(0, 0, 0)
        for number, row in enumerate(rows):
            for start, end in runs_of(row):
                # A hair higher than a row, or viewers show white lines between them.
                self.rect(x + start * step, y + number * step, (end - start) * step, step * 1.02, style="F")

    def grid(self, table: Table) -> None:
        """A table from the present place on; rows are not torn by a page's end."""
        self.set_line_width(0.1)
        head = self._head_heights(table)
        first = self._height(table, table.rows[0]) if table.rows else 0
        self.room(sum(head) + first)
        self._draw_head(table, head)
        for row in table.rows:
            height = self._height(table, row)
            if self.get_y() + height > self.floor:
                self.add_page(same=True)
                self.set_line_width(0.1)
                self._draw_head(table, head)
            self._draw_row(table, row, height)
        self.set_xy(LEFT, self.get_y() + 3)

    def _head_heights(self, table: Table) -> list[float]:
        """Each row of the head as high as its cells of one row ask, the last one also as those over several."""
        self.face(table.size, "B")
        heights = [0.0] * len(table.head)
        tall: list[tuple[int, Cell, float]] = []
        for level, place, cell in _placed(table.head):
            width = sum(table.widths[place : place + cell.columns])
            need = self._text_height(cell.text, width, table.size)
            if cell.rows == 1:
                heights[level] = max(heights[level], need)
            else:
                tall.append((level, cell, need))
        for level, cell, need in tall:
            held = sum(heights[level : level + cell.rows])
            heights[level + cell.rows - 1] += max(0.0, need - held)
        return heights

    def _draw_head(self, table: Table, heights: Sequence[float]) -> None:
        top = self.get_y()
        self.face(table.size, "B")
        for level, place, cell in _placed(table.head):
            x = LEFT + sum(table.widths[:place])
            width = sum(table.widths[place : place + cell.columns])
            y, height = top + sum(heights[:level]), sum(heights[level : level + cell.rows])
            self._box(cell.text, x, y, width, height, table.size, "C")
        self.set_xy(LEFT, top + sum(heights))

    def _draw_row(self, table: Table, row: Row, height: float) -> None:
        self.face(table.size, "B" if row.is_bold or row.whole else "")
        x, y = LEFT, self.get_y()
        if row.whole:
            self._box(row.texts[0], x, y, sum(table.widths), height, table.size, "L")
        else:
            for text, width, align in zip(row.texts, table.widths, table.aligns, strict=True):
                self._box(text, x, y, width, height, table.size, align)
                x += width
        self.set_xy(LEFT, y + height)

    def _box(self, text: str, x: float, y: float, width: float, height: float, size: float, align: Align) -> None:
        self.rect(x, y, width, height)
        used = self._text_height(text, width, size) - 2 * PAD * 0.6
        top = y + (height - used) / 2
        for part in text.split("\n"):
            self._shrink(part, width, size)
            top = self.words(part, x + PAD, top, width - 2 * PAD, align=align)
        self.set_font_size(size)

    def _shrink(self, text: str, width: float, size: float) -> None:
        """Smaller letters for a number that is wider than its column; words are broken instead."""
        self.set_font_size(size)
        if text and not any(char.isalpha() for char in text):
            while self.font_size_pt > 5 and self.width_of(ready(text)) > width - 2 * PAD:
                self.set_font_size(self.font_size_pt - 0.5)

    def _text_height(self, text: str, width: float, size: float) -> float:
        lines = 0
        for part in text.split("\n"):
            self._shrink(part, width, size)
            lines += len(lines_of(ready(part), width - 2 * PAD, self.width_of))
        self.set_font_size(size)
        return lines * self.line_height(size) + 2 * PAD * 0.6

    def _height(self, table: Table, row: Row) -> float:
        self.face(table.size, "B" if row.is_bold or row.whole else "")
        if row.whole:
            return self._text_height(row.texts[0], sum(table.widths), table.size)
        return max(
            self._text_height(text, width, table.size) for text, width in zip(row.texts, table.widths, strict=True)
        )

    def done(self) -> bytes:
        """The whole file."""
        return bytes(self.output())


def _placed(head: Sequence[Sequence[Cell]]) -> list[tuple[int, int, Cell]]:
    """Row, first column and cell of a head, with places under tall cells left out."""
    taken: set[tuple[int, int]] = set()
    found = []
    for level, cells in enumerate(head):
        place = 0
        for cell in cells:
            while (level, place) in taken:
                place += 1
            found.append((level, place, cell))
            taken |= {(level + r, place + c) for r in range(cell.rows) for c in range(cell.columns)}
    return found


__all__ = ["LEFT", "RIGHT", "Cell", "Paper", "Row", "Table"]
