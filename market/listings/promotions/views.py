"""A listing's price: how it has changed, and its promotions."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from core.kit import clock
from core.people.queries import users_named, viewer_of
from core.people.views import signed_in
from market.listings.models import Listing, Promotion
from market.listings.promotions.actions import PromotionRefused, end_promotion, make_promotion
from market.listings.promotions.forms import PromotionForm
from market.listings.queries import listings_of
from market.listings.rules import may_be_advertised, selling_price
from market.shops.navigation import seller_places

MOST_CHANGES = 50


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def prices(request: HttpRequest, sku: str) -> HttpResponse:
    """The price now, promotions, and how the price has changed; making a promotion."""
    viewer = viewer_of(request)
    listing = get_object_or_404(listings_of(viewer), sku=sku)
    form = PromotionForm(
        request.POST if request.method == "POST" else None, initial={"starts_on": clock.today()}, usual=listing.price
    )
    if form.is_valid():
        try:
            make_promotion(listing=listing, by=viewer, **form.cleaned_data)
        except PromotionRefused as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, _("Đã ghi khuyến mại. Giá tự đổi vào ngày bắt đầu và trở lại sau ngày cuối."))
            return redirect("seller_prices", sku)
    changes = list(listing.price_changes.order_by("-pk")[:MOST_CHANGES])
    context = {
        "listing": listing,
        "now": selling_price(listing),
        "form": form,
        "may_promote": may_be_advertised(listing),
        "rows": _promotions(listing),
        "changes": changes,
        "people": users_named(change.by_id for change in changes if change.by_id),
        "space_items": seller_places("seller_listings"),
    }
    return render(request, "market/listings/prices.html", context)


@require_POST
@signed_in
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """A promotion ends now, or is taken back before it began."""
    viewer = viewer_of(request)
    held = Promotion.objects.select_related("listing__shop__producer__commune")
    promotion = get_object_or_404(held.filter(listing__in=listings_of(viewer).prefetch_related(None).order_by()), pk=pk)
    end_promotion(promotion=promotion, by=viewer)
    messages.success(request, _("Khuyến mại đã dừng. Giá bán thường có hiệu lực ngay."))
    return redirect("seller_prices", promotion.listing.sku)


def _promotions(listing: Listing) -> list[dict[str, Any]]:
    today = clock.today()
    rows = listing.promotions.filter(cancelled_at__isnull=True).order_by("-starts_on", "-pk")[:MOST_CHANGES]
    return [
        {
            "promotion": row,
            "kind": "info" if row.ends_on < today else "wait" if row.starts_on > today else "good",
            "text": _("Đã kết thúc.") if row.ends_on < today
            else _("Chưa bắt đầu.") if row.starts_on > today else _("Đang áp dụng."),
            "is_over": row.ends_on < today,
            "is_ahead": row.starts_on > today,
        }
        for row in rows
    ]  # fmt: skip
