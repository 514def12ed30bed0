"""The rates, and every rate opened down to its rows."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.kit import money
from core.people.queries import STAFF_ROLES
from core.people.views import for_roles
from ocop.boards.sheets import file_name, rows_as_csv
from ocop.boards.views.asked import Asked, asked_of, board_tabs
from ocop.indicators.evidence import evidence_rows
from ocop.indicators.queries import ROWS_PER_PAGE, Measurement, coverage, measure, rows_on
from ocop.indicators.registry import (
    HAMLETS,
    HOUSEHOLDS,
    INDICATORS,
    PRODUCTS,
    Beside,
    Indicator,
    Side,
    indicator_by_code,
)


@require_safe
@for_roles(*STAFF_ROLES)
def board(request: HttpRequest) -> HttpResponse:
    """How far from the targets: all rates of the chosen area on the chosen day."""
    asked = asked_of(request)
    measured = measure(INDICATORS.values(), asked.scope)
    context = {
        "space_items": board_tabs(request),
        "asked": asked,
        "product_figures": [_figure(each, asked) for each in measured if each.indicator.subject is PRODUCTS],
        "household_figures": [_figure(each, asked) for each in measured if each.indicator.subject is HOUSEHOLDS],
        "hamlet_figures": [_figure(each, asked) for each in measured if each.indicator.subject is HAMLETS],
        "coverage": coverage(asked.scope),
    }
    return render(request, "ocop/boards/board.html", context)


@require_safe
@for_roles(*STAFF_ROLES)
def indicator_rows(request: HttpRequest, code: str) -> HttpResponse:
    """The rows of one rate, side by side, each with its evidence."""
    indicator = _indicator(code)
    asked = asked_of(request)
    side = _side(request) or Side.DENOMINATOR
    [measured] = measure([indicator], asked.scope)
    page = Paginator(rows_on(indicator, asked.scope, side), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "space_items": board_tabs(request),
        "asked": asked,
        "indicator": indicator,
        "figure": _figure(measured, asked),
        "side": side.value,
        "sides": _side_tabs(measured, asked, side),
        "page_obj": page,
        "rows": evidence_rows(indicator, page.object_list, asked.scope.on),
        "table": f"ocop/boards/{indicator.subject.name}_table.html",
        "back_url": asked.address("board"),
        "csv_url": asked.address("board_rows_csv", indicator.code, side=side.value),
    }
    return render(request, "ocop/boards/rows.html", context)


@require_safe
@for_roles(*STAFF_ROLES)
def indicator_csv(request: HttpRequest, code: str) -> HttpResponse:
    """The rows as a file; without a side in the address, those of all sides."""
    indicator = _indicator(code)
    asked = asked_of(request)
    content = "".join(rows_as_csv(indicator, asked.scope, _side(request)))
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{file_name(indicator, asked.scope)}"'
    return response


def _figure(measured: Measurement, asked: Asked) -> dict[str, Any]:
    """The parameters of `parts/figure.html`."""
    indicator, number = measured.indicator, measured.denominator
    target = indicator.target_percent
    words = ""
    if target is not None:
        words = _("Mục tiêu %(target)s %%.") % {"target": target}
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


def _side_tabs(measured: Measurement, asked: Asked, current: Side) -> list[dict[str, Any]]:
    sides = [
        (Side.DENOMINATOR, _("Mẫu số"), measured.denominator),
        (Side.NUMERATOR, _("Tử số"), measured.numerator),
        (Side.MISSING, _("Chưa rõ, đếm riêng"), measured.missing),
    ]
    code = measured.indicator.code
    return [
        {
            "label": label,
            "count": count,
            "url": asked.address("board_rows", code, side=side.value),
            "current": side == current,
        }
        for side, label, count in sides
    ]


def _indicator(code: str) -> Indicator:
    indicator = indicator_by_code(code)
    if indicator is None:
        raise Http404
    return indicator


def _side(request: HttpRequest) -> Side | None:
    written = request.GET.get("side", "")
    return Side(written) if written in set(Side) else None
