"""Pictures for the demo world, drawn with Pillow: a still life on a table, no words on it."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw, ImageFilter

COLOURS = {
    "amber": "#B5651D", "red": "#A23B2A", "brown": "#6B4226", "cream": "#E8DCC0", "orange": "#D9822B", "green": "#5C7F3A",
    "purple": "#6D4C7D",
}  # fmt: skip
SIZE = (1200, 900)


def picture(name: str) -> bytes:
    """JPEG bytes for a name like "bottle-amber": shape and colour."""
    shape, colour = name.split("-")
    image = Image.new("RGB", SIZE, "#EFE9DA")
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 620, 1200, 900), fill="#CDB892")
    for step in range(0, 1200, 150):
        pen.line((step, 620, step * 1.3 - 180, 900), fill="#C0A97F", width=3)
    shadow = Image.new("L", SIZE, 0)
    ImageDraw.Draw(shadow).ellipse((330, 690, 900, 790), fill=120)
    image.paste("#8A744E", mask=shadow.filter(ImageFilter.GaussianBlur(24)))
    {"bottle": _bottle, "jar": _jar, "sack": _sack, "box": _box, "bag": _bag}[shape](pen, COLOURS[colour])
    out = io.BytesIO()
    image.save(out, "JPEG", quality=88)
    return out.getvalue()


def _label(pen: ImageDraw.ImageDraw, box: tuple[int, int, int, int]) -> None:
    pen.rectangle(box, fill="#FBFAF6", outline="#1F6B3B", width=6)
    left, top, right, bottom = box
    middle = (left + right) // 2
    pen.ellipse((middle - 34, top + 24, middle + 34, top + 92), fill="#1F6B3B")
    for line in range(3):
        y = top + 120 + line * 26
        if y < bottom - 14:
            pen.line((left + 36, y, right - 36 - line * 20, y), fill="#4A524B", width=8)


def _bottle(pen: ImageDraw.ImageDraw, colour: str) -> None:
    pen.rounded_rectangle((545, 120, 655, 330), 20, fill=colour)
    pen.rectangle((535, 90, 665, 150), fill="#2B2B2B")
    pen.rounded_rectangle((450, 280, 750, 740), 70, fill=colour)
    _label(pen, (470, 430, 730, 660))


def _jar(pen: ImageDraw.ImageDraw, colour: str) -> None:
    pen.rounded_rectangle((400, 250, 800, 740), 60, fill=colour)
    pen.rounded_rectangle((380, 190, 820, 280), 20, fill="#3E3A34")
    _label(pen, (440, 400, 760, 640))


def _sack(pen: ImageDraw.ImageDraw, colour: str) -> None:
    pen.polygon(((400, 300), (800, 300), (850, 740), (350, 740)), fill=colour, outline="#B8A47C")
    pen.polygon(((430, 220), (770, 220), (800, 300), (400, 300)), fill="#D8C9A4")
    _label(pen, (440, 420, 760, 660))


def _box(pen: ImageDraw.ImageDraw, colour: str) -> None:
    pen.polygon(((300, 360), (760, 360), (760, 740), (300, 740)), fill=colour)
    pen.polygon(((760, 360), (900, 290), (900, 660), (760, 740)), fill="#7A5A2E")
    pen.polygon(((300, 360), (440, 290), (900, 290), (760, 360)), fill="#E9D3A4")
    _label(pen, (380, 430, 680, 670))


def _bag(pen: ImageDraw.ImageDraw, colour: str) -> None:
    pen.polygon(((420, 200), (780, 200), (830, 740), (370, 740)), fill=colour)
    pen.rectangle((420, 200, 780, 250), fill="#F3EFE4")
    _label(pen, (440, 380, 760, 640))
