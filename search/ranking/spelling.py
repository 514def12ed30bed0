"""Questions near one that finds nothing: without words that only ask, with other marks, words joined or parted, words respelled. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from search.ranking import synonyms
from search.ranking.fillers import without_fillers
from search.ranking.syllables import is_syllable
from search.ranking.understanding import Word, understood
from search.ranking.vocabulary import Vocabulary

NEIGHBOURS = 3
WIDTH = 8  # the best beginnings of a question that are followed to its end
EVERY_WORD_MISTYPED = 3  # of so many words one at least stays as it was typed
# What a change costs. Two words beside each other that nobody wrote so are likely not the ones meant.
EACH_LETTER, SAME_SOUND, UNPAIRED, KNOWN = 4, 3, 3, 4


@dataclass(frozen=True)
class _Option:
    """What may stand in the place of a word: as written, folded, its cost. `is_kept`: it is the word that was typed; `is_bold`: it takes
    the place of a syllable that may well be meant («bia» is no «gia»)."""

    written: str
    folded: str
    cost: int
    is_kept: bool = False
    is_bold: bool = False


@dataclass(frozen=True)
class _Path:
    """A question on its way: what is written, the last folded word and whether it was typed so, what it cost, how often its words occur.
    `owes`: the last word is bold, and only the next may still show that it was meant."""

    written: tuple[str, ...] = ()
    last: str = ""
    is_kept: bool = False
    owes: bool = False
    cost: int = 0
    common: int = 0


def nearby_questions(words: tuple[Word, ...], vocabulary: Vocabulary) -> Iterator[str]:
    """Questions near this one, the likeliest first, none twice; a question typed with marks is answered with marks.

    First without the words that only ask («giá», «mua … ở đâu») and amounts, then with the marks of things that have other names («dừa»:
    dứa, which others call khóm), then with words joined or parted as others write them, then with other words in the place of those that
    nobody writes (all at once; where every word is known, of one).
    """
    told = {_text(words)}
    for text in _all(words, vocabulary):
        if text and text not in told:
            told.add(text)
            yield text


def _all(words: tuple[Word, ...], vocabulary: Vocabulary) -> Iterator[str]:
    words = without_fillers(words)
    yield _text(words)
    yield " ".join(_remarked(words))
    joined = understood(" ".join(_rejoined(words, vocabulary))).words
    if joined:
        yield _text(joined)
        yield from _respelled(joined, vocabulary)


def _remarked(words: tuple[Word, ...]) -> Iterator[str]:
    """The words, those with other marks than the name of a group with its own."""
    foldeds, place = tuple(word.folded for word in words), 0
    while place < len(words):
        found = synonyms.meant(foldeds, place)
        wanted = found.spelling.words if found else ()
        typed = words[place : place + max(1, len(wanted))]
        differs = any(word.is_marked and word.raw != raw for word, raw in zip(typed, wanted, strict=False))
        yield from wanted if differs else (word.typed or word.raw for word in typed)
        place += len(typed)


def _rejoined(words: tuple[Word, ...], vocabulary: Vocabulary) -> Iterator[str]:
    """The words, parted where only the two parts are known («nuocmam»), joined where only the whole is («be champ»)."""
    place = 0
    while place < len(words):
        word, after = words[place], words[place + 1] if place + 1 < len(words) else None
        place += 1
        if after is not None and f"{word.folded} {after.folded}" not in vocabulary.pairs:
            whole = word.folded + after.folded
            if whole in vocabulary.counts:
                yield vocabulary.spelled_like(whole, word.raw + after.raw)
                place += 1
                continue
        if word.folded not in vocabulary.counts and word.folded in vocabulary.parts:
            yield vocabulary.parts[word.folded]
        else:
            yield word.typed or word.raw


def _respelled(words: tuple[Word, ...], vocabulary: Vocabulary) -> Iterator[str]:
    known = [word.folded in vocabulary.counts or not word.folded for word in words]
    paths = [_Path()]
    for place in range(len(words)):
        options = list(_options(words, place, known, vocabulary))
        longer = [longer for path in paths for option in options if (longer := _with(path, option, vocabulary))]
        paths = sorted(longer, key=lambda path: (path.cost, -path.common))[:WIDTH]
    for path in paths:
        if path.owes:
            continue
        kept = sum(written == (word.typed or word.raw) for written, word in zip(path.written, words, strict=True))
        # Nobody mistypes every word of a long question: «xe máy điện» is not sold here, and is no «xa mai biển».
        if kept or len(words) < EVERY_WORD_MISTYPED:
            yield " ".join(path.written)


def _options(words: tuple[Word, ...], place: int, known: Sequence[bool], vocabulary: Vocabulary) -> Iterator[_Option]:
    """What may stand in the place of a word, of words near it those first that others write beside the ones before or after."""
    word, is_known, is_every_known = words[place], known[place], all(known)
    if is_known or is_every_known:
        yield _Option(word.typed or word.raw, word.folded, 0, is_kept=True)
    if is_known and not is_every_known:
        return
    before, after = words[place - 1].folded if place else "", words[place + 1].folded if place + 1 < len(words) else ""

    def is_unpaired(near: tuple[str, int]) -> bool:
        return f"{before} {near[0]}" not in vocabulary.pairs and f"{near[0]} {after}" not in vocabulary.pairs

    is_marked, is_meant = any(each.is_marked for each in words), is_syllable(word.folded)
    nearest = sorted(vocabulary.neighbours(word.folded), key=is_unpaired)
    for near, far in nearest[: NEIGHBOURS if is_known else 2 * NEIGHBOURS]:
        cost = (EACH_LETTER * far if far else SAME_SOUND) + (KNOWN if is_known else 0)
        written = vocabulary.spelled_like(near, word.raw) if is_marked else near
        yield _Option(written, near, cost, is_bold=is_meant and far > 0)


def _with(path: _Path, option: _Option, vocabulary: Vocabulary) -> _Path | None:
    """A path one word longer; None where it takes a syllable for another that stands beside no word as typed which others write there."""
    is_pair = f"{path.last} {option.folded}" in vocabulary.pairs
    if path.owes and not (is_pair and option.is_kept):
        return None
    return _Path(
        (*path.written, option.written),
        option.folded,
        option.is_kept,
        option.is_bold and not (is_pair and path.is_kept),
        path.cost + option.cost + (0 if is_pair or not path.last else UNPAIRED),
        path.common + vocabulary.counts.get(option.folded, 0),
    )


def _text(words: tuple[Word, ...]) -> str:
    return " ".join(word.typed or word.raw for word in words)
