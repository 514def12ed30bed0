"""The order of candidates: one for every engine, from what the documents say and nothing else. Pure.

An engine finds what matches; how well it matches is decided here, so that two engines with the same candidates give the same page.
Scores are whole numbers. What weighs, from heavy to light: that the words stand in the name, in the typed spelling; that the name
begins with them, for a Vietnamese name says first what the thing is («bưởi da xanh» is a pomelo, «rượu bưởi» is a liquor); that they stand
beside each other; that they stand with the maker, the place or the kind; that they stand in the text. Then what can be bought, stars,
what is newer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from core.kit.text import fold
from search.ranking.understanding import Asked, Phrase, Term, Word

# Of one term, by where and how it stands.
NAME_EXACT, NAME_UNMARKED, NAME_FOLDED = 1000, 900, 780
NAME_OTHER_WORD = 820  # another word for the same thing, which another mark seldom is: dứa is khóm, dừa is not
EACH_WORD_OF_ANOTHER = 15  # which says more the longer it is
NAME_BEGINS = 640
SIDE_EXACT, SIDE_FOLDED, SIDE_OTHER_WORD, SIDE_BEGINS = 420, 360, 380, 260
SCATTERED = 250  # at most, where the words of one term stand apart
BODY = 100
# Of the whole question.
HEAD = 150  # the name begins with something that was asked for
IN_A_ROW, WHOLE_NAME = 160, 120
SIDE_IN_A_ROW = 330  # «hà mỵ» is a maker, not «Hà» of one thing and «Mỹ» of another
BESIDE = 60  # of two words asked for one after the other that stand so, in the name or beside it
EACH_OTHER_WORD_OF_THE_NAME, AT_MOST_OTHER_WORDS = 12, 10
EACH_STANDING = 2


class Candidate(NamedTuple):
    """A document that matches, as far as the order and the page need it; a tuple, for a question may have hundreds of them. Texts as in `SearchDocument`; `price` whole đồng,
    `stars` those valid today, `platforms` codes between bars, `metres` as the crow flies from where somebody asked (None: not asked, or
    no place known)."""

    document_id: int
    kind: str
    object_id: int
    slug: str
    name: str
    producer: str
    place: str
    stars: int | None
    price: int | None
    raw_name: str
    raw_side: str
    standing: int
    published_at: datetime
    platforms: str = ""
    metres: int | None = None


def ordered(asked: Asked, candidates: Iterable[Candidate]) -> list[Candidate]:
    """Best first; equals by what is newer, then by the document's number, so that the order is always the same."""
    scored = _Wanted(asked).score
    keyed = [(scored(each), each.published_at, each.document_id, each) for each in candidates]
    keyed.sort(reverse=True)  # no two have the same number
    return [each for _, _, _, each in keyed]


def score(asked: Asked, candidate: Candidate) -> int:
    """How well a candidate answers; only to be compared within one question."""
    return _Wanted(asked).score(candidate)


class _Wanted:
    """A question made ready to be compared with many candidates. Words and texts have a space on either side, so that a word is found
    as a piece of text and whole. What stands beside the name is looked at only where the name does not decide."""

    __slots__ = ("_begins", "_heads", "_is_marked", "_pairs", "_row", "_terms", "_wholes", "_words")

    def __init__(self, asked: Asked) -> None:
        self._terms = [_needles(term) for term in asked.terms]
        # What a name may begin with: without marks and in another term's spelling.
        self._begins = tuple(term.begin for term in self._terms)
        self._heads = tuple(head for term in self._terms for head in term.heads)
        words = asked.words
        self._words = {word.folded for word in words}
        joined = " ".join(word.folded for word in words)
        self._row = f" {joined}" if words and words[-1].is_beginning else f" {joined} "
        self._wholes = (f" {' '.join(word.raw for word in words)} ", f" {joined} ")
        self._is_marked = asked.is_marked
        self._pairs = list(_pairs(words))

    def score(self, candidate: Candidate) -> int:
        points = 0
        if self._terms:
            name, folded, words = _name(candidate.raw_name)
            side = candidate.raw_side
            for term in self._terms:
                points += term.points(name, folded, side)
            points = points // len(self._terms)
            if self._pairs:
                points += self._together(folded, side)
            left = len(words - self._words)
            points -= EACH_OTHER_WORD_OF_THE_NAME * (left if left < AT_MOST_OTHER_WORDS else AT_MOST_OTHER_WORDS)
            if (name if self._is_marked else folded) in self._wholes:
                points += WHOLE_NAME
            if folded.startswith(self._begins) or name.startswith(self._heads):
                points += HEAD
        return points + EACH_STANDING * candidate.standing

    def _together(self, name: str, raw_side: str) -> int:
        """What several words say as a whole. Words that stand in a row stand beside each other two by two."""
        if self._row in name:
            return IN_A_ROW + BESIDE * len(self._pairs)
        _, side = _side(raw_side)
        if self._row in side:
            return SIDE_IN_A_ROW + BESIDE * len(self._pairs)
        points = 0
        for pair in self._pairs:
            if pair in name or pair in side:
                points += BESIDE
        return points


