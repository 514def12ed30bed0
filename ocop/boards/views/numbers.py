"""Every rate opened down to its rows."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.people.queries import STAFF_ROLES, viewer_of
from core.people.views import for_roles
from ocop.boards.sheets import file_name, rows_as_csv
from ocop.boards.views.asked import Asked, asked_of, board_tabs
from ocop.boards.views.figures import figure_of
from ocop.indicators.evidence import evidence_rows
from ocop.indicators.queries import ROWS_PER_PAGE, Measurement, measure, rows_on
from ocop.indicators.registry import Indicator, Side, indicator_by_code
from ocop.indicators.targets import targets_for
from ocop.rechecks.wording import latest_line
from onboarding.markets.rules import AREA_READERS


class _CountedPages(Paginator[Any]):
    """Pages of rows that were counted with their rate already: they need not be counted once more."""

    def __init__(self, rows: Any, per_page: int, known: int) -> None:
        super().__init__(rows, per_page)
        self._known = known

    @cached_property
    def count(self) -> int:
        return self._known


@require_safe
@for_roles(*STAFF_ROLES)
def indicator_rows(request: HttpRequest, code: str) -> HttpResponse:
    """The rows of one rate, side by side, each with its evidence."""
    indicator = _indicator(code)
    asked = asked_of(request)
    side = _side(request) or Side.DENOMINATOR
    [measured] = measure([indicator], asked.scope)
    rows = rows_on(indicator, asked.scope, side)
    page = _CountedPages(rows, ROWS_PER_PAGE, _on_side(measured, side)).get_page(request.GET.get("page"))
    context = {
        "space_items": board_tabs(request),
        "asked": asked,
        "indicator": indicator,
        "figure": figure_of(measured, asked, targets_for([indicator], asked.scope).get(indicator.code)),
        "survival": latest_line(indicator.code, asked.scope),
        "side": side.value,
        "sides": _side_tabs(measured, asked, side),
        "page_obj": page,
        "rows": evidence_rows(indicator, page.object_list, asked.scope.on),
        "table": f"ocop/boards/{indicator.subject.name}_table.html",
        "may_open_stalls": viewer_of(request).has_role(*AREA_READERS),
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


def _on_side(measured: Measurement, side: Side) -> int:
    known = {
        Side.DENOMINATOR: measured.denominator,
        Side.NUMERATOR: measured.numerator,
        Side.MISSING: measured.missing,
    }
    return known[side]


def _side_tabs(measured: Measurement, asked: Asked, current: Side) -> list[dict[str, Any]]:
    sides = [
        (Side.DENOMINATOR, _("Mẫu số")),
        (Side.NUMERATOR, _("Tử số")),
        (Side.MISSING, _("Chưa rõ, đếm riêng")),
    ]
    code = measured.indicator.code
    return [
        {
            "label": label,
            "count": _on_side(measured, side),
            "url": asked.address("board_rows", code, side=side.value),
            "current": side == current,
        }
        for side, label in sides
    ]


def _indicator(code: str) -> Indicator:
    indicator = indicator_by_code(code)
    if indicator is None:
        raise Http404
    return indicator


def _side(request: HttpRequest) -> Side | None:
    written = request.GET.get("side", "")
    return Side(written) if written in set(Side) else None
