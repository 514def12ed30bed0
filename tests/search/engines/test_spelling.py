"""Edit distance and the words near a mistyped one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.engines.embedded.spelling import distance, nearby_questions, vocabulary_of
from search.engines.embedded.words import words_of


@pytest.mark.parametrize(
    ("one", "other", "far"),
    [("mam", "mam", 0), ("mam", "man", 1), ("mam", "mma", 1), ("nuoc", "nuco", 1), ("thiet", "thit", 1), ("muoi", "mi", 2),
     ("abcd", "wxyz", 3), ("", "ab", 2)],
)  # fmt: skip
def test_distance(one: str, other: str, far: int) -> None:
    assert distance(one, other, 2) == far


@given(st.text("abc", max_size=6), st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_distance_is_symmetric_and_grows_by_single_changes(one: str, other: str, tail: str) -> None:
    assert distance(one, other, 9) == distance(other, one, 9)
    assert distance(one + "x", one, 9) == 1
    assert distance(one + tail, other + tail, 9) <= distance(one, other, 9)
    assert distance(one, other, 2) == min(distance(one, other, 9), 3)


def test_nearest_then_commonest_and_marks_as_typed() -> None:
    vocabulary = vocabulary_of(["Mắm nêm", "Mắm ruốc", "Măng khô", "Mận 2026"])
    assert vocabulary.neighbours(words_of("mamm")[0]) == ["mam"]
    assert vocabulary.neighbours(words_of("mang")[0]) == ["man"]
    assert "2026" not in vocabulary.counts
    assert next(nearby_questions(words_of("mămm nêm"), vocabulary)) == "mắm nêm"
    assert next(nearby_questions(words_of("mamm nem"), vocabulary)) == "mam nem"
