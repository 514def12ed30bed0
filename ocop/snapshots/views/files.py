"""A snapshot to take away: figures as csv, json or xlsx, rows as csv or json."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.kit.sheets import XLSX
from core.people.queries import STAFF_ROLES, viewer_of
from core.people.views import for_roles
from ocop.snapshots.exports import figures_csv, figures_json, rows_csv, rows_json, workbook
from ocop.snapshots.models import Snapshot
from ocop.snapshots.queries import snapshots_visible_to

_CSV, _JSON = "text/csv; charset=utf-8", "application/json; charset=utf-8"


@require_safe
@never_cache
@for_roles(*STAFF_ROLES)
def figures(request: HttpRequest, number: str, kind: str) -> HttpResponseBase:
    """The figures with the definitions; as xlsx also the rows."""
    found = _frozen(request, number)
    if kind == "csv":
        return _file([figures_csv(found)], _CSV, f"{number}-so-lieu.csv")
    if kind == "json":
        return _file([figures_json(found)], _JSON, f"{number}-so-lieu.json")
    if kind == "xlsx":
        return _file(workbook(found), XLSX, f"{number}.xlsx")
    raise Http404


@require_safe
@never_cache
@for_roles(*STAFF_ROLES)
def rows(request: HttpRequest, number: str, kind: str) -> HttpResponseBase:
    """The rows."""
    found = _frozen(request, number)
    if kind == "csv":
        return _file(rows_csv(found), _CSV, f"{number}-dong.csv")
    if kind == "json":
        return _file(rows_json(found), _JSON, f"{number}-dong.json")
    raise Http404


def _frozen(request: HttpRequest, number: str) -> Snapshot:
    return get_object_or_404(snapshots_visible_to(viewer_of(request)), number=number, frozen_at__isnull=False)


def _file(pieces: Iterable[str | bytes], content_type: str, name: str) -> HttpResponseBase:
    response = StreamingHttpResponse(pieces, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
