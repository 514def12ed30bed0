"""Questions near one that finds nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.ranking.spelling import nearby_questions
from search.ranking.understanding import understood
from search.ranking.vocabulary import vocabulary_of

KNOWN = vocabulary_of(
    ["Nước mắm cá cơm", "Nước mắm nhĩ", "Mắm ruốc", "Sầu riêng", "Chanh dây sấy dẻo", "Rượu vang thanh long", "Trần Văn An", "Bechamp Coffee", "Gạo ST25",
     "Bưởi da xanh", "Xã Đa Kai", "Hạt điều rang muối", "Giá đỗ"]
)  # fmt: skip


def _near(text: str) -> list[str]:
    return list(nearby_questions(understood(text).words, KNOWN))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("nuocmam", "nước mắm"), ("sầuriêng", "sầu riêng"), ("hatdieu rang muoi", "hạt điều rang muoi"), ("be champ coffee", "bechamp coffee"),
        ("gạo st 25", "gạo st25"), ("nước mămm", "nước mắm"), ("nuoc mamm", "nuoc mam"), ("xầu riêng", "sầu riêng"),
        ("chanh giây", "chanh dây"), ("rượu van thanh long", "rượu vang thanh long"), ("sầu rieeng", "sầu riêng"),
        ("quả bưởi", "bưởi"), ("mua hạt điều ở đâu", "hạt điều"), ("nước mắm 500ml", "nước mắm"),
    ],
)  # fmt: skip
def test_the_likeliest_question(text: str, meant: str) -> None:
    assert _near(text)[0] == meant


def test_a_word_that_is_like_none_is_not_left_out() -> None:
    assert _near("nước mắm zzzzzzzz") == []


def test_of_three_words_and_more_one_at_least_stays_as_it_was_typed() -> None:
    """Else «xe may dien» was answered as «xa mai bien»."""
    assert _near("nuog mam cav")[0] == "nuoc mam ca"
    assert _near("nuog mamm cav") == []
    assert _near("nuog mamm")[0] == "nuoc mam"


TRAPS = vocabulary_of(
    ["Mắc ca Tuy Đức", "Bột gia vị", "Xã Đồng Nai", "Dịch vụ Bắc Ruộng", "Hạt điều rang củi", "Khoai lang sấy dẻo", "Rong nho", "Yến sào", "Cà phê",
     "Gạo Đức Lan", "Bánh gai", "Kẹo dồi", "Thực phẩm An Đà"]
)  # fmt: skip


@pytest.mark.parametrize(
    "text", ["bia", "vịt", "thuốc", "vải", "mía", "xúc xích", "măng cụt", "áo dài", "kẹo cốm", "bánh mía", "bia vịt"]
)
def test_what_is_not_sold_here_is_no_slip_of_a_finger(text: str) -> None:
    """«bia» was answered as «gia», «thuốc» as «thực», «xúc xích» as «đức dịch»."""
    assert list(nearby_questions(understood(text).words, TRAPS)) == []


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("rong ngo", "rong nho"),  # beside «rong» others write «nho»
        ("yen sap", "yen sao"), ("khoai lan sấy dẻo", "khoai lang sấy dẻo"), ("caf phee", "ca phe"),
        ("khoay lang", "khoai lang"),
        ("giaa vị", "gia vị"), ("thựcc", "thực"),  # what can be no syllable is a slip, also alone
    ],
)  # fmt: skip
def test_a_syllable_is_respelled_where_the_word_beside_it_says_so(text: str, meant: str) -> None:
    assert next(nearby_questions(understood(text).words, TRAPS)) == meant


def test_other_marks_name_the_thing_that_others_call_otherwise() -> None:
    """«dừa» is not sold here; «dứa» is, as khóm."""
    assert list(nearby_questions(understood("dừa").words, TRAPS)) == ["dứa"]
    assert next(nearby_questions(understood("dừa sấy").words, TRAPS)) == "dứa sấy"
    assert "dứa" not in list(nearby_questions(understood("dua").words, TRAPS))  # it means dứa already


def test_what_only_asks_stays_where_nothing_else_was_said() -> None:
    assert "" not in _near("giá bao nhiêu")


@given(st.text("abghmnoru ", max_size=40))
def test_each_question_once_and_never_the_asked_one(text: str) -> None:
    words = understood(text).words
    found = list(nearby_questions(words, KNOWN))
    assert len(found) == len(set(found))
    assert " ".join(word.typed for word in words) not in found
