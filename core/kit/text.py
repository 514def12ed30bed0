"""Vietnamese text: one way to fold for search keys, one way to make addresses, one sort order. Pure."""

from __future__ import annotations

import re
import unicodedata

_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_ORDER = {letter: index for index, letter in enumerate(_ALPHABET)}
_TONES = {"": 0, "\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}
_WORDS = re.compile(r"[a-z0-9]+")
_SHAPE_MARKS = "\u0302\u0306\u031b"  # circumflex, breve, horn: they make another letter, not a tone


def nfc(text: str) -> str:
    """The form in which text is stored and shown; phones and macOS send NFD."""
    return unicodedata.normalize("NFC", text)


def squeeze(text: str) -> str:
    """NFC, no control or zero-width characters, single spaces, no spaces at the ends."""
    # Printable text has no sign to drop and no space but the plain one; most cells of most sheets are that.
    if text.isprintable() and unicodedata.is_normalized("NFC", text):
        return " ".join(text.split())
    visible = "".join(
        " " if unicodedata.category(char) in {"Cc", "Zs", "Zl", "Zp"} else char
        for char in nfc(text)
        if unicodedata.category(char) != "Cf"
    )
    return nfc(" ".join(visible.split()))  # a mark may have met its letter only now


def fold(text: str) -> str:
    """Lower case without any Vietnamese mark: the same function for index and query.

    đ is not a letter with a mark in Unicode, so it is replaced by hand. «Hòa» and «hoà» fold alike.
    """
    return text.casefold() if text.isascii() else text.translate(_FOLDED)


class _Folded(dict[int, str]):
    """Signs and what they fold to, found out once for each: a list of a province has millions of letters."""

    def __missing__(self, code: int) -> str:
        decomposed = unicodedata.normalize("NFD", {"đ": "d", "Đ": "D"}.get(chr(code), chr(code)))
        self[code] = "".join(char for char in decomposed if not unicodedata.combining(char)).casefold()
        return self[code]


_FOLDED = _Folded()


def fold_words(text: str) -> str:
    """`fold`, with everything but letters and digits turned into single spaces: a comparison key."""
    return " ".join(_WORDS.findall(fold(text)))


def slug(text: str, limit: int = 60) -> str:
    """An address part made of folded words and hyphens, cut at a word; "san-pham" never ends in a hyphen."""
    words = fold_words(text).replace(" ", "-")
    if len(words) > limit:
        words = words[:limit].rsplit("-", 1)[0]
    return words.strip("-")


def sort_key(text: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Key for the Vietnamese alphabet: a ă â … d đ …, tones only as the second level."""
    letters: list[tuple[int, int]] = []
    for char in unicodedata.normalize("NFC", text.lower()):
        decomposed = unicodedata.normalize("NFD", char)
        tone = next((_TONES[mark] for mark in decomposed[1:] if mark in _TONES), 0)
        shape = "".join(mark for mark in decomposed[1:] if mark in _SHAPE_MARKS)
        base = unicodedata.normalize("NFC", decomposed[0] + shape)
        letters.append((_ORDER.get(base, -1000 + ord(base) if base < "a" else 1000 + ord(base)), tone))
    return tuple(letter for letter, _ in letters), tuple(tone for _, tone in letters)


def plain_text(text: str, limit: int) -> str:
    """Outside multi-line text made safe to store: NFC, no control characters but newlines, at most `limit`."""
    lines = [squeeze(line) for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    joined = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    return joined[:limit]
