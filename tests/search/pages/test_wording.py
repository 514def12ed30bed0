"""Words marked in names, papers and distances in words."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.pages.wording import distance_words, marked, paper_words
from search.ranking.understanding import understood


@pytest.mark.parametrize(
    ("name", "asked", "shown"),
    [
        ("Nước mắm nhĩ", "nuoc mam", "<mark>Nước mắm</mark> nhĩ"),
        ("Nước mắm nhĩ", "NƯỚC nhị", "<mark>Nước</mark> mắm <mark>nhĩ</mark>"),
        ("Nước mắm nhĩ", "mam nuoc nh", "<mark>Nước mắm nhĩ</mark>"),  # the last word may be begun
        ("Mắm nêm", "nuoc mam ca", "<mark>Mắm</mark> nêm"),
        ("Bánh hoà tan", "hòa", "Bánh <mark>hoà</mark> tan"),
        ("Mật ong 0,5 kg", "500g", "Mật ong <mark>0,5 kg</mark>"),
        ("Khóm sấy", "dứa", "<mark>Khóm</mark> sấy"),  # another word for the same
        ("Mắm & <b>Mắm</b>", "mam", "<mark>Mắm</mark> &amp; &lt;b&gt;<mark>Mắm</mark>&lt;/b&gt;"),
        ("Hạt điều", "tiêu", "Hạt điều"),
        ("Hạt điều", "", "Hạt điều"),
        ("İstanbul trà", "tra", "İstanbul trà"),  # longer in small letters: left as it is
    ],
)
def test_words_are_marked_in_any_spelling(name: str, asked: str, shown: str) -> None:
    assert marked(name, understood(asked)) == shown


@given(st.text(), st.text())
def test_nothing_is_lost_and_nothing_gets_in(name: str, asked: str) -> None:
    html = marked(name, understood(asked))
    bare = html.replace("<mark>", "").replace("</mark>", "")
    assert bare == marked(name, understood(""))
    assert "<" not in bare
    assert ">" not in bare


def test_papers_say_until_when() -> None:
    today = date(2026, 11, 22)
    assert paper_words(today, today) == "Giấy chứng nhận còn hạn đến 22/11/2026."
    assert paper_words(date(2026, 11, 21), today) == "Giấy chứng nhận đã hết hạn ngày 21/11/2026."


def test_distances_are_as_rough_as_what_is_known() -> None:
    assert [distance_words(metres) for metres in (None, 0, 1499, 1500, 12_400)] == [
        "", "ngay gần đây", "ngay gần đây", "cách khoảng 2 km", "cách khoảng 12 km",
    ]  # fmt: skip
