"""The typeface of official reports (Tinos: as wide as Times New Roman, letter by letter), and text made ready for it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from fpdf import FPDF
from fpdf.fonts import TTFFont

from core.kit.text import squeeze

FACE = "Tinos"
_FONTS = Path(__file__).parent.parent / "fonts"
_STYLES = {"": "Regular", "B": "Bold", "I": "Italic", "BI": "BoldItalic"}


def load_faces(pdf: FPDF) -> None:
    """Put the four styles into a document."""
    for style, name in _STYLES.items():
        pdf.add_font(FACE, style, _FONTS / f"Tinos-{name}.ttf")


def ready(text: str) -> str:
    """One line as the typeface can draw it: composed letters, nothing invisible, nothing that turns the text around it; a sign that it
    does not have becomes "?"."""
    if text.isprintable() and text.isascii():
        return text if text == text.strip() and "  " not in text else squeeze(text)
    letters = _letters()
    return "".join(char if ord(char) in letters else "?" for char in _one_line(text))


def unprintable(text: str) -> str:
    """The signs of a text that would become "?", each once."""
    letters = _letters()
    return "".join(dict.fromkeys(char for char in _one_line(text) if ord(char) not in letters))


def lines_of(text: str, width: float, measure: Callable[[str], float]) -> list[str]:
    """Text broken at its plain spaces into lines no wider than `width`; a word that is wider is broken inside."""
    found: list[str] = []
    line = ""
    for word in _narrow(text.split(" "), width, measure):
        longer = f"{line} {word}" if line else word
        if measure(longer) <= width:
            line = longer
        else:
            found.append(line)
            line = word
    return [each for each in (*found, line) if each] or [""]


def even_lines_of(text: str, width: float, measure: Callable[[str], float]) -> list[str]:
    """As many lines as `lines_of` gives, and none of them a lonely word where that can be helped."""
    found = lines_of(text, width, measure)
    longest = max((measure(word) for word in text.split(" ")), default=0.0)
    narrow = width
    while len(found) > 1 and narrow - 1 > longest:
        narrow -= 1
        tried = lines_of(text, narrow, measure)
        if len(tried) > len(found):
            break
        found = tried
    return found


def _narrow(words: list[str], width: float, measure: Callable[[str], float]) -> list[str]:
    found = []
    for word in words:
        rest = word
        while measure(rest) > width and len(rest) > 1:
            fits = max((end for end in range(1, len(rest)) if measure(rest[:end]) <= width), default=1)
            found.append(rest[:fits])
            rest = rest[fits:]
        found.append(rest)
    return found


def _one_line(text: str) -> str:
    """`squeeze`, but a no-break space stays one: a rate is not torn from its sign."""
    return "\u00a0".join(squeeze(part) for part in text.split("\u00a0"))


@cache
def _letters() -> frozenset[int]:
    pdf = FPDF()
    pdf.add_font(FACE, "", _FONTS / "Tinos-Regular.ttf")
    font = pdf.fonts[FACE.lower()]
    assert isinstance(font, TTFFont)
    return frozenset(font.cmap)
