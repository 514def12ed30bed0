"""Posters (A4) and shelf labels (A6, or four on A4) as PDF, with the typeface inside, so that every printer has it.

Lengths are millimetres, sizes of letters points.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi, sin

from fpdf import FPDF

from core.kit.qr import modules_of, runs_of
from market.storefront.drawing.lettering import BOLD, REGULAR, ready, wrap

A4 = (210.0, 297.0)
A6 = (105.0, 148.5)  # a quarter of A4, so that four fill a sheet
INK, SOFT, LEAF, RICE, LINE = (28, 33, 28), (74, 82, 75), (31, 107, 59), (148, 92, 8), (125, 132, 120)
POINT = 0.3528
# Free millimetres from which the foot of a label is laid out over the whole width.
ROOMY = 76.0
FACE = "BeVietnam"


@dataclass(frozen=True)
class PosterFacts:
    """What stands on a shop's poster."""

    shop: str
    producer: str
    place: str
    hours: str
    address: str


@dataclass(frozen=True)
class LabelFacts:
    """What stands on a product's label. `dated` says of which day the price is; `stars` 0 draws none."""

    name: str
    size: str
    price: str
    by_measure: str
    dated: str
    stars: int
    certificate: str
    maker: str
    place: str
    sku: str
    address: str
    adults_only: bool


def draw_poster(facts: PosterFacts) -> bytes:
    """PDF bytes: the shop's name, a code to scan from two metres away, its address in words for those who cannot."""
    sheet = _Sheet(A4, f"Áp phích {facts.shop}")
    sheet.awning()
    y = sheet.words(facts.shop, 15, 62, 180, sizes=(46, 40, 34, 28, 24), lines=3, bold=True, middle=True)
    y = sheet.words(facts.producer, 15, y + 2, 180, sizes=(18, 16, 14), lines=2, middle=True, colour=SOFT)
    y = sheet.words(facts.place, 15, y, 180, sizes=(18, 16, 14), lines=2, middle=True, colour=SOFT)
    side = min(110.0, 245 - y)
    sheet.code(facts.address, (A4[0] - side) / 2, y + 4, side)
    y += side + 8
    y = sheet.words("Quét mã để xem hàng và đặt mua", 15, y, 180, sizes=(24,), lines=1, bold=True, middle=True, colour=LEAF)  # fmt: skip
    y = sheet.words(facts.address, 15, y, 180, sizes=(13, 11, 9), lines=3, middle=True)
    if facts.hours:
        sheet.words(f"Giờ bán: {facts.hours}", 15, y + 1, 180, sizes=(14, 12), lines=2, middle=True)
    return sheet.done()


def draw_label(facts: LabelFacts, *, on_a4: bool = False) -> bytes:
    """PDF bytes of one label on A6, or of four on A4 with lines to cut along."""
    title = f"Nhãn {facts.name}"
    if not on_a4:
        sheet = _Sheet(A6, title)
        _label(sheet, facts, 0, 0)
        return sheet.done()
    sheet = _Sheet(A4, title)
    for left in (0.0, A6[0]):
        for top in (0.0, A6[1]):
            _label(sheet, facts, left, top)
    sheet.cuts()
    return sheet.done()


def _label(sheet: _Sheet, facts: LabelFacts, left: float, top: float) -> None:
    x, width = left + 9, A6[0] - 18
    y = sheet.words(facts.name, x, top + 9, width, sizes=(24, 21, 18, 15, 13), lines=4, bold=True)
    if facts.size:
        y = sheet.words(facts.size, x, y, width, sizes=(14,), lines=1, colour=SOFT)
    if facts.stars:
        y = sheet.stars(facts.stars, x, y + 1, facts.certificate)
    y = sheet.words(facts.price, x, y + 2, width, sizes=(28, 24, 20), lines=1, bold=True, colour=LEAF)
    if facts.by_measure:
        y = sheet.words(facts.by_measure, x, y, width, sizes=(13,), lines=1, colour=SOFT)
    y = sheet.words(facts.dated, x, y, width, sizes=(10.5, 9), lines=2, colour=SOFT)
    if facts.adults_only:
        y = sheet.words("Chỉ bán cho người từ đủ 18 tuổi.", x, y + 1, width, sizes=(13,), lines=1, bold=True)
    foot = top + A6[1] - 9
    if foot - y >= ROOMY:
        _foot_in_the_middle(sheet, facts, x, y + 6, foot)
    else:
        _foot_side_by_side(sheet, facts, x, foot)


