"""The order of what was found."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from search.documents.wording import raw_text
from search.ranking.scoring import Candidate, ordered
from search.ranking.understanding import understood

AT = datetime(2026, 1, 1, tzinfo=UTC)


def _first(text: str, *names: str | tuple[str, str]) -> list[str]:
    """The names in order; (name, maker) where the maker counts."""
    pairs = [each if isinstance(each, tuple) else (each, "") for each in names]
    found = [
        Candidate(number, "product", number, "", name, maker, "", None, None, raw_text(name), raw_text(maker), 0, AT)
        for number, (name, maker) in enumerate(pairs)
    ]
    return [each.name for each in ordered(understood(text), found)]


@pytest.mark.parametrize(
    ("text", "best", "then"),
    [
        ("dứa", "Mứt dứa", "Mứt dừa"),  # the marks that were typed
        ("dừa", "Mứt dừa", "Mứt dứa"),
        ("dứa", "Khóm sấy", "Dừa"),  # another word for it, before another mark
        ("dứa", "Dứa sấy", "Khóm sấy"),
        ("dua", "Khóm sấy", "Nước ép xoài"),
        ("bưởi", "Bưởi da xanh ruột hồng", "Rượu bưởi"),  # the thing itself before what is made of it
        ("mật ong", "Mật ong rừng", "Điều mật ong"),
        ("nước mắm", "Nước mắm cá cơm", "Cơm cháy nước mắm"),
        ("hạt tiêu", "Hồ tiêu đen", "Muối tiêu"),
        ("mắm nêm", "Mắm nêm", "Mắm nêm có gia vị"),  # the whole name
        ("giò lụa", "Giò lụa Ba", "Chả lụa Ba"),
    ],
)
def test_what_comes_first(text: str, best: str, then: str) -> None:
    assert _first(text, best, then) == _first(text, then, best) == [best, then]


def test_words_of_a_maker_beside_each_other_come_before_words_from_here_and_there() -> None:
    made, other = ("Kẹo hạt điều", "Công ty Hà Mỵ"), ("Viên hà thủ ô", "Cơ sở Mỹ Phước")
    assert _first("ha my", other, made) == ["Kẹo hạt điều", "Viên hà thủ ô"]


def test_stars_are_those_of_the_paper_not_a_number_of_the_name() -> None:
    five, box = ("Hạt điều rang muối", "OCOP 5 sao"), ("Hộp hạt điều 5 vị", "OCOP 3 sao")
    assert _first("hạt điều 5 sao", box, five) == ["Hạt điều rang muối", "Hộp hạt điều 5 vị"]


def test_equals_by_what_is_newer_then_by_number() -> None:
    def at(number: int, day: int) -> Candidate:
        when = AT.replace(day=day)
        return Candidate(number, "product", number, "", "Mật ong", "", "", None, None, "mật ong", "", 0, when)

    rows = [at(1, 1), at(2, 2), at(3, 2)]
    expected = [3, 2, 1]
    assert [each.document_id for each in ordered(understood("mật ong"), rows)] == expected
    assert [each.document_id for each in ordered(understood("mật ong"), reversed(rows))] == expected


def test_a_word_of_another_script_is_a_word() -> None:
    assert _first("茶", "Trà xanh", "茶 xanh") == ["茶 xanh", "Trà xanh"]
