"""Reporting for everybody, the desk's queue, the seller's way back."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.people.limits.actions import TooMany, count_try
from core.people.limits.views import line_of_request, too_many
from core.people.queries import viewer_of
from core.people.views import for_roles, signed_in
from market.listings.models import Listing
from market.listings.queries import goods_for_sale
from market.reports.actions import (
    AlreadyDecided,
    NotAllowed,
    answer_report,
    appeal,
    decide_appeal,
    take_down_for,
    take_report,
)
from market.reports.forms import AnswerForm, AppealForm, DecisionForm, ReportForm, TakedownForm
from market.reports.models import Appeal, Report
from market.reports.queries import (
    clock_of,
    links_of,
    report_by_key,
    reports_visible_to,
    shop_to_report,
    takedowns_of,
    takedowns_visible_to,
    waiting_appeals,
)
from market.reports.rules import ABOUT_LINKS, HANDLERS, REPORTS_FROM_ADDRESS
from market.shops.models import Shop
from market.shops.navigation import seller_places

PER_PAGE = 25
handler_page = for_roles(*HANDLERS)
form_page = require_http_methods(["GET", "HEAD", "POST"])


@form_page
@never_cache
def report_listing(request: HttpRequest, slug: str) -> HttpResponse:
    """Something about these goods is wrong."""
    listing = get_object_or_404(goods_for_sale(), slug=slug)
    return _report(request, listing.shop, listing)


@form_page
@never_cache
def report_shop(request: HttpRequest, slug: str) -> HttpResponse:
    """Something about this shop is wrong."""
    shop = shop_to_report(slug)
    if shop is None:
        raise Http404
    return _report(request, shop, None)


def _report(request: HttpRequest, shop: Shop, listing: Listing | None) -> HttpResponse:
    form = ReportForm(request.POST if request.method == "POST" else None, links=links_of(listing) if listing else [])
    if request.method == "POST" and form.is_valid():
        try:
            count_try(REPORTS_FROM_ADDRESS, line_of_request(request))
        except TooMany as error:
            return too_many(request, error)
        made = take_report(said=form.said(), shop=shop, listing=listing, link=form.chosen_link(), by=viewer_of(request))
        return redirect("report", made.key)
    return render(request, "market/reports/write.html", {"form": form, "shop": shop, "listing": listing})


@require_safe
@never_cache
def report(request: HttpRequest, key: str) -> HttpResponse:
    """What became of a report, for whoever has its address."""
    found = report_by_key(key)
    if found is None:
        raise Http404
    context = {"report": found, "clock": clock_of(found), "steps": found.steps.filter(is_public=True).order_by("pk")}
    return render(request, "market/reports/followed.html", context)


@require_safe
@never_cache
@handler_page
def desk(request: HttpRequest) -> HttpResponse:
    """The queue, the most urgent first."""
    viewer = viewer_of(request)
    is_closed = request.GET.get("xem") == "da-tra-loi"
    rows = reports_visible_to(viewer)
    found = rows.exclude(state=Report.State.OPEN).order_by("-closed_at") if is_closed else rows.filter(state="open")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "rows": [{"report": each, "clock": clock_of(each)} for each in page.object_list],
        "is_closed": is_closed,
        "appeals": waiting_appeals(viewer).count(),
    }
    return render(request, "market/reports/desk.html", context)


@form_page
@never_cache
@handler_page
def one(request: HttpRequest, number: str) -> HttpResponse:
    """One report: what was said, and the two ways to answer it."""
    viewer = viewer_of(request)
    found = get_object_or_404(reports_visible_to(viewer), number=number)
    is_down, is_answer = "take_down" in request.POST, "reply" in request.POST
    down = TakedownForm(request.POST if is_down else None)
    answer = AnswerForm(request.POST if is_answer else None, report=found)
    try:
        if is_down and down.is_valid():
            take_down_for(report=found, words=down.cleaned_data["words"], by=viewer)
            messages.success(request, _("Đã gỡ tin xuống và báo cho người bán."))
            return redirect("report_desk")
        if is_answer and answer.is_valid():
            answer_report(report=found, by=viewer, **answer.cleaned_data)
            messages.success(request, _("Đã trả lời phản ánh."))
            return redirect("report_desk")
    except AlreadyDecided as problem:
        messages.warning(request, str(problem))
        return redirect("report_card", number)
    except NotAllowed as error:
        raise Http404 from error
    context = {
        "report": found,
        "clock": clock_of(found),
        "steps": found.steps.order_by("pk"),
        "down": down,
        "answer": answer,
        "is_about_goods": found.listing is not None and found.reason not in ABOUT_LINKS,
    }
    return render(request, "market/reports/card.html", context)


@require_safe
@never_cache
@handler_page
def takedowns(request: HttpRequest) -> HttpResponse:
    """Appeals that wait for this person, and everything that was taken down."""
    viewer = viewer_of(request)
    page = Paginator(takedowns_visible_to(viewer), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page_obj": page, "appeals": waiting_appeals(viewer)[:PER_PAGE]}
    return render(request, "market/reports/takedowns.html", context)


@form_page
@never_cache
@handler_page
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """One appeal."""
    viewer = viewer_of(request)
    found = get_object_or_404(
        waiting_appeals(viewer)
        .select_related("by", "taken_down_by")
        .prefetch_related("takedown__listing__photos__photo"),
        pk=pk,
    )
    form = DecisionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        is_granted = form.cleaned_data["outcome"] == Appeal.Outcome.GRANTED
        try:
            decide_appeal(appeal=found, is_granted=is_granted, answer=form.cleaned_data["answer"], by=viewer)
        except AlreadyDecided as problem:
            messages.warning(request, str(problem))
        except NotAllowed as error:
            raise Http404 from error
        else:
            words = _("Tin được bán lại.") if is_granted else _("Tin vẫn bị gỡ. Người bán đã được báo.")
            messages.success(request, words)
        return redirect("takedown_desk")
    return render(request, "market/reports/decide.html", {"appeal": found, "form": form})


@require_safe
@never_cache
@signed_in
def seller_list(request: HttpRequest) -> HttpResponse:
    """What of my goods was taken down."""
    page = Paginator(takedowns_of(viewer_of(request)), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page_obj": page, "space_items": seller_places("seller_listings")}
    return render(request, "market/reports/seller_list.html", context)


@require_safe
@never_cache
@signed_in
def seller_one(request: HttpRequest, pk: int) -> HttpResponse:
    """Why it was taken down, and the way back."""
    return _seller_page(request, pk, AppealForm())


@require_POST
@never_cache
@signed_in
def seller_appeal(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for it to be sold again."""
    viewer = viewer_of(request)
    found = get_object_or_404(takedowns_of(viewer), pk=pk)
    form = AppealForm(request.POST)
    if not form.is_valid():
        return _seller_page(request, pk, form)
    try:
        appeal(takedown=found, words=form.cleaned_data["words"], by=viewer)
    except AlreadyDecided as problem:
        messages.warning(request, str(problem))
    except NotAllowed:
        messages.info(request, _("Tin này đã được bán lại rồi."))
    else:
        messages.success(request, _("Đã gửi. Một cán bộ khác với người đã gỡ tin sẽ xem và trả lời bạn."))
    return redirect("seller_takedown", pk)


def _seller_page(request: HttpRequest, pk: int, form: AppealForm) -> HttpResponse:
    found = get_object_or_404(takedowns_of(viewer_of(request)), pk=pk)
    appeals = list(found.appeals.order_by("pk"))
    context = {
        "takedown": found,
        "appeals": appeals,
        "is_waiting": any(each.outcome == Appeal.Outcome.WAITING for each in appeals),
        "form": form,
        "space_items": seller_places("seller_listings"),
    }
    return render(request, "market/reports/seller_one.html", context)
