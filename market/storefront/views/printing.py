"""What a seller prints and hangs up: the shop's poster, labels for the shelf."""

from __future__ import annotations

from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from core.people.queries import viewer_of
from core.people.views import signed_in
from market.listings.models import Listing
from market.listings.queries import listings_of, photos_and_badges
from market.shops.models import Shop
from market.shops.queries import shop_of
from market.storefront.drawing.paper import draw_label, draw_poster
from market.storefront.queries.printing import label_facts, poster_facts


@signed_in
def poster(request: HttpRequest) -> HttpResponse:
    """The poster of the shop this person works in; a shop that is not yet, or no longer, there has none."""
    shop = shop_of(viewer_of(request))
    if shop is None or shop.state in (Shop.State.DRAFT, Shop.State.CLOSED):
        raise Http404
    return _pdf(draw_poster(poster_facts(shop)), f"ap-phich-{shop.slug}.pdf")


@signed_in
def label(request: HttpRequest, sku: str) -> HttpResponse:
    """A product's label, A6; `?to=4` four of them on A4. What buyers cannot see has none: its code would lead nowhere."""
    rows = listings_of(viewer_of(request)).filter(state=Listing.State.PUBLISHED, taken_down_at__isnull=True)
    found = get_object_or_404(
        rows.select_related("category", "shop__producer__commune__parent", "maker__commune__parent", "origin__parent"),
        sku=sku,
    )
    prefetch_related_objects([found], photos_and_badges()[1])
    sheet = request.GET.get("to") == "4"
    return _pdf(draw_label(label_facts(found), on_a4=sheet), f"nhan-{found.sku}{'-a4' if sheet else ''}.pdf")


def _pdf(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
