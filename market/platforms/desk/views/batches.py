"""One batch: its lines, the list for a person at the platform, the file, and what becomes of it."""

from __future__ import annotations

from pathlib import PurePosixPath

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.people.queries import viewer_of
from market.platforms.contract import SheetTask
from market.platforms.desk.actions import BatchEnded, cancel_batch, mark_sent
from market.platforms.desk.actions.batches import OPEN
from market.platforms.desk.queries import is_overtaken, lines_of
from market.platforms.desk.room import operator_page
from market.platforms.models import SheetBatch, SheetItem
from market.platforms.navigation import desk_tabs
from market.platforms.sheets.layout import TASK_WORDS

LINES_A_PAGE = 50
_KINDS: dict[str, str] = {
    SheetItem.Answer.DONE: "good",
    SheetItem.Answer.REJECTED: "bad",
    SheetItem.Answer.REPLACED: "info",
}


def _batch(code: str, number: int) -> SheetBatch:
    batches = SheetBatch.objects.select_related("connection__platform", "made_by", "sent_by")
    return get_object_or_404(batches, connection__platform__code=code, number=number)


def _line(item: SheetItem) -> dict[str, object]:
    return {
        "item": item,
        "task": TASK_WORDS[SheetTask(item.task)],
        "kind": _KINDS.get(item.answer, "wait"),
        "answer": item.get_answer_display(),
        "overtaken": is_overtaken(item),
        "seller": item.row.listing.shop.producer.name,
        "title": item.said.get("title") or item.row.listing.name,
        **{name: item.said.get(name) for name in ("price", "stock", "photos", "page")},
    }


@require_safe
@operator_page
def page(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """The batch and its lines."""
    batch = _batch(code, number)
    shown = Paginator(lines_of(batch), LINES_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "batch": batch,
        "page_obj": shown,
        "lines": [_line(item) for item in shown],
        "is_open": batch.state in OPEN,
        "waiting": batch.items.filter(answer=SheetItem.Answer.WAITING).count(),
        "space_items": desk_tabs("platform_desk", viewer_of(request)),
    }
    return render(request, "market/platforms/desk/batch.html", context)


@require_safe
@operator_page
def checklist(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """What is to be done, on paper: every line of a batch that is not answered, for a person at the platform."""
    batch = _batch(code, number)
    waiting = lines_of(batch).filter(answer=SheetItem.Answer.WAITING)
    context = {
        "batch": batch,
        "lines": [_line(item) for item in waiting],
        "space_items": desk_tabs("platform_desk", viewer_of(request)),
    }
    return render(request, "market/platforms/desk/checklist.html", context)


@require_safe
@operator_page
def file(request: HttpRequest, code: str, number: int) -> HttpResponseBase:
    """Download the upload file."""
    found = _batch(code, number)
    name = PurePosixPath(str(found.file.name)).name
    return FileResponse(found.file.open("rb"), as_attachment=True, filename=name)


@require_POST
@operator_page
def sent(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Note that the file was given to the platform, or take that back."""
    is_sent = "not_sent" not in request.POST
    try:
        mark_sent(batch=_batch(code, number), sent=is_sent, by=viewer_of(request))
    except BatchEnded:
        messages.error(request, _("Lô này đã có trả lời hoặc đã kết thúc nên không đổi được nữa."))
    else:
        messages.success(request, _("Đã ghi: tệp đã gửi cho sàn.") if is_sent else _("Đã ghi: tệp chưa gửi cho sàn."))
    return redirect("platform_batch_page", code=code, number=number)


@require_POST
@operator_page
def cancel(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """End a batch; its open lines wait for the next file."""
    try:
        cancel_batch(batch=_batch(code, number), by=viewer_of(request))
    except BatchEnded:
        messages.error(request, _("Lô này đã kết thúc nên không hủy được nữa."))
    else:
        messages.success(request, _("Đã hủy lô. Các dòng chưa trả lời chờ vào lô sau."))
    return redirect("platform_batch_page", code=code, number=number)
