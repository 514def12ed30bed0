"""The typeface of what is drawn and printed, and text made ready for it."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import cache
from pathlib import Path

from fontpkg_be_vietnam_pro import ROOT
from PIL import ImageFont

from core.kit.text import squeeze

REGULAR: Path = ROOT / "files" / "BeVietnamPro-Regular.ttf"
BOLD: Path = ROOT / "files" / "BeVietnamPro-Bold.ttf"
# Letters of Ê Đê, Ba Na and Gia Rai names that the typeface lacks, by what stands nearest.
_NEAREST = str.maketrans("ƀɓĭŏŭĬŎŬƁɃ\u2011", "bbiouIOUBB-")


@cache
def face(path: Path, size: int) -> ImageFont.FreeTypeFont:
    """The typeface at a size in pixels."""
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)


def ready(text: str) -> str:
    """Text as the typeface can draw it: composed letters (phones send NFD, which would be drawn with marks beside their
    letters), one line, nothing invisible; signs it does not have, like pictographs, are left out."""
    composed = squeeze(text).translate(_NEAREST)
    return squeeze("".join(char for char in composed if _is_there(char)))


def wrap(text: str, width: float, measure: Callable[[str], float], lines: int) -> list[str]:
    """Text broken at spaces (inside a word only where one is wider than a line) into at most `lines` lines no wider than
    `width`; what is left over ends in "…"."""
    found: list[str] = []
    line = ""
    for word in _narrow_words(text.split(), width, measure):
        longer = f"{line} {word}" if line else word
        if measure(longer) <= width:
            line = longer
            continue
        found.append(line)
        line = word
    found.append(line)
    found = [line for line in found if line]
    if len(found) <= lines:
        return found
    return [*found[: lines - 1], _shortened(" ".join(found[lines - 1 :]), width, measure)]


def _narrow_words(words: list[str], width: float, measure: Callable[[str], float]) -> list[str]:
    found = []
    for word in words:
        rest = word
        while measure(rest) > width:
            fits = max(next((end for end in range(len(rest), 0, -1) if measure(rest[:end]) <= width), 1), 1)
            found.append(rest[:fits])
            rest = rest[fits:]
        found.append(rest)
    return [word for word in found if word]


def _shortened(text: str, width: float, measure: Callable[[str], float]) -> str:
    while text and measure(text + "…") > width:
        text = text[:-1].rstrip()
    return text + "…"


@cache
def _is_there(char: str) -> bool:
    """Whether the typeface draws this sign as itself and not as an empty box."""
    if char == " " or unicodedata.category(char) == "Zs":
        return True
    font = face(REGULAR, 16)
    return bytes(font.getmask(char)) != bytes(font.getmask("\U0010fffe"))
