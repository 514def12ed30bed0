"""How pages and files say what stands in the catalogue. «Chưa có» is said wherever nothing was entered: it is never nought."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from ocop.catalogue.decimals import written_decimal
from ocop.catalogue.models import HandFigure, HandIndicator, HandTarget, Measure
from ocop.catalogue.queries import Line
from ocop.catalogue.rules import is_reached


@dataclass(frozen=True)
class TargetWords:
    """A target as written, by which document, and (where there is a figure) whether the figure reaches it."""

    value: str
    document: str
    reached: str


@dataclass(frozen=True)
class LineWords:
    """A line as a page shows it; empty where nothing was entered."""

    line: Line
    value: str
    on: str
    source: str
    target: TargetWords | None
    national: TargetWords | None


def measure_of(indicator: HandIndicator) -> str:
    """ "%", "% mỗi năm", or what a number counts."""
    if indicator.measure == Measure.PERCENT:
        return "%"
    return _("% mỗi năm") if indicator.measure == Measure.GROWTH else indicator.measure_words


def amount(indicator: HandIndicator, value: Decimal | None) -> str:
    """ "12,5 %"; "" for none. The space never breaks."""
    if value is None:
        return ""
    return f"{written_decimal(value)}\u00a0{measure_of(indicator)}".rstrip("\u00a0")


def figure_words(indicator: HandIndicator, figure: HandFigure | None) -> str:
    """ "80 % (76/95)"."""
    if figure is None or figure.value is None:
        return ""
    parts = f" ({figure.numerator}/{figure.denominator})" if figure.denominator else ""
    return amount(indicator, figure.value) + parts


def target_words(indicator: HandIndicator, target: HandTarget | None, figure: HandFigure | None) -> TargetWords | None:
    """The target with its year and document."""
    if target is None:
        return None
    aim = amount(indicator, target.value)
    value = _("trên %(aim)s") % {"aim": aim} if target.is_above else aim
    when = _("năm %(year)s") % {"year": target.year} if target.year else _("nguồn không ghi năm")
    reached = ""
    if figure is not None and figure.value is not None:
        reached = (
            _("Số liệu đã tới mục tiêu này.") if is_reached(figure, target) else _("Số liệu chưa tới mục tiêu này.")
        )
    return TargetWords(f"{value}, {when}", target.document, reached)


def line_words(line: Line) -> LineWords:
    """A line of the list, the print and the file."""
    figure = line.figure
    return LineWords(
        line,
        figure_words(line.indicator, figure),
        f"{figure.as_of:%d/%m/%Y}" if figure else "",
        figure.source if figure else "",
        target_words(line.indicator, line.target, figure),
        target_words(line.indicator, line.national, figure),
    )
