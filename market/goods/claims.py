"""Finding forbidden phrases in a seller's words, and only those. Pure.

Folding alone would find «chữa khỏi» in «quả chua, khỏi lo» and «điều trị» in «hạt điều trị giá». So a phrase is looked for
as it is written; and without regard to marks only where the passage has none, as in a name typed without them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from core.kit.text import fold, squeeze

# Where one passage ends: a new line, an end of sentence, a comma, a bracket. Inside a word (1.5, chữa-bệnh) they part nothing.
_PASSAGES = re.compile(r"[\n\r!?;()\[\]{}«»“”\"|/•…]+|[.,:]+(?=\s|$)|\s[-–—]+\s")
_TOKENS = re.compile(r"[^\W_]+")
_TONES = "\u0300\u0301\u0303\u0309\u0323"


def find_phrases(text: str, phrases: Sequence[str], innocent: Sequence[str] = ()) -> list[str]:
    """Those of `phrases` that stand in the text as whole words, in the order of the list. What stands inside one of the
    longer `innocent` phrases does not count."""
    if not text:
        return []
    passages = [tokens for tokens in map(_tokens, _passages(text)) if tokens]
    wanted = [(phrase, _tokens(phrase)) for phrase in phrases]
    excused = [_tokens(phrase) for phrase in innocent]
    return [phrase for phrase, tokens in wanted if any(_guilty(passage, tokens, excused) for passage in passages)]


def _passages(text: str) -> Iterable[str]:
    # Wide letters and such are the plain ones for a reader; Cf signs are dropped by `squeeze`.
    plain = unicodedata.normalize("NFKC", text)
    lines = (squeeze(line) for line in plain.splitlines())
    return (passage for line in lines for passage in _PASSAGES.split(line))


def _tokens(text: str) -> list[str]:
    return [_canonical(token) for token in _TOKENS.findall(unicodedata.normalize("NFC", text).casefold())]


def _canonical(word: str) -> str:
    """One spelling of a word wherever its tone stands: «hoà» and «hòa»."""
    apart = unicodedata.normalize("NFD", word)
    tone = "".join(sign for sign in apart if sign in _TONES)
    return unicodedata.normalize("NFC", "".join(sign for sign in apart if sign not in _TONES)) + tone


def _guilty(passage: list[str], phrase: list[str], innocent: list[list[str]]) -> bool:
    places = [at for at in range(len(passage)) if _stands_at(passage, phrase, at)]
    return any(not _excused(passage, at, at + len(phrase), innocent) for at in places)


def _excused(passage: list[str], start: int, end: int, innocent: list[list[str]]) -> bool:
    return any(
        _stands_at(passage, longer, at)
        for longer in innocent
        for at in range(max(0, end - len(longer)), start + 1)
        if at + len(longer) >= end
    )


def _stands_at(passage: list[str], phrase: list[str], at: int) -> bool:
    there = passage[at : at + len(phrase)]
    if there == phrase:
        return True
    without_marks = all(word.isascii() for word in there)
    return without_marks and there == [fold(word) for word in phrase]
