"""Frames on the boards: which communes have theirs, making, signing, replacing one, the list to sign on paper."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.kit import clock, money
from core.people.queries import STAFF_ROLES, viewer_of
from core.people.views import for_roles
from core.places.models import Unit
from ocop.frames.actions import FrameRefused, cancel_frame, make_frame, replace_frame, sign_frame
from ocop.frames.forms import FrameForm, ReplaceForm
from ocop.frames.models import Frame
from ocop.frames.queries import (
    communes_of,
    coverage_of,
    frames_visible_to,
    households_of,
    is_untouched,
    left_since,
    living_in,
    living_outside,
    open_frames,
    waiting_for,
)
from ocop.frames.registry import rates_of
from ocop.frames.rules import MAKERS, SIGNERS, can_cancel, can_make, can_sign
from ocop.frames.tabs import board_tabs
from ocop.frames.wording import frame_state, line_of

PER_PAGE, PAST_SHOWN = 50, 20
FORM = ["GET", "HEAD", "POST"]
reader_page, maker_page = for_roles(*STAFF_ROLES), for_roles(*MAKERS)


@require_safe
@never_cache
@reader_page
def frames(request: HttpRequest) -> HttpResponse:
    """The communes of the area with their frame of the year, and how many are still without."""
    viewer, today = viewer_of(request), clock.today()
    communes = communes_of(viewer)
    page = Paginator(communes, PER_PAGE).get_page(request.GET.get("page"))
    units = list(page.object_list)
    found = open_frames(units, today.year)
    lines = [line_of(unit, found.get(unit.pk, []), can_make(viewer, unit)) for unit in units]
    context = {
        "space_items": board_tabs(request),
        "year": today.year,
        "coverage": coverage_of(communes.order_by(), today),
        "to_sign": list(waiting_for(viewer, SIGNERS).select_related("unit", "made_by")[:PAST_SHOWN]),
        "lines": lines,
        "page_obj": page,
    }
    return render(request, "ocop/frames/frames.html", context)


@require_safe
@never_cache
@reader_page
def frame(request: HttpRequest, pk: int) -> HttpResponse:
    """One frame: what it holds, who made and signed it, the rates by it and by the one it replaced."""
    found = _frame(request, pk)
    viewer = viewer_of(request)
    others = frames_visible_to(viewer).filter(unit=found.unit, year=found.year).exclude(pk=pk)[:PAST_SHOWN]
    compared = [each for each in (found, found.replaces) if each is not None] if found.signed_at else []
    context = {
        "space_items": board_tabs(request),
        "frame": found,
        "state": frame_state(found),
        "facts": _facts(found),
        "is_untouched": is_untouched(found),
        "left": left_since(found),
        "outside": living_outside(found),
        "rates": [(each, [(label, money.rate(n, d)) for label, n, d in rates_of(each)]) for each in compared],
        "others": [(each, frame_state(each)) for each in others],
        "may_sign": found.is_waiting and can_sign(viewer, found),
        "may_cancel": found.is_waiting and can_cancel(viewer, found),
        "may_replace": found.is_in_force and can_make(viewer, found.unit),
    }
    return render(request, "ocop/frames/frame.html", context)


@require_http_methods(FORM)
@never_cache
@maker_page
def make(request: HttpRequest, code: str) -> HttpResponse:
    """List the households of a commune for a year."""
    unit = get_object_or_404(communes_of(viewer_of(request)), code=code)
    if not can_make(viewer_of(request), unit):
        raise Http404
    form = FrameForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        said = form.cleaned_data
        try:
            made = make_frame(
                unit=unit,
                year=said["year"],
                source=said["source"],
                document=said["document"],
                household_ids=said["numbers"],
                by=viewer_of(request),
            )
        except FrameRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            return _made(request, made)
    return render(request, "ocop/frames/make.html", _making(request, unit, form, None))


@require_http_methods(FORM)
@never_cache
@maker_page
def replace(request: HttpRequest, pk: int) -> HttpResponse:
    """List the households anew, with the reason."""
    found = _frame(request, pk)
    if not can_make(viewer_of(request), found.unit):
        raise Http404
    initial = {"source": found.source}
    form = ReplaceForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        said = form.cleaned_data
        try:
            made = replace_frame(
                frame=found,
                source=said["source"],
                document=said["document"],
                reason=said["reason"],
                household_ids=said["numbers"],
                by=viewer_of(request),
            )
        except FrameRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            return _made(request, made)
    return render(request, "ocop/frames/make.html", _making(request, found.unit, form, found))


@require_POST
@for_roles(*SIGNERS)
def sign(request: HttpRequest, pk: int) -> HttpResponse:
    """The second person signs."""
    return _step(request, pk, sign_frame, _("Đã ký. Từ bây giờ tỷ lệ của xã tính trên mẫu số này."))


@require_POST
@maker_page
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back a frame that waits."""
    return _step(request, pk, cancel_frame, _("Đã rút mẫu số chờ ký. Danh sách vẫn được giữ để xem lại."))


@require_safe
@never_cache
@reader_page
def printed(request: HttpRequest, pk: int) -> HttpResponse:
    """The list to sign on paper: number and hamlet of every household, no names."""
    found = _frame(request, pk)
    context = {
        "space_items": board_tabs(request),
        "frame": found,
        "state": frame_state(found),
        "facts": _facts(found),
        "households": households_of(found).iterator(),
    }
    return render(request, "ocop/frames/print.html", context)


def _made(request: HttpRequest, made: Frame) -> HttpResponse:
    words = _("Đã lập mẫu số %(count)s hộ. Mẫu số có hiệu lực khi một cán bộ tỉnh khác ký.")
    messages.success(request, words % {"count": made.count})
    return redirect("frame", made.pk)


def _step(request: HttpRequest, pk: int, action: Any, done: str) -> HttpResponse:
    try:
        action(frame=_frame(request, pk), by=viewer_of(request))
    except FrameRefused as refusal:
        messages.error(request, str(refusal))
    except PermissionError as error:
        raise Http404 from error
    else:
        messages.success(request, done)
    return redirect("frame", pk)


def _making(request: HttpRequest, unit: Unit, form: FrameForm, old: Frame | None) -> dict[str, Any]:
    return {
        "space_items": board_tabs(request),
        "unit": unit,
        "form": form,
        "living": living_in(unit).count(),
        "old": old,
    }


def _frame(request: HttpRequest, pk: int) -> Frame:
    return get_object_or_404(frames_visible_to(viewer_of(request)), pk=pk)


def _facts(found: Frame) -> list[dict[str, str]]:
    unsaid = _("chưa ghi")
    pairs = [
        (_("Xã"), capfirst(str(found.unit))),
        (_("Năm"), str(found.year)),
        (_("Số hộ"), str(found.count)),
        (_("Lấy từ"), str(found.get_source_display())),
        (_("Danh sách, quyết định"), found.document or unsaid),
        (_("Người lập"), f"{found.made_by}, {clock.day_of(found.made_at):%d/%m/%Y}"),
    ]
    if found.signed_at:
        pairs.append((_("Người ký"), f"{found.signed_by}, {clock.day_of(found.signed_at):%d/%m/%Y}"))
    if found.reason:
        pairs.append((_("Lý do thay"), found.reason))
    pairs.append((_("Mã kiểm tra danh sách"), found.sha256))
    return [{"label": label, "value": value} for label, value in pairs]
