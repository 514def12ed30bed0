"""What a question is understood to ask for."""

from __future__ import annotations

import unicodedata

import pytest

from search.ranking.understanding import Asked, understood


def _terms(text: str) -> list[tuple[str, set[str]]]:
    """Each term: its compared words, and the other ways to say it."""
    return [_term(term.typed, term.others) for term in understood(text).terms]


def _term(typed: object, others: object) -> tuple[str, set[str]]:
    return _joined(typed), {_joined(phrase) for phrase in others}  # type: ignore[attr-defined]


def _joined(words: object) -> str:
    return " ".join(word.raw for word in words)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("nước mắm", unicodedata.normalize("NFD", "nước mắm")),
        ("hòa tan", "hoà tan"),
        ("mỳ Quảng", "mì quảng"),
        ("bánh Quy", "bánh qui"),
        ("đông-trùng-hạ-thảo", "đông trùng hạ thảo"),
        ("hạt điều 0,5 kg", "hạt điều 500g"),
        ("hạt điều 1kg", "hạt điều 1.000 gram"),
        ("nước mắm 0.5 lít", "nước mắm 500 ML"),
    ],
)
def test_written_otherwise_and_the_same_question(one: str, other: str) -> None:
    assert _terms(one) == _terms(other)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("dứa", {"thơm", "khóm"}), ("dua", {"thơm"}), ("khóm", {"dứa"}), ("đậu phộng", {"lạc"}), ("lợn", {"heo"}), ("khổ qua", {"mướp đắng"}),
        ("macca", {"mắc ca"}), ("hạt điều", {"hột điều", "điều rang"}), ("socola", {"sô cô la", "chocolate"}), ("vừng", {"mè"}), ("dau vung", {"dầu mè"}), ("chanh leo", {"chanh dây"}),
        ("HTX", {"hợp tác xã"}), ("hợp tác xã", {"htx"}), ("TP.HCM", {"hồ chí minh"}), ("BR-VT", {"bà rịa vũng tàu"}), ("brvt", {"bà rịa vũng tàu"}),
    ],
)  # fmt: skip
def test_other_words_for_the_same_thing(text: str, meant: set[str]) -> None:
    ((_, others),) = _terms(text)
    assert meant <= others


@pytest.mark.parametrize(
    "text", ["gạo thơm", "rau thơm", "thom", "khom", "lac", "vung", "bắp cải", "an lạc", "điều rang"]
)
def test_a_word_that_may_mean_something_else_means_only_itself(text: str) -> None:
    assert all(not others for _, others in _terms(text))


def test_a_word_that_needs_its_marks_is_looked_for_with_them_only() -> None:
    (term,) = understood("vừng").terms
    assert [(word.raw, word.folded) for phrase in term.others for word in phrase] == [("mè", "mè")]


def test_the_longest_name_is_meant() -> None:
    assert [typed for typed, _ in _terms("dầu vừng đen")] == ["dầu vừng", "đen"]


def test_nothing_asked_and_nothing_that_could_be_found() -> None:
    assert understood(" ") == Asked((), is_open=True)
    assert understood("!!! ???") == Asked((), is_open=False)
