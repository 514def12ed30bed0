"""A question understood: which words are looked for, which others mean the same. Pure.

The same for every engine: an engine gets an `Asked` and matches it; what was typed is never syntax.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from search.documents.wording import Written, folded_word, words_in
from search.ranking import synonyms

LONGEST_QUESTION = 200  # characters of a question that are read
MOST_WORDS = 16  # words of a question that must match; later ones are not looked at


@dataclass(frozen=True)
class Word:
    """One word asked for: as compared with its marks, without marks, whether it may be only a beginning; `typed` as written."""

    raw: str
    folded: str
    is_beginning: bool = False
    typed: str = ""

    @property
    def is_marked(self) -> bool:
        """Whether the spelling says more than its letters; always so for a word in another script."""
        return self.raw != self.folded


Phrase = tuple[Word, ...]


@dataclass(frozen=True)
class Term:
    """One thing that must occur: all of its typed words anywhere, in any spelling (a beginning that was typed with marks: whole in any
    spelling, begun in just that one); or one of the other phrases, word beside word, in just that spelling or without marks."""

    typed: Phrase
    others: tuple[Phrase, ...] = ()


@dataclass(frozen=True)
class Asked:
    """All terms of a question. None of a text without letters and digits: it asks for nothing that is for sale; `is_open` tells the
    question without any text, which everything answers."""

    terms: tuple[Term, ...]
    is_open: bool = False

    @cached_property
    def words(self) -> Phrase:
        """The typed words in their order."""
        return tuple(word for term in self.terms for word in term.typed)

    @property
    def is_marked(self) -> bool:
        """Whether any word was typed with marks."""
        return any(word.is_marked for word in self.words)

    @property
    def text(self) -> str:
        """The words as typed."""
        return " ".join(word.typed or word.raw for word in self.words)


def understood(text: str) -> Asked:
    """What a text asks for. The last word may be only a beginning."""
    written = words_in(text[:LONGEST_QUESTION])[:MOST_WORDS]
    if not written:
        return Asked((), is_open=not text.strip())
    return Asked(tuple(_terms(written)))


def _terms(written: list[Written]) -> Iterable[Term]:
    raws = tuple(word.raw for word in written)
    start = 0
    while start < len(written):
        found = synonyms.meant(raws, start)
        length = len(found.spelling.words) if found else 2 if _is_stars(raws[start : start + 2]) else 1
        typed = tuple(
            Word(word.raw, folded_word(word.raw), place == len(written), word.typed)
            for place, word in enumerate(written[start : start + length], start=start + 1)
        )
        yield Term(typed, tuple(_phrase(other) for other in found.others) if found else ())
        start += length


def _is_stars(raws: tuple[str, ...]) -> bool:
    """«5 sao» is one thing, not a five of somewhere and a star."""
    return len(raws) == 2 and raws[0] in "12345" and raws[1] == "sao"


def _phrase(spelling: synonyms.Spelling) -> Phrase:
    """The words of another spelling; without its marks «mè» would be the tamarind of «rim me»."""
    foldeds = spelling.words if spelling.only_marked else spelling.folded
    return tuple(Word(word, folded, typed=word) for word, folded in zip(spelling.words, foldeds, strict=True))
