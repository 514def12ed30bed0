"""What people write into a cell, and what of it may be believed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from core.imports.sheet import parsers
from core.imports.sheet.columns import CellRefused, Column, parse_row

REFUSED = object()
fuel = parsers.choice({"rice": ("Lúa", "cây lúa"), "fruit": ("Cây ăn trái",)})


@pytest.mark.parametrize(
    ("parse", "written", "value"),
    [
        (parsers.integer(), "1250", 1250),
        (parsers.integer(), "1.250.000", 1_250_000),
        (parsers.integer(), "1,250,000", 1_250_000),
        (parsers.integer(), "1 250", 1250),
        (parsers.integer(), "2,5", REFUSED),
        (parsers.integer(), "khoảng 10", REFUSED),
        (parsers.integer(maximum=100), "101", REFUSED),
        (parsers.integer(), "-1", REFUSED),
        (parsers.decimal(), "2,5", Decimal("2.5")),
        (parsers.decimal(), "2.5", Decimal("2.5")),
        (parsers.decimal(), "1.250,5", Decimal("1250.5")),
        (parsers.decimal(), "1.250", REFUSED),
        (parsers.decimal(), "0.125", Decimal("0.125")),
        (parsers.decimal(), "1,250.5", REFUSED),
        (parsers.decimal(), "hai", REFUSED),
        (parsers.day(), "5/9/2026", date(2026, 9, 5)),
        (parsers.day(), "05-09-2026", date(2026, 9, 5)),
        (parsers.day(), "5.9.2026", date(2026, 9, 5)),
        (parsers.day(), "2026-09-05", date(2026, 9, 5)),
        (parsers.day(), "05/09/2026 08:30", date(2026, 9, 5)),
        (parsers.day(), "ngày 5 tháng 9 năm 2026", date(2026, 9, 5)),
        (parsers.day(), "46270", date(2026, 9, 5)),
        (parsers.day(), "31/2/2026", REFUSED),
        (parsers.day(), "2026", REFUSED),
        (parsers.day(), "9/2026", REFUSED),
        (parsers.day(last=date(2026, 1, 1)), "5/9/2026", REFUSED),
        (parsers.phone, "912345678", "+84912345678"),
        (parsers.phone, "0912 345 678", "+84912345678"),
        (parsers.phone, "+84 912.345.678", "+84912345678"),
        (parsers.phone, "12345", REFUSED),
        (fuel, "LÚA", "rice"),
        (fuel, "cay an trai", "fruit"),
        (fuel, "ngô", REFUSED),
        (parsers.yes_no, "X", True),
        (parsers.yes_no, "Có", True),
        (parsers.yes_no, "1", True),
        (parsers.yes_no, "không", False),
        (parsers.yes_no, "Chưa có", False),
        (parsers.yes_no, "0", False),
        (parsers.yes_no, "có lẽ", REFUSED),
        (parsers.text(5), "Thôn1", "Thôn1"),
        (parsers.text(5), "Thôn 1", REFUSED),
    ],
)
def test_a_cell(parse: Callable[[str], Any], written: str, value: Any) -> None:
    if value is REFUSED:
        with pytest.raises(CellRefused) as refusal:
            parse(written)
        assert str(refusal.value).endswith("."), "it says what to do"
    else:
        assert parse(written) == value


def test_a_row_says_everything_that_is_wrong_with_it() -> None:
    columns = (
        Column("name", "Họ tên", parsers.text(20), required=True),
        Column("phone", "Số điện thoại", parsers.phone),
        Column("born", "Ngày sinh", parsers.day()),
        Column("note", "Ghi chú", parsers.text(20)),
    )
    parsed = parse_row(columns, {"name": 0, "phone": 2, "born": 9}, ["  ", "x", "123"])
    assert parsed.values == {"name": None, "phone": None, "born": None, "note": None}
    assert parsed.problems == (
        "Thiếu họ tên. Hãy điền rồi gửi lại dòng này.",
        "Số điện thoại: «123» không phải số điện thoại Việt Nam. Hãy ghi 10 chữ số, bắt đầu bằng 0.",
    )
