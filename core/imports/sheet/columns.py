"""What a kind of import wants to find in a sheet, and how a cell becomes a value. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.imports.sheet.cells import Cell, text_of, written_in

Values = dict[str, Any]
_TEXTS_REMEMBERED = 2_000
_NOTHING = {"n/a", "N/A", "#N/A"}  # what survey programs and formulas write into an empty cell


class CellRefused(Exception):
    """A cell cannot be understood; the message is a Vietnamese sentence that says what to write instead."""


@dataclass(frozen=True)
class Column:
    """One thing a row may say. `aliases` are headings met in real sheets, written any way (they are folded).

    `parse` takes the clean text of a cell that is not empty (see parsers.py) and raises CellRefused; with `keeps_lines` the
    text as it stands there, lines and all.
    """

    name: str
    label: str
    parse: Callable[[str], Any]
    aliases: tuple[str, ...] = ()
    required: bool = False
    example: str = ""
    hint: str = ""
    keeps_lines: bool = False


@dataclass(frozen=True)
class Parsed:
    """A row understood: a value for every column of the kind (None: nothing there), and what is wrong."""

    values: Values
    problems: tuple[str, ...]


class RowParser:
    """Understands rows of one sheet; `mapping` says at which index each column's cell stands, `given` what all rows say where
    the sheet has no such column.

    What was understood of a text is remembered for as long as the parser lives: a list says «Ấp 3» and «có» thousands of
    times. (Values are never changed by whoever gets them.)
    """

    def __init__(
        self, columns: Sequence[Column], mapping: Mapping[str, int], given: Mapping[str, str] | None = None
    ) -> None:
        self._given = given or {}
        self._nothing: Values = {column.name: None for column in columns}
        places = [(column, mapping.get(column.name, -1)) for column in columns]
        self._places: list[tuple[Column, int, dict[str, Any]]] = [
            (column, index, {})
            for column, index in places
            if index >= 0 or column.required or column.name in self._given
        ]

    def parse(self, cells: list[Cell]) -> Parsed:
        """The values of one row, and what is wrong with it."""
        values = self._nothing.copy()
        problems = []
        for column, index, known in self._places:
            if index < 0:
                text = self._given.get(column.name, "")
            else:
                text = _text(column, cells[index]) if index < len(cells) else ""
            if text and text not in _NOTHING:
                try:
                    if text in known:
                        values[column.name] = known[text]
                        continue
                    values[column.name] = value = column.parse(text)
                    if len(known) < _TEXTS_REMEMBERED:
                        known[text] = value
                except CellRefused as refused:
                    problems.append(f"{column.label}: {refused}")
            elif column.required:
                problems.append(f"Thiếu {column.label.lower()}. Hãy điền rồi gửi lại dòng này.")
        return Parsed(values, tuple(problems))


def _text(column: Column, cell: Cell) -> str:
    return written_in(cell) if column.keeps_lines and text_of(cell) else text_of(cell)


def parse_row(columns: Sequence[Column], mapping: Mapping[str, int], cells: list[Cell]) -> Parsed:
    """The values of one row; for many of one sheet see RowParser."""
    return RowParser(columns, mapping).parse(cells)


def is_blank(cells: list[Cell]) -> bool:
    """Whether nothing but spaces stands in the row."""
    return not any(text_of(cell) for cell in cells)
