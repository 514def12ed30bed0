"""An operator's hands for the sheet tests: opens a pack, fills the answer columns, saves it again."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence

import xlsxwriter
from python_calamine import load_workbook

from market.platforms.contract import Artifact

Grid = list[list[object]]


def workbook_of(artifact: Artifact) -> bytes:
    """The workbook in a pack."""
    with zipfile.ZipFile(io.BytesIO(artifact.content)) as pack:
        return pack.read(next(name for name in pack.namelist() if name.endswith(".xlsx")))


def grid_of(workbook: bytes) -> Grid:
    """The first sheet, as a reader sees it."""
    book = load_workbook(io.BytesIO(workbook))
    return [list(row) for row in book.get_sheet_by_index(0).to_python()]


def rows_of(artifact: Artifact) -> list[dict[str, object]]:
    """The rows of a pack by heading."""
    heading, *rows = grid_of(workbook_of(artifact))
    return [dict(zip(map(str, heading), row, strict=True)) for row in rows]


def workbook_from(grid: Sequence[Sequence[object]]) -> bytes:
    """A workbook with one sheet of these cells."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for line, row in enumerate(grid):
            for column, cell in enumerate(row):
                if isinstance(cell, int | float):
                    sheet.write_number(line, column, cell)
                elif cell not in (None, ""):
                    sheet.write_string(line, column, str(cell))
    return target.getvalue()


def filled(artifact: Artifact, sku_heading: str, answers: Mapping[str, Mapping[str, str]]) -> io.BytesIO:
    """The pack's sheet with the answers of a platform's staff: {sku: {heading: text}}."""
    grid = grid_of(workbook_of(artifact))
    heading = [str(cell) for cell in grid[0]]
    for row in grid[1:]:
        for name, text in answers.get(str(row[heading.index(sku_heading)]), {}).items():
            row[heading.index(name)] = text
    return io.BytesIO(workbook_from(grid))
