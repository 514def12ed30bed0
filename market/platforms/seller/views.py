"""A seller decides about one platform."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.people.queries import viewer_of
from core.people.views import signed_in
from market.listings.models import Listing
from market.listings.queries import listings_of
from market.platforms.models import Connection
from market.platforms.seller.actions import sell_there
from market.platforms.seller.previews import preview_of
from market.shops.navigation import seller_places


@require_safe
@signed_in
def preview(request: HttpRequest, sku: str, code: str) -> HttpResponse:
    """What will be sent, field by field, before it is."""
    listing, connection = _found(request, sku, code)
    context = {
        "listing": listing,
        "platform": connection.platform,
        "preview": preview_of(listing, connection),
        "space_items": seller_places("seller_listings"),
    }
    return render(request, "market/platforms/preview.html", context)


@require_POST
@signed_in
def turn_off(request: HttpRequest, sku: str, code: str) -> HttpResponse:
    """Not on this platform."""
    listing, connection = _found(request, sku, code)
    sell_there(listing=listing, connection=connection, is_off=True, by=viewer_of(request))
    messages.success(
        request, _("Bạn thôi bán ở %(name)s. Đổi ý thì bấm «Bán lại ở sàn này».") % {"name": connection.platform.name}
    )
    return redirect("seller_on_platforms", sku=sku)


@require_POST
@signed_in
def turn_on(request: HttpRequest, sku: str, code: str) -> HttpResponse:
    """On this platform again."""
    listing, connection = _found(request, sku, code)
    sell_there(listing=listing, connection=connection, is_off=False, by=viewer_of(request))
    messages.success(request, _("Sản phẩm lại được gửi lên %(name)s.") % {"name": connection.platform.name})
    return redirect("seller_on_platforms", sku=sku)


def _found(request: HttpRequest, sku: str, code: str) -> tuple[Listing, Connection]:
    listing = get_object_or_404(listings_of(viewer_of(request)), sku=sku)
    return listing, get_object_or_404(Connection.objects.select_related("platform"), platform__code=code)
