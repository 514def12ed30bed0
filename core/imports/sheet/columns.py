"""What a kind of import wants to find in a sheet, and how a cell becomes a value. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.imports.sheet.cells import Cell, text_at, text_of

Values = dict[str, Any]
_NOTHING = {"n/a", "N/A", "#N/A"}  # what survey programs and formulas write into an empty cell


class CellRefused(Exception):
    """A cell cannot be understood; the message is a Vietnamese sentence that says what to write instead."""


@dataclass(frozen=True)
class Column:
    """One thing a row may say. `aliases` are headings met in real sheets, written any way (they are folded).

    `parse` takes the clean text of a cell that is not empty (see parsers.py) and raises CellRefused.
    """

    name: str
    label: str
    parse: Callable[[str], Any]
    aliases: tuple[str, ...] = ()
    required: bool = False
    example: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Parsed:
    """A row understood: a value for every column of the kind (None: nothing there), and what is wrong."""

    values: Values
    problems: tuple[str, ...]


def parse_row(columns: Sequence[Column], mapping: Mapping[str, int], cells: list[Cell]) -> Parsed:
    """The values of one row; `mapping` says at which index each column's cell stands."""
    values: Values = {}
    problems = []
    for column in columns:
        values[column.name] = None
        text = text_at(cells, mapping.get(column.name, -1))
        if text and text not in _NOTHING:
            try:
                values[column.name] = column.parse(text)
            except CellRefused as refused:
                problems.append(f"{column.label}: {refused}")
        elif column.required:
            problems.append(f"Thiếu {column.label.lower()}. Hãy điền rồi gửi lại dòng này.")
    return Parsed(values, tuple(problems))


def is_blank(cells: list[Cell]) -> bool:
    """Whether nothing but spaces stands in the row."""
    return not any(text_of(cell) for cell in cells)
