"""Text as other systems take it: plain, without anything that a file or a reader could trip over. Pure."""

from __future__ import annotations

import html
import re
import unicodedata

_TAG = re.compile(r"<[A-Za-z/!?][^<>]*>")
_BLANKS = re.compile(r"[ \u00a0]+")
_MANY_LINES = re.compile(r"\n{3,}")
# Control characters but the line end, halves of characters, private signs, what Unicode says is no character (XML 1.0 forbids two
# of them), and marks that turn the direction of reading. A letter that is newer than this Python is kept.
_NONE = "".join(f"{chr(plane | 0xFFFE)}{chr(plane | 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
_UNWANTED = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef\U000f0000-\U0010ffff"
    f"\u202a-\u202e\u2066-\u2069\ufeff{_NONE}]"
)
# What a spreadsheet may take for the beginning of a formula, the wide forms too.
_FORMULA = "=+-@＝＋－＠"


def plain(text: str) -> str:
    """One spelling (NFC), one kind of line end, no HTML (neither tags nor entities), no control characters."""
    text = _bare(text)
    while (barer := _bare(_TAG.sub(" ", html.unescape(text)))) != text:
        text = barer
    lines = (_BLANKS.sub(" ", line).strip() for line in unicodedata.normalize("NFC", text).split("\n"))
    return _MANY_LINES.sub("\n\n", "\n".join(lines)).strip()


def line(text: str) -> str:
    """The same on one line: for names."""
    return " ".join(plain(text).split())


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, however the reader counts them (an emoji counts as two for some), with "…" where it was
    longer; never ending within a character and its marks."""
    counted = text.encode("utf-16-le")
    if len(counted) <= 2 * limit:
        return text
    kept = len(counted[: 2 * (limit - 1)].decode("utf-16-le", "ignore"))  # half an emoji falls away
    while kept and unicodedata.combining(text[kept]):
        kept -= 1
    return text[:kept].rstrip() + "…"


def no_formula(text: str) -> str:
    """The text without the signs at its beginning that a spreadsheet takes for a formula. An apostrophe before them, as our own
    sheets have it, would be seen by buyers."""
    return text.lstrip(_FORMULA + " \n")


def _bare(text: str) -> str:
    for other in ("\r\n", "\r", "\u2028", "\u2029"):
        text = text.replace(other, "\n")
    return _UNWANTED.sub("", text.replace("\t", " "))
