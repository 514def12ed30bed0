"""From bytes to rows: the files offices really send."""

from __future__ import annotations

import io
import unicodedata
import zipfile
from datetime import date, datetime

import pytest

from core.imports.sheet.cells import SheetRefused, stored, text_of
from core.imports.sheet.workbook import Sheet, read_sheets, read_text
from tests.core.imports.sheet_tools import ods, xlsx

TABLE = [["TT", "Tên thôn", "Số hộ"], ["1", "Thôn Đồng Giềng, xã cũ", "120"], ["2", "Ấp Ngãi Hoà", "85"]]


def only(content: bytes) -> Sheet:
    (sheet,) = read_sheets(content)
    return sheet


def joined(separator: str, lines: list[list[str]] = TABLE) -> str:
    return "\r\n".join(separator.join(f'"{cell}"' if "," in cell else cell for cell in line) for line in lines)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_any_separator(separator: str) -> None:
    assert only(joined(separator).encode()).rows == TABLE


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_the_letters_of_unicode(encoding: str) -> None:
    assert only(joined(",").encode(encoding)).rows == TABLE


def test_the_letters_of_windows_1258() -> None:
    # The code page has letters with their shape, and the five tones as marks that stand behind them.
    def in_page(letter: str) -> str:
        parts = unicodedata.normalize("NFD", letter)
        tones = [mark for mark in parts if mark in "\u0300\u0301\u0303\u0309\u0323"]
        shape = unicodedata.normalize("NFC", "".join(mark for mark in parts if mark not in tones))
        return shape + "".join(tones)

    written = "".join(in_page(letter) for letter in joined(";"))
    assert only(written.encode("cp1258")).rows == TABLE


def test_letters_of_before_unicode_are_refused_with_a_way_on() -> None:
    tcvn3 = "Tªn th«n;Sè hé\nTh«n B×nh Hßa;12\nTh«n Phó Lîi;9\n".encode("latin-1")
    with pytest.raises(SheetRefused, match="UTF-8"):
        read_sheets(tcvn3)


def test_excels_own_first_line() -> None:
    assert only(b"sep=;\nA;B,C\n1;2\n").rows == [[], ["A", "B,C"], ["1", "2"]]


def test_decomposed_letters_and_cells_over_several_lines() -> None:
    content = unicodedata.normalize("NFD", 'Tên thôn,Ghi chú\n"Thôn\nĐồng Me",x\n').encode()
    assert [text_of(cell) for cell in only(content).rows[1]] == ["Thôn Đồng Me", "x"]


def test_a_quote_that_never_ends_swallows_nothing() -> None:
    text = 'Tên\tGhi chú\n"Thôn 1\tx\n' + "\n".join(f"Thôn {number}\ty" for number in range(2, 60))
    rows = read_text(text).rows
    assert len(rows) == 60 and rows[1] == ['"Thôn 1', "x"]


def test_pasted_from_word_or_excel() -> None:
    assert read_text("Tên thôn\tSố hộ\nThôn 1\t12\n\nThôn 2\t\n").rows == [
        ["Tên thôn", "Số hộ"], ["Thôn 1", "12"], [], ["Thôn 2"],
    ]  # fmt: skip


def test_a_single_column_pasted() -> None:
    assert read_text("Tên thôn\nThôn 1\nThôn 2").rows == [["Tên thôn"], ["Thôn 1"], ["Thôn 2"]]


def test_what_excel_holds() -> None:
    rows = [
        [],
        ["Họ tên", "Điện thoại", "Diện tích", "Ngày", "Công thức", "Đúng"],
        ["An", 912345678, 2.5, date(2026, 9, 5), ("{=1+1}", 2), True],
        ["Bình", "0912345678", 3, datetime(2026, 9, 5, 8, 30), ('{=C4&"x"}', "3x"), None],
    ]
    sheet = only(xlsx(rows, hidden=[4]))
    assert (sheet.rows[0], sheet.hidden_rows, sheet.formulas) == ([], {4}, 2)
    assert sheet.rows[2][:3] == ["An", 912345678, 2.5]
    assert sheet.rows[3] == ["Bình", "0912345678", 3, sheet.rows[3][3], "3x"]
    assert sheet.rows[2][4:] == [2, True]


@pytest.mark.parametrize(
    ("value", "kept", "shown"),
    [
        (912345678.0, 912345678, "912345678"),
        (2.5, 2.5, "2,5"),
        (0.1 + 0.2, 0.1 + 0.2, "0,3"),
        (date(2026, 9, 5), "05/09/2026", "05/09/2026"),
        (datetime(2026, 9, 5), "05/09/2026", "05/09/2026"),
        (datetime(2026, 9, 5, 8, 30), "05/09/2026 08:30", "05/09/2026 08:30"),
        (True, True, "có"),
        ("  Thôn\u00a0 1\u200b ", "  Thôn\u00a0 1\u200b ", "Thôn 1"),
        ("x&amp;atilde; B", "x&amp;atilde; B", "xã B"),
        (None, "", ""),
    ],
)
def test_a_cell_is_kept_as_it_is_and_read_clean(value: object, kept: object, shown: str) -> None:
    assert (stored(value), text_of(stored(value))) == (kept, shown)


def test_several_sheets_and_hidden_ones() -> None:
    content = xlsx([["a"]], name="Một", more={"Hai": [["b"]], "-Ba": [["c"]], "Trống": []})
    assert [(sheet.name, sheet.is_hidden) for sheet in read_sheets(content)] == [
        ("Một", False), ("Hai", False), ("Ba", True),
    ]  # fmt: skip


def test_open_document() -> None:
    assert only(ods(TABLE)).rows == TABLE


def test_an_open_document_that_unfolds_to_millions_of_rows() -> None:
    with pytest.raises(SheetRefused, match="quá lớn"):
        read_sheets(ods([["Tên"], ["Thôn 1"]], repeat=1_048_570))


def test_two_cells_at_opposite_corners() -> None:
    content = xlsx([["Tên"]])
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.namelist():
            body = old.read(part)
            if part == "xl/worksheets/sheet1.xml":
                body = body.replace(
                    b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
                )
            new.writestr(part, body)
    with pytest.raises(SheetRefused, match="quá lớn"):
        read_sheets(out.getvalue())


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "trống"),
        (b"\n \n", "trống"),
        (b",,,\n,,\n", "trống"),
        (b"%PDF-1.7 abc", "không phải bảng"),
        (b"PK\x03\x04rubbish", "không mở được"),
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "không mở được"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "trang web"),
        (b"\x00\x01\x02\x03" * 50, "không"),
    ],
)
def test_what_is_no_table_is_refused_in_words(content: bytes, sentence: str) -> None:
    with pytest.raises(SheetRefused, match=sentence):
        read_sheets(content)


def test_a_workbook_with_macros_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx([["a"]]))) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.namelist():
            new.writestr(part, old.read(part))
        new.writestr("xl/vbaProject.bin", b"x")
    with pytest.raises(SheetRefused, match="macro"):
        read_sheets(out.getvalue())
