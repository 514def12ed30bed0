"""Small files that a reader would make gigabytes of, and files that are opened apart."""

from __future__ import annotations

import io
import zipfile

import pytest

from core.files.apart import OutOfBounds, run_apart
from core.imports.sheet import opening, workbook
from core.imports.sheet.cells import SheetRefused
from core.imports.sheet.guard import measure_ods
from core.imports.sheet.storing import packed, unpacked
from core.imports.sheet.workbook import Sheet, read_sheets
from tests.core.imports import old_excel
from tests.core.imports.sheet_tools import ods, xlsx

SPACES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"' for short in ("office", "table", "text")
)
CELL = '<table:table-cell office:value-type="string"{}><text:p>x</text:p></table:table-cell>'


def document(*tables: str) -> bytes:
    """An OpenDocument file of these tables' rows."""
    content = zipfile.ZipFile(io.BytesIO(ods([["x"]])))
    body = "".join(f'<table:table table:name="t{number}">{rows}</table:table>' for number, rows in enumerate(tables))
    out = io.BytesIO()
    with content, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        for name in content.namelist():
            old = content.read(name).decode()
            at = old.find("<table:table "), old.find("</office:spreadsheet>")
            book.writestr(name, old[: at[0]] + body + old[at[1] :] if name == "content.xml" else old)
    return out.getvalue()


def row(cells: str, **attributes: str) -> str:
    given = "".join(f' table:{name.replace("_", "-")}="{value}"' for name, value in attributes.items())
    return f"<table:table-row{given}>{cells}</table:table-row>"


@pytest.fixture
def no_reader_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever opens a workbook in this process fails."""

    def opened(*_: object) -> None:
        raise AssertionError("opened in this process")

    monkeypatch.setattr(opening, "opened", opened)


def test_old_excel_is_read_apart(no_reader_here: None) -> None:
    sheet, hidden = read_sheets(old_excel.TABLE)
    assert (sheet.name, sheet.is_hidden, sheet.merged) == ("DS", False, ((0, 0, 0, 2),))
    assert sheet.rows == [["DANH SÁCH"], ["Tên thôn", "Số hộ", "Ngày"], ["Thôn Đồng Me", 12, "05/09/2026"]]
    assert (hidden.name, hidden.is_hidden, hidden.rows) == ("An", True, [["a"]])


def test_open_document_is_read_apart(no_reader_here: None) -> None:
    (sheet,) = read_sheets(ods([["Tên"], ["Thôn 1"]], repeat=3))
    assert sheet.rows == [["Tên"], ["Thôn 1"], ["Thôn 1"], ["Thôn 1"]]


def test_two_corners_of_old_excel(no_reader_here: None) -> None:
    with pytest.raises(SheetRefused, match="quá lớn"):
        read_sheets(old_excel.CORNERS)


def test_a_program_beyond_its_memory_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "LIMITS", opening.Limits(10**6, 10**6, 10**12, sheets=60, characters=10**9))
    with pytest.raises(SheetRefused, match="quá lớn"):
        read_sheets(old_excel.CORNERS)


def test_a_program_beyond_its_time_is_stopped(tmp_path: object) -> None:
    program = f"{tmp_path}/spin.py"
    with open(program, "w") as file:
        file.write("while True: pass")
    with pytest.raises(OutOfBounds):
        run_apart(program, (), b"", cpu_seconds=1, memory_bytes=500_000_000)


def test_hidden_rows_without_anything_in_them_take_no_room() -> None:
    empty = row("", visibility="collapse", number_rows_repeated="50000")
    (found,) = measure_ods(document(empty * 20)).values()
    assert (found.rows, found.hidden_rows) == (0, set())


def test_hidden_rows_with_something_in_them_are_known() -> None:
    (found,) = measure_ods(
        document(row(CELL.format("")) + row(CELL.format(""), visibility="filter", number_rows_repeated="2"))
    ).values()
    assert (found.rows, found.hidden_rows) == (3, {2, 3})


@pytest.mark.parametrize(
    ("tables", "sentence"),
    [
        pytest.param([row(CELL.format(' table:number-columns-repeated="99999999"'))], "quá lớn", id="columns"),
        pytest.param([row(CELL.format(' table:number-columns-repeated="100000000"'))], "quá lớn", id="nine digits"),
        pytest.param([row(CELL.format(' table:number-columns-repeated="+9999999"'))], "không mở được", id="signed"),
        pytest.param([row(CELL.format(""), number_rows_repeated="100000000")], "quá lớn", id="rows"),
        pytest.param(
            [row('<table:table-cell table:formula="of:=1" table:number-columns-repeated="9999999"/>')],
            "quá lớn",
            id="formulas without values",
        ),
        pytest.param(
            [row(CELL.format(' table:number-columns-repeated="300"'), number_rows_repeated="8000")] * 2,
            "quá lớn",
            id="many sheets",
        ),
        pytest.param([""] * 300, "quá lớn", id="tables without end"),
    ],
)
def test_repeats_are_counted_before_anything_opens_them(tables: list[str], sentence: str) -> None:
    with pytest.raises(SheetRefused, match=sentence):
        measure_ods(document(*tables))


@pytest.mark.parametrize(
    "content",
    [b"x\xe9y\n" + b"\n" * 130_000 + b"x", b"x\n" * 130_000, b"x\xe9y\n" + (b"x," * 299 + b"\n") * 14_000],
    ids=["lines in old letters", "lines", "cells"],
)
def test_text_is_counted_while_it_is_read(content: bytes) -> None:
    with pytest.raises(SheetRefused, match="quá lớn"):
        read_sheets(content)


def test_sheets_are_counted_together() -> None:
    corners = [["Tên"], *[[]] * 99_998, ["", *[None] * 28, "x"]]
    with pytest.raises(SheetRefused, match="quá lớn"):
        read_sheets(xlsx(corners, more={"Hai": corners}))


def test_sheets_are_kept_as_they_were_read() -> None:
    sheet = Sheet("Một", [["Tên", 1, 2.5, True], [], ["Thôn"]], ((0, 0, 0, 2),), frozenset({3}), 2, is_hidden=True)
    assert unpacked(packed([sheet, Sheet("", [["a"]])])) == [sheet, Sheet("", [["a"]])]
    assert unpacked("Tên,Số\n".encode()) is None
