"""How an SMS is written and what it costs. Pure.

An SMS carries 160 signs of the GSM 7-bit alphabet (3GPP TS 23.038), or 153 in each part of a longer one. One sign
outside it, any Vietnamese mark, turns the whole message into UCS-2: 70 signs, 67 in each part. So texts go without marks.
"""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass

_BASIC = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = set("^{}\\[~]|€")  # two places each
_PLAIN = str.maketrans(
    {
        "đ": "d", "Đ": "D", "“": '"', "”": '"', "‘": "'", "’": "'", "«": '"', "»": '"', "–": "-", "—": "-", "−": "-",
        "…": "...", "·": ",", "•": "-", "×": "x", "₫": "d", "\u00a0": " ", "\t": " ",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Cost:
    """`alphabet` is "gsm7" or "ucs2", `places` the length in its units, `parts` the number of SMS that are paid."""

    alphabet: str
    places: int
    parts: int


def without_marks(text: str) -> str:
    """The text in the GSM alphabet: "Vườn anh An – đã duyệt" → "Vuon anh An - da duyet"; what has no place there
    becomes "?"."""
    decomposed = unicodedata.normalize("NFD", text.translate(_PLAIN))
    bare = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    return "".join(sign if sign in _BASIC or sign in _EXTENDED else "?" for sign in bare)


def cost(text: str) -> Cost:
    """What sending this text by SMS takes; an empty text is no SMS."""
    if all(sign in _BASIC or sign in _EXTENDED for sign in text):
        widths = [2 if sign in _EXTENDED else 1 for sign in text]
        return Cost("gsm7", sum(widths), _parts(widths, 160, 153))
    widths = [len(sign.encode("utf-16-be")) // 2 for sign in text]
    return Cost("ucs2", sum(widths), _parts(widths, 70, 67))


def _parts(widths: list[int], alone: int, joined: int) -> int:
    """A sign of two places is never split between two parts."""
    if sum(widths) <= alone:
        return math.ceil(sum(widths) / alone)
    parts, used = 1, 0
    for width in widths:
        if used + width > joined:
            parts, used = parts + 1, 0
        used += width
    return parts
