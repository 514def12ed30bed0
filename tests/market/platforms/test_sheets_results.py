"""The sheet that comes back: filled by people, moved about, saved by other programs, or no sheet at all."""

from __future__ import annotations

import io
import time
import zipfile

import pytest
import xlsxwriter

from market.platforms.contract import (
    Artifact,
    ConnectionSettings,
    ItemOutcome,
    ItemResult,
    RemoteIds,
    ResultFileRefused,
)
from market.platforms.sheets.results import read_results
from market.platforms.voso.adapter import adapter
from market.platforms.voso.layout import LAYOUT
from tests.market.platforms.samples import document
from tests.market.platforms.sheet_tools import filled, grid_of, workbook_from, workbook_of

HERE = ConnectionSettings()
SKU = LAYOUT.sku_heading
PAGE = "https://voso.vn/nuoc-mam-p93412.html"
HEADINGS = [SKU, "Kết quả", "Liên kết", "Lý do", "Mã trên sàn"]


def exported(*skus: str) -> Artifact:
    return adapter().export(HERE, [document(sku, photos=()) for sku in skus])


def results_of(content: bytes) -> list[ItemResult]:
    return adapter().import_result(HERE, io.BytesIO(content))


def results_of_rows(*rows: list[object]) -> list[ItemResult]:
    return results_of(workbook_from([HEADINGS, *rows]))


def refusal_of(content: bytes) -> str:
    with pytest.raises(ResultFileRefused) as caught:
        results_of(content)
    assert caught.value.permanent
    return caught.value.message_vi


def test_round_trip() -> None:
    artifact = exported("NM-001", "NM-002", "NM-003", "0089")
    stream = filled(
        artifact,
        SKU,
        {
            "NM-001": {"Kết quả": "Đã lên sàn", "Liên kết": PAGE + "?o2o=9", "Mã trên sàn": "VS-93412"},
            "NM-002": {"Kết quả": "Từ chối", "Lý do": "Ảnh mờ\n– Thiếu giấy ATTP; =CMD()"},
            "NM-003": {"Kết quả": "Đang chờ"},
        },
    )
    live, rejected, waiting, untouched = adapter().import_result(HERE, stream)
    assert (live.sku, live.outcome, live.row) == ("NM-001", ItemOutcome.LIVE_CLAIMED, 2)
    assert (live.remote, live.issues) == (RemoteIds("VS-93412", PAGE), ())
    assert (rejected.sku, rejected.outcome) == ("NM-002", ItemOutcome.REJECTED)
    assert [issue.remote_text for issue in rejected.issues] == ["Ảnh mờ", "Thiếu giấy ATTP", "=CMD()"]
    assert waiting == ItemResult("NM-003", ItemOutcome.WAITING, row=4)
    assert untouched == ItemResult("0089", ItemOutcome.WAITING, row=5)


def test_our_own_file_comes_back_as_nothing_new() -> None:
    sheet = read_results([LAYOUT], io.BytesIO(workbook_of(exported("A", "B"))))
    assert {result.outcome for result in sheet.results} == {ItemOutcome.WAITING}
    assert sheet.unknown_headings == ()


def test_columns_move_headings_change_and_lines_stand_above() -> None:
    grid = [
        ["", "", ""],
        ["SỞ CÔNG THƯƠNG", "", ""],
        ["LY DO", "Ghi chú", "ket  qua", "liên kết", "ma san pham (sku)"],
        ["", "x", "ĐÃ LÊN SÀN", "voso.vn/a-p5.html", 893.0],
        ["", "", "", "", ""],
        ["Thiếu ảnh", "", "tu choi", "", "B"],
    ]
    sheet = read_results([LAYOUT], io.BytesIO(workbook_from(grid)))
    assert [(item.sku, item.outcome.value, item.row) for item in sheet.results] == [
        ("893", "live_claimed", 4),
        ("B", "rejected", 6),
    ]
    assert sheet.results[0].remote == RemoteIds("5", "https://voso.vn/a-p5.html")
    assert sheet.unknown_headings == ("Ghi chú",)


@pytest.mark.parametrize(
    ("row", "field", "words"),
    [
        (["A", "Đã lên sàn", "", "", ""], "url", "Dòng này ghi đã lên sàn nhưng chưa có liên kết."),
        (["A", "Đã lên sàn", "https://evil.example/a-p1.html", "", ""], "url", "không phải trang sản phẩm"),
        (["A", "chắc là được", "", "", ""], "result", "Kết quả này chưa rõ."),
        (["", "Đã lên sàn", PAGE, "", ""], "sku", "Dòng này không có mã hàng."),
    ],
)
def test_a_claim_that_cannot_be_relied_on_stays_unknown(row: list[object], field: str, words: str) -> None:
    (result,) = results_of_rows(row)
    assert (result.outcome, result.remote, result.row) == (ItemOutcome.UNKNOWN, None, 2)
    (issue,) = result.issues
    assert issue.field == field and words in issue.message_vi


def test_a_link_alone_is_a_claim_and_a_rejection_without_reason_says_so() -> None:
    link, rejected = results_of_rows(["A", "", PAGE, "", ""], ["B", "Từ chối", "", " ; ", ""])
    assert (link.outcome, link.remote) == (ItemOutcome.LIVE_CLAIMED, RemoteIds("93412", PAGE))
    assert [issue.code for issue in rejected.issues] == ["rejected_without_reason"]


