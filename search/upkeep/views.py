"""Pages about the search: what people look for in vain, and how the index is."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.kit import clock
from core.kit.sheets import BYTE_ORDER_MARK, csv_lines
from core.people.queries import viewer_of
from core.people.views import for_roles
from search.engines.elastic.queries import lag, refused
from search.engines.registry import current_engine, outside_engine
from search.upkeep import queries
from search.upkeep.rules import HEALTH_READERS, READERS, can_read_health

PER_PAGE = 25
MOST = 5_000  # lines of the file
HEADING = ["Từ đã gõ (không dấu)", "Số lần", "Lần cuối"]


@require_safe
@never_cache
@for_roles(*READERS)
def misses(request: HttpRequest) -> HttpResponse:
    """What was asked for and not found, most asked first."""
    page = Paginator(queries.misses(), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page_obj": page, "sees_health": can_read_health(viewer_of(request))}
    return render(request, "search/upkeep/misses.html", context)


@require_safe
@never_cache
@for_roles(*READERS)
def misses_file(request: HttpRequest) -> HttpResponse:
    """The same as a csv file."""
    rows = [[row["words"], str(row["asked"]), f"{row['last']:%d/%m/%Y}"] for row in queries.misses()[:MOST]]
    response = HttpResponse(BYTE_ORDER_MARK + csv_lines([HEADING, *rows]), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="tim-khong-thay-{clock.today():%Y-%m-%d}.csv"'
    return response


@require_safe
@never_cache
@for_roles(*HEALTH_READERS)
def health(request: HttpRequest) -> HttpResponse:
    """How the index is: documents, newest change, the last comparison, what the engine says."""
    outside = outside_engine()
    context = {
        "kinds": queries.kinds(),
        "newest": queries.newest_change(),
        "check": queries.last_check(),
        "engine": current_engine().name,
        "condition": outside.condition() if outside else None,
        "lag": lag(),
        "refused": refused().count(),
    }
    return render(request, "search/upkeep/health.html", context)
