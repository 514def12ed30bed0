"""Words that ask but name nothing: «mua … ở đâu», «giá», the quả of «quả bưởi», and amounts. Pure.

They are left out only where the question as typed finds nothing: «giá đỗ» and «trái cây» are goods.
"""

from __future__ import annotations

import csv
import re
from functools import cache

from search.documents.wording import folded_word, raw_words
from search.ranking.synonyms import DATA
from search.ranking.understanding import Word

FILE = "fillers.csv"
_AMOUNT = re.compile(r"\d+(?:g|ml)")  # as `wording` writes it


def without_fillers(words: tuple[Word, ...]) -> tuple[Word, ...]:
    """The words that name something; all of them where none would be left."""
    kept: list[Word] = []
    place = 0
    while place < len(words):
        length = _filler_at(words, place)
        if not length:
            kept.append(words[place])
        place += length or 1
    return tuple(kept) or words


def _filler_at(words: tuple[Word, ...], place: int) -> int:
    """How many words the longest filler has that begins here; 0 without one. Typed marks must be the filler's."""
    if _AMOUNT.fullmatch(words[place].raw):
        return 1
    for raws, foldeds in _fillers():
        here = words[place : place + len(raws)]
        if len(here) == len(raws) and all(
            word.raw in (raw, folded) for word, raw, folded in zip(here, raws, foldeds, strict=True)
        ):
            return len(raws)
    return 0


@cache
def _fillers() -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    """Raw and folded words of every filler, the longest first."""
    with (DATA / FILE).open(encoding="utf-8", newline="") as file:
        written = [tuple(raw_words(row["words"])) for row in csv.DictReader(file)]
    return tuple(
        (words, tuple(folded_word(word) for word in words)) for words in sorted(written, key=len, reverse=True)
    )
