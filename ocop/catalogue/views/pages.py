"""The catalogue of a province to read, to print and to take away, and one indicator with its history."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.kit import clock
from core.kit.sheets import XLSX
from core.people.queries import STAFF_ROLES
from core.people.views import for_roles
from ocop.catalogue.models import HandFigure, HandIndicator
from ocop.catalogue.queries import catalogue_of, figures_of, history_of, line_of, targets_of, terms_of
from ocop.catalogue.sheets import workbook
from ocop.catalogue.views.asked import Asked, asked_of, indicator_asked
from ocop.catalogue.wording import LineWords, figure_words, line_words, measure_of, target_words

PER_PAGE = 50


@require_safe
@never_cache
@for_roles(*STAFF_ROLES)
def catalogue(request: HttpRequest) -> HttpResponse:
    """All lines by group: the figure beside what the province and the country want."""
    asked = asked_of(request)
    context = (
        asked.shown(request)
        | _groups(asked)
        | {
            "print_url": asked.address("catalogue_print"),
            "file_url": asked.address("catalogue_file"),
            "new_url": asked.address("catalogue_new") if asked.may_write else "",
        }
    )
    return render(request, "ocop/catalogue/list.html", context)


@require_safe
@never_cache
@for_roles(*STAFF_ROLES)
def printed(request: HttpRequest) -> HttpResponse:
    """The same to print and sign."""
    asked = asked_of(request)
    context = asked.shown(request) | _groups(asked) | {"today": clock.today()}
    return render(request, "ocop/catalogue/print.html", context)


@require_safe
@never_cache
@for_roles(*STAFF_ROLES)
def file(request: HttpRequest) -> HttpResponseBase:
    """The same with the whole history as a workbook."""
    asked = asked_of(request)
    pieces = workbook(asked.unit, catalogue_of(asked.unit), list(figures_of(asked.unit)))
    response = StreamingHttpResponse(pieces, content_type=XLSX)
    name = f"danh-muc-{asked.unit.code}-{clock.today():%Y-%m-%d}.xlsx"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_safe
@never_cache
@for_roles(*STAFF_ROLES)
def indicator(request: HttpRequest, pk: int) -> HttpResponse:
    """One line: terms, targets, and every figure ever entered."""
    asked = asked_of(request)
    found = indicator_asked(asked, pk)
    versions, (own, national) = terms_of(found, asked.unit), targets_of(found, asked.unit)
    page = Paginator(history_of(found, asked.unit), PER_PAGE).get_page(request.GET.get("page"))
    terms = versions[0] if versions else None
    context = asked.shown(request) | {
        "indicator": found,
        "latest": line_words(line_of(found, asked.unit)),
        "facts": [
            {"label": _("Nhóm"), "value": found.get_group_display()},
            {"label": _("Đơn vị tính"), "value": measure_of(found) or _("số lượng")},
            {"label": _("Cơ quan phụ trách"), "value": (terms.owner if terms else "") or _("chưa có")},
            {"label": _("Cách tính"), "value": (terms.formula if terms else "") or _("chưa có")},
            {"label": _("Phiên bản cách tính"), "value": str(terms.version) if terms else _("chưa có")},
        ],
        "older_terms": versions[1:],
        "own": [(row, target_words(found, row, None)) for row in own],
        "national": [(row, target_words(found, row, None)) for row in national],
        "page_obj": page,
        "rows": [_figure(asked, found, row) for row in page.object_list],
        "figure_url": asked.address("catalogue_figure", pk) if asked.may_write else "",
        "terms_url": asked.address("catalogue_terms", pk) if asked.may_write else "",
        "target_url": asked.address("catalogue_target", pk) if asked.may_write else "",
    }
    return render(request, "ocop/catalogue/indicator.html", context)


def _groups(asked: Asked) -> dict[str, Any]:
    groups = [
        {
            "group": each.group,
            "label": each.group.label,
            "counted": each.counted,
            "lines": [_linked(asked, line_words(line)) for line in each.lines],
            "filled": sum(line.figure is not None for line in each.lines),
        }
        for each in catalogue_of(asked.unit)
    ]
    return {"groups": groups}


def _linked(asked: Asked, words: LineWords) -> tuple[LineWords, str]:
    return words, asked.address("catalogue_indicator", words.line.indicator.pk)


def _figure(asked: Asked, indicator: HandIndicator, row: HandFigure) -> dict[str, Any]:
    later = getattr(row, "replaced_by", None)
    return {
        "row": row,
        "value": figure_words(indicator, row),
        "is_replaced": later is not None,
        "correct_url": asked.address("catalogue_correct", row.pk) if asked.may_write and later is None else "",
    }
