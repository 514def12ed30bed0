"""What changed since last week, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.kit import money
from core.people.queries import STAFF_ROLES
from core.people.views import for_roles
from ocop.boards.changes import APART, IN_BOTH, IN_WHOLE, NOWHERE, change_of, explained, moved_rows, moves_counted
from ocop.boards.views.asked import Asked, asked_of, board_tabs
from ocop.indicators.queries import ROWS_PER_PAGE, Measurement, measure
from ocop.indicators.registry import INDICATORS, Indicator, indicator_by_code

DAYS = 7


@require_safe
@for_roles(*STAFF_ROLES)
def changes(request: HttpRequest) -> HttpResponse:
    """The rows that moved one rate in the seven days before the chosen day."""
    asked = asked_of(request)
    chosen = indicator_by_code(request.GET.get("ma", "")) or INDICATORS["I2both"]
    since = asked.scope.on - timedelta(days=DAYS)
    [now], [then] = measure([chosen], asked.scope), measure([chosen], replace(asked.scope, on=since))
    rows = moved_rows(chosen, asked.scope, since)
    moves = moves_counted(rows)
    numerator, whole = change_of(moves)
    page = Paginator(rows, ROWS_PER_PAGE)
    page.count = sum(moves.values())
    page_obj = page.get_page(request.GET.get("page"))
    words = _side_words()
    context = {
        "space_items": board_tabs(request),
        "asked": asked,
        "chosen": chosen,
        "choices": _choices(asked, chosen),
        "since": since,
        "then": _text(then),
        "now": _text(now),
        "numerator": f"{numerator:+d}",
        "whole": f"{whole:+d}",
        "moves": [
            {"then": words[a], "now": words[b], "count": count} for (a, b), count in sorted(moves.items(), reverse=True)
        ],
        "page_obj": page_obj,
        "rows": [
            {"row": row, "then": words[row.then], "now": words[row.now]}
            for row in explained(chosen, page_obj.object_list, asked.scope, since)  # type: ignore[arg-type]
        ],
        "back_url": asked.address("board"),
    }
    return render(request, "ocop/boards/changes.html", context)


def _text(measured: Measurement) -> str:
    return money.rate(measured.numerator, measured.denominator) if measured.denominator else _("chưa có số liệu")


def _side_words() -> dict[str, str]:
    return {
        IN_BOTH: _("tử số và mẫu số"),
        IN_WHOLE: _("mẫu số"),
        APART: _("chưa rõ, đếm riêng"),
        NOWHERE: _("không được tính"),
    }


def _choices(asked: Asked, chosen: Indicator) -> list[dict[str, Any]]:
    return [{"value": each.code, "label": each.name, "current": each == chosen} for each in INDICATORS.values()]
