"""The store: what lies there, what orders hold, what happened."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from core.people.queries import Viewer, users_named, viewer_of
from core.people.views import signed_in
from market.listings.models import Listing
from market.listings.queries import listings_of
from market.listings.stockroom.actions import OtherRequest, StockRefused, add_stock, count_stock, lose_stock
from market.listings.stockroom.forms import CountForm, InForm, LostForm
from market.listings.stockroom.queries import goods_in_store, moves_of
from market.shops.navigation import seller_places

PER_PAGE = 25
_FORMS: dict[str, type[InForm] | type[CountForm] | type[LostForm]] = {
    "in": InForm, "count": CountForm, "lost": LostForm,
}  # fmt: skip


@require_safe
@never_cache
@signed_in
def store(request: HttpRequest) -> HttpResponse:
    """All goods with what is left of them; each row takes what was brought in."""
    page = Paginator(goods_in_store(viewer_of(request)), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "rows": [{"listing": listing, "token": secrets.token_urlsafe(12)} for listing in page],
        "space_items": seller_places("seller_listings"),
    }
    return render(request, "market/listings/store.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def stock(request: HttpRequest, sku: str) -> HttpResponse:
    """One listing's stock: bring in, count, write off; and its history."""
    viewer = viewer_of(request)
    listing = get_object_or_404(listings_of(viewer), sku=sku)
    wanted = request.POST.get("do", "") if request.method == "POST" else ""
    form = _FORMS[wanted](request.POST.dict()) if wanted in _FORMS else None
    if form is not None and form.is_valid() and _done(form, listing, viewer):
        messages.success(request, _("Đã ghi vào kho: %(name)s.") % {"name": listing.name})
        return redirect("seller_store" if "back" in request.POST else "seller_stock", *_address(request, sku))
    held = listing.stock + listing.reserved
    page = Paginator(moves_of(listing), PER_PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "listing": listing,
        "held": held,
        "forms": [
            (word, form if word == wanted and form is not None else made(initial={"seen": held, "counted": held}))
            for word, made in _FORMS.items()
        ],
        "open": wanted,
        "page_obj": page,
        "people": users_named(move.by_id for move in page if move.by_id),
        "space_items": seller_places("seller_listings"),
    }
    return render(request, "market/listings/stock.html", context)


def _address(request: HttpRequest, sku: str) -> tuple[str, ...]:
    return () if "back" in request.POST else (sku,)


def _done(form: InForm | CountForm | LostForm, listing: Listing, viewer: Viewer) -> bool:
    data = form.cleaned_data
    facts = {"listing": listing, "by": viewer, "reason": data["reason"], "reference": form.reference}
    try:
        if isinstance(form, CountForm):
            count_stock(counted=data["counted"], seen=data["seen"], **facts)
        elif isinstance(form, LostForm):
            lose_stock(quantity=data["quantity"], **facts)
        else:
            add_stock(quantity=data["quantity"], **facts)
    except OtherRequest:
        form.add_error(
            None, _("Trang này đã gửi một lần với nội dung khác và lần đó đã được ghi. Lần này chưa ghi gì.")
        )
        form.add_error(None, _("Hãy xem số đang có. Nếu vẫn cần ghi thì bấm lần nữa."))
        listing.refresh_from_db(fields=["stock", "reserved"])
        form.renew(listing.stock + listing.reserved)
        return False
    except StockRefused as refusal:
        form.add_error("counted" if isinstance(form, CountForm) else "quantity", str(refusal))
        return False
    return True
