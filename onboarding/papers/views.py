"""Papers: the producer's own, and the officer's worklist."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.kit import clock
from core.people.queries import viewer_of
from core.people.views import for_roles, signed_in
from onboarding.papers.actions import (
    PaperRefused,
    check_paper,
    record_paper,
    restore_paper,
    say_mismatch,
    take_scan,
    withdraw_paper,
)
from onboarding.papers.forms import MismatchForm, PaperForm
from onboarding.papers.models import Paper
from onboarding.papers.queries import own_papers, papers_checkable, papers_of_area, papers_to_check
from onboarding.papers.rules import CHECKERS, own_number, state_of
from onboarding.papers.scanning import ENDINGS
from onboarding.papers.wording import status_of
from onboarding.producers.queries import producers_at_work

PER_PAGE = 25


@require_safe
@never_cache
@signed_in
def papers(request: HttpRequest) -> HttpResponse:
    """The papers of the producer I work for, what ends first before the others."""
    viewer = viewer_of(request)
    page = Paginator(own_papers(viewer), PER_PAGE).get_page(request.GET.get("page"))
    producer = producers_at_work(viewer).first()
    context = {"page_obj": page, "rows": _rows(page), "producer": producer}
    return render(request, "onboarding/papers/list.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new(request: HttpRequest) -> HttpResponse:
    """Record a paper."""
    viewer = viewer_of(request)
    producer = producers_at_work(viewer).first()
    if producer is None:
        return redirect("seller_papers")
    form = PaperForm(request.POST, request.FILES) if request.method == "POST" else PaperForm()
    if form.is_valid():
        try:
            record_paper(producer=producer, facts=form.facts(), scan=form.cleaned_data["scan"], by=viewer)
        except PaperRefused as refusal:
            form.add_error("number", str(refusal))
        else:
            messages.success(request, _("Đã ghi giấy. Cán bộ xã sẽ so với bản gốc."))
            return redirect("seller_papers")
    return render(request, "onboarding/papers/new.html", {"form": form, "producer": producer})


@require_POST
@signed_in
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """A paper is no longer shown; the way back is offered at once."""
    viewer = viewer_of(request)
    paper = get_object_or_404(own_papers(viewer), pk=pk)
    withdraw_paper(paper=paper, by=viewer)
    context = {"paper": paper, "number": own_number(paper)}
    return render(request, "onboarding/papers/withdrawn.html", context)


@require_POST
@signed_in
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a withdrawal back."""
    viewer = viewer_of(request)
    mine = Paper.objects.filter(producer__in=producers_at_work(viewer))
    try:
        restore_paper(paper=get_object_or_404(mine.select_related("producer__commune"), pk=pk), by=viewer)
    except PaperRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Giấy đã hiện lại."))
    return redirect("seller_papers")


@require_safe
@never_cache
@signed_in
def scan(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The scan, to be saved and never shown in the page: what somebody sent in must not run here. For those who act for the
    producer and the officers of its commune."""
    paper = get_object_or_404(Paper.objects.select_related("producer__commune"), pk=pk)
    try:
        take_scan(paper=paper, by=viewer_of(request))
    except PermissionError as error:
        raise Http404 from error
    name = f"giay-to-{paper.pk}.{ENDINGS[paper.scan_type]}"
    answer = FileResponse(paper.scan.open("rb"), as_attachment=True, filename=name, content_type=paper.scan_type)
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


@require_safe
@never_cache
@for_roles(*CHECKERS)
def commune(request: HttpRequest) -> HttpResponse:
    """The papers of the officer's communes, what waits for a check first."""
    viewer = viewer_of(request)
    page = Paginator(papers_of_area(viewer), PER_PAGE).get_page(request.GET.get("page"))
    ids = [paper.pk for paper in page]
    mine = set(papers_checkable(viewer).filter(pk__in=ids).values_list("pk", flat=True))
    return render(request, "onboarding/papers/commune.html", {"page_obj": page, "rows": _rows(page, mine)})


@require_POST
@for_roles(*CHECKERS)
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """The officer has compared the paper with the original."""
    viewer = viewer_of(request)
    paper = get_object_or_404(papers_of_area(viewer), pk=pk)
    try:
        check_paper(paper=paper, by=viewer)
    except PermissionError:
        messages.error(request, _("Giấy này do bạn ghi hoặc của nhà bạn làm thay. Hãy nhờ cán bộ khác kiểm tra."))
    except PaperRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Đã ghi: bạn đã so giấy này với bản gốc."))
    return redirect("commune_papers")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(*CHECKERS)
def mismatch(request: HttpRequest, pk: int) -> HttpResponse:
    """The officer found that the paper is not like the original, and says where."""
    viewer = viewer_of(request)
    paper = get_object_or_404(papers_to_check(viewer), pk=pk)
    form = MismatchForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            say_mismatch(paper=paper, reason=form.cleaned_data["reason"], by=viewer)
        except PermissionError as error:
            raise Http404 from error
        except PaperRefused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Đã ghi là không khớp. Người bán được báo và ghi lại được."))
        return redirect("commune_papers")
    context = {"form": form, "paper": paper, "number": own_number(paper)}
    return render(request, "onboarding/papers/mismatch.html", context)


def _rows(page: Any, checkable: set[int] | None = None) -> list[dict[str, Any]]:
    today = clock.today()
    return [
        {
            "paper": paper,
            "number": own_number(paper),
            "status": status_of(paper, today),
            "state": state_of(paper, today),
            "may_check": paper.pk in (checkable or ()),
        }
        for paper in page
    ]
