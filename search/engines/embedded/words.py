"""A question cut into the words to look for. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from search.documents.wording import folded_word, raw_words
from search.engines.contract import LONGEST_QUESTION, MOST_WORDS


@dataclass(frozen=True)
class Word:
    """One word asked for: as typed, without marks, and whether it may be only a beginning."""

    raw: str
    folded: str
    is_beginning: bool = False

    @property
    def is_marked(self) -> bool:
        """Whether the spelling says more than its letters; always so for a word in another script."""
        return self.raw != self.folded


def words_of(text: str) -> tuple[Word, ...]:
    """The words of a question, the last one as a beginning."""
    raws = raw_words(text[:LONGEST_QUESTION])[:MOST_WORDS]
    return tuple(Word(raw, folded_word(raw), place == len(raws)) for place, raw in enumerate(raws, start=1))


@dataclass(frozen=True)
class Wanted:
    """All words of a question and how strictly marks are taken.

    `keep_marks`: a marked word is looked for in its own spelling and, for texts written without marks, folded.
    """

    words: tuple[Word, ...]
    keep_marks: bool

    def spellings(self, word: Word) -> tuple[bool, tuple[str, ...]]:
        """Whether to look in the raw columns (else in the folded ones), and for which spellings."""
        if not word.folded:
            return True, (word.raw,)
        if self.keep_marks and word.is_marked:
            return True, (word.raw, word.folded)
        return False, (word.folded,)
