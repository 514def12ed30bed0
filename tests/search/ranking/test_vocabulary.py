"""Known words, edit distance and the words near a mistyped one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.ranking.vocabulary import distance, vocabulary_of


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


def test_nearest_then_commonest() -> None:
    vocabulary = vocabulary_of(["Mắm nêm", "Mắm ruốc", "Măng khô", "Mận 2026"])
    assert vocabulary.neighbours("mamm") == [("mam", 1)]
    assert vocabulary.neighbours("mang") == [("man", 0)]
    assert vocabulary.neighbours("") == []
    assert "2026" not in vocabulary.counts


@given(
    st.lists(st.text("abcdghinorstx", min_size=1, max_size=7), max_size=12),
    st.text("abcdghinorstx", min_size=1, max_size=7),
)
def test_every_word_within_reach_is_a_neighbour(known: list[str], word: str) -> None:
    limit = 1 if len(word) <= 4 else 2
    near = {each for each in known if each != word and distance(each, word, limit) <= limit}
    assert near <= {each for each, _ in vocabulary_of(known).neighbours(word)} <= set(known) - {word}


@pytest.mark.parametrize(
    ("typed", "known"),
    [("xau", "Sầu"), ("giay", "Dây"), ("chung", "Trùng"), ("nge", "Nghệ"), ("mac", "Mát")],
)
def test_words_that_sound_alike_are_the_nearest(typed: str, known: str) -> None:
    ((_, far),) = vocabulary_of([known]).neighbours(typed)
    assert far == 0


def test_pairs_and_their_parts() -> None:
    vocabulary = vocabulary_of(["Nước mắm Phan Thiết", "Nước mắm", "Nước mầm"])
    assert {"nuoc mam", "mam phan", "phan thiet"} == vocabulary.pairs
    assert vocabulary.parts["nuocmam"] == "nước mắm"
    assert vocabulary.spellings["mam"] == ["mắm", "mầm"]
