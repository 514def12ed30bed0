"""Account opening at the commune's desk: progress, a new batch, one batch."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.kit import clock
from core.kit.sheets import XLSX
from core.people.queries import viewer_of
from core.people.views import for_roles
from onboarding.opening.actions.batches import (
    BatchRefused,
    end_batch,
    make_batch,
    mark_sent,
    note_told,
    take_sheet,
)
from onboarding.opening.actions.confirming import ConfirmRefused, confirm_results
from onboarding.opening.forms import Asked, CommuneForm, asked
from onboarding.opening.models import OpeningBatch, OpeningLine
from onboarding.opening.pages import BATCH_KINDS, LINE_KINDS, NAMES_SHOWN, answered, left_out_of, opening_address
from onboarding.opening.queries.confirming import files_to_confirm
from onboarding.opening.queries.progress import batches_visible_to, lines_of, progress_of, why_none
from onboarding.opening.queries.standings import living_households, standings
from onboarding.opening.queries.tasks import lines_to_stop
from onboarding.opening.rules import LINES_AT_MOST, OPENERS, READERS, LeftOut, can_confirm, can_open

PER_PAGE = 25
reader_page, opener_page = for_roles(*READERS), for_roles(*OPENERS)


@require_safe
@never_cache
@reader_page
def home(request: HttpRequest) -> HttpResponse:
    """How far each hamlet is with one platform, and the batches of the commune."""
    about = asked(request)
    other = CommuneForm(request.GET if "ten" in request.GET else None, viewer=viewer_of(request))
    if other.is_valid() and other.commune is not None:
        return redirect(opening_address(other.commune, about.platform))
    hamlets, total = progress_of(about.commune, about.platform, clock.today()) if about.platform else ([], None)
    batches = batches_visible_to(viewer_of(request)).filter(commune=about.commune)
    page = Paginator(batches, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        **_common(request, about),
        "hamlets": [(row, why_none(row)) for row in hamlets],
        "total": total,
        "why_none": why_none(total) if total else "",
        "page_obj": page,
        "batches": [(batch, BATCH_KINDS[batch.state], answered(batch)) for batch in page.object_list],
        "platform_tabs": [
            {
                "label": platform.name,
                "url": opening_address(about.commune, platform),
                "current": platform == about.platform,
            }
            for platform in about.platforms
        ],
        "other": other if about.has_choice else None,
        "candidates": [(each, opening_address(each, about.platform)) for each in other.candidates],
    }
    return render(request, "onboarding/opening/home.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@opener_page
def new(request: HttpRequest) -> HttpResponse:
    """Who would be on the list, who not and why; a POST makes the batch."""
    about = asked(request)
    if about.platform is None or not can_open(viewer_of(request), about.commune):
        raise Http404
    if request.method == "POST":
        try:
            batch = make_batch(
                platform=about.platform,
                commune=about.commune,
                hamlet=about.hamlet,
                by=viewer_of(request),
                again=request.POST.get("again") == "1",
            )
        except BatchRefused as refusal:
            messages.error(request, str(refusal))
        else:
            return redirect("opening_batch", batch.pk)
    rows = standings(living_households(about.commune, about.hamlet), about.platform, clock.today())
    ready = [row for row in rows if not row.left_out]
    context = {
        **_common(request, about),
        "ready": ready[:LINES_AT_MOST],
        "too_many": len(ready) > LINES_AT_MOST,
        "shown": ready[:NAMES_SHOWN],
        "rest": max(min(len(ready), LINES_AT_MOST) - NAMES_SHOWN, 0),
        "left_out": left_out_of(rows),
        "refused": sum(row.left_out == LeftOut.REFUSED for row in rows),
    }
    return render(request, "onboarding/opening/new.html", context)


@require_safe
@never_cache
@reader_page
def batch_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One batch: what to do next, and every line with its answer."""
    batch = _batch(request, pk)
    may = can_open(viewer_of(request), batch.commune)
    view = request.GET.get("xem", "")
    lines = lines_of(batch)
    shown = lines.filter(state=view) if view in OpeningLine.State.values else lines
    page = Paginator(shown, PER_PAGE).get_page(request.GET.get("page"))
    address = reverse("opening_batch", args=[pk])
    counts: dict[str, int] = {state: getattr(batch, f"{state}_lines") for state in OpeningLine.State.values}
    tabs = [{"label": _("Tất cả"), "url": address, "current": not view, "count": sum(counts.values())}]
    tabs += [
        {
            "label": capfirst(str(label)),
            "url": f"{address}?xem={value}",
            "current": value == view,
            "count": counts[value],
        }
        for value, label in OpeningLine.State.choices
        if counts[value] or value == view
    ]
    context = {
        "batch": batch,
        "may": may,
        "kind": BATCH_KINDS[batch.state],
        "answered": answered(batch),
        "waiting": counts["waiting"],
        "tabs": tabs,
        "page_obj": page,
        "lines": [(line, LINE_KINDS[line.state]) for line in page.object_list],
        "to_stop": list(lines_to_stop().filter(batch=batch)) if may else [],
        "to_confirm": [
            (each, can_confirm(viewer_of(request), batch.commune, each.importer_id))
            for each in files_to_confirm(OpeningBatch.objects.filter(pk=pk))
        ],
        "import_url": f"{reverse('import_start')}?{urlencode({'loai': 'ket-qua-mo-gian-hang'})}",
        "list_url": opening_address(batch.commune, batch.platform),
    }
    return render(request, "onboarding/opening/batch.html", context)


