"""The words that documents use, and which of them are near a mistyped one. Pure."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from search.documents.wording import folded_word, words_in

FARTHEST = 2
SHORT = 4  # a syllable this short is another word after two changes
# Letters that one region or another says alike, and two ways to write one sound; applied from left to right.
_ALIKE = (("ngh", "ng"), ("gh", "g"), ("gi", "d"), ("tr", "ch"), ("x", "s"), ("r", "d"), ("k", "c"), ("q", "c"), ("y", "i"), ("ph", "f"))  # fmt: skip
_LAST = re.compile(r"(?:ng|n)$"), re.compile(r"(?:ch|c|t)$")


@dataclass(frozen=True)
class Vocabulary:
    """Known words, all without marks: `counts` how often, `spellings` with marks, the commonest first, `pairs` of words that stand beside
    each other ("nuoc mam"), `parts` of such a pair by its letters without the space (nuocmam → «nước mắm»)."""

    counts: dict[str, int]
    spellings: dict[str, list[str]]
    pairs: frozenset[str] = frozenset()
    parts: dict[str, str] = field(default_factory=dict)
    letters: list[tuple[str, int]] = field(default_factory=list)
    sounds: dict[str, list[str]] = field(default_factory=dict)

    def spelled_like(self, folded: str, typed: str) -> str:
        """The known spelling of a folded word that is nearest to what was typed."""
        return min(self.spellings[folded], key=lambda spelling: distance(spelling, typed, len(typed)))

    def neighbours(self, folded: str) -> list[tuple[str, int]]:
        """Known folded words near this one with their distance, 0 where they sound alike, nearest and commonest first; never the word
        itself."""
        if not folded:
            return []
        limit = 1 if len(folded) <= SHORT else FARTHEST
        near = dict.fromkeys(self.sounds.get(_sound(folded), ()), 0)
        mask, length = _mask(folded), len(folded)
        for known, others in self.letters:
            # One change puts in, takes out or exchanges one letter: words with other letters need not be compared.
            if (mask ^ others).bit_count() <= 2 * limit and abs(len(known) - length) <= limit and known not in near:
                far = distance(known, folded, limit)
                if far <= limit:
                    near[known] = far
        near.pop(folded, None)
        return sorted(near.items(), key=lambda pair: (pair[1] or 1, -self.counts[pair[0]], pair[0]))


def vocabulary_of(texts: Iterable[str]) -> Vocabulary:
    """The words of these texts."""
    counts: Counter[str] = Counter()
    spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)
    pairs: defaultdict[str, Counter[str]] = defaultdict(Counter)
    # Makers and places are written again and again; each text is cut once.
    for text, often in Counter(texts).items():
        before, typed_before = "", ""
        for word in words_in(text):
            folded = folded_word(word.raw)
            if folded and not folded.isdigit():
                counts[folded] += often
                spellings[folded][word.typed] += often
            if folded and before:
                pairs[f"{before} {folded}"][f"{typed_before} {word.typed}"] += often
            before, typed_before = folded, word.typed
    return _made(counts, spellings, pairs)


def _made(
    counts: Counter[str], spellings: dict[str, Counter[str]], pairs: dict[str, Counter[str]]
) -> Vocabulary:  # fmt: skip
    parts: dict[str, tuple[int, str]] = {}
    for pair, written in pairs.items():
        whole, often = pair.replace(" ", ""), written.total()
        if often > parts.get(whole, (0, ""))[0] and not whole.isdigit():
            parts[whole] = (often, _commonest(written)[0])
    sounds: defaultdict[str, list[str]] = defaultdict(list)
    for folded in counts:
        sounds[_sound(folded)].append(folded)
    return Vocabulary(
        counts=dict(counts),
        spellings={folded: _commonest(written) for folded, written in spellings.items()},
        pairs=frozenset(pairs),
        parts={whole: written for whole, (_, written) in parts.items()},
        letters=[(folded, _mask(folded)) for folded in counts],
        sounds=dict(sounds),
    )


def _commonest(written: Counter[str]) -> list[str]:
    return sorted(written, key=lambda spelling: (-written[spelling], spelling))


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


def _sound(folded: str) -> str:
    """The same for words that people of some region say alike: xầu and sầu, giây and dây."""
    for written, said in _ALIKE:
        folded = folded.replace(written, said)
    return _LAST[1].sub("t", _LAST[0].sub("n", folded))


def _mask(folded: str) -> int:
    """Which letters a word has, one bit for each."""
    mask = 0
    for letter in folded:
        mask |= 1 << (ord(letter) - 48)
    return mask
