"""The desk itself: what waits, files out, results in, and what a result file could not tell."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.people.queries import viewer_of
from market.platforms.contract import ResultFileRefused
from market.platforms.desk.actions import AnotherExported, NothingToExport, export_sheets, import_result
from market.platforms.desk.forms import ResultForm
from market.platforms.desk.queries import served_by_sheets, sheet_connections
from market.platforms.desk.room import operator_page
from market.platforms.models import SheetAnswer, SheetBatch
from market.platforms.navigation import desk_tabs

SHOWN_PROBLEMS = 20
BATCHES_A_PAGE, PROBLEMS_A_PAGE = 20, 100


@require_safe
@operator_page
def desk(request: HttpRequest) -> HttpResponse:
    """What waits, files out, results in."""
    batches = SheetBatch.objects.select_related("connection__platform", "made_by").order_by("-made_at", "-pk")
    context = {
        "connections": sheet_connections(),
        "page_obj": Paginator(batches, BATCHES_A_PAGE).get_page(request.GET.get("page")),
        "answers": SheetAnswer.objects.select_related("connection__platform", "taken_by").order_by("-taken_at")[:10],
        "form": ResultForm(),
        "space_items": desk_tabs("platform_desk", viewer_of(request)),
    }
    return render(request, "market/platforms/desk/exchange.html", context)


@require_POST
@operator_page
def export(request: HttpRequest, code: str) -> HttpResponse:
    """Make the next upload files of one platform."""
    connection = get_object_or_404(served_by_sheets(), platform__code=code)
    try:
        batches, left_out = export_sheets(connection=connection, by=viewer_of(request))
    except NothingToExport as problem:
        batches, left_out = [], problem.left_out
    except AnotherExported:
        messages.error(request, _("Có người khác cũng đang lấy tệp. Hãy chờ một phút rồi lấy lại."))
        return redirect("platform_desk")
    for item in left_out[:SHOWN_PROBLEMS]:
        messages.warning(request, f"{item.sku}: " + " ".join(issue.message_vi for issue in item.issues))
    if not batches:
        messages.info(request, _("Không có tin nào chờ gửi cho %(name)s.") % {"name": connection.platform.name})
        return redirect("platform_desk")
    if len(batches) > 1:
        words = _("Nhiều tin nên có %(count)d lô, từ lô %(first)d đến lô %(last)d.")
        messages.success(
            request, words % {"count": len(batches), "first": batches[0].number, "last": batches[-1].number}
        )
        return redirect("platform_desk")
    return redirect("platform_batch_page", code=code, number=batches[0].number)


@require_POST
@operator_page
def result(request: HttpRequest, code: str) -> HttpResponse:
    """Take a result file in."""
    connection = get_object_or_404(served_by_sheets(), platform__code=code)
    form = ResultForm(request.POST, request.FILES)
    if not form.is_valid():
        for error in form.errors["file"]:
            messages.error(request, str(error))
        return redirect("platform_desk")
    file = form.cleaned_data["file"]
    try:
        report = import_result(connection=connection, raw=file.read(), file_name=file.name or "", by=viewer_of(request))
    except ResultFileRefused as problem:
        messages.error(request, problem.message_vi)
        return redirect("platform_desk")
    if report.answer_id is None:
        messages.info(request, _("Tệp này chưa có kết quả nào. Không có gì thay đổi."))
        return redirect("platform_desk")
    if report.is_repeat:
        messages.info(request, _("Tệp này đã nhận trước đây. Lần này không có gì thay đổi."))
    else:
        messages.success(request, _("Đã đọc tệp kết quả."))
    return redirect("platform_answer", code=code, answer_id=report.answer_id)


@require_safe
@operator_page
def answer(request: HttpRequest, code: str, answer_id: int) -> HttpResponse:
    """What a result file did, with every line that could not be used."""
    found = get_object_or_404(
        SheetAnswer.objects.select_related("connection__platform", "taken_by"),
        pk=answer_id,
        connection__platform__code=code,
    )
    counts = found.counts
    facts = [
        (_("Có liên kết, chờ người xem xác nhận"), counts.get("claimed", 0)),
        (_("Đã sửa trên sàn"), counts.get("changed", 0)),
        (_("Đã gỡ khỏi sàn"), counts.get("gone", 0)),
        (_("Sàn từ chối"), counts.get("rejected", 0)),
        (_("Còn chờ"), counts.get("waiting", 0)),
        (_("Đã biết từ trước"), counts.get("unchanged", 0)),
        (_("Dòng không dùng được"), len(found.problems)),
    ]
    context = {
        "answer": found,
        "facts": [{"label": label, "value": value} for label, value in facts],
        "page_obj": Paginator(found.problems, PROBLEMS_A_PAGE).get_page(request.GET.get("page")),
        "space_items": desk_tabs("platform_desk", viewer_of(request)),
    }
    return render(request, "market/platforms/desk/answer.html", context)
