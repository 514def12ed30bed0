"""Finding the heading: any row, any order, merged heads, words written any way."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.imports.sheet import parsers
from core.imports.sheet.columns import Column
from core.imports.sheet.headings import (
    REASON_HEADING,
    Header,
    find_header,
    header_at,
    match_columns,
    remembered_mapping,
)
from core.imports.sheet.rows import rows_below
from core.imports.sheet.workbook import Sheet, read_sheets, read_text
from tests.core.imports.sheet_tools import ods, xlsx

COLUMNS = (
    Column("head", "Họ tên chủ hộ", parsers.text(120), ("ho va ten", "ho ten", "chu ho", "ten chu ho"), required=True),
    Column("hamlet", "Thôn, ấp", parsers.text(80), ("thon", "ap", "thon ap", "dia chi")),
    Column("rice", "Diện tích lúa", parsers.decimal(), ("lua",)),
    Column("fruit", "Diện tích cây ăn trái", parsers.decimal(), ("cay an trai",)),
    Column("phone", "Số điện thoại", parsers.phone, ("dien thoai", "sdt", "so dt")),
)
# As real sheets head these columns.
WRITTEN = {
    "head": ["Họ và tên", "HỌ TÊN CHỦ HỘ", "Chủ hộ", "Họ tên chủ hộ (*)", "ho va ten", "Họ và tên chủ hộ", "Họ  tên :"],
    "hamlet": ["Thôn", "Thôn/ấp", "ấp", "Địa chỉ", "THÔN, ẤP"],
    "rice": ["Diện tích lúa", "Diện tích lúa (ha)", "Lúa", "DIỆN TÍCH LÚA (ha)"],
    "fruit": ["Diện tích cây ăn trái", "Cây ăn trái (ha)", "Diện tích cây ăn trai"],
    "phone": ["Số điện thoại", "SĐT", "Điện thoại", "Số ĐT", "Số điện thọai"],
}
STRANGE = ["TT", "CCCD", "Ghi chú", "Ngày sinh", "Dân tộc", "Email"]


def found(sheet: Sheet) -> Header:
    header = find_header(sheet, COLUMNS)
    assert header is not None
    return header


def mapped(sheet: Sheet) -> dict[str, int]:
    return {name: match.index for name, match in match_columns(found(sheet).headings, COLUMNS).items()}


@settings(max_examples=40)
@given(
    data=st.data(),
    order=st.permutations([*COLUMNS, *STRANGE]),
    above=st.lists(
        st.sampled_from(["", "ỦY BAN NHÂN DÂN XÃ", "DANH SÁCH HỘ SẢN XUẤT THÔN 3", "Ngày 5 tháng 9 năm 2026"]),
        max_size=6,
    ),
    decomposed=st.booleans(),
)
def test_any_order_any_row_any_spelling(
    data: st.DataObject, order: list[Column | str], above: list[str], decomposed: bool
) -> None:
    headings = [
        each if isinstance(each, str) else data.draw(st.sampled_from(WRITTEN[each.name])) for each in order
    ]  # fmt: skip
    if decomposed:
        headings = [unicodedata.normalize("NFD", text) for text in headings]
    body = [[f"x{at}" for at in range(len(order))]] * 3
    sheet = Sheet("", [*([line] for line in above), headings, *body])
    header = found(sheet)
    assert (header.row, header.depth) == (len(above), 1)
    right = {each.name: at for at, each in enumerate(order) if isinstance(each, Column)}
    assert mapped(sheet) == right


@settings(max_examples=60)
@given(order=st.permutations(list(range(5))))
def test_a_mapping_is_remembered_whatever_the_order(order: list[int]) -> None:
    names = ["Họ tên", "Mã A", "Mã A", "Ghi chú", "Lúa – Vụ 1"]
    first = header_at(Sheet("", [names]), 0)
    keys = first.keys()
    again = header_at(Sheet("", [[names[at] for at in order]]), 0)
    assert again.fingerprint == first.fingerprint
    brought = remembered_mapping(again, {"head": keys[0], "rice": keys[4]})
    assert brought == {"head": order.index(0), "rice": order.index(4)}


def test_merged_heads_over_two_rows() -> None:
    rows = [
        ["DANH SÁCH HỘ TRỒNG LÚA"], [],
        ["TT", "Họ và tên", "Diện tích (ha)", None, "Liên hệ", None], [None, None, "Lúa", "Cây ăn trái", "Điện thoại", "Thôn"],
        ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)"],
        [1, "Nguyễn Văn An", 2.5, 1, 912345678, "Thôn 1"],
    ]  # fmt: skip
    merged = [(0, 0, 0, 5, "DANH SÁCH HỘ TRỒNG LÚA"), (2, 0, 3, 0, "TT"), (2, 1, 3, 1, "Họ và tên")]
    merged += [(2, 2, 2, 3, "Diện tích (ha)"), (2, 4, 2, 5, "Liên hệ")]
    (sheet,) = read_sheets(xlsx(rows, merged=merged))
    header = found(sheet)
    assert (header.row, header.depth) == (2, 2)
    assert [heading.text for heading in header.headings] == [
        "TT", "Họ và tên", "Diện tích (ha) – Lúa", "Diện tích (ha) – Cây ăn trái", "Liên hệ – Điện thoại", "Liên hệ – Thôn",
    ]  # fmt: skip
    assert mapped(sheet) == {"head": 1, "rice": 2, "fruit": 3, "phone": 4, "hamlet": 5}
    data, skipped = rows_below(sheet, header, mapped(sheet).values())
    assert [row.number for row in data] == [6]
    assert [(row.number, row.why) for row in skipped] == [(5, "Dòng đánh số cột.")]


@pytest.mark.parametrize("as_file", ["ods", "csv"])
def test_group_heads_where_the_file_does_not_say_what_is_merged(as_file: str) -> None:
    rows = [["Họ tên", "Diện tích", "", "SĐT"], ["", "Lúa", "Cây ăn trái", ""], ["An", "1", "2", "0912345678"]]
    (sheet,) = read_sheets(ods(rows)) if as_file == "ods" else [read_text("\n".join(";".join(row) for row in rows))]
    assert mapped(sheet) == {"head": 0, "rice": 1, "fruit": 2, "phone": 3}
    assert found(sheet).headings[2].text == "Diện tích – Cây ăn trái"


def test_a_heading_written_in_one_cell_by_us_is_read_back_in_parts() -> None:
    header = header_at(Sheet("", [["Diện tích (ha) – Lúa", REASON_HEADING]]), 0)
    assert header.headings[0].parts == ("Diện tích (ha)", "Lúa")
    assert header.fingerprint == header_at(Sheet("", [["Diện tích (ha) – Lúa"]]), 0).fingerprint


def test_a_title_is_no_heading_and_a_repeated_heading_is_not_the_first() -> None:
    heading = ["TT", "Họ và tên", "Thôn"]
    sheet = Sheet("", [["Danh sách thôn"], heading, ["1", "An", "Thôn 1"], heading, ["2", "Bình", "Thôn 2"]])
    header = found(sheet)
    assert (header.row, header.depth) == (1, 1)
    data, skipped = rows_below(sheet, header, [1, 2])
    assert [row.number for row in data] == [3, 5]
    assert [(row.number, row.why) for row in skipped] == [(4, "Dòng đầu bảng lặp lại.")]


def test_two_columns_with_the_same_heading_are_not_mixed_up() -> None:
    sheet = Sheet("", [["Họ tên", "Điện thoại", "Điện thoại"], ["An", "0912345678", ""]])
    assert mapped(sheet) == {"head": 0, "phone": 1}
    assert list(found(sheet).keys().values()) == ["ho ten", "dien thoai", "dien thoai #2"]


def test_a_guess_is_called_a_guess() -> None:
    matches = match_columns(header_at(Sheet("", [["Họ tên", "Số điện thoại người thân"]]), 0).headings, COLUMNS)
    assert {name: match.is_sure for name, match in matches.items()} == {"head": True, "phone": False}


def test_no_heading_at_all() -> None:
    assert find_header(Sheet("", [["1", "abc"], ["2", "def"]]), COLUMNS) is None


def test_rows_that_are_no_data_are_named() -> None:
    rows = [
        ["TT", "Họ tên", "Thôn", "Diện tích lúa"],
        [None, None, None, None],
        [1, "An", "Thôn 1", 2],
        [],
        ["Tổng cộng", None, None, 2],
        [None, "Cộng Hòa Văn Bình", "Thôn 2", 1],
        [None, None, "Xuân Lộc, ngày 5 tháng 9 năm 2026", None],
        [None, None, "NGƯỜI LẬP BIỂU", None],
        [None, None, None, None, "thiếu tên", "12 hộ"],
        [None, None, None, None, "x"],
    ]
    (sheet,) = read_sheets(xlsx(rows, merged=[(1, 0, 1, 3, "I. THÔN 1")]))
    data, skipped = rows_below(sheet, found(sheet), [1, 2, 3])
    assert [row.number for row in data] == [3, 6, 9], "a row with something missing is a row"
    assert [(row.number, row.why, row.text) for row in skipped] == [
        (2, "Dòng tên nhóm.", "I. THÔN 1"),
        (5, "Dòng cộng.", "Tổng cộng | 2"),
        (7, "Dòng ký tên hoặc ghi chú cuối bảng.", "Xuân Lộc, ngày 5 tháng 9 năm 2026"),
        (8, "Dòng ký tên hoặc ghi chú cuối bảng.", "NGƯỜI LẬP BIỂU"),
        (10, "Không có gì ở các cột đã chọn.", "x"),
    ]


def test_a_wide_sheet_is_looked_through_quickly() -> None:
    sheet = Sheet("", [[f"ô số {row} cột {at} có chữ" for at in range(60)] for row in range(200)])
    began = time.process_time()
    find_header(sheet, COLUMNS * 4)
    assert time.process_time() - began < 3
