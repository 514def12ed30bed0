"""Adapters that work through a person: what the sheet is, and that it comes back as it went (29)."""

from __future__ import annotations

import io
import time
from itertools import pairwise

import pytest

from market.platforms.contract import AdapterKind, FileAdapter, ItemOutcome, ResultFileRefused
from market.platforms.sheets.layout import RESULT_COLUMNS, ColumnKind
from tests.contracts.platform_worlds import OperatorWorld, World, needs
from tests.market.platforms.samples import document
from tests.market.platforms.sheet_tools import grid_of, workbook_from, workbook_of

ROWS, SECONDS = 1000, 15.0


def file_world(world: World) -> OperatorWorld:
    needs(world, kind=AdapterKind.FILE)
    assert isinstance(world, OperatorWorld) and isinstance(world.adapter, FileAdapter)
    return world


def test_columns_stand_in_the_order_and_of_the_type_of_their_version(world: World) -> None:
    files = file_world(world)
    heading, row = grid_of(workbook_of(files.adapter.export(files.connection, [document()])))
    layout = files.layout
    assert heading == [column.heading for column in (*layout.columns, *RESULT_COLUMNS)]
    types = [float if column.kind is ColumnKind.NUMBER else str for column in (*layout.columns, *RESULT_COLUMNS)]
    assert [type(cell) for cell in row] == types
    assert layout.version == files.adapter.capabilities(files.connection).rule_version


def test_its_own_file_comes_back_as_nothing_new(world: World) -> None:
    files = file_world(world)
    documents = [document(f"NM-{number}", photos=()) for number in range(3)]
    workbook = workbook_of(files.adapter.export(files.connection, documents))
    for content in (workbook, workbook_from(grid_of(workbook))):
        results = files.adapter.import_result(files.connection, io.BytesIO(content))
        assert [(result.sku, result.outcome) for result in results] == [
            (f"NM-{number}", ItemOutcome.WAITING) for number in range(3)
        ]


def test_columns_nobody_knows_change_nothing_and_a_file_of_something_else_is_refused(world: World) -> None:
    files = file_world(world)
    grid = grid_of(workbook_of(files.adapter.export(files.connection, [document(photos=())])))
    wider = [["Ghi chú", *grid[0]], ["=1+1", *grid[1]]]
    (result,) = files.adapter.import_result(files.connection, io.BytesIO(workbook_from(wider)))
    assert (result.sku, result.outcome) == ("NM-001", ItemOutcome.WAITING)
    for content in (b"", b"%PDF-1.7", workbook_from([["Tên", "Giá"], ["Mắm", 1]])):
        with pytest.raises(ResultFileRefused) as caught:
            files.adapter.import_result(files.connection, io.BytesIO(content))
        assert caught.value.message_vi.endswith(".")


def test_a_thousand_listings_go_out_and_come_back_in_time(world: World) -> None:
    files = file_world(world)
    documents = [document(f"NM-{number:04}", photos=()) for number in range(ROWS)]
    began = time.monotonic()
    pack = files.adapter.export(files.connection, documents)
    results = files.adapter.import_result(files.connection, io.BytesIO(workbook_of(pack)))
    assert time.monotonic() - began < SECONDS
    assert (pack.count, len(results)) == (ROWS, ROWS)
    assert all(before.sku < after.sku for before, after in pairwise(results))
