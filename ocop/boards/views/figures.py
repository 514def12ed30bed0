"""A measured rate in the words and parameters of `parts/figure.html`."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from core.kit import money
from ocop.boards.views.asked import Asked
from ocop.indicators.queries import Measurement
from ocop.indicators.registry import HOUSEHOLDS, Beside
from ocop.indicators.targets import TargetFor


def figure_of(measured: Measurement, asked: Asked, aim: TargetFor | None = None) -> dict[str, Any]:
    """The parameters of `parts/figure.html`; `aim` is the nearest target (`targets_for`), by default what the plans ask of everybody."""
    indicator, number = measured.indicator, measured.denominator
    target = aim.percent if aim else indicator.target_percent
    words = ""
    if target is not None:
        words = _("Mục tiêu %(target)s %%.") % {"target": target}
        if aim is not None and aim.unit:
            words = _("Mục tiêu %(target)s %% của %(unit)s.") % {"target": target, "unit": aim.unit}
        if number:
            reached = money.reaches(measured.numerator, number, target)
            words += " " + (_("Đã đạt.") if reached else _("Chưa đạt."))
    return {
        "label": indicator.name,
        "value": money.rate(measured.numerator, number) if number else "",
        "numerator": measured.numerator,
        "denominator": number,
        "target": words,
        "target_percent": target,
        "note": _note(measured),
        "rows_url": asked.address("board_rows", indicator.code),
        "rows_label": _("Xem %(count)s %(unit)s") % {"count": number, "unit": indicator.unit},
    }


def _note(measured: Measurement) -> str:
    """What stands beside the rate: rows of unknown standing, extended papers, services."""
    said = []
    if measured.missing and measured.indicator.subject is HOUSEHOLDS:
        said.append(
            _("Ngoài ra %(count)s hộ ở xã chưa chốt mẫu số, không nằm trong tỷ lệ.") % {"count": measured.missing}
        )
    elif measured.missing:
        words = _("Ngoài ra %(count)s %(unit)s chưa rõ, không nằm trong tỷ lệ.")
        said.append(words % {"count": measured.missing, "unit": measured.indicator.unit})
    extended = measured.beside.get(Beside.EXTENDED, (0, 0))
    if extended[1]:
        said.append(_("Trong đó giấy được gia hạn: %(rate)s.") % {"rate": money.rate(*extended)})
    service = measured.beside.get(Beside.SERVICE, (0, 0))
    if service[1]:
        goods = (measured.numerator - service[0], measured.denominator - service[1])
        words = _("Hàng hóa: %(goods)s. Dịch vụ: %(service)s.")
        said.append(words % {"goods": money.rate(*goods) if goods[1] else "0", "service": money.rate(*service)})
    return " ".join(said)
