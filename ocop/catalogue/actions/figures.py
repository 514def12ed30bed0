"""Figures: entering one, correcting one, taking one back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction

from core.kit import clock
from core.kit.text import squeeze
from core.people.queries import Viewer
from core.places.models import Unit
from ocop.catalogue.actions.held import CatalogueRefused, held, note, within
from ocop.catalogue.decimals import percent_of, written_decimal
from ocop.catalogue.models import HandFigure, HandIndicator, Measure
from ocop.catalogue.rules import EARLIEST_DAY

MAX_SOURCE, MAX_REASON = 200, 300
# A percentage as a report prints it has at least one decimal: further than half of that it says another thing than its integers.
_NEAR = Decimal("0.05")


@dataclass(frozen=True)
class Found:
    """What a source says. `value` may be None where numerator and denominator say it; `source` is its number, day and office, `link`
    where it is read ("": nowhere)."""

    value: Decimal | None
    source: str
    link: str = ""
    numerator: int | None = None
    denominator: int | None = None


@transaction.atomic
def enter_figure(*, indicator: HandIndicator, unit: Unit, as_of: date, found: Found, by: Viewer) -> HandFigure:
    """What was found in a province as of a day. Raises PermissionError, CatalogueRefused: also where that day has a figure, which is
    corrected instead."""
    indicator = held(indicator, unit, by)
    if not EARLIEST_DAY <= as_of <= clock.today():
        raise CatalogueRefused(f"Ngày số liệu phải từ {EARLIEST_DAY:%d/%m/%Y} đến hôm nay.")
    if indicator.figures.filter(unit=unit, as_of=as_of).exists():
        raise CatalogueRefused("Ngày này đã có số liệu. Hãy sửa số ấy trong lịch sử và ghi lý do.")
    made = _written(indicator, unit, as_of, found, by)
    note("hand_indicator.figure_entered", indicator, unit, by, {f"{as_of:%d/%m/%Y}": ("", _told(made))})
    return made


@transaction.atomic
def correct_figure(*, figure: HandFigure, found: Found | None, reason: str, by: Viewer) -> HandFigure:
    """Another figure in the place of one, with the reason; `found` None takes it back without another. The one replaced stays in the
    history. Raises PermissionError, CatalogueRefused."""
    indicator = held(figure.indicator, figure.unit, by)
    reason = squeeze(reason)[:MAX_REASON]
    if not reason:
        raise CatalogueRefused("Hãy ghi vì sao sửa.")
    if HandFigure.objects.filter(replaces=figure).exists():
        raise CatalogueRefused("Số này đã được sửa rồi. Hãy xem lại lịch sử và sửa số mới nhất của ngày ấy.")
    if found is None and figure.value is None:
        raise CatalogueRefused("Số này đã được rút rồi.")
    if found is not None and _same(figure, found):
        raise CatalogueRefused("Số, nguồn và liên kết vẫn như cũ. Không có gì để sửa.")
    made = _written(indicator, figure.unit, figure.as_of, found, by, replaces=figure, reason=reason)
    word = "hand_indicator.figure_withdrawn" if found is None else "hand_indicator.figure_corrected"
    change = {f"{figure.as_of:%d/%m/%Y}": (_told(figure), _told(made)), "lý do": ("", reason)}
    note(word, indicator, figure.unit, by, change)
    return made


def _written(
    indicator: HandIndicator,
    unit: Unit,
    as_of: date,
    found: Found | None,
    by: Viewer,
    *,
    replaces: HandFigure | None = None,
    reason: str = "",
) -> HandFigure:
    """A new row; `found` None takes back the one it replaces, whose source it keeps."""
    source = squeeze(found.source)[:MAX_SOURCE] if found else ""
    if found is not None and not source:
        raise CatalogueRefused(
            "Hãy ghi nguồn: số, ngày và cơ quan của văn bản. Số không có nguồn thì không ai đối chiếu được."
        )
    if found is not None and found.link and not found.link.startswith(("https://", "http://")):
        raise CatalogueRefused("Liên kết phải bắt đầu bằng https:// hoặc http://.")
    value = _value(indicator, found) if found else None
    terms = indicator.terms.filter(unit=unit).order_by("-version").first()
    made = HandFigure(
        indicator=indicator,
        unit=unit,
        as_of=as_of,
        value=value,
        numerator=found.numerator if found else None,
        denominator=found.denominator if found else None,
        terms_version=terms.version if terms else 0,
        source=source or (replaces.source if replaces else ""),
        link=found.link if found else "",
        replaces=replaces,
        reason=reason,
        entered_by_id=by.user_id,
        entered_at=clock.now(),
    )
    made.save()
    return made


def _value(indicator: HandIndicator, found: Found) -> Decimal:
    value = found.value
    if (found.numerator is None) != (found.denominator is None):
        raise CatalogueRefused("Hãy ghi cả tử số và mẫu số, hoặc bỏ trống cả hai.")
    if found.numerator is not None and found.denominator is not None:
        if indicator.measure != Measure.PERCENT:
            raise CatalogueRefused("Chỉ số này không phải tỷ lệ phần trăm. Hãy bỏ trống tử số và mẫu số.")
        if not 0 <= found.numerator <= found.denominator or found.denominator == 0:
            raise CatalogueRefused("Tử số không được lớn hơn mẫu số, và mẫu số phải lớn hơn 0.")
        worked_out = percent_of(found.numerator, found.denominator)
        if value is not None and abs(value - worked_out) > _NEAR:
            raise CatalogueRefused(
                f"Tử số và mẫu số cho {written_decimal(worked_out)} %, khác số đã ghi. Hãy xem lại nguồn."
            )
        value = worked_out if value is None else value
    if value is None:
        raise CatalogueRefused("Hãy ghi số liệu, hoặc tử số và mẫu số.")
    within(indicator, value)
    return value


def _same(figure: HandFigure, found: Found) -> bool:
    value = found.value
    if value is None and found.numerator is not None and found.denominator:
        value = percent_of(found.numerator, found.denominator)
    now = (value, found.numerator, found.denominator, squeeze(found.source), found.link)
    return now == (figure.value, figure.numerator, figure.denominator, figure.source, figure.link)


def _told(figure: HandFigure) -> str:
    if figure.value is None:
        return ""
    whole = f" ({figure.numerator}/{figure.denominator})" if figure.denominator else ""
    return f"{written_decimal(figure.value)}{whole}, {figure.source}"
