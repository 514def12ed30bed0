"""The check of a report, for everybody who holds one: what it says, whether it still stands, whether a file is the one that was issued."""

from __future__ import annotations

import hashlib
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from core.people.limits.rules import PUBLIC_CHECK
from core.people.limits.views import limited
from ocop.reports.forms import CodeForm, FileForm
from ocop.reports.models import OfficialReport
from ocop.reports.queries import later_of, public_figures, report_by_code
from ocop.reports.telling import public_facts, state_of, title_of
from ocop.snapshots.wording import State, figure_line


@require_safe
@limited(PUBLIC_CHECK)
def ask(request: HttpRequest) -> HttpResponse:
    """Type the code that stands on the paper."""
    form = CodeForm(request.GET if "ma" in request.GET else None)
    if form.is_valid():
        found = report_by_code(form.cleaned_data["ma"])
        if found is not None:
            return redirect("official_report_check", found.code)
        form.add_error("ma", _("Không có báo cáo nào mang mã này. Hãy xem lại mã ở cuối báo cáo rồi gõ lại."))
    return render(request, "ocop/reports/check_ask.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@limited(PUBLIC_CHECK)
def check(request: HttpRequest, code: str) -> HttpResponse:
    """What is known of the report with this code. A posted file is read once for its digest and not kept."""
    found = report_by_code(code)
    if found is None:
        form = CodeForm(initial={"ma": code[:20]})
        return render(request, "ocop/reports/check_missing.html", {"form": form, "code": code[:20]}, status=404)
    file_form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    context: dict[str, Any] = {
        "report": found,
        "title": title_of(found),
        "state": state_of(found, later_of([found]), is_public=True),
        "facts": public_facts(found),
        "lines": _lines(found),
        "form": file_form,
        "verdict": _verdict(found, file_form.cleaned_data["file"]) if file_form.is_valid() else None,
    }
    return render(request, "ocop/reports/check.html", context)


def _verdict(report: OfficialReport, file: UploadedFile[Any]) -> State:
    seen = hashlib.sha256()
    for piece in file.chunks():
        seen.update(piece)
    known = {
        report.pdf_sha256: _("Đúng. Tệp này là bản PDF của báo cáo, chưa ký số, không bị sửa."),
        report.xlsx_sha256: _("Đúng. Tệp này là bảng tính của báo cáo, không bị sửa."),
    }
    for signature in report.signatures.all():
        known[signature.sha256] = _("Đúng. Tệp này là bản PDF đã ký số của báo cáo, không bị sửa.")
    if (words := known.get(seen.hexdigest())) is not None:
        return State("good", words)
    return State(
        "bad",
        _(
            "Không đúng. Tệp này khác tệp đã phát hành. Bản quét, bản in lại hay bản lưu lại từ phần mềm khác cũng khác tệp gốc."
        ),
    )


def _lines(report: OfficialReport) -> list[dict[str, Any]]:
    """The whole area's figures as they are public."""
    lines = []
    for code, figure in public_figures(report).items():
        name = report.snapshot.definitions[code][1]
        line = figure_line(report.snapshot, figure) if figure is not None else None
        lines.append({"name": name, "rate": line["rate"] if line else "", "is_hidden": line is None})
    return lines
