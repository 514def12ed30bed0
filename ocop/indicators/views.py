"""Targets: which there are, setting one, taking one back."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from core.people.queries import STAFF_ROLES, viewer_of
from core.people.views import for_roles
from ocop.frames.tabs import board_tabs
from ocop.indicators.actions import TargetRefused, remove_target, set_target
from ocop.indicators.forms import TargetForm
from ocop.indicators.registry import INDICATORS
from ocop.indicators.targets import SETTERS, targets_visible_to, units_to_set

PER_PAGE = 50


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@for_roles(*STAFF_ROLES)
def targets(request: HttpRequest) -> HttpResponse:
    """The targets of the area; who sets them has the form below."""
    viewer = viewer_of(request)
    may_set = viewer.has_role(*SETTERS)
    if request.method == "POST" and not may_set:
        raise Http404
    form = TargetForm(request.POST if request.method == "POST" else None, viewer=viewer) if may_set else None
    if form is not None and form.is_valid():
        said = form.cleaned_data
        try:
            set_target(
                indicator=said["indicator"],
                unit=form.unit,
                year=said["year"],
                percent=said["percent"],
                document=said["document"],
                by=viewer,
            )
        except TargetRefused as refusal:
            form.add_error(None, str(refusal))
        except PermissionError as error:
            raise Http404 from error
        else:
            messages.success(request, _("Đã ghi chỉ tiêu. Bảng số liệu dùng chỉ tiêu này ngay."))
            return redirect("targets")
    settable = {unit.pk for unit, _label in units_to_set(viewer)} if may_set else set[int]()
    page = Paginator(targets_visible_to(viewer), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "space_items": board_tabs(request),
        "form": form,
        "page_obj": page,
        "rows": [
            (
                row,
                INDICATORS[row.indicator].name if row.indicator in INDICATORS else row.indicator,
                viewer.covers(row.unit, *SETTERS) or row.unit_id in settable,
            )
            for row in page.object_list
        ],
        "national": [each for each in INDICATORS.values() if each.target_percent is not None],
    }
    return render(request, "ocop/indicators/targets.html", context)


@require_POST
@for_roles(*SETTERS)
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """The area has no target of its own any more."""
    target = get_object_or_404(targets_visible_to(viewer_of(request)), pk=pk)
    try:
        remove_target(target=target, by=viewer_of(request))
    except PermissionError as error:
        raise Http404 from error
    messages.success(request, _("Đã bỏ chỉ tiêu. Từ giờ dùng chỉ tiêu của cấp trên, hoặc chỉ tiêu chung."))
    return redirect("targets")
