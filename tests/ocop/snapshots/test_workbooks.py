"""Workbooks written while they are sent."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from collections.abc import Iterator

import pytest
from openpyxl import load_workbook

from ocop.snapshots import workbooks
from ocop.snapshots.workbooks import Sheet, written


def sheets() -> list[Sheet]:
    nasty = ["=1+1", '<a href="x">&amp;', " hai  khoảng ", "dòng\nhai", "Đặng Ắ", "\x00\x1fđiều khiển", "", None, 0, 79]
    heading = [f"cột {number}" for number in range(10)]
    return [Sheet("Một & hai", heading, [nasty]), Sheet("Rỗng", ["chỉ tiêu đề"], [])]


def test_numbers_stay_numbers_and_text_stays_text() -> None:
    book = load_workbook(io.BytesIO(b"".join(written(sheets()))))
    assert book.sheetnames == ["Một & hai", "Rỗng"]
    first, second = book.worksheets
    assert [cell.value for cell in first[2]] == [
        "'=1+1", "<a href=\"x\">&amp;", " hai  khoảng ", "dòng\nhai", "Đặng Ắ", "điều khiển", None, None, 0, 79,
    ]  # fmt: skip
    assert {cell.data_type for cell in first[2]} == {"s", "n"}
    assert (first.freeze_panes, first.auto_filter.ref, first["A1"].font.bold) == ("A2", "A1:J2", True)
    assert [[cell.value for cell in row] for row in second] == [["chỉ tiêu đề"]]


def test_the_same_cells_give_the_same_bytes() -> None:
    whole = b"".join(written(sheets()))
    assert whole == b"".join(written(sheets()))
    assert zipfile.ZipFile(io.BytesIO(whole)).testzip() is None


def test_it_begins_before_the_rows_end_and_holds_few_of_them() -> None:
    asked = 0

    def rows() -> Iterator[list[str | int]]:
        nonlocal asked
        for asked in range(1, 40_001):
            yield ["sản phẩm", asked, f"{asked * 7919:064x}"]

    tracemalloc.start()
    pieces = written([Sheet("Dòng", ["loại", "số", "mã"], rows())])
    size = len(next(pieces))
    assert asked < 1_000
    size += sum(map(len, pieces))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert asked == 40_000
    assert size > 500_000
    assert peak < 3_000_000


def test_what_no_program_opens_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "MOST_ROWS", 3)
    book = load_workbook(io.BytesIO(b"".join(written([Sheet("Dòng", ["số"], [[n] for n in range(9)])]))))
    assert [row[0].value for row in book["Dòng"]] == ["số", 0, 1]
    assert book["Dòng"].auto_filter.ref == "A1:A3"
