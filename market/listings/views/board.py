"""All listings of a shop: what each still needs, and what is done with several at once."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.kit.money import dong
from core.people.queries import viewer_of
from core.people.views import signed_in
from market.listings.actions import NotReady, pause_listing, pause_several, publish_listing, publish_several
from market.listings.completeness import lines_of
from market.listings.models import Listing
from market.listings.queries import listings_in, listings_of
from market.listings.rules import selling_price
from market.shops.navigation import seller_places
from market.shops.queries import shop_of

PAGE_SIZE = 25


@signed_in
def listings(request: HttpRequest) -> HttpResponse:
    """All listings of the producer, each with what it still needs in one line."""
    viewer = viewer_of(request)
    shop = shop_of(viewer)
    if shop is None:
        return redirect("seller_home")
    page = Paginator(listings_in(shop), PAGE_SIZE).get_page(request.GET.get("page"))
    rows = list(page.object_list)
    missing = lines_of(rows)
    context = {
        "page": page,
        "rows": [(listing, missing[listing.pk], *_price_words(listing)) for listing in rows],
        "space_items": seller_places("seller_listings"),
    }
    return render(request, "market/listings/list.html", context)


def _price_words(listing: Listing) -> tuple[str, str]:
    """What buyers pay today and, while a promotion runs, the usual price; "" for what is not said."""
    if not listing.price:
        return _("chưa có giá"), ""
    price = selling_price(listing)
    return dong(price), dong(listing.price) if price != listing.price else ""


@require_POST
@signed_in
def several(request: HttpRequest) -> HttpResponse:
    """Put the ticked listings on sale or take them off, and say what became of each."""
    viewer = viewer_of(request)
    wanted = request.POST.getlist("sku")[:PAGE_SIZE]
    found = list(listings_of(viewer).filter(sku__in=wanted).order_by("pk"))
    if not found:
        messages.warning(request, _("Bạn chưa chọn sản phẩm nào. Đánh dấu vài sản phẩm rồi bấm lại."))
        return redirect("seller_listings")
    selling = "publish" in request.POST
    outcomes = (publish_several if selling else pause_several)(listings=found, by=viewer)
    context = {
        "outcomes": outcomes,
        "selling": selling,
        "done": sum(outcome.changed for outcome in outcomes),
        "space_items": seller_places("seller_listings"),
    }
    return render(request, "market/listings/several.html", context)


@require_POST
@signed_in
def publish(request: HttpRequest, sku: str) -> HttpResponse:
    """Put a saved listing on sale as it is, from where it was looked at; one that is not ready leads to its form."""
    viewer = viewer_of(request)
    listing = get_object_or_404(listings_of(viewer), sku=sku)
    try:
        publish_listing(listing=listing, by=viewer)
    except NotReady as problem:
        words = " ".join(dict.fromkeys(item.sentence for item in problem.missing))
        messages.error(request, _("Chưa đăng bán được. %(missing)s") % {"missing": words})
        return redirect("seller_listing_edit", sku=sku)
    messages.success(request, _("Sản phẩm đã được đăng bán."))
    return redirect("seller_on_platforms", sku=sku)


@require_POST
@signed_in
def pause(request: HttpRequest, sku: str) -> HttpResponse:
    """Take a listing off sale; the way back is on the same page."""
    viewer = viewer_of(request)
    listing = get_object_or_404(listings_of(viewer), sku=sku)
    pause_listing(listing=listing, by=viewer)
    messages.success(
        request, _("Đã tạm ngừng bán %(name)s. Bạn đăng bán lại lúc nào cũng được.") % {"name": listing.full_name}
    )
    return redirect("seller_listings")
