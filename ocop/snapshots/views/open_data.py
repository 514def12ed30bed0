"""Open data: for everybody, without signing in, the same answer until something changes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response, patch_cache_control
from django.views.decorators.http import require_safe

from core.kit import clock
from core.kit.sheets import BYTE_ORDER_MARK, csv_lines
from core.people.limits.rules import PUBLIC_LISTS
from core.people.limits.views import limited
from ocop.presence.rules import EARLIEST_DAY
from ocop.snapshots.frozen import canonical
from ocop.snapshots.open_data import (
    FIGURE_COLUMNS,
    PRODUCT_COLUMNS,
    OpenFigure,
    OpenProduct,
    cells,
    definitions_published,
    open_products,
    open_series,
)
from ocop.snapshots.queries import public_snapshots

_MAX_AGE = 3600  # seconds: a certificate's badge also changes once a day
_SHOWN = 24


@require_safe
@limited(PUBLIC_LISTS)
def index(request: HttpRequest) -> HttpResponse:
    """What can be taken away, how it is counted and how to cite it."""
    found = list(public_snapshots().order_by("-on", "-number")[:_SHOWN])
    context = {"snapshots": found, "definitions": definitions_published(), "today": clock.today()}
    response = render(request, "ocop/open/index.html", context)
    patch_cache_control(response, public=True, max_age=_MAX_AGE)
    return response


@require_safe
@limited(PUBLIC_LISTS)
def products(request: HttpRequest, kind: str) -> HttpResponse:
    """OCOP products with a valid certificate, today or on `?on=2026-11-01`."""
    on = _day(request)
    rows = open_products(on, request.build_absolute_uri("/")[:-1])
    return _answer(request, kind, {"on": on.isoformat(), "columns": PRODUCT_COLUMNS}, PRODUCT_COLUMNS, rows, "products")


@require_safe
@limited(PUBLIC_LISTS)
def series(request: HttpRequest, kind: str) -> HttpResponse:
    """The indicators of all signed snapshots of provinces, small figures hidden."""
    head = {
        "definitions": [
            {"code": code, "version": version, "name": name, "definition": words}
            for code, version, name, words in definitions_published()
        ]
    }
    return _answer(request, kind, head, FIGURE_COLUMNS, open_series(), "figures")


def _answer(
    request: HttpRequest,
    kind: str,
    head: Mapping[str, object],
    columns: tuple[str, ...],
    rows: Sequence[OpenProduct] | Sequence[OpenFigure],
    name: str,
) -> HttpResponse:
    if kind == "csv":
        body, content_type = BYTE_ORDER_MARK + csv_lines([columns, *map(cells, rows)]), "text/csv; charset=utf-8"
    elif kind == "json":
        body = canonical({**head, name: [asdict(row) for row in rows]}) + "\n"
        content_type = "application/json; charset=utf-8"
    else:
        raise Http404
    response = HttpResponse(body, content_type=content_type)
    etag = f'"{hashlib.sha256(response.content).hexdigest()}"'
    response["ETag"] = etag
    response["Access-Control-Allow-Origin"] = "*"
    patch_cache_control(response, public=True, max_age=_MAX_AGE)
    answer = get_conditional_response(request, etag=etag, response=response)
    assert isinstance(answer, HttpResponse)
    return answer


def _day(request: HttpRequest) -> date:
    written = request.GET.get("on", "")
    if not written:
        return clock.today()
    try:
        on = date.fromisoformat(written)
    except ValueError as error:
        raise Http404 from error
    if not EARLIEST_DAY <= on <= clock.today():
        raise Http404
    return on
