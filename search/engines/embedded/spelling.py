"""Words near a mistyped one. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from search.documents.wording import folded_word, raw_words
from search.engines.embedded.words import Word

FARTHEST = 2
SHORT = 4  # a syllable this short is another word after two changes
NEIGHBOURS = 3


@dataclass(frozen=True)
class Vocabulary:
    """Known words: folded → how often, folded → its spellings, the commonest first."""

    counts: dict[str, int]
    spellings: dict[str, list[str]]

    def spelled_like(self, folded: str, typed: str) -> str:
        """The known spelling of a folded word that is nearest to what was typed."""
        return min(self.spellings[folded], key=lambda spelling: distance(spelling, typed, len(typed)))

    def neighbours(self, word: Word) -> list[str]:
        """Up to three known folded words near this one, nearest and commonest first; never the word itself."""
        limit = 1 if len(word.folded) <= SHORT else FARTHEST
        near = []
        for known, count in self.counts.items():
            if known != word.folded and abs(len(known) - len(word.folded)) <= limit:
                far = distance(known, word.folded, limit)
                if far <= limit:
                    near.append((far, -count, known))
        return [known for _, _, known in sorted(near)[:NEIGHBOURS]]


def vocabulary_of(texts: Iterable[str]) -> Vocabulary:
    """The words of these texts."""
    raws: Counter[str] = Counter()
    for text in texts:
        raws.update(raw_words(text))
    counts: dict[str, int] = defaultdict(int)
    spellings: dict[str, list[str]] = defaultdict(list)
    for raw, count in sorted(raws.items(), key=lambda pair: (-pair[1], pair[0])):
        folded = folded_word(raw)
        if folded and not folded.isdigit():
            counts[folded] += count
            spellings[folded].append(raw)
    return Vocabulary(dict(counts), dict(spellings))


def nearby_questions(words: tuple[Word, ...], vocabulary: Vocabulary) -> Iterator[str]:
    """Questions near this one, the likeliest first; words typed with marks are answered with marks.

    Unknown words are replaced all at once; when every word is known, one word at a time.
    """
    unknown = [place for place, word in enumerate(words) if word.folded not in vocabulary.counts]
    near = {place: vocabulary.neighbours(words[place]) for place in unknown or range(len(words))}
    if unknown:
        if not all(near[place] for place in unknown):
            return
        for choice in range(NEIGHBOURS):
            # A word with fewer neighbours keeps its last one.
            yield _written(
                words,
                {place: near[place][min(choice, len(near[place]) - 1)] for place in unknown},
                vocabulary,
            )
    else:
        for choice in range(NEIGHBOURS):
            for place, found in near.items():
                if choice < len(found):
                    yield _written(words, {place: found[choice]}, vocabulary)


def distance(one: str, other: str, limit: int) -> int:
    """Changes that make one word the other: a letter more, less or different, or two neighbours swapped
    (optimal string alignment). Anything over `limit` is returned as limit + 1."""
    before: list[int] = []
    above = list(range(len(other) + 1))
    for row, letter in enumerate(one, start=1):
        line = [row]
        for column, against in enumerate(other, start=1):
            best = min(above[column] + 1, line[-1] + 1, above[column - 1] + (letter != against))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == against:
                best = min(best, before[column - 2] + 1)
            line.append(best)
        if min(line) > limit:
            return limit + 1
        before, above = above, line
    return min(above[-1], limit + 1)


def _written(words: tuple[Word, ...], changes: dict[int, str], vocabulary: Vocabulary) -> str:
    written = []
    for place, word in enumerate(words):
        change = changes.get(place, "")
        if change and word.is_marked:
            change = vocabulary.spelled_like(change, word.raw)
        written.append(change or word.raw)
    return " ".join(written)
