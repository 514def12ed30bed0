"""Official reports on the boards: making one from a signed snapshot, its files, another one in its place."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.kit.sheets import XLSX as XLSX_TYPE
from core.people.queries import STAFF_ROLES, viewer_of
from core.people.views import for_roles
from ocop.frames.tabs import board_tabs
from ocop.reports.actions import SIGN_JOB, ReportRefused, ask_for_signature, make_report, note_taken
from ocop.reports.files import PDF, XLSX, FileLost, file_of, kept
from ocop.reports.forms import ReportForm, first_words, words_again
from ocop.reports.models import OfficialReport
from ocop.reports.queries import (
    lacks_signed_file,
    last_report_of,
    later_of,
    newest_signed,
    reports_of,
    reports_visible_to,
    signature_of,
    signing_job,
)
from ocop.reports.rules import MAKERS, can_make, can_replace, is_restated
from ocop.reports.signing import is_wanted
from ocop.reports.telling import facts_of, state_of, title_of
from ocop.snapshots.models import Snapshot
from ocop.snapshots.queries import snapshots_visible_to
from ocop.snapshots.wording import area_name

PER_PAGE = 50
FORM = ["GET", "HEAD", "POST"]
_TYPES = {PDF: "application/pdf", XLSX: XLSX_TYPE}


@require_safe
@never_cache
@for_roles(*STAFF_ROLES)
def reports(request: HttpRequest) -> HttpResponse:
    """The reports of the area, the latest day first."""
    page = Paginator(reports_visible_to(viewer_of(request)), PER_PAGE).get_page(request.GET.get("page"))
    later = later_of(page.object_list)
    lines = [{"report": each, "title": title_of(each), "state": state_of(each, later)} for each in page.object_list]
    context = {"space_items": board_tabs(request), "page_obj": page, "lines": lines}
    return render(request, "ocop/reports/list.html", context)


@require_http_methods(FORM)
@never_cache
@for_roles(*MAKERS)
def make(request: HttpRequest, number: str) -> HttpResponse:
    """Enter what is no figure; the figures come from the snapshot."""
    snapshot = _snapshot(request, number)
    if not can_make(viewer_of(request), snapshot):
        raise Http404
    first = first_words(snapshot, last_report_of(snapshot.unit))
    return _answer(request, snapshot, ReportForm(request.POST if request.method == "POST" else None, initial=first))


@require_http_methods(FORM)
@never_cache
@for_roles(*MAKERS)
def replace(request: HttpRequest, code: str) -> HttpResponse:
    """The same with the words of an older one, and why it is replaced; from its snapshot, or from the one in that one's place."""
    old = _report(request, code)
    if not can_replace(viewer_of(request), old):
        raise Http404
    snapshot = newest_signed(old.snapshot)
    data = request.POST if request.method == "POST" else None
    return _answer(request, snapshot, ReportForm(data, initial=words_again(old), replaces=old), old)


@require_safe
@never_cache
@for_roles(*STAFF_ROLES)
def report(request: HttpRequest, code: str) -> HttpResponse:
    """One report: its files, how it is checked, what became of it."""
    found, viewer = _report(request, code), viewer_of(request)
    signature, may_write = signature_of(found), can_replace(viewer, found)
    lacks = lacks_signed_file(found)
    job = signing_job(found, SIGN_JOB) if lacks else None
    context = {
        "space_items": board_tabs(request),
        "report": found,
        "title": title_of(found),
        "state": state_of(found, later_of([found])),
        "facts": facts_of(found),
        "signature": signature,
        "is_signed_lost": signature is not None and lacks,
        "signing": job,
        "may_sign": may_write and is_wanted() and lacks and (job is None or job.finished_at is not None),
        "may_replace": may_write and getattr(found, "replaced_by", None) is None,
        "others": [each for each in reports_of(found.snapshot) if each.pk != found.pk],
    }
    return render(request, "ocop/reports/report.html", context)


@require_safe
@never_cache
@for_roles(*STAFF_ROLES)
def file(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """The PDF (with its digital signature, where there is one; `?ban=goc` without) or the workbook."""
    found = _report(request, code)
    if kind not in _TYPES:
        raise Http404
    signature = signature_of(found) if kind == PDF and request.GET.get("ban") != "goc" else None
    try:
        raw = kept(signature.sha256, PDF) if signature else file_of(found, kind)
    except FileLost as lost:
        messages.error(request, str(lost))
        return redirect("official_report", found.code)
    if raw is None:  # the page says so, and what to do
        return redirect("official_report", found.code)
    if request.method == "GET":
        note_taken(report=found, kind=f"{kind}, đã ký số" if signature else kind, by=viewer_of(request))
    answer = HttpResponse(raw, content_type=_TYPES[kind])
    name = f"bao-cao-{found.issued_on:%Y-%m-%d}-{found.code}.{kind}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@require_POST
@for_roles(*MAKERS)
def sign_again(request: HttpRequest, code: str) -> HttpResponse:
    """Have it signed after all."""
    found = _report(request, code)
    try:
        ask_for_signature(report=found, by=viewer_of(request))
    except ReportRefused as refusal:
        messages.error(request, str(refusal))
    except PermissionError as error:
        raise Http404 from error
    else:
        messages.success(request, _("Đã đưa vào hàng ký số."))
    return redirect("official_report", found.code)


def _answer(
    request: HttpRequest, snapshot: Snapshot, form: ReportForm, replaces: OfficialReport | None = None
) -> HttpResponse:
    """The form's page, or on to the report once it is made."""
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data.get("reason", "")
        try:
            made = make_report(
                snapshot=snapshot, said=form.said(), by=viewer_of(request), replaces=replaces, reason=reason
            )
        except ReportRefused as refusal:
            form.add_error(refusal.field or None, str(refusal))
        except PermissionError as error:
            raise Http404 from error
        else:
            messages.success(request, _("Đã lập báo cáo. Hãy mở tệp PDF xem lại trước khi trình ký."))
            return redirect("official_report", made.code)
    context: dict[str, Any] = {
        "space_items": board_tabs(request),
        "form": form,
        "snapshot": snapshot,
        "area": area_name(snapshot),
        "replaces": replaces,
        "is_ready": snapshot.signed_at is not None and not is_restated(snapshot),
    }
    return render(request, "ocop/reports/make.html", context)


def _snapshot(request: HttpRequest, number: str) -> Snapshot:
    return get_object_or_404(snapshots_visible_to(viewer_of(request)), number=number)


def _report(request: HttpRequest, code: str) -> OfficialReport:
    return get_object_or_404(reports_visible_to(viewer_of(request)), code=code)
