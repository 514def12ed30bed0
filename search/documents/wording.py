"""Text cut into words, the same way for what is stored and for what is asked. Pure.

A word is a run of letters and digits. Each word has two spellings: *raw* (as written, lower case) and *folded*
(without marks). Whoever types "dieu" means any spelling, whoever types "điều" means that one.
"""

from __future__ import annotations

import re

from core.kit.text import fold_words, nfc

# Longer runs are no words; PostgreSQL refuses lexemes over 2 kB.
LONGEST_WORD = 60
_WORD = re.compile(r"[^\W_]+")
# «hòa» and «hoà» are the same word with the tone on either vowel; both schools are in use. Stored on the last.
_EARLY_TONE = re.compile(r"(?:([òóỏõọ])([ae])|([ùúủũụ])(y))$")
_TONED = {
    "a": dict(zip("òóỏõọ", "àáảãạ", strict=True)),
    "e": dict(zip("òóỏõọ", "èéẻẽẹ", strict=True)),
    "y": dict(zip("ùúủũụ", "ỳýỷỹỵ", strict=True)),
}


def raw_words(text: str) -> list[str]:
    """The words of a text as written: NFC, lower case, one tone placement, at most 60 letters each."""
    return [_settle_tone(word[:LONGEST_WORD]) for word in _WORD.findall(nfc(text).lower())]


def folded_word(raw: str) -> str:
    """One raw word without marks: a run of a–z and 0–9, empty for a word in another script."""
    return fold_words(raw).replace(" ", "")


def raw_text(*texts: str) -> str:
    """The raw words of several texts, separated by single spaces: what is stored in a raw column."""
    return " ".join(word for text in texts for word in raw_words(text))


def folded_text(raw: str) -> str:
    """The folded words of a raw column."""
    return " ".join(filter(None, (folded_word(word) for word in raw.split())))


def _settle_tone(word: str) -> str:
    def moved(found: re.Match[str]) -> str:
        toned, last = found[1] or found[3], found[2] or found[4]
        return ("o" if found[1] else "u") + _TONED[last][toned]

    return _EARLY_TONE.sub(moved, word)