def _foot_in_the_middle(sheet: _Sheet, facts: LabelFacts, x: float, y: float, foot: float) -> None:
    """Few words above: who made it over the whole width, and a code as large as there is room, so that nothing gapes."""
    width = A6[0] - 18
    y = sheet.words(facts.maker, x, y, width, sizes=(15, 13, 11), lines=2, bold=True)
    y = sheet.words(facts.place, x, y, width, sizes=(12, 10.5), lines=2, colour=SOFT)
    y = sheet.words(f"Mã {facts.sku}", x, y, width, sizes=(9,), lines=1, colour=SOFT)
    side = min(64.0, foot - y - 2)
    sheet.code(facts.address, x + (width - side) / 2, foot - side, side)


def _foot_side_by_side(sheet: _Sheet, facts: LabelFacts, x: float, foot: float) -> None:
    width, side = A6[0] - 18, 40.0
    sheet.code(facts.address, x + width - side, foot - side, side)
    words = ((facts.maker, 12, True, 3), (facts.place, 10.5, False, 3), (f"Mã {facts.sku}", 9, False, 1))
    y = foot - side
    for text, size, bold, lines in words:
        y = sheet.words(text, x, y, width - side - 4, sizes=(size,), lines=lines, bold=bold, colour=INK if bold else SOFT)  # fmt: skip


class _Sheet:
    """One page; what is drawn on it stays on it."""

    def __init__(self, size: tuple[float, float], title: str) -> None:
        self.pdf = FPDF(unit="mm", format=size)
        self.size = size
        self.pdf.set_auto_page_break(False)
        self.pdf.set_margin(0)
        self.pdf.set_title(ready(title))
        self.pdf.set_lang("vi")
        self.pdf.add_font(FACE, "", REGULAR)
        self.pdf.add_font(FACE, "B", BOLD)
        self.pdf.add_page()

    def words(
        self,
        text: str,
        x: float,
        y: float,
        width: float,
        *,
        sizes: tuple[float, ...],
        lines: int,
        bold: bool = False,
        middle: bool = False,
        colour: tuple[int, int, int] = INK,
    ) -> float:
        """Text in the largest of `sizes` in which it fits `lines` lines; returns where the next thing may stand."""
        for size in sizes:
            self.pdf.set_font(FACE, "B" if bold else "", size)
            found = wrap(ready(text), width, self.pdf.get_string_width, lines)
            if not found or not found[-1].endswith("…"):
                break
        self.pdf.set_text_color(*colour)
        height = size * POINT * 1.38
        for line in found:
            offset = (width - self.pdf.get_string_width(line)) / 2 if middle else 0
            self.pdf.text(x + offset, y + size * POINT * 1.04, line)
            y += height
        return y

    def code(self, text: str, x: float, y: float, side: float) -> None:
        """A QR code with its quiet zone."""
        rows = modules_of(text)
        step = side / len(rows)
        self.pdf.set_fill_color(0, 0, 0)
        for number, row in enumerate(rows):
            for start, end in runs_of(row):
                # A hair higher than a row, or viewers show white lines between them.
                self.pdf.rect(x + start * step, y + number * step, (end - start) * step, step * 1.02, style="F")

    def stars(self, count: int, x: float, y: float, certificate: str) -> float:
        """OCOP stars with the same in words."""
        self.pdf.set_fill_color(*RICE)
        for place in range(count):
            self.pdf.polygon(_star(x + 3 + place * 7, y + 3.4, 3), style="F")
        words = f"OCOP {count} sao" + (f", mã {certificate}" if certificate else "")
        return self.words(words, x + count * 7 + 1, y, 60, sizes=(12, 10, 8), lines=1, colour=RICE)

    def awning(self) -> None:
        """The stripes of a market stall over the whole width."""
        self.pdf.set_fill_color(*LEAF)
        stripe = self.size[0] / 15
        for number in range(0, 15, 2):
            self.pdf.rect(number * stripe, 0, stripe, 34, style="F")
            self.pdf.ellipse(number * stripe, 34 - stripe / 2, stripe, stripe, style="F")
        self.words("Lên Sàn", 15, 46, 180, sizes=(16,), lines=1, bold=True, middle=True, colour=LEAF)

    def cuts(self) -> None:
        """Thin lines to cut along."""
        self.pdf.set_draw_color(*LINE)
        self.pdf.set_line_width(0.1)
        self.pdf.set_dash_pattern(dash=2, gap=2)
        self.pdf.line(A6[0], 0, A6[0], A4[1])
        self.pdf.line(0, A6[1], A4[0], A6[1])

    def done(self) -> bytes:
        """The whole file."""
        return bytes(self.pdf.output())


def _star(x: float, y: float, radius: float) -> list[tuple[float, float]]:
    corners = []
    for corner in range(10):
        reach = radius if corner % 2 == 0 else radius * 0.42
        angle = pi * corner / 5 - pi / 2
        corners.append((x + reach * cos(angle), y + reach * sin(angle)))
    return corners