def test_rows_that_contradict_each_other_are_all_unknown_and_equal_ones_are_not() -> None:
    results = results_of_rows(
        ["A", "Đã lên sàn", PAGE, "", ""],
        ["A", "Từ chối", "", "Ảnh mờ", ""],
        ["B", "Từ chối", "", "Ảnh mờ", ""],
        ["B", "Từ chối", "", "Ảnh mờ", ""],
    )
    assert [item.outcome.value for item in results] == ["unknown", "unknown", "rejected", "rejected"]
    assert "nhiều dòng với kết quả khác nhau" in results[0].issues[0].message_vi


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv(encoding: str, delimiter: str) -> None:
    lines = [HEADINGS, ["0089", "Đã lên sàn", PAGE, "", ""], ["B", "Từ chối", "", '"Ảnh mờ\nvà tối"', ""]]
    text = "\r\n".join(delimiter.join(line) for line in lines)
    live, rejected = results_of(text.encode(encoding))
    assert (live.sku, live.outcome, live.remote) == (
        "0089",
        ItemOutcome.LIVE_CLAIMED,
        RemoteIds("93412", PAGE),
    )
    assert [issue.remote_text for issue in rejected.issues] == ["Ảnh mờ", "và tối"]


def zipped(**parts: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, content in parts.items():
            pack.writestr(name.replace("__", "/"), content)
    return target.getvalue()


def with_sheet(xml: bytes) -> bytes:
    """A real workbook whose first sheet is replaced."""
    source, target = zipfile.ZipFile(io.BytesIO(workbook_from([HEADINGS]))), io.BytesIO()
    with source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as pack:
        for name in source.namelist():
            pack.writestr(name, xml if name == "xl/worksheets/sheet1.xml" else source.read(name))
    return target.getvalue()


def sheet_xml(rows: bytes) -> bytes:
    name = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return b'<?xml version="1.0"?><worksheet xmlns="' + name + b'"><sheetData>' + rows + b"</sheetData></worksheet>"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "Tệp này trống"),
        (b" \n ", "Tệp này trống"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "Excel kiểu cũ hoặc có mật khẩu"),
        (b"PK\x03\x04 not a zip", "Tệp này không mở được"),
        (workbook_from([HEADINGS])[:-200], "Tệp này không mở được"),
        (zipped(content=b"<office/>"), "Tệp này không mở được"),
        (with_sheet(b"<worksheet><broken"), "Tệp này không mở được"),
        (with_sheet(b'<!DOCTYPE x [<!ENTITY a "b">]>' + sheet_xml(b"&a;")), "Tệp này không mở được"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "không phải bảng tính"),
        (b"a,b\x00\nc,d", "Tệp này không mở được"),
        ("Mã hàng,Kết quả\nẢ".encode("cp1258", "replace"), "Chữ trong tệp CSV không đọc được"),
        (b'a,b\n"open', "Tệp này không mở được"),
        (workbook_from([["Tên", "Giá"], ["x", 1]]), f"Bảng thiếu cột «{SKU}», «Kết quả»"),
        (workbook_from([[SKU], ["A"]]), "Bảng thiếu cột «Kết quả»"),
        (workbook_from([[SKU, "Kết quả", "KẾT QUẢ"], ["A", "", ""]]), "Cột «Kết quả» có hai lần"),
        (workbook_from([[""]] * 20 + [HEADINGS]), "Bảng thiếu cột"),
        (zipped(**{"[Content_Types].xml": b"0" * 61_000_000}), "Tệp này quá lớn"),
        (with_sheet(sheet_xml(b'<row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>1</v></c></row>')), "Tệp này quá lớn"),
        (with_sheet(sheet_xml(b'<row r="1048576"><c><v>1</v></c></row>')), "Tệp này quá lớn"),
        (with_sheet(sheet_xml(b"<row>" + b"<c><v>1</v></c>" * 300 + b"</row>")), "Tệp này quá lớn"),
        (with_sheet(sheet_xml(b"<row><c><v>1</v></c></row>" * 5001)), "Tệp này quá lớn"),
        (b"a,b\n" + b"1,2\n" * 5001, "Tệp này quá lớn"),
        (b"x" * 10_000_001, "Tệp này nặng quá 10 MB"),
    ],
)
def test_files_that_cannot_be_used_are_refused_in_a_sentence(content: bytes, words: str) -> None:
    message = refusal_of(content)
    assert words in message
    assert "Hãy" in message


def test_a_false_size_in_the_zip_does_not_hide_a_bomb() -> None:
    bomb = zipped(**{"[Content_Types].xml": b"0" * 61_000_000})
    true_size, false_size = (61_000_000).to_bytes(4, "little"), (1000).to_bytes(4, "little")
    assert bomb.count(true_size) == 2
    assert "Tệp này không mở được" in refusal_of(bomb.replace(true_size, false_size))


def test_a_thousand_rows_come_back_quickly() -> None:
    rows: list[list[object]] = [[f"NM-{n}", "Đã lên sàn", f"https://voso.vn/a-p{n}.html", "", ""] for n in range(1000)]
    started = time.monotonic()
    results = results_of_rows(*rows)
    assert time.monotonic() - started < 5
    assert [item.sku for item in results] == [f"NM-{n}" for n in range(1000)]


def test_the_sheet_is_found_wherever_the_operator_left_it() -> None:
    artifact = exported("A")
    assert len(grid_of(workbook_of(artifact))) == 2
    from_second_sheet = io.BytesIO()
    with xlsxwriter.Workbook(from_second_sheet, {"in_memory": True}) as book:
        book.add_worksheet("Bìa").write_string(0, 0, "Kết quả")
        sheet = book.add_worksheet("Bảng")
        sheet.write_row(0, 0, HEADINGS)
        sheet.write_row(1, 0, ["A", "Đang chờ"])
    assert results_of(from_second_sheet.getvalue()) == [ItemResult("A", ItemOutcome.WAITING, row=2)]
