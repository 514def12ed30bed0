"""Samples of households that are visited again by somebody else."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from core.kit import money
from core.people.queries import viewer_of
from onboarding.checks.actions.sampling import RevisitRefused, SampleRefused, draw_sample, record_revisit
from onboarding.checks.interval import interval_words
from onboarding.checks.models import RevisitSample
from onboarding.checks.queries import revisits_visible_to, samples_visible_to
from onboarding.checks.rules import OFFICERS, refusal_to_record
from onboarding.desk.forms.filters import communes_at_desk
from onboarding.desk.forms.samples import DrawForm, RevisitForm
from onboarding.desk.queries.households import production_words_of
from onboarding.desk.views.households import desk_page

PER_PAGE = 25


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@desk_page
def samples(request: HttpRequest) -> HttpResponse:
    """The samples of this desk with the share confirmed; officers draw one."""
    viewer = viewer_of(request)
    may_draw = viewer.has_role(*OFFICERS)
    form = DrawForm(request.POST if request.method == "POST" else None, communes=communes_at_desk(viewer))
    if request.method == "POST":
        if not may_draw:
            raise Http404
        if form.is_valid():
            commune, start, end, per_mille = form.asked()
            try:
                sample = draw_sample(commune=commune, period_from=start, period_to=end, per_mille=per_mille, by=viewer)
            except SampleRefused as refusal:
                form.add_error("month", str(refusal))
            except PermissionError as error:
                raise Http404 from error
            else:
                messages.success(request, _("Đã rút mẫu. Hạt giống và mã khung được lưu để ai cũng rút lại được."))
                return redirect("commune_sample", sample.pk)
    page = Paginator(samples_visible_to(viewer), PER_PAGE).get_page(request.GET.get("page"))
    rows = [{"sample": each, "share": _share(each)} for each in page]
    context = {"page_obj": page, "rows": rows, "form": form, "may_draw": may_draw}
    return render(request, "onboarding/desk/samples.html", context)


@require_safe
@never_cache
@desk_page
def sample(request: HttpRequest, pk: int) -> HttpResponse:
    """One sample: whom to visit, by whom, what was found. With `in` the list to take along on paper."""
    viewer = viewer_of(request)
    found = get_object_or_404(samples_visible_to(viewer), pk=pk)
    revisits = revisits_visible_to(viewer).filter(sample=found).prefetch_related("household__production_lines")
    context: dict[str, Any] = {
        "sample": found,
        "share": _share(found),
        "is_officer": viewer.covers(found.commune, *OFFICERS),
    }
    if "in" in request.GET:
        waiting = revisits.filter(result="")
        context["rows"] = [{"revisit": each, "production": production_words_of(each.household)} for each in waiting]
        return render(request, "onboarding/desk/sample_paper.html", context)
    page = Paginator(revisits, PER_PAGE).get_page(request.GET.get("page"))
    context |= {"page_obj": page, "rows": [{"revisit": each} for each in page]}
    return render(request, "onboarding/desk/sample.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@desk_page
def revisit(request: HttpRequest, pk: int) -> HttpResponse:
    """What somebody found at a household of a sample."""
    viewer = viewer_of(request)
    found = get_object_or_404(revisits_visible_to(viewer), pk=pk)
    refusal = refusal_to_record(viewer, found)
    initial = {"result": found.result, "note": found.note}
    form = RevisitForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            record_revisit(revisit=found, by=viewer, **form.cleaned_data)
        except RevisitRefused as told:
            form.add_error(None, str(told))
        else:
            messages.success(request, _("Đã ghi kết quả. Tên bạn được lưu lại."))
            return redirect("commune_sample", found.sample_id)
    context = {
        "revisit": found,
        "form": form,
        "refusal": refusal,
        "production": production_words_of(found.household),
    }
    return render(request, "onboarding/desk/revisit.html", context)


def _share(found: RevisitSample) -> dict[str, Any]:
    """ "18/20 (90,0 %)" of those looked at, its 95 % interval, and how many wait."""
    confirmed, visited, drawn = (getattr(found, name) for name in ("confirmed", "visited", "drawn"))
    return {
        "words": money.rate(confirmed, visited) if visited else "",
        "interval": interval_words(confirmed, visited),
        "confirmed": confirmed,
        "visited": visited,
        "waiting": drawn - visited,
        "drawn": drawn,
    }
