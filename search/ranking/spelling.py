"""Questions near one that finds nothing: without words that only ask, words joined or parted, words respelled. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from search.ranking.fillers import without_fillers
from search.ranking.understanding import Word, understood
from search.ranking.vocabulary import Vocabulary

NEIGHBOURS = 3
WIDTH = 8  # the best beginnings of a question that are followed to its end
EVERY_WORD_MISTYPED = 3  # of so many words one at least stays as it was typed
# What a change costs. Two words beside each other that nobody wrote so are likely not the ones meant.
EACH_LETTER, SAME_SOUND, UNPAIRED, KNOWN = 4, 3, 3, 4


@dataclass(frozen=True)
class _Path:
    """A question on its way: what is written, the folded words, what it cost, how often its words occur."""

    written: tuple[str, ...] = ()
    last: str = ""
    cost: int = 0
    common: int = 0


def nearby_questions(words: tuple[Word, ...], vocabulary: Vocabulary) -> Iterator[str]:
    """Questions near this one, the likeliest first, none twice; a question typed with marks is answered with marks.

    First without the words that only ask («giá», «mua … ở đâu») and amounts, then with words joined or parted as others write them,
    then with other words in the place of those that nobody writes (all at once; where every word is known, of one).
    """
    told = {_text(words)}
    for text in _all(words, vocabulary):
        if text and text not in told:
            told.add(text)
            yield text


def _all(words: tuple[Word, ...], vocabulary: Vocabulary) -> Iterator[str]:
    words = without_fillers(words)
    yield _text(words)
    joined = understood(" ".join(_rejoined(words, vocabulary))).words
    if joined:
        yield _text(joined)
        yield from _respelled(joined, vocabulary)


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
    is_marked = any(word.is_marked for word in words)
    paths = [_Path()]
    for word, is_known in zip(words, known, strict=True):
        options = list(_options(word, is_marked, is_known, all(known), vocabulary))
        longer = [_with(path, option, vocabulary) for path in paths for option in options]
        paths = sorted(longer, key=lambda path: (path.cost, -path.common))[:WIDTH]
    for path in paths:
        kept = sum(written == (word.typed or word.raw) for written, word in zip(path.written, words, strict=True))
        # Nobody mistypes every word of a long question: «xe máy điện» is not sold here, and is no «xa mai biển».
        if kept or len(words) < EVERY_WORD_MISTYPED:
            yield " ".join(path.written)


def _options(
    word: Word, is_marked: bool, is_known: bool, is_every_known: bool, vocabulary: Vocabulary
) -> Iterator[tuple[str, str, int]]:
    """What may stand in the place of a word: as written, folded, and its cost."""
    if is_known or is_every_known:
        yield word.typed or word.raw, word.folded, 0
    if is_known and not is_every_known:
        return
    for near, far in vocabulary.neighbours(word.folded)[: NEIGHBOURS if is_known else 2 * NEIGHBOURS]:
        cost = (EACH_LETTER * far if far else SAME_SOUND) + (KNOWN if is_known else 0)
        yield vocabulary.spelled_like(near, word.raw) if is_marked else near, near, cost


def _with(path: _Path, option: tuple[str, str, int], vocabulary: Vocabulary) -> _Path:
    written, folded, cost = option
    if path.last and f"{path.last} {folded}" not in vocabulary.pairs:
        cost += UNPAIRED
    return _Path((*path.written, written), folded, path.cost + cost, path.common + vocabulary.counts.get(folded, 0))


def _text(words: tuple[Word, ...]) -> str:
    return " ".join(word.typed or word.raw for word in words)