def _needles(term: Term) -> _Needles | _Needle:
    return _Needles(term) if term.others or len(term.typed) > 1 else _Needle(term.typed[0])


class _Needles:
    """One term as pieces of text to look for. `begin` is how a name begins with it, `heads` how with another word for it."""

    __slots__ = ("_others", "_words", "begin", "heads")

    def __init__(self, term: Term) -> None:
        self._words = [_Needle(word) for word in term.typed]
        typed = " ".join(word.folded for word in term.typed)
        self.begin = f" {typed}" if term.typed[-1].is_beginning else f" {typed} "
        self._others = [
            (NAME_OTHER_WORD + EACH_WORD_OF_ANOTHER * len(phrase), _spellings(phrase)) for phrase in term.others
        ]
        self.heads = tuple(each for _, pair in self._others for each in pair)

    def points(self, name: str, folded: str, raw_side: str) -> int:
        points = 0
        for word in self._words:
            points += word.points(name, folded, raw_side)
        if len(self._words) > 1:
            points //= len(self._words)
            if points > SCATTERED and self.begin not in folded and self.begin not in _side(raw_side)[1]:
                points = SCATTERED
        if points < NAME_UNMARKED and self._others:
            for worth, spellings in self._others:
                if points < worth and any(each in name for each in spellings):
                    points = worth
            if points < SIDE_OTHER_WORD:
                side, _ = _side(raw_side)
                if any(each in side for each in self.heads):
                    points = SIDE_OTHER_WORD
        return points


class _Needle:
    """One typed word as pieces of text to look for; a term by itself where it is all of it."""

    __slots__ = ("_begin", "_folded", "_is_marked", "_raw", "begin")
    heads = ()

    def __init__(self, word: Word) -> None:
        # A word of another script has no folded form; it is found as it is.
        self._raw, self._folded = f" {word.raw} ", f" {word.folded or word.raw} "
        self._begin = f" {word.raw}" if word.is_beginning else ""
        self._is_marked = word.is_marked
        self.begin = f" {word.folded}" if word.is_beginning else f" {word.folded} "

    def points(self, name: str, folded: str, raw_side: str) -> int:
        if self._is_marked:
            if self._raw in name:
                return NAME_EXACT
            if self._folded in name:
                return NAME_UNMARKED
        if self._folded in folded:
            return NAME_FOLDED if self._is_marked else NAME_EXACT
        if self._begin and self._begin in (name if self._is_marked else folded):
            return NAME_BEGINS
        return self._beside(*_side(raw_side))

    def _beside(self, raw: str, folded: str) -> int:
        """What it is worth beside the name; where it is not there either, it is in the text."""
        if self._is_marked and (self._raw in raw or self._folded in raw):
            return SIDE_EXACT
        if self._folded in folded:
            return SIDE_FOLDED if self._is_marked else SIDE_EXACT
        if self._begin and self._begin in (raw if self._is_marked else folded):
            return SIDE_BEGINS
        return BODY


def _pairs(words: Phrase) -> Iterator[str]:
    """Words one after the other; the last perhaps only begun."""
    for one, other in pairwise(words):
        yield f" {one.folded} {other.folded}" if other.is_beginning else f" {one.folded} {other.folded} "


def _spellings(phrase: Phrase) -> tuple[str, ...]:
    """The words beside each other, in just this spelling or without marks."""
    raw, folded = (" ".join(words) for words in zip(*((word.raw, word.folded) for word in phrase), strict=True))
    return (f" {raw} ",) if raw == folded else (f" {raw} ", f" {folded} ")


# Remembered: the same goods are candidates again and again.
@lru_cache(maxsize=20_000)
def _name(raw: str) -> tuple[str, str, frozenset[str]]:
    """A name between spaces as it is and without marks, and its words without marks."""
    name, folded = _both(raw)
    return name, folded, frozenset(folded.split())


@lru_cache(maxsize=20_000)
def _side(raw: str) -> tuple[str, str]:
    """What stands beside a name, the same two ways."""
    return _both(raw)


def _both(raw: str) -> tuple[str, str]:
    """Raw words between spaces as they are and without marks, each still a word."""
    text = f" {raw} "
    return text, text if raw.isascii() else fold(text)
