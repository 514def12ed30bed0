"""What people write for stars and dates."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocop.register.cells import WrittenDate, parse_date, parse_stars, text_of


@pytest.mark.parametrize("written", ["4", "4 sao", "hạng 04 sao", "Ocop.4", "4-star", "★★★★", "4 sao cấp tỉnh"])
def test_four_stars_in_every_spelling(written: str) -> None:
    assert parse_stars(written) == (4, "")


@pytest.mark.parametrize(
    "written",
    [
        "", "0", "3 sao trở lên", "từ 3-4 sao", "đạt 4 sao, 3 sao", "tiềm năng 5 sao", "đề nghị 5 sao", "dự kiến 4 sao",
        "đạt 5 sao cấp tỉnh", "6 sao", "chưa rõ",
    ],
)  # fmt: skip
def test_what_is_no_recognised_star_stays_unassigned_with_a_warning(written: str) -> None:
    stars, warning = parse_stars(written)
    assert stars is None
    assert warning


def test_one_and_two_stars_are_kept_but_get_no_paper() -> None:
    assert parse_stars("2 sao") == (2, "Hạng 2 sao không được cấp giấy chứng nhận OCOP.")


@pytest.mark.parametrize(
    ("written", "day", "precision"),
    [
        ("2022-01-19", date(2022, 1, 19), "day"),
        ("19/01/2022", date(2022, 1, 19), "day"),
        ("14-2-2020", date(2020, 2, 14), "day"),
        ("28-7-2020, 12:38 GMT+7", date(2020, 7, 28), "day"),
        ("30-08-2023 | 08:52:11", date(2023, 8, 30), "day"),
        ("ngày 5 tháng 6 năm 2024", date(2024, 6, 5), "day"),
        ("44580", date(2022, 1, 19), "day"),
        ("8.2022", date(2022, 8, 1), "month"),
        ("T2.2025", date(2025, 2, 1), "month"),
        ("tháng 8/2022", date(2022, 8, 1), "month"),
        ("2022-08", date(2022, 8, 1), "month"),
        ("2023", date(2023, 1, 1), "year"),
        ("năm 2023", date(2023, 1, 1), "year"),
    ],
)
def test_a_date_keeps_the_precision_it_was_written_with(written: str, day: date, precision: str) -> None:
    assert parse_date(written) == (WrittenDate(day, precision), "")


@pytest.mark.parametrize("written", ["", "31/02/2022", "13.2022", "1999", "hôm nọ", "21-09-2020 đến 2030?x"])
def test_what_is_no_date_gives_none_or_the_day_in_it(written: str) -> None:
    found, warning = parse_date(written)
    assert (found is None) == bool(warning)


@given(st.text(max_size=30))
def test_no_text_breaks_the_readers(written: str) -> None:
    clean = text_of(written)
    stars, about_stars = parse_stars(clean)
    assert stars is None or 1 <= stars <= 5
    assert stars is not None or about_stars
    found, about_date = parse_date(clean)
    assert (found is None) == bool(about_date)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        (4.0, "4"),
        (8.2022, "8.2022"),
        (datetime(2022, 1, 19, 0, 0), "2022-01-19"),
        ("  Trà \u200b xanh ", "Trà xanh"),
        ("th&amp;ocirc;n", "thôn"),
        ("Nước ma\u0306\u0301m", "Nước mắm"),
    ],
)
def test_cells_become_clean_text(cell: object, text: str) -> None:
    assert text_of(cell) == text


@pytest.mark.parametrize(
    ("written", "last"),
    [("2024", date(2024, 12, 31)), ("2.2024", date(2024, 2, 29)), ("5/6/2024", date(2024, 6, 5))],
)
def test_the_last_day_a_date_can_mean(written: str, last: date) -> None:
    found, _ = parse_date(written)
    assert found is not None
    assert found.last_day == last
