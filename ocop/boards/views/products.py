"""The register of products: finding one, seeing its papers, linking it to a listing, withdrawing a certificate."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from core.kit import clock
from core.people.queries import STAFF_ROLES, viewer_of
from core.people.views import for_roles
from market.listings.models import ON_SALE, Listing
from ocop.boards.forms import LinkForm, RevokeForm
from ocop.boards.queries import products_in
from ocop.boards.views.asked import asked_of, board_tabs
from ocop.boards.views.filters import filter_groups, filters_chosen
from ocop.certificates.actions import RevocationRefused, revoke_certificate
from ocop.certificates.queries import with_certificates
from ocop.certificates.rules import can_revoke
from ocop.certificates.wording import state_kind, state_word, until_words
from ocop.indicators.evidence import product_rows
from ocop.presence.actions import LinkRefused, link_listing, unlink_listing
from ocop.presence.models import PresenceLink
from ocop.presence.queries import listings_like, open_links, open_pages, seen_on_platforms
from ocop.presence.rules import LINKERS, can_link, makers_differ
from ocop.register.models import OcopProduct
from ocop.register.queries import can_choose_set, place_words, products_visible_to

PER_PAGE = 25


@require_safe
@for_roles(*STAFF_ROLES)
def products(request: HttpRequest) -> HttpResponse:
    """The OCOP products of the area, searched and narrowed."""
    asked = asked_of(request)
    words = request.GET.get("q", "")[:200]
    chosen = filters_chosen(request.GET)
    found = products_in(asked.scope, words=words, chosen=chosen)
    page = Paginator(with_certificates(found), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "space_items": board_tabs(request),
        "asked": asked,
        "q": words,
        "groups": filter_groups(chosen),
        "is_narrowed": bool(words or chosen),
        "page_obj": page,
        "rows": product_rows(list(page.object_list), asked.scope.on),
    }
    return render(request, "ocop/boards/products.html", context)


@require_safe
@for_roles(*STAFF_ROLES)
def product(request: HttpRequest, pk: int) -> HttpResponse:
    """One product: what the source says, its certificates, its listings, and listings that could be it."""
    found = _product(request, pk)
    viewer = viewer_of(request)
    words = request.GET.get("q", "")[:200]
    linked = list(open_links(found))
    context = {
        "space_items": board_tabs(request),
        "product": found,
        "facts": _facts(found),
        "papers": [
            {
                "paper": paper,
                "kind": state_kind(state := paper.state_on(clock.today())),
                "word": state_word(state).capitalize() + ".",
                "until": until_words(paper),
            }
            for paper in found.certificates.order_by("-recognised_on", "-pk")
        ],
        "links": linked,
        "outside": list(open_pages(found)),
        "may_add_page": viewer.has_role(*LINKERS) or viewer.is_operator,
        "pages": seen_on_platforms([found.pk], clock.today()).get(found.pk, []),
        "q": words,
        "candidates": listings_like(found, words),
        "may_revoke": can_revoke(viewer, found),
        "may_choose_set": can_choose_set(viewer, found),
    }
    return render(request, "ocop/boards/product.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(*STAFF_ROLES)
def link(request: HttpRequest, pk: int, listing_pk: int) -> HttpResponse:
    """Both sides beside each other, then the statement that they are the same."""
    found = _product(request, pk)
    listings = Listing.objects.select_related("shop", "shop__producer", "shop__producer__commune")
    listing = get_object_or_404(listings, ON_SALE, pk=listing_pk)
    viewer = viewer_of(request)
    if not can_link(viewer, found, listing):
        raise Http404
    form = LinkForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            link_listing(
                product=found,
                listing=listing,
                by=viewer,
                same_maker_confirmed=form.cleaned_data["same_maker"],
            )
        except LinkRefused as refusal:
            form.add_error("same_maker" if makers_differ(found, listing) else None, str(refusal))
        else:
            messages.success(request, _("Đã gắn sản phẩm với tin này. Dấu OCOP hiện trên tin khi giấy còn hạn."))
            return redirect("board_product", pk)
    context = {
        "space_items": board_tabs(request),
        "product": found,
        "place": place_words(found),
        "listing": listing,
        "makers_differ": makers_differ(found, listing),
        "form": form,
    }
    return render(request, "ocop/boards/link.html", context)


@require_POST
@for_roles(*STAFF_ROLES)
def unlink(request: HttpRequest, pk: int, link_pk: int) -> HttpResponse:
    """Take a link back."""
    found = _product(request, pk)
    try:
        unlink_listing(link=get_object_or_404(PresenceLink, pk=link_pk, product=found), by=viewer_of(request))
    except PermissionError as error:
        raise Http404 from error
    messages.success(request, _("Đã gỡ tin khỏi sản phẩm. Tin không còn dấu OCOP và không còn được đếm."))
    return redirect("board_product", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(*STAFF_ROLES)
def revoke(request: HttpRequest, pk: int, paper_pk: int) -> HttpResponse:
    """Withdraw a certificate; the page says what is lost."""
    found = _product(request, pk)
    paper = get_object_or_404(found.certificates, pk=paper_pk, revoked_on__isnull=True)
    viewer = viewer_of(request)
    if not can_revoke(viewer, found):
        raise Http404
    form = RevokeForm(request.POST if request.method == "POST" else None, initial={"on": clock.today()})
    if request.method == "POST" and form.is_valid():
        try:
            revoke_certificate(
                certificate=paper, on=form.cleaned_data["on"], reason=form.cleaned_data["reason"], by=viewer
            )
        except RevocationRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Đã thu hồi giấy chứng nhận. Dấu OCOP đã rời các tin đang gắn."))
            return redirect("board_product", pk)
    context = {"space_items": board_tabs(request), "product": found, "paper": paper, "form": form}
    return render(request, "ocop/boards/revoke.html", context)


def _product(request: HttpRequest, pk: int) -> OcopProduct:
    return get_object_or_404(products_visible_to(viewer_of(request)), pk=pk)


def _facts(product: OcopProduct) -> list[dict[str, Any]]:
    unknown = _("Nguồn không ghi")
    facts: list[dict[str, Any]] = [
        {"label": _("Chủ thể"), "value": product.shown_maker or unknown},
        {"label": _("Loại hình"), "value": product.producer_kind or unknown},
        {"label": _("Ngành, nhóm"), "value": product.product_group or unknown},
        {"label": _("Bộ sản phẩm (26/2026)"), "value": str(product.product_set or _("Chưa chọn"))},
        {"label": _("Nơi như nguồn ghi"), "value": product.place_written},
        {"label": _("Nay thuộc"), "value": capfirst(place_words(product)) if product.unit else _("Chưa biết")},
    ]
    if product.source_url:
        facts.append({"label": _("Nguồn"), "value": product.source_url, "url": product.source_url})
    if product.note:
        facts.append({"label": _("Ghi chú"), "value": product.note})
    return facts
