"""Text as other systems take it: plain, without anything that a file or a reader could trip over. Pure."""

from __future__ import annotations

import html
import re
import unicodedata

_TAG = re.compile(r"<[A-Za-z/!?][^<>]*>")
_BLANKS = re.compile(r"[ \u00a0]+")
_MANY_LINES = re.compile(r"\n{3,}")
# Control characters, halves of characters, private signs, and marks that turn the direction of reading.
_UNWANTED = {"Cc", "Cs", "Co"}
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
# What a spreadsheet may take for the beginning of a formula, the wide forms too.
_FORMULA = "=+-@＝＋－＠"


def plain(text: str) -> str:
    """One spelling (NFC), one kind of line end, no HTML (neither tags nor entities), no control characters."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    text = "".join(each for each in text.replace("\t", " ") if each == "\n" or _may_stand(each))
    while (bare := _TAG.sub(" ", html.unescape(text))) != text:
        # What an entity stood for may be unwanted itself.
        text = "".join(each for each in bare.replace("\r", "\n") if each == "\n" or _may_stand(each))
    lines = (_BLANKS.sub(" ", line).strip() for line in unicodedata.normalize("NFC", text).split("\n"))
    return _MANY_LINES.sub("\n\n", "\n".join(lines)).strip()


def line(text: str) -> str:
    """The same on one line: for names."""
    return " ".join(plain(text).split())


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, however the reader counts them (an emoji counts as two for some), with "…" where it was
    longer; never ending within a character and its marks."""
    if _length(text) <= limit:
        return text
    room, kept = limit - 1, 0
    for place, each in enumerate(text):
        room -= _length(each)
        if room < 0:
            break
        kept = place + 1
    while kept and unicodedata.combining(text[kept]):
        kept -= 1
    return text[:kept].rstrip() + "…"


def no_formula(text: str) -> str:
    """The text without the signs at its beginning that a spreadsheet takes for a formula. An apostrophe before them, as our own
    sheets have it, would be seen by buyers."""
    return text.lstrip(_FORMULA + " \n")


def _length(text: str) -> int:
    return len(text) + sum(each > "\uffff" for each in text)


def _may_stand(each: str) -> bool:
    place = ord(each)
    # No characters at all, by Unicode's word; XML 1.0 forbids two of them. (A letter that is newer than this Python is kept.)
    is_none = place & 0xFFFE == 0xFFFE or 0xFDD0 <= place <= 0xFDEF
    return not is_none and each not in _TURNING and unicodedata.category(each) not in _UNWANTED
