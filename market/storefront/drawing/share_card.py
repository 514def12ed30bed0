"""The picture that stands under a link in Zalo and Facebook: 1200 × 630, photo left, words right."""

from __future__ import annotations

import io
from dataclasses import dataclass
from math import cos, pi, sin
from pathlib import Path

from PIL import Image, ImageDraw, ImageOps

from core.kit.qr import modules_of, runs_of
from market.storefront.drawing.lettering import BOLD, REGULAR, face, ready, wrap

LAYOUT = 2  # goes into a card's name: raise it when the drawing changes, and every card is drawn anew
SIZE = (1200, 630)
PHOTO = (0, 0, 560, 630)
LEFT, RIGHT, TOP, BOTTOM = 600, 1160, 48, 590
QR_SIDE = 200
PAPER, INK, SOFT, LEAF, RICE, GROUND = "#FBFAF6", "#1C211C", "#4A524B", "#1F6B3B", "#945C08", "#EFECE2"


@dataclass(frozen=True)
class CardFacts:
    """What stands on a card. `price` is written out with its unit; `stars` 0 draws none."""

    name: str
    price: str
    was: str
    shop: str
    place: str
    stars: int
    address: str


def draw_card(facts: CardFacts, photo: bytes) -> bytes:
    """JPEG bytes of a card, about 60 to 120 kB. `photo` are the bytes of one of our own renditions, or b""."""
    image = Image.new("RGB", SIZE, PAPER)
    pen = ImageDraw.Draw(image)
    _photo(image, pen, photo)
    bottom = _words(pen, facts)
    _price(pen, facts, bottom)
    _foot(image, pen, facts)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=86, optimize=True)
    return out.getvalue()


def _photo(image: Image.Image, pen: ImageDraw.ImageDraw, raw: bytes) -> None:
    pen.rectangle(PHOTO, fill=GROUND)
    if raw:
        with Image.open(io.BytesIO(raw)) as photo:
            fitted = ImageOps.fit(photo.convert("RGB"), (PHOTO[2], PHOTO[3]), Image.Resampling.LANCZOS)
        image.paste(fitted, (0, 0))
        return
    # No photo: the awning of the house and its name, so that the card is not half empty.
    for number in range(7):
        if number % 2 == 0:
            pen.rectangle((number * 80, 0, number * 80 + 80, 150), fill=LEAF)
            pen.pieslice((number * 80, 110, number * 80 + 80, 190), 0, 180, fill=LEAF)
    _middle(pen, "Lên Sàn", 84, 330, LEAF, BOLD)
    _middle(pen, "Nông sản có gốc, có tên người làm", 30, 440, SOFT, REGULAR)


def _middle(pen: ImageDraw.ImageDraw, text: str, size: int, y: int, colour: str, path: Path) -> None:
    font = face(path, size)
    pen.text(((PHOTO[2] - font.getlength(text)) / 2, y), text, font=font, fill=colour)


def _words(pen: ImageDraw.ImageDraw, facts: CardFacts) -> int:
    """Name in the largest size in which it fits four lines, stars below; returns where it ends."""
    name = ready(facts.name) or "Sản phẩm"
    # Without a price to make room for, a shop's name stands larger.
    for size in (56, 48, 42, 36, 32) if facts.price else (84, 72, 56, 48, 42, 36, 32):
        font = face(BOLD, size)
        lines = wrap(name, RIGHT - LEFT, font.getlength, 5 if size == 32 else 4)
        if not lines[-1].endswith("…"):
            break
    y = TOP
    for line in lines:
        pen.text((LEFT, y), line, font=font, fill=INK)
        y += round(size * 1.34)  # stacked marks need air
    if facts.stars:
        y += 12
        for place in range(facts.stars):
            pen.polygon(_star(LEFT + 18 + place * 42, y + 20, 18), fill=RICE)
        words = f"OCOP {facts.stars} sao"
        pen.text((LEFT + facts.stars * 42 + 12, y + 2), words, font=face(BOLD, 28), fill=RICE)
        y += 48
    return y


def _price(pen: ImageDraw.ImageDraw, facts: CardFacts, y: int) -> None:
    if not facts.price:
        return
    y = min(y + 14, BOTTOM - QR_SIDE - 66)
    font = face(BOLD, 46)
    pen.text((LEFT, y), ready(facts.price), font=font, fill=LEAF)
    if facts.was:
        small = face(REGULAR, 28)
        x = LEFT + font.getlength(ready(facts.price)) + 20
        if x + small.getlength(ready(facts.was)) <= RIGHT:
            pen.text((x, y + 18), ready(facts.was), font=small, fill=SOFT)
            pen.line((x, y + 38, x + small.getlength(ready(facts.was)), y + 38), fill=SOFT, width=3)


def _foot(image: Image.Image, pen: ImageDraw.ImageDraw, facts: CardFacts) -> None:
    top = BOTTOM - QR_SIDE
    _qr(pen, facts.address, RIGHT - QR_SIDE, top)
    width = RIGHT - LEFT - QR_SIDE - 24
    bold, regular = face(BOLD, 30), face(REGULAR, 25)
    lines = [(line, bold, INK, 42) for line in wrap(ready(facts.shop), width, bold.getlength, 2)]
    lines += [(line, regular, SOFT, 35) for line in wrap(ready(facts.place), width, regular.getlength, 2)]
    y = BOTTOM - sum(height for *_, height in lines) + 4
    for text, font, colour, height in lines:
        pen.text((LEFT, y), text, font=font, fill=colour)
        y += height


def _qr(pen: ImageDraw.ImageDraw, address: str, left: int, top: int) -> None:
    rows = modules_of(address)
    step = QR_SIDE // len(rows)
    margin = (QR_SIDE - step * len(rows)) // 2
    pen.rectangle((left, top, left + QR_SIDE, top + QR_SIDE), fill="#FFFFFF")
    for y, row in enumerate(rows):
        for start, end in runs_of(row):
            box = (left + margin + start * step, top + margin + y * step, left + margin + end * step - 1, top + margin + (y + 1) * step - 1)  # fmt: skip
            pen.rectangle(box, fill="#000000")


def _star(x: float, y: float, radius: float) -> list[tuple[float, float]]:
    corners = []
    for corner in range(10):
        reach = radius if corner % 2 == 0 else radius * 0.42
        angle = pi * corner / 5 - pi / 2
        corners.append((x + reach * cos(angle), y + reach * sin(angle)))
    return corners
