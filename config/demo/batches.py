"""Files for VoSo and Postmart: one that lies ready, one that was sent and whose result file came back."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import xlsxwriter
from python_calamine import load_workbook

from core.people.queries import Viewer
from market.platforms.desk.actions import export_sheet, import_result, mark_sent
from market.platforms.desk.queries import sheet_adapter
from market.platforms.models import Connection, SheetBatch
from market.platforms.sheets.layout import LINK_HEADING, LIVE_WORD, REASON_HEADING, REJECTED_WORD, RESULT_HEADING

REASON = "Ảnh mờ, không đọc được nhãn; Thiếu ngày sản xuất"
# What the platform's staff added to the sheet, and a line that is none of ours.
NOTE_HEADING, NOTE = "Người xử lý", "Tổ nội dung 2"
UNKNOWN_SKU = "KHONG-CO-MA-NAY"


def send_files(operator: Viewer) -> None:
    """VoSo's next batch is ready to be sent; Postmart's was sent, and its answers are read: pages to look at, one refusal,
    lines that still wait, one that cannot be used."""
    export_sheet(connection=_connection("voso"), by=operator)
    postmart = _connection("postmart")
    batch = mark_sent(batch=export_sheet(connection=postmart, by=operator), sent=True, by=operator)
    import_result(connection=postmart, raw=_answered(batch), by=operator, file_name="postmart-lo-1-ket-qua.xlsx")


def _connection(code: str) -> Connection:
    return Connection.objects.select_related("platform").get(platform__code=code)


def _answered(batch: SheetBatch) -> bytes:
    """The batch's own sheet as the platform's staff send it back: the first two lines are up, the third refused."""
    with batch.file.open("rb") as file, zipfile.ZipFile(file) as pack:
        book = next(name for name in pack.namelist() if name.endswith(".xlsx"))
        heading, *lines = load_workbook(io.BytesIO(pack.read(book))).get_sheet_by_index(0).to_python()
    place = {str(name): index for index, name in enumerate(heading)}
    for number, line in enumerate(lines[:3], start=1):
        if number == 3:
            line[place[RESULT_HEADING]], line[place[REASON_HEADING]] = REJECTED_WORD, REASON
        else:
            line[place[RESULT_HEADING]] = LIVE_WORD
            line[place[LINK_HEADING]] = f"https://postmart.vn/p/ban-mau-{9_000_200 + number}.html"
    stray: list[Any] = [""] * len(heading)
    stray[place[_sku_heading(batch.connection)]], stray[place[RESULT_HEADING]] = UNKNOWN_SKU, REJECTED_WORD
    return _workbook([[*heading, NOTE_HEADING], *([*line, NOTE] for line in [*lines, stray])])


def _sku_heading(connection: Connection) -> str:
    adapter = sheet_adapter(connection)
    assert adapter is not None
    return adapter.layout.sku_heading


def _workbook(rows: list[list[Any]]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, int | float):
                    sheet.write_number(number, column, cell)
                else:
                    sheet.write_string(number, column, str(cell))
    return out.getvalue()
