"""Text cut into words, the same way for what is stored and for what is asked. Pure.

A word is a run of letters and digits. Each word has two spellings: *raw* (as written, lower case, in one of the spellings that mean
the same) and *folded* (without marks). Whoever types "dieu" means any spelling, whoever types "điều" means that one first.

One of the spellings that mean the same: tones on the last of two vowels (hòa, hoà), i for y after a consonant (mỳ and mì, Quy and
Qui), and an amount with its unit as one word in grams or millilitres (0,5 kg and 500 g).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

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
# y is the same sound as i where it is the only vowel after a consonant, and after qu. «thúy» and «thúi» differ.
_LONE_Y = re.compile(r"^(?:([bcdđghklmnprstvx]{1,3})([yỳýỷỹỵ])$|(qu)([yỳýỷỹỵ])(n?[cht]?h?)$)")
_AS_I = dict(zip("yỳýỷỹỵ", "iìíỉĩị", strict=True))
# An amount: digits, perhaps thousands or a decimal comma, then a unit of weight or volume.
_AMOUNT = re.compile(
    r"(?<![\w.,])(\d{1,3}(?:\.\d{3})+|\d{1,7}(?:[.,]\d{1,3})?)\s*(kilogam|kg|kí|ký|gram|gam|gr|g|lạng|lang|lít|lit|ml|cc|l)(?!\w)"
)
_UNITS = {
    **dict.fromkeys(("kilogam", "kg", "kí", "ký"), (1000, "g")),
    **dict.fromkeys(("gram", "gam", "gr", "g"), (1, "g")),
    **dict.fromkeys(("lạng", "lang"), (100, "g")),
    **dict.fromkeys(("lít", "lit", "l"), (1000, "ml")),
    **dict.fromkeys(("ml", "cc"), (1, "ml")),
}


@dataclass(frozen=True, slots=True)
class Written:
    """One word: `typed` as somebody wrote it (NFC, lower case), `raw` as it is compared."""

    typed: str
    raw: str


def words_in(text: str) -> list[Written]:
    """The words of a text in their order, at most 60 letters each."""
    lower = nfc(nfc(text).lower())  # lower case may bring a mark that was not there: İ
    found: list[Written] = []
    start = 0
    for amount in _AMOUNT.finditer(lower) if any(char.isdigit() for char in lower) else ():
        raw = _amount(amount[1], amount[2])
        if raw:
            found += _plain(lower[start : amount.start()])
            found.append(Written(amount[0], raw))
            start = amount.end()
    return found + _plain(lower[start:])


def raw_words(text: str) -> list[str]:
    """The raw words of a text."""
    return [word.raw for word in words_in(text)]


def folded_word(raw: str) -> str:
    """One raw word without marks: a run of a–z and 0–9, empty for a word in another script."""
    return raw if raw.isascii() else fold_words(raw).replace(" ", "")


def raw_text(*texts: str) -> str:
    """The raw words of several texts, separated by single spaces: what is stored in a raw column."""
    return " ".join(word for text in texts for word in raw_words(text))


def folded_text(raw: str) -> str:
    """The folded words of a raw column."""
    return " ".join(filter(None, (folded_word(word) for word in raw.split())))


def _plain(text: str) -> list[Written]:
    return [Written(word[:LONGEST_WORD], _settled(word[:LONGEST_WORD])) for word in _WORD.findall(text)]


def _settled(word: str) -> str:
    """One of the spellings that mean the same."""

    def moved(found: re.Match[str]) -> str:
        toned, last = found[1] or found[3], found[2] or found[4]
        return ("o" if found[1] else "u") + _TONED[last][toned]

    return _LONE_Y.sub(_with_i, _EARLY_TONE.sub(moved, word))


def _with_i(found: re.Match[str]) -> str:
    if found[1]:
        return found[1] + _AS_I[found[2]]
    return found[3] + _AS_I[found[4]] + found[5]


def _amount(digits: str, unit: str) -> str:
    """The amount in grams or millilitres, as one word; empty where it is no whole number of them."""
    is_thousands = re.fullmatch(r"\d{1,3}(\.\d{3})+", digits) and not digits.startswith("0")
    number = Decimal(digits.replace(".", "") if is_thousands else digits.replace(",", "."))
    factor, base = _UNITS[unit]
    whole = number * factor
    return f"{int(whole)}{base}" if whole == whole.to_integral_value() and whole > 0 else ""
