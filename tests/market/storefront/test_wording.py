"""Numbers as buyers read them, and the small map."""

from __future__ import annotations

import re

import pytest

from market.storefront.drawing.small_map import HEIGHT, WIDTH, Dot, draw_map
from market.storefront.wording import alcohol_words, season_words, shelf_life_words, stock_words


@pytest.mark.parametrize(
    ("first", "last", "month", "words"),
    [
        (4, 6, 4, "Tháng 4 đến tháng 6, bây giờ đang mùa."),
        (4, 6, 7, "Tháng 4 đến tháng 6, bây giờ trái mùa."),
        (11, 2, 1, "Tháng 11 đến tháng 2 năm sau, bây giờ đang mùa."),
        (11, 2, 3, "Tháng 11 đến tháng 2 năm sau, bây giờ trái mùa."),
        (5, 5, 5, "Tháng 5, bây giờ đang mùa."),
        (None, None, 5, ""),
    ],
)
def test_season(first: int | None, last: int | None, month: int, words: str) -> None:
    assert season_words(first, last, month) == words


def test_small_words() -> None:
    assert [stock_words(count, "túi") for count in (0, 5, 6)] == ["Tạm hết hàng.", "Chỉ còn 5 túi.", "Còn 6 túi."]
    assert [shelf_life_words(days) for days in (None, 7, 30, 180)] == [
        "", "7 ngày kể từ ngày làm ra", "30 ngày kể từ ngày làm ra", "180 ngày (6 tháng) kể từ ngày làm ra"
    ]  # fmt: skip
    assert [alcohol_words(tenths) for tenths in (None, 295, 40)] == ["", "29,5\u00a0% cồn", "4\u00a0% cồn"]


def test_an_archipelago_does_not_press_the_mainland_into_a_corner() -> None:
    mainland = [Dot(number, f"xã {number}", 12 + number / 10, 109 + number / 20) for number in range(10)]
    islands = Dot(99, "đặc khu Trường Sa", 8.64, 111.92)
    alone, both = draw_map(mainland, 3, "x"), draw_map([*mainland, islands], 3, "x")
    assert re.search(r'cx="(\d+)" cy="(\d+)"', alone)[0] in both  # type: ignore[index]
    assert "small-map-here" in draw_map([*mainland, islands], 99, "x")
    places = re.findall(r"M(\d+) (\d+)h0", both)
    assert len(places) == 10
    assert all(0 < int(x) < WIDTH and 0 < int(y) < HEIGHT for x, y in places)


def test_no_map_where_the_place_is_not_known() -> None:
    assert draw_map([Dot(1, "xã", 12, 109)], 2, "x") == ""
    assert "&lt;" in draw_map([Dot(1, "xã", 12, 109)], 1, "<x>")
