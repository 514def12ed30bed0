"""Files as they come."""

from __future__ import annotations

import io
from datetime import date

import pytest
import xlsxwriter

from ocop.register.cells import WrittenDate
from ocop.register.reading import FileRefused, read_rows
from ocop.register.rules import maker_key, row_key

HEADING = "name,producer,stars,recognition_decision,recognised_on,commune_old,district_old,province_old"


def rows(*lines: str, heading: str = HEADING) -> list[str]:
    return [row.refusal for row in read_rows("\n".join([heading, *lines]).encode())]


def test_only_a_row_without_name_or_without_any_place_is_refused() -> None:
    refusals = rows(
        "Nước mắm,,,,,,,Bình Thuận",
        ",HTX A,4,,2024,,,Bình Thuận",
        "Nước mắm,HTX A,4,,2024,,,",
        "Mực một nắng,,,,,,Côn Đảo,",
        ",,,,,,,",
    )
    assert refusals == [
        "",
        "Thiếu tên sản phẩm. Hãy điền tên rồi gửi lại dòng này.",
        "Thiếu nơi sản xuất. Hãy điền ít nhất tên tỉnh rồi gửi lại dòng này.",
        "",
    ]


def test_holes_are_warnings() -> None:
    [row] = read_rows(f"{HEADING}\nNước mắm,,,,,,,Bình Thuận".encode())
    assert row.warnings == (
        "Thiếu tên chủ thể.",
        "Thiếu xã, phường.",
        "Thiếu hạng sao.",
        "Thiếu ngày công nhận.",
    )


def test_vietnamese_headings_semicolons_and_a_byte_order_mark() -> None:
    content = (
        "\ufeffTên sản phẩm;Chủ thể;Hạng sao;Ngày công nhận;Xã, phường;Tỉnh\nTrà;HTX B;4 sao;8.2022;xã A;Bình Phước"
    )
    [row] = read_rows(content.encode())
    assert (row.name, row.producer, row.stars, row.commune, row.province) == (
        "Trà",
        "HTX B",
        4,
        "xã A",
        "Bình Phước",
    )
    assert row.recognised == WrittenDate(date(2022, 8, 1), "month")


def test_an_excel_sheet_with_real_dates_and_numbers() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        for column, title in enumerate(("Tên sản phẩm", "Hạng sao", "Ngày công nhận", "Tỉnh")):
            sheet.write(0, column, title)
        sheet.write(1, 0, "Trà")
        sheet.write(1, 1, 4)
        sheet.write_datetime(1, 2, date(2022, 1, 19), book.add_format({"num_format": "dd/mm/yyyy"}))
        sheet.write(1, 3, "Bình Phước")
    [row] = read_rows(out.getvalue())
    assert (row.number, row.name, row.stars, row.province) == (2, "Trà", 4, "Bình Phước")
    assert row.recognised == WrittenDate(date(2022, 1, 19), "day")


def test_a_decision_annex_with_titles_a_two_row_heading_and_a_total() -> None:
    lines = [
        "ỦY BAN NHÂN DÂN TỈNH;;;;", "PHỤ LỤC DANH SÁCH SẢN PHẨM;;;;", ";;;;",
        "TT;Sản phẩm;;Nơi sản xuất;", ";Tên sản phẩm;Hạng sao;Xã, phường;Tỉnh", "(1);(2);(3);(4);(5)",
        "1;Trà;4 sao;xã A;Bình Phước", "2;Tiêu;3;xã B;Bình Phước", "Tổng cộng;2;;;", "NGƯỜI LẬP BIỂU;;;;",
    ]  # fmt: skip
    found = [
        (row.number, row.name, row.stars, row.commune, row.refusal) for row in read_rows("\n".join(lines).encode())
    ]
    assert found == [(7, "Trà", 4, "xã A", ""), (8, "Tiêu", 3, "xã B", "")]


@pytest.mark.parametrize(
    "content",
    [
        b"", b"   \n", b"a,b,c\n1,2,3", b"name,producer\nA,B", "tên\n".encode("utf-16"), b"\xff\xfe\x00\x01",
        b"PK\x03\x04junk",
        b"\x00\x00",
    ],
)  # fmt: skip
def test_a_file_that_is_no_such_table_is_refused_in_one_sentence(content: bytes) -> None:
    with pytest.raises(FileRefused) as refused:
        read_rows(content)
    assert "\n" not in str(refused.value)


def test_the_same_maker_in_many_spellings() -> None:
    spellings = ["Hợp tác xã Hòa Lệ", "HTX Hoà Lệ", "HỢP TÁC XÃ HÒA LỆ ", "htx hoa le"]
    assert {maker_key(each) for each in spellings} == {"htx hoa le"}
    assert maker_key("CÔNG TY THHH SACHI") == maker_key("Cty TNHH Sachi") == "cong ty tnhh sachi"
    assert maker_key("HTX Hòa Lệ") != maker_key("Công ty Hòa Lệ")


def keys(*lines: str) -> int:
    return len({row_key(row) for row in read_rows("\n".join([HEADING, *lines]).encode())})


def test_the_paper_is_no_part_of_a_products_key_but_the_maker_and_place_are() -> None:
    assert keys("Trà,HTX A,3,,2021,,TP. X,Y", "TRÀ,Hợp tác xã A,4,12/QĐ,2024-05-01,,thành phố X,Tỉnh Y") == 1
    assert keys("Trà,HTX A,3,,2021,,X,Y", "Trà,HTX B,3,,2021,,X,Y", "Trà,HTX A,3,,2021,,Z,Y") == 3
    assert keys("Trà,HTX A,3,,2021,xã M,X,Y", "Trà,HTX A,3,,2021,thị trấn M,X,Y") == 2


def test_without_a_maker_only_the_same_paper_is_the_same_product() -> None:
    assert keys("Trà,,3,,2021,,X,Y", "Trà,,3,,2024,,X,Y", "Trà,,,,2021,,X,Y") == 2
