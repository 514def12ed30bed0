"""What can be a Vietnamese syllable."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from core.places import finder
from search.documents.wording import folded_word, raw_words
from search.ranking.syllables import is_syllable

NAMES = Path(finder.__file__).parent / "data" / "names.csv"
# In names of the highlands these stand beside Vietnamese ones.
NEITHER = {"dak", "ea", "ia", "krong", "yang", "lak", "ya"}


@pytest.mark.parametrize(
    "word",
    [
        "bia",
        "vit",
        "dua",
        "thuoc",
        "xuc",
        "xich",
        "dien",
        "thoai",
        "giay",
        "quyt",
        "khuya",
        "nguyen",
        "yen",
        "quoc",
        "quynh",
        "quoi",
        "huou",
        "gi",
        "gin",
        "y",
        "oi",
        "uong",
        "nghieng",
        "ruou",
    ],
)
def test_can_be_one(word: str) -> None:
    assert is_syllable(word)


@pytest.mark.parametrize(
    "word", ["mamm", "rieeng", "maccca", "iphone", "og", "thah", "phee", "bechamp", "tnhh", "st25", "25", "xnk", "", "ng", "bb"]
)  # fmt: skip
def test_can_be_none(word: str) -> None:
    assert not is_syllable(word)


def test_nearly_every_word_of_the_names_of_the_plains_is_one() -> None:
    with NAMES.open(encoding="utf-8", newline="") as file:
        words = [folded_word(raw) for row in csv.DictReader(file) for raw in raw_words(row["name"])]
    named = [word for word in words if word.isalpha() and word not in NEITHER]
    assert sum(map(is_syllable, named)) > 0.97 * len(named) > 10_000
