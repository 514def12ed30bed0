"""What LibreOffice makes of our sheets: opened, answered and saved there, nothing else changes.

`sheets_kept/` holds files that LibreOffice 7.4 saved (the first test reads them on every machine); where it is installed the
whole way is gone anew. `python -m tests.market.platforms.test_sheets_libreoffice` writes the kept files again.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import tempfile
import time
import unicodedata
from pathlib import Path

import openpyxl
import pytest

from market.platforms.contract import ConnectionSettings, ItemOutcome, RemoteIds, SheetLine, SheetTask
from market.platforms.sheets.results import ResultSheet
from market.platforms.voso.adapter import adapter as voso
from tests.market.platforms.samples import document
from tests.market.platforms.sheet_tools import grid_of, workbook_of

HERE = ConnectionSettings()
KEPT = Path(__file__).parent / "sheets_kept"
OFFICE = shutil.which("soffice")
UTF8_CSV = "csv:Text - txt - csv (StarCalc):59,34,UTF8"
SECONDS = 60.0  # for 1,000 rows, there and back
TITLES = {
    "LS-1": "=1+1 là hai",
    "0012345": "12/11 giỗ tổ",
    "LS-3": unicodedata.normalize("NFD", "Mật ong rừng Bù Đăng"),
    "LS-4": "000893",
    "LS-5": "Nước mắm 🍯 «nhĩ»; 40 độ, chai",
    "LS-6": "+84 901 234 567",
}
ANSWERS = {
    "LS-1": {
        "Kết quả": "Đã lên sàn",
        "Liên kết": "https://voso.vn/a-p0012.html?utm_source=zalo",
        "Mã trên sàn": "0012",
    },
    "0012345": {"Kết quả": "Từ chối", "Lý do": unicodedata.normalize("NFD", "Ảnh mờ\nThiếu ngày 12/11; 000893")},
    "LS-3": {"Kết quả": unicodedata.normalize("NFD", "Đã đăng"), "Liên kết": "voso.vn/b-p893123456789012.html"},
    "LS-4": {"Kết quả": "Từ chối", "Lý do": "=1/0"},
    "LS-5": {"Kết quả": "Đang chờ"},
}


def ours(answers: dict[str, dict[str, str]]) -> bytes:
    """A batch's workbook, with what the platform's staff typed into it (cells keep the format they have)."""
    documents = [document(sku, title=title) for sku, title in TITLES.items()]
    lines = {sku: SheetLine(SheetTask.PUT, "") for sku in TITLES}
    book = openpyxl.load_workbook(io.BytesIO(workbook_of(voso().export(HERE, documents, lines, "VoSo 7"))))
    sheet = book.worksheets[0]
    place = {str(cell.value): cell.column for cell in sheet[1]}
    for row in range(2, sheet.max_row + 1):
        typed = answers.get(str(sheet.cell(row, place["Mã sản phẩm (SKU)"]).value), {})
        for heading, text in typed.items():
            sheet.cell(row, place[heading]).value = text
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def saved_by_office(workbook: bytes, kind: str = "xlsx:Calc MS Excel 2007 XML") -> bytes:
    """The file as LibreOffice saves it."""
    assert OFFICE is not None
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "bang.xlsx").write_bytes(workbook)
        profile = f"-env:UserInstallation=file://{folder}/profile"
        command = [OFFICE, "--headless", profile, "--convert-to", kind, "--outdir", str(folder / "out"), "bang.xlsx"]
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=120)
        return next((folder / "out").iterdir()).read_bytes()


def read(content: bytes) -> ResultSheet:
    return voso().read(HERE, io.BytesIO(content))


def check_answers(found: ResultSheet) -> None:
    """Codes with leading zeros, composed letters, long numbers and dates in words come back as they were typed."""
    claims = {each.sku: each for each in found.results}
    assert list(claims) == list(TITLES)
    assert found.unknown_headings == ()
    assert {each.batch for each in found.results} == {"VoSo 7"}
    assert [each.outcome for each in found.results] == [
        ItemOutcome.LIVE_CLAIMED,
        ItemOutcome.REJECTED,
        ItemOutcome.LIVE_CLAIMED,
        ItemOutcome.REJECTED,
        ItemOutcome.WAITING,
        ItemOutcome.WAITING,
    ]
    assert claims["LS-1"].remote == RemoteIds("0012", "https://voso.vn/a-p0012.html")
    assert claims["LS-3"].remote == RemoteIds("893123456789012", "https://voso.vn/b-p893123456789012.html")
    assert [issue.remote_text for issue in claims["0012345"].issues] == ["Ảnh mờ", "Thiếu ngày 12/11", "000893"]
    (wrong,) = claims["LS-4"].issues
    assert (wrong.code, wrong.remote_text) == ("rejected_without_reason", ""), "a broken formula is no reason"


@pytest.mark.parametrize("name", ["answered.xlsx", "answered.csv"])
def test_what_libreoffice_saved_reads_as_it_was_typed(name: str) -> None:
    check_answers(read((KEPT / name).read_bytes()))


def test_what_libreoffice_only_opened_and_saved_is_no_news() -> None:
    kept = (KEPT / "untouched.xlsx").read_bytes()
    assert {each.outcome for each in read(kept).results} == {ItemOutcome.WAITING}
    assert grid_of(kept) == grid_of(ours({})), "not one cell of ours has changed"


@pytest.mark.skipif(OFFICE is None, reason="no LibreOffice on this machine; the kept files are read everywhere")
def test_the_way_through_libreoffice() -> None:
    assert grid_of(saved_by_office(ours({}))) == grid_of(ours({}))
    check_answers(read(saved_by_office(ours(ANSWERS))))
    check_answers(read(saved_by_office(ours(ANSWERS), UTF8_CSV)))


@pytest.mark.skipif(OFFICE is None, reason="no LibreOffice on this machine")
def test_a_thousand_rows_go_through_libreoffice_in_time() -> None:
    documents = [document(f"LS-{number:04}", photos=()) for number in range(1_000)]
    began = time.monotonic()
    workbook = workbook_of(voso().export(HERE, documents))
    back = saved_by_office(workbook)
    assert [each.outcome for each in read(back).results] == [ItemOutcome.WAITING] * 1_000
    assert grid_of(back) == grid_of(workbook)
    assert time.monotonic() - began < SECONDS


if __name__ == "__main__":
    (KEPT / "untouched.xlsx").write_bytes(saved_by_office(ours({})))
    (KEPT / "answered.xlsx").write_bytes(saved_by_office(ours(ANSWERS)))
    (KEPT / "answered.csv").write_bytes(saved_by_office(ours(ANSWERS), UTF8_CSV))
