"""What has to be renewed, and the files of a certificate."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.kit import clock
from core.people.queries import STAFF_ROLES, viewer_of
from core.people.views import for_roles
from ocop.boards.views.asked import asked_of, board_tabs
from ocop.certificates.actions.renewing import FileRefused, record_file, record_result
from ocop.certificates.forms import FileForm, ResultForm
from ocop.certificates.models import Certificate, RenewalFile
from ocop.certificates.queries import Group, certificates_to_renew, groups_counted, in_groups
from ocop.certificates.renewals import window_before
from ocop.certificates.rights import can_decide_file, can_file
from ocop.certificates.wording import file_words, state_kind, state_word, until_words
from ocop.indicators.queries import scope_rows
from ocop.register.queries import place_words, products_visible_to

PER_PAGE = 25


@require_safe
@for_roles(*STAFF_ROLES)
def renewals(request: HttpRequest) -> HttpResponse:
    """Papers with at most 180, 120 and 30 days left, extended ones, and those that lapsed in the last 90 days."""
    asked = asked_of(request)
    today = asked.scope.on
    rows = scope_rows(certificates_to_renew(viewer_of(request), today), asked.scope, "product__unit")
    counted = groups_counted(rows)
    chosen = request.GET.get("nhom", "")
    if chosen in Group.values:
        rows = in_groups(rows, Group(chosen))
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    tabs = [{"label": _("Tất cả"), "url": asked.address("board_renewals"), "current": chosen not in Group.values}]
    tabs += [
        {
            "label": str(group.label),
            "url": asked.address("board_renewals", nhom=group.value),
            "current": chosen == group.value,
            "count": counted.get(group.value, 0),
        }
        for group in Group
    ]
    context = {
        "space_items": board_tabs(request),
        "asked": asked,
        "tabs": tabs,
        "page_obj": page,
        "rows": [_row(paper, today) for paper in page.object_list],
    }
    return render(request, "ocop/certificates/renewals.html", context)


def _row(paper: Certificate, today: date) -> dict[str, object]:
    state = paper.state_on(today)
    assert paper.earliest_end is not None
    left = (paper.earliest_end - today).days
    return {
        "paper": paper,
        "place": capfirst(place_words(paper.product)),
        "until": until_words(paper),
        "left": _("còn %(days)s ngày") % {"days": left} if left >= 0 else _("quá %(days)s ngày") % {"days": -left},
        "kind": state_kind(state),
        "word": capfirst(state_word(state)),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(*STAFF_ROLES)
def files(request: HttpRequest, pk: int) -> HttpResponse:
    """The files of a certificate, and recording that one was handed in."""
    paper = _paper(request, pk)
    viewer = viewer_of(request)
    may_file = can_file(viewer, paper.product)
    if request.method == "POST" and not may_file:
        raise Http404
    form = FileForm(request.POST if request.method == "POST" else None, initial={"kind": RenewalFile.Kind.RENEWAL})
    if request.method == "POST" and form.is_valid():
        try:
            record_file(certificate=paper, by=viewer, **form.cleaned_data)
        except FileRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Đã ghi hồ sơ. Trong lúc xét, giấy được kéo dài theo quy định."))
            return redirect("board_files", pk)
    return _files_page(request, paper, form, ResultForm(initial={"on": clock.today()}))


@require_POST
@for_roles(*STAFF_ROLES)
def result(request: HttpRequest, pk: int, file_pk: int) -> HttpResponse:
    """Record what came of a file."""
    paper = _paper(request, pk)
    file = get_object_or_404(paper.renewal_files, pk=file_pk)
    if not can_decide_file(viewer_of(request), paper.product):
        raise Http404
    form = ResultForm(request.POST)
    if form.is_valid():
        try:
            record_result(file=file, by=viewer_of(request), **form.cleaned_data)
        except FileRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Đã ghi kết quả. Giấy mới, nếu có, được nhập ở trang nhập giấy."))
            return redirect("board_files", pk)
    return _files_page(request, paper, FileForm(), form)


def _paper(request: HttpRequest, pk: int) -> Certificate:
    products = products_visible_to(viewer_of(request))
    papers = Certificate.objects.filter(product__in=products).select_related("product__unit__parent")
    return get_object_or_404(papers.prefetch_related("renewal_files"), pk=pk)


def _files_page(request: HttpRequest, paper: Certificate, form: FileForm, result_form: ResultForm) -> HttpResponse:
    viewer = viewer_of(request)
    rows = list(paper.renewal_files.select_related("recorded_by").order_by("-submitted_on", "-pk"))
    open_file = next((each for each in rows if each.result_on is None), None)
    state = paper.state_on(clock.today())
    context = {
        "space_items": board_tabs(request),
        "paper": paper,
        "product_url": reverse("board_product", args=[paper.product_id]),
        "state_kind": state_kind(state),
        "state_word": capfirst(state_word(state)) + ".",
        "until": until_words(paper),
        "window": window_before(paper.earliest_end) if paper.earliest_end else None,
        "files": [{"file": each, "words": file_words(paper, each)} for each in rows],
        "form": form,
        "result_form": result_form,
        "open_file": open_file,
        "may_file": open_file is None and paper.revoked_on is None and can_file(viewer, paper.product),
        "may_decide": open_file is not None and can_decide_file(viewer, paper.product),
    }
    status = 422 if form.errors or result_form.errors else 200
    return render(request, "ocop/certificates/files.html", context, status=status)
