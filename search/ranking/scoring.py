"""The order of candidates: one for every engine, from what the documents say and nothing else. Pure.

An engine finds what matches; how well it matches is decided here, so that two engines with the same candidates give the same page.
Scores are whole numbers. What weighs, from heavy to light: that the words stand in the name, in the typed spelling; that the name
begins with them, for a Vietnamese name says first what the thing is («bưởi da xanh» is a pomelo, «rượu bưởi» is a liquor); that they stand
beside each other; that they stand with the maker, the place or the kind; that they stand in the text. Then what can be bought, stars,
what is newer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import pairwise
from operator import itemgetter

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


@dataclass(frozen=True, slots=True)
class Candidate:
    """A document that matches, as far as the order and the page need it. Texts as in `SearchDocument`; `price` whole đồng,
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
    wanted = _Wanted(asked)
    keyed = [(wanted.score(each), each.published_at, each.document_id, each) for each in candidates]
    keyed.sort(key=itemgetter(0, 1, 2), reverse=True)
    return [each for *_, each in keyed]


def score(asked: Asked, candidate: Candidate) -> int:
    """How well a candidate answers; only to be compared within one question."""
    return _Wanted(asked).score(candidate)


class _Wanted:
    """A question made ready to be compared with many candidates. Words and texts have a space on either side, so that a word is found
    as a piece of text and whole."""

    def __init__(self, asked: Asked) -> None:
        self._terms = [_Needles(term) for term in asked.terms]
        words = asked.words
        self._count = len(words)
        self._folded = {word.folded for word in words}
        last = words[-1] if words else None
        self._is_open = last is not None and last.is_beginning
        joined = " ".join(word.folded for word in words)
        self._row = f" {joined}" if self._is_open else f" {joined} "
        self._wholes = {f" {' '.join(word.raw for word in words)} ", f" {joined} "}
        self._is_marked = asked.is_marked
        self._pairs = list(_pairs(words))

    def score(self, candidate: Candidate) -> int:
        raw_name, raw_side = f" {candidate.raw_name} ", f" {candidate.raw_side} "
        folded_name, folded_side = _folded(raw_name), _folded(raw_side)
        points = 0
        if self._terms:
            for term in self._terms:
                points += term.points(raw_name, folded_name, raw_side, folded_side)
            points = points // len(self._terms) + self._together(folded_name, folded_side)
            if (raw_name if self._is_marked else folded_name) in self._wholes:
                points += WHOLE_NAME
            for term in self._terms:
                if term.begins(raw_name, folded_name):
                    points += HEAD
                    break
        return points + EACH_STANDING * candidate.standing

    def _together(self, name: str, side: str) -> int:
        """What the words say as a whole."""
        points = 0
        if self._pairs:
            points = IN_A_ROW if self._row in name else SIDE_IN_A_ROW if self._row in side else 0
        for pair in self._pairs:
            if pair in name or pair in side:
                points += BESIDE
        left = len(set(name.split()) - self._folded)
        return points - EACH_OTHER_WORD_OF_THE_NAME * min(left, AT_MOST_OTHER_WORDS)


class _Needles:
    """One term as pieces of text to look for."""

    __slots__ = ("_begin", "_heads", "_others", "_words")

    def __init__(self, term: Term) -> None:
        self._words = [_Needle(word) for word in term.typed]
        typed = " ".join(word.folded for word in term.typed)
        self._begin = f" {typed}" if term.typed[-1].is_beginning else f" {typed} "
        self._others = [
            (NAME_OTHER_WORD + EACH_WORD_OF_ANOTHER * len(phrase), _spellings(phrase)) for phrase in term.others
        ]

        self._heads = tuple(each for _, pair in self._others for each in pair)

    def points(self, raw_name: str, folded_name: str, raw_side: str, folded_side: str) -> int:
        points = 0
        for word in self._words:
            points += word.points(raw_name, folded_name, raw_side, folded_side)
        points //= len(self._words)
        if len(self._words) > 1 and self._begin not in folded_name and self._begin not in folded_side:
            points = min(points, SCATTERED)
        if points < NAME_UNMARKED:
            for worth, spellings in self._others:
                if points < worth and any(each in raw_name for each in spellings):
                    points = worth
            if points < SIDE_OTHER_WORD and any(each in raw_side for each in self._heads):
                points = SIDE_OTHER_WORD
        return points

    def begins(self, raw_name: str, folded_name: str) -> bool:
        """Whether the name begins with the term, in any of its words."""
        return folded_name.startswith(self._begin) or raw_name.startswith(self._heads)


class _Needle:
    """One typed word as pieces of text to look for."""

    __slots__ = ("_begin", "_folded", "_is_marked", "_raw")

    def __init__(self, word: Word) -> None:
        # A word of another script has no folded form; it is found as it is.
        self._raw, self._folded = f" {word.raw} ", f" {word.folded or word.raw} "
        self._begin = f" {word.raw}" if word.is_beginning else ""
        self._is_marked = word.is_marked

    def points(self, raw_name: str, folded_name: str, raw_side: str, folded_side: str) -> int:
        marked, folded = self._is_marked, self._folded
        if marked:
            if self._raw in raw_name:
                return NAME_EXACT
            if folded in raw_name:
                return NAME_UNMARKED
        if folded in folded_name:
            return NAME_FOLDED if marked else NAME_EXACT
        if self._begin and self._begin in (raw_name if marked else folded_name):
            return NAME_BEGINS
        if marked and (self._raw in raw_side or folded in raw_side):
            return SIDE_EXACT
        if folded in folded_side:
            return SIDE_FOLDED if marked else SIDE_EXACT
        if self._begin and self._begin in (raw_side if marked else folded_side):
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


@lru_cache(maxsize=10_000)
def _folded(raw: str) -> str:
    """Raw words without marks, each still a word. Remembered: the same goods are candidates again and again."""
    return raw if raw.isascii() else fold(raw)