@require_POST
@opener_page
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """Download the sheet; a POST, because whose data leave is noted."""
    batch = _batch(request, pk)
    try:
        content = take_sheet(batch=batch, by=viewer_of(request))
    except BatchRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("opening_batch", pk)
    except PermissionError as error:
        raise Http404 from error
    answer = HttpResponse(content, content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="lo-{pk}-{batch.platform.code}.xlsx"'
    return answer


@require_POST
@opener_page
def sent(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet has gone to the platform."""
    return _step(request, pk, mark_sent, _("Đã ghi: bảng đã gửi sàn. Khi sàn trả lời, hãy nhập kết quả."))


@require_POST
@opener_page
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Nothing more is expected from the platform."""
    return _step(request, pk, end_batch, _("Đã kết thúc lô. Hộ chưa có trả lời có thể đưa vào lô khác."))


@require_POST
@reader_page
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """A second person has compared a result file with what the platform sent."""
    try:
        count = confirm_results(batch=_batch(request, pk), sha256=request.POST.get("sha256", ""), by=viewer_of(request))
    except ConfirmRefused as refusal:
        messages.error(request, str(refusal))
    except PermissionError as error:
        raise Http404 from error
    else:
        messages.success(request, _("Đã xác nhận kết quả của %(count)s hộ.") % {"count": count})
    return redirect("opening_batch", pk)


@require_POST
@opener_page
def told(request: HttpRequest, pk: int) -> HttpResponse:
    """The platform has been told to stop for one household."""
    line = get_object_or_404(OpeningLine.objects.select_related("batch__commune", "household"), pk=pk)
    try:
        note_told(line=line, by=viewer_of(request))
    except PermissionError as error:
        raise Http404 from error
    messages.success(request, _("Đã ghi: bạn đã báo sàn dừng cho hộ %(name)s.") % {"name": line.household.head_name})
    return redirect("opening_batch", line.batch_id)


def _step(request: HttpRequest, pk: int, action: Any, done: str) -> HttpResponse:
    try:
        action(batch=_batch(request, pk), by=viewer_of(request))
    except BatchRefused as refusal:
        messages.error(request, str(refusal))
    except PermissionError as error:
        raise Http404 from error
    else:
        messages.success(request, done)
    return redirect("opening_batch", pk)


def _batch(request: HttpRequest, pk: int) -> Any:
    return get_object_or_404(batches_visible_to(viewer_of(request)), pk=pk)


def _common(request: HttpRequest, about: Asked) -> dict[str, Any]:
    return {"about": about, "may": can_open(viewer_of(request), about.commune)}
